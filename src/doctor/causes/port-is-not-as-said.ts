import { defineCause } from '../cause.ts';
import { fromCodes, providersOf } from '../evidence.ts';

export const portIsNotAsSaid = defineCause({
  name: 'port-is-not-as-said',
  title: 'the Service has another port than the spec says',
  explains: {
    'no-filter-chain': 93,
    'no-route': 71,
    refused: 75,
    'connect-failure': 64,
    'no-healthy-upstream': 70,
    reset: 62,
    unavailable: 53,
    timeout: 40,
  },
  look: (one) => fromCodes(one, ['AXC4029'], "the Service's ports are as the spec says", providersOf(one)),
});
