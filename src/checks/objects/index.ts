import { metadataIsValid } from './metadata-is-valid.ts';
import type { ObjectCheck } from './object-check.ts';
import { objectsAreUnique } from './objects-are-unique.ts';
import { objectsFitTheirSchema } from './objects-fit-their-schema.ts';
import { objectsSayWhatTheyAre } from './objects-say-what-they-are.ts';
import { versionsAreServed } from './versions-are-served.ts';

/** What must hold for objects, in the order of the codes. A new check gets its line here, a code in `codes.ts`, a page in `docs/checks.md`. */
export const objectChecks: readonly ObjectCheck[] = [
  versionsAreServed,
  objectsFitTheirSchema,
  objectsAreUnique,
  metadataIsValid,
  objectsSayWhatTheyAre,
];
