import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { endingAt, fromCodes, objectName } from '../evidence.ts';

export const hostIsTaken = defineCause({
  name: 'host-is-taken',
  title: 'somebody else defines the host, or routes it',
  explains: {
    'no-route': 66,
    unavailable: 48,
    timeout: 45,
    'connect-failure': 48,
    'no-healthy-upstream': 50,
    'name-unknown': 20,
    'black-hole': 40,
  },
  look: (one) => {
    const end = endingAt(one, 'two-hosts', 'no-route', 'another-service');
    const names = end?.by.map(({ policy }) => objectName(policy)).join(', ');
    if (end === undefined)
      return fromCodes(one, ['AXC4039', 'AXC4040'], 'nobody else defines or routes the host', [
        one.question.caller.cluster,
      ]);
    return confirmed(
      `${end.why}: ${names}`,
      'Remove the one that is not of this federation, or take the host out of it.',
    );
  },
});
