import { isDeepStrictEqual } from 'node:util';
import type { Position } from '../../diagnostics.ts';
import { groupOf } from '../../objects/kinds.ts';
import type { SourcedObject } from '../../objects/object-set.ts';
import { defineObjectCheck } from './object-check.ts';

/**
 * Within a cluster. In one file it is a slip; in two, the folder may hold several variants of it. A Namespace that each of several files
 * brings along in the same form does no harm.
 */
export const objectsAreUnique = defineObjectCheck({
  codes: ['AXC2010'],
  *find({ clusters }) {
    for (const { objects } of clusters) {
      const seen = new Map<string, First>();
      for (const on of objects) {
        if (on.name === '' || on.kind === '') continue;
        const key = [groupOf(on.apiVersion), on.kind, on.namespace, on.name].join('/');
        const first = seen.get(key);
        if (first) {
          const here = on.locate(['metadata', 'name']);
          first.place ??= first.on.locate(['metadata', 'name']);
          const there = first.place;
          const isOneFile = here?.file === there?.file;
          if (!isOneFile && isDeepStrictEqual(first.on.object, on.object)) continue;
          const place = there ? `${there.file}:${there.line}` : 'before';
          yield {
            code: 'AXC2010',
            severity: isOneFile ? 'error' : 'warning',
            message: `this object is there already, at ${place}: the one that is applied last counts`,
            hint: 'remove one of them, or give it another name',
            on,
            field: ['metadata', 'name'],
          };
        } else seen.set(key, { on });
      }
    }
  },
});

interface First {
  readonly on: SourcedObject;
  /** Asked for once, however many others there are. */
  place?: Position | undefined;
}
