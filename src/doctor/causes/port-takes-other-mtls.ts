import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { fromCodes, objectName, providersOf, waysFound } from '../evidence.ts';

export const portTakesOtherMtls = defineCause({
  name: 'port-takes-other-mtls',
  title: 'the port of the workload takes only plaintext, or only mutual TLS',
  explains: { 'no-healthy-upstream': 72, reset: 57, plaintext: 75, 'connect-failure': 52, unavailable: 45 },
  look: (one) => {
    const way = waysFound(one).find(({ decided }) => decided === 'mtls');
    if (way === undefined) return fromCodes(one, ['AXC4042'], 'the port takes mutual TLS', providersOf(one));
    const names = way.by.map(({ policy }) => objectName(policy)).join(', ');
    return confirmed(
      `${way.why}${names === '' ? '' : `: ${names} in ${way.to}`}`,
      'Correct that PeerAuthentication, or remove it.',
    );
  },
});
