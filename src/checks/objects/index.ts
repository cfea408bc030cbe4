import type { ObjectCheck } from './object-check.ts';
import { objectsAreUnique } from './objects-are-unique.ts';
import { objectsSayWhatTheyAre } from './objects-say-what-they-are.ts';

/** What must hold for objects, in the order of the codes. A new check gets its line here, a code in `codes.ts`, a page in `docs/checks.md`. */
export const objectChecks: readonly ObjectCheck[] = [objectsAreUnique, objectsSayWhatTheyAre];
