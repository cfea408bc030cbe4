import type { Code } from '../../codes.ts';
import type { Diagnostic, Path } from '../../diagnostics.ts';
import { type Catalogue, cataloguesOf } from '../../objects/catalogue.ts';
import type { ObjectSet, SourcedObject } from '../../objects/object-set.ts';

/** Something that must hold for Istio, Gateway or cert-manager objects, whoever wrote them; the name of its file says what. */
export interface ObjectCheck {
  /** What it can find. */
  readonly codes: readonly Code[];
  /** The codes of `istioctl analyze` for the same, of all codes or of each: who suppresses those by annotation means this check too. */
  readonly analyzers?: readonly string[] | Readonly<Partial<Record<Code, string>>>;
  /** Evidence that is not in the set is no finding: a Service that isn't there may be in another file. */
  readonly find: (set: ObjectSet) => Iterable<ObjectFinding>;
}

/** What is wrong, and in which field of which object. */
export interface ObjectFinding {
  readonly code: Code;
  /** Default `error`. */
  readonly severity?: Diagnostic['severity'];
  readonly message: string;
  readonly hint?: string;
  readonly on: SourcedObject;
  /** From the object's root: `['spec', 'rules', 0, 'to']`. */
  readonly field: Path;
  readonly mark?: Diagnostic['mark'];
}

export const defineObjectCheck = (check: ObjectCheck): ObjectCheck => check;

/** A check that looks at each cluster alone. */
export const defineClusterCheck = ({
  find,
  ...check
}: Omit<ObjectCheck, 'find'> & {
  readonly find: (catalogue: Catalogue) => Iterable<ObjectFinding>;
}): ObjectCheck => ({ ...check, find: (set) => cataloguesOf(set).flatMap((catalogue) => [...find(catalogue)]) });
