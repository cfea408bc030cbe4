import type { Answer } from '../access/answer.ts';
import type { Question } from '../access/question.ts';
import type { Sites } from '../access/sites.ts';
import type { LiveCluster } from '../clusters/live-cluster.ts';
import type { Code } from '../codes.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Provider } from '../model/federation.ts';
import type { Symptom } from './symptom.ts';

/** One call that fails, or may, with everything that is known about it. */
export interface Case {
  readonly symptom: Symptom;
  readonly question: Question;
  /** What the call asks of the clusters as they should be, and as they are. */
  readonly meant: Answer;
  readonly found: Answer;
  readonly live: Sites;
  /** Where it should get to. */
  readonly providers: readonly Provider[];
  /** What was looked at in the clusters, by what it can find. */
  readonly looked: (code: Code) => readonly Looked[];
  /** What runs in a cluster; undefined where it could not be read. */
  readonly liveOf: (cluster: string) => LiveCluster | undefined;
  /** Why somebody's objects in the clusters are not all known. */
  readonly gaps: readonly string[];
  /** Why not even those on the call's way are: then `found` says nothing. */
  readonly blind: readonly string[];
}

/** What came of looking at something in some clusters. */
export interface Looked {
  readonly clusters: readonly string[];
  readonly found: readonly Diagnostic[];
  readonly notChecked: readonly string[];
}

/** What came of a cause. */
export type Outcome =
  | { readonly state: 'confirmed'; readonly what: string; readonly fix: string }
  | { readonly state: 'ruled out'; readonly what: string }
  | { readonly state: 'not checked'; readonly what: string; readonly fix?: string };

export const confirmed = (what: string, fix: string): Outcome => ({ state: 'confirmed', what, fix });
export const ruledOut = (what: string): Outcome => ({ state: 'ruled out', what });
export const notChecked = (what: string, fix?: string): Outcome => ({
  state: 'not checked',
  what,
  ...(fix !== undefined && { fix }),
});
