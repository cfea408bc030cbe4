import { defineCause } from '../cause.ts';
import { fromCodes } from '../evidence.ts';

export const rootsAreNotTrusted = defineCause({
  name: 'roots-are-not-trusted',
  title: 'one mesh does not trust the root of the other',
  explains: { 'certificate-refused': 94, 'handshake-ended': 88, 'connect-failure': 62, reset: 52, unavailable: 47 },
  look: (one) => fromCodes(one, ['AXC4022'], 'both meshes trust the root of the other'),
});
