import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { fromCodes, objectName, strangeRules } from '../evidence.ts';

export const destinationRuleShadows = defineCause({
  name: 'destination-rule-shadows',
  title: 'another DestinationRule takes the place of the right one',
  explains: {
    'no-filter-chain': 92,
    'no-route': 72,
    'connect-failure': 63,
    reset: 62,
    'certificate-refused': 60,
    plaintext: 80,
    'handshake-ended': 50,
    unavailable: 45,
  },
  look: (one) => {
    const [rule] = strangeRules(one);
    if (rule === undefined) return fromCodes(one, ['AXC4038'], 'no other DestinationRule is in the way');
    return confirmed(
      `${objectName(rule)} fits the host, and comes before the rule of this federation`,
      'Make its host narrower, or move it out of that Namespace.',
    );
  },
});
