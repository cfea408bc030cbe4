import { defineCause } from '../cause.ts';
import { fromCodes, providersOf } from '../evidence.ts';

export const gatewayIsDown = defineCause({
  name: 'gateway-is-down',
  title: 'the gateway of the other cluster is not there, or not on that port',
  explains: { 'connect-failure': 90, refused: 92, timeout: 78, 'no-healthy-upstream': 65, unavailable: 58, reset: 46 },
  look: (one) => fromCodes(one, ['AXC4024', 'AXC4025'], 'the gateway is there, with its port', providersOf(one)),
});
