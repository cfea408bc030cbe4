import { defineCause } from '../cause.ts';
import { fromCodes, providersOf } from '../evidence.ts';

export const nobodyServes = defineCause({
  name: 'nobody-serves',
  title: 'no pod of the service is there and ready',
  explains: { 'no-healthy-upstream': 92, unavailable: 57, reset: 63, 'connect-failure': 57, refused: 50, timeout: 35 },
  look: (one) =>
    fromCodes(one, ['AXC4031', 'AXC4028'], 'there are pods of the service, and they are ready', providersOf(one)),
});
