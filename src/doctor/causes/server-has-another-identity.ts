import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { applyAgain, endingAt, fromCodes, otherwise, providersOf } from '../evidence.ts';

export const serverHasAnotherIdentity = defineCause({
  name: 'server-has-another-identity',
  title: 'the server has another identity than the caller accepts',
  explains: { 'certificate-refused': 92, 'connect-failure': 61, 'handshake-ended': 55, reset: 45, unavailable: 46 },
  look: (one) => {
    const end = endingAt(one, 'server-identity');
    if (end !== undefined) return confirmed(end.why ?? '', applyAgain(one));
    const strange = fromCodes(
      one,
      ['AXC4033'],
      'the pods run under accounts that the caller accepts',
      providersOf(one),
    );
    return strange.state === 'ruled out' ? otherwise(one, 'server', strange.what) : strange;
  },
});
