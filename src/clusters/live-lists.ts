import { ClusterError } from '../errors.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { LiveObject } from '../plan/live.ts';
import type { ClusterClient } from './client.ts';

/** What was found of a kind, and why there may be more. */
export interface Found<Item> {
  readonly items: readonly Item[];
  /** What could not be read; undefined when all of it was. */
  readonly gap?: string;
}

export interface Listing {
  readonly labelSelector?: string;
  /** Only these Namespaces count. */
  readonly within?: readonly string[];
  /** All Namespaces count; where that may not be asked, at least these. */
  readonly anywhere?: readonly string[];
}

/** Lists what may be read; what may not is a gap, and a kind that the cluster does not know has no objects. */
export const lister =
  (client: ClusterClient) =>
  async <Item>(
    resource: Resource,
    shape: (object: LiveObject) => Item | undefined,
    { labelSelector, within, anywhere = [] }: Listing,
  ): Promise<Found<Item>> => {
    const found = within
      ? await listWithin(client, resource, within, labelSelector)
      : await listAnywhere(client, resource, anywhere, labelSelector);
    return { ...found, items: found.items.flatMap((object) => shape(object) ?? []) };
  };

async function listAnywhere(
  client: ClusterClient,
  resource: Resource,
  atLeast: readonly string[],
  labelSelector: string | undefined,
): Promise<Found<LiveObject>> {
  try {
    return { items: await client.list(resource, { labelSelector }) };
  } catch (error) {
    if (gapOf(error, resource) === undefined) throw error;
    if (isReason(error, 'not-served')) return { items: [] };
    const near = await listWithin(client, resource, atLeast, labelSelector);
    const gap = `of kind ${resource.kind} only those in ${atLeast.join(', ')} may be read`;
    return { items: near.items, gap: near.gap ?? gap };
  }
}

async function listWithin(
  client: ClusterClient,
  resource: Resource,
  within: readonly string[],
  labelSelector: string | undefined,
): Promise<Found<LiveObject>> {
  const gaps = new Set<string>();
  const lists = await Promise.all(
    within.map((namespace) =>
      client.list(resource, { namespace, labelSelector }).catch((error: unknown) => {
        const gap = gapOf(error, resource, namespace);
        if (gap === undefined) throw error;
        if (!isReason(error, 'not-served')) gaps.add(gap);
        return [];
      }),
    ),
  );
  const gap = [...gaps].join('; ');
  return { items: lists.flat(), ...(gap !== '' && { gap }) };
}

/** Undefined for a failure of another kind. */
function gapOf(error: unknown, { kind }: Resource, namespace?: string): string | undefined {
  if (isReason(error, 'not-served')) return `the cluster has no kind ${kind}`;
  if (!isReason(error, 'forbidden')) return undefined;
  return `objects of kind ${kind}${namespace ? ` in ${namespace}` : ''} may not be read with these credentials`;
}

export const isReason = (error: unknown, reason: ClusterError['reason']): boolean =>
  error instanceof ClusterError && error.reason === reason;
