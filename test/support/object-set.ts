import type { ObjectSet } from '../../src/objects/object-set.ts';
import { objectSetOf } from '../../src/objects/object-set.ts';
import { readObjects } from '../../src/objects/read-objects.ts';

/** The objects of a YAML text, by the name of their cluster, or of none. */
export const objectSet = (texts: string | Readonly<Record<string, string>>): ObjectSet =>
  objectSetOf(
    typeof texts === 'string'
      ? readObjects({ file: 'objects.yaml', text: texts }).objects
      : Object.entries(texts).flatMap(
          ([cluster, text]) => readObjects({ file: `${cluster}.yaml`, text, cluster }).objects,
        ),
  );
