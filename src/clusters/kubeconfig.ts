import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import {
  type ClusterEntry,
  emptyUser,
  type KubeconfigFile,
  readKubeconfigFile,
  type UserEntry,
} from './kubeconfig-file.ts';
import { kubeconfigFiles } from './kubeconfig-files.ts';

/** Every context that kubectl would know. */
export interface Kubeconfig {
  /** Where it was read from, in the order that counts. */
  readonly files: readonly string[];
  readonly contexts: readonly string[];
  readonly currentContext: string | undefined;
  readonly merged: KubeconfigFile;
}

export interface KubeconfigOptions {
  /** `--kubeconfig FILE`: this file and no other. */
  readonly path?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Reads what kubectl reads: the given file, else the list in KUBECONFIG (empty names and missing files don't count),
 * else `~/.kube/config`. The first file that names a context, cluster or user wins, whole entry by whole entry.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
export function loadKubeconfig({ path, env = process.env }: KubeconfigOptions = {}): Kubeconfig {
  const files = kubeconfigFiles(path, env);
  const merged = merge(files.map(readKubeconfigFile));
  return { files, merged, contexts: [...merged.contexts.keys()], currentContext: merged.currentContext };
}

/** One context with its cluster and user: a copy of its own, in which nothing of another context can get. */
export interface ResolvedContext {
  readonly name: string;
  readonly cluster: ClusterEntry;
  readonly clusterName: string;
  readonly user: UserEntry;
  readonly userName: string;
}

export function resolveContext({ merged, contexts }: Kubeconfig, name: string): ResolvedContext {
  const context = merged.contexts.get(name);
  if (context === undefined) throw unknownContext(name, contexts);
  const clusterName = context.cluster ?? '';
  const userName = context.user ?? '';
  const cluster = merged.clusters.get(clusterName);
  const user = userName === '' ? emptyUser : merged.users.get(userName);
  if (cluster === undefined) throw dangling(name, 'cluster', clusterName);
  if (user === undefined) throw dangling(name, 'user', userName);
  return deepFreeze(structuredClone({ name, cluster, clusterName, user, userName }));
}

const merge = (files: readonly KubeconfigFile[]): KubeconfigFile => ({
  currentContext: files.find(({ currentContext }) => currentContext !== undefined)?.currentContext,
  clusters: firstWins(files.map(({ clusters }) => clusters)),
  users: firstWins(files.map(({ users }) => users)),
  contexts: firstWins(files.map(({ contexts }) => contexts)),
});

/** In reverse, so that the first file is written last; sorted, because the order of a merge means nothing. */
const firstWins = <Entry>(maps: readonly ReadonlyMap<string, Entry>[]): ReadonlyMap<string, Entry> =>
  new Map([...new Map(maps.toReversed().flatMap((map) => [...map]))].sort(([a], [b]) => (a < b ? -1 : 1)));

function unknownContext(name: string, contexts: readonly string[]): UsageError {
  const near = nearest(name, contexts);
  const list = contexts.length === 0 ? 'The kubeconfig has no contexts.' : `The contexts are: ${contexts.join(', ')}.`;
  const guess = near === undefined ? '' : `Did you mean "${near}"? `;
  return new UsageError(`The kubeconfig has no context "${name}".`, `${guess}${list}`);
}

const dangling = (context: string, what: 'cluster' | 'user', name: string): UsageError =>
  new UsageError(
    name === ''
      ? `The context "${context}" of the kubeconfig names no ${what}.`
      : `The context "${context}" of the kubeconfig names the ${what} "${name}", which is not there.`,
    `"kubectl config view" shows what is.`,
  );

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
