import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { applyAgain, endingAt, fromCodes, providersOf } from '../evidence.ts';

export const gatewayIsElsewhere = defineCause({
  name: 'gateway-is-elsewhere',
  title: 'the caller looks for the gateway at another address',
  explains: { timeout: 82, refused: 85, 'connect-failure': 82, 'no-healthy-upstream': 55, unavailable: 54 },
  look: (one) => {
    const end = endingAt(one, 'no-gateway');
    if (end !== undefined) return confirmed(end.why ?? '', applyAgain(one));
    return fromCodes(one, ['AXC4026'], 'the address of the gateway is the one that callers use', providersOf(one));
  },
});
