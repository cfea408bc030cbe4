import { defineCause } from '../cause.ts';
import { fromCodes } from '../evidence.ts';

export const trustDomainIsNotAccepted = defineCause({
  name: 'trust-domain-is-not-accepted',
  title: 'a mesh has another trust domain, or does not accept that of the caller',
  explains: {
    'handshake-ended': 92,
    'certificate-refused': 80,
    'access-denied': 70,
    reset: 66,
    'connect-failure': 60,
    unavailable: 46,
  },
  look: (one) => fromCodes(one, ['AXC4019', 'AXC4018'], 'the trust domains are as the spec says, and accepted'),
});
