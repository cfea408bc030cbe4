import { defineCause } from '../cause.ts';
import { fromCodes } from '../evidence.ts';

export const namespaceIsNotRead = defineCause({
  name: 'namespace-is-not-read',
  title: 'istiod does not read a Namespace that the call needs',
  explains: { 'name-unknown': 60, 'black-hole': 70, 'no-route': 55, 'no-filter-chain': 60, 'no-healthy-upstream': 50 },
  look: (one) => fromCodes(one, ['AXC4036'], 'istiod reads all Namespaces that the call needs'),
});
