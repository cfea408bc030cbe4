import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { applyAgain, endingAt, fromCodes, otherwise, providersOf } from '../evidence.ts';

export const gatewayDoesNotKnowService = defineCause({
  name: 'gateway-does-not-know-service',
  title: 'the gateway does not pass on to the service',
  explains: {
    'no-filter-chain': 90,
    'no-route': 68,
    'connect-failure': 58,
    reset: 59,
    'handshake-ended': 44,
    unavailable: 43,
  },
  look: (one) => {
    const end = endingAt(one, 'server-name');
    const wanted = one.meant.ways.map(({ sni }) => sni);
    if (end !== undefined && wanted.includes(end.sni)) return confirmed(end.why ?? '', applyAgain(one));
    const hidden = fromCodes(one, ['AXC4030', 'AXC4027'], 'the gateway has the host', providersOf(one));
    return hidden.state === 'ruled out' ? otherwise(one, 'gateway', hidden.what) : hidden;
  },
});
