import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { endingAt, fromCodes, objectName, strangeRules } from '../evidence.ts';

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
    const end = endingAt(one, 'tls-mode');
    const { cluster: where = '' } = one.live.sourceOf(rule) ?? {};
    if (end?.by.some(({ policy }) => policy === rule))
      return confirmed(
        `${objectName(rule)} in ${where} is in the way: ${end.why}`,
        'Set the mode ISTIO_MUTUAL there, or have it seen by fewer: by its `host`, or by `exportTo`.',
      );
    return confirmed(
      `${objectName(rule)} fits the host, and comes before the rule of this federation`,
      'Make its host narrower, or move it out of that Namespace.',
    );
  },
});
