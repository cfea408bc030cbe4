import { toYaml } from '../manifests/yaml.ts';
import { type Action, rolesFor } from '../plan/permissions.ts';
import type { ClusterClient } from './client.ts';
import type { Known } from './live-cluster.ts';

/** What these credentials may not do. */
export interface Lacking {
  /** Without which nothing can be applied. */
  readonly needed: readonly Action[];
  /** Without which some checks can't look. */
  readonly helpful: readonly Action[];
  /** The Roles that would allow the one, and the other, as YAML. */
  readonly roles: { readonly needed: string; readonly helpful: string };
}

interface Wanted {
  readonly needed: readonly Action[];
  readonly helpful?: readonly Action[];
}

/** Asks the cluster: one question per Namespace answers most of it. */
export async function readLacking(
  client: ClusterClient,
  federation: string,
  { needed, helpful = [] }: Wanted,
): Promise<Known<Lacking>> {
  const keys = new Set(needed.map(keyOf));
  const besides = helpful.filter((action) => !keys.has(keyOf(action)));
  const [not, nice] = await Promise.all([missing(client, needed), missing(client, besides)]);
  if (not === undefined || nice === undefined) return { unread: 'the cluster does not say what these credentials may' };
  const rolesOf = (actions: readonly Action[]): string => rolesText(federation, actions);
  return { needed: not, helpful: nice, roles: { needed: rolesOf(not), helpful: rolesOf(nice) } };
}

const keyOf = ({ verb, resource, namespace = '', name = '' }: Action): string =>
  [verb, resource.apiVersion, resource.plural, namespace, name].join(' ');

/** Under a name of their own: applied, they take nothing from the roles that are there. */
const rolesText = (federation: string, actions: readonly Action[]): string =>
  rolesFor(`aegis-xc-${federation}-more`, actions)
    .map((role) => toYaml(role).trimEnd())
    .join('\n---\n');

async function missing(client: ClusterClient, actions: readonly Action[]): Promise<Action[] | undefined> {
  const answers = await Promise.all(actions.map(async (action) => ({ action, may: await client.can(action) })));
  if (answers.length > 0 && answers.every(({ may }) => may === undefined)) return undefined;
  return answers.flatMap(({ action, may }) => (may === false ? [action] : []));
}
