import { randomUUID } from 'node:crypto';
import { surveyCluster } from '../../clusters/survey.ts';
import { UsageError } from '../../errors.ts';
import { plainName } from '../../spec/names.ts';
import { withClusters } from '../clusters.ts';
import type { Session } from '../session.ts';
import { draftText } from './draft.ts';
import { checkedName, checkedNames } from './words.ts';

export interface FromContexts {
  readonly fromContexts: readonly string[];
  readonly name?: string;
  readonly clusters?: readonly string[];
  readonly kubeconfig?: string;
}

/** Reads the clusters of these contexts, and writes down what it finds as a spec. */
export async function specFromContexts(options: FromContexts, session: Session): Promise<string> {
  const { fromContexts: contexts, kubeconfig } = options;
  if (contexts.length < 2 || new Set(contexts).size < contexts.length) {
    throw new UsageError('--from-contexts takes two or more different contexts: --from-contexts prod-a,prod-b');
  }
  const name = options.name === undefined ? undefined : checkedName(options.name);
  const names = options.clusters ? checkedNames(options.clusters, contexts.length) : clusterNames(contexts);
  const clusters = contexts.map((context, index) => ({ name: names[index] ?? context, context }));
  const connection = { requestTimeout: 30_000, ...(kubeconfig !== undefined && { kubeconfig }) };
  return withClusters(clusters, connection, session, async (clients) => {
    const surveys = await session.progress((progress) => {
      progress.step(`reading ${contexts.join(', ')}`);
      return allOf([...clients.values()].map((client) => surveyCluster(client)));
    });
    sameTwice(surveys.map(({ context, uid }) => ({ context, uid })));
    return draftText(surveys, { name, id: randomUUID() });
  });
}

/** What went wrong in one cluster hides nothing of the others. */
async function allOf<Value>(work: readonly Promise<Value>[]): Promise<Value[]> {
  const settled = await Promise.allSettled(work);
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (failures.length > 1) throw new AggregateError(failures);
  if (failures.length === 1) throw failures[0];
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

function sameTwice(seen: readonly { readonly context: string; readonly uid: string }[]): void {
  for (const [index, { context, uid }] of seen.entries()) {
    const before = seen.slice(0, index).find((other) => other.uid === uid);
    if (before) throw new UsageError(`The contexts ${before.context} and ${context} lead to the same cluster.`);
  }
}

/**
 * Names for the spec from those of contexts, which clouds make long: `arn:aws:eks:eu-west-1:1:cluster/shop-a` is shop-a,
 * `gke_project_europe-west1_shop-b` is shop-b, `admin@shop-c` is shop-c.
 */
export function clusterNames(contexts: readonly string[]): string[] {
  const names = contexts.map((context, index) => {
    const last = context.split(/[/_@:]/).at(-1) ?? '';
    const name = last
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '')
      .slice(0, 40);
    return plainName.safeParse(name).success ? name : `cluster-${index + 1}`;
  });
  const isUnique = new Set(names).size === names.length;
  return isUnique ? names : contexts.map((_, index) => `cluster-${index + 1}`);
}
