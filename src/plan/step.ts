import type { Path } from '../diagnostics.ts';
import type { KubeObject, Resource } from '../manifests/manifest.ts';
import type { FieldChange, TakenField } from './compare.ts';
import type { LiveObject } from './live.ts';
import type { Identified } from './object-key.ts';
import type { Stage } from './stages.ts';

/** One write in one cluster. */
export type Step = CreateStep | UpdateStep | DeleteStep;

interface StepBase {
  readonly cluster: string;
  readonly stage: Stage;
  readonly resource: Resource;
  readonly id: Identified;
}

export interface CreateStep extends StepBase {
  readonly op: 'create';
  readonly object: KubeObject;
  readonly source: Path;
}

export interface UpdateStep extends StepBase {
  readonly op: 'update';
  readonly object: KubeObject;
  readonly live: LiveObject;
  readonly source: Path;
  /** A change in two writes: first old and new together, and when nobody needs the old any more, the new alone. */
  readonly part?: 'union' | 'final';
  readonly changes: readonly FieldChange[];
  /** The spec wants what it wanted before: somebody else has changed the object. */
  readonly drift: boolean;
  /** Others who hold a field that we want; a write takes it from them only with `--take-over`. */
  readonly heldBy: readonly string[];
}

export interface DeleteStep extends StepBase {
  readonly op: 'delete';
  readonly live: LiveObject;
  /** Fields that others have set since, and who: it goes with their edit only with `--take-over`. */
  readonly taken: readonly TakenField[];
  readonly heldBy: readonly string[];
}
