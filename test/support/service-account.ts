import { readFileSync, writeFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import * as z from 'zod';
import type { JsonObject } from '../../src/json.ts';
import type { ClusterAccess } from '../bench/access.ts';

/** Service accounts of the Namespace `ci`, and the roles that `rbac` prints. */

const role = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  rules: z
    .array(
      z.object({
        apiGroups: z.array(z.string()),
        resources: z.array(z.string()),
        resourceNames: z.array(z.string()).optional(),
        verbs: z.array(z.string()),
      }),
    )
    .default([]),
});
export type Role = z.output<typeof role>;

export const rolesIn = (yaml: string): Role[] =>
  loadAll(yaml).flatMap((document) => {
    const { data } = role.safeParse(document);
    return data?.kind.endsWith('Role') ? [data] : [];
  });

/** Makes what was printed, and gives the account all the roles of it. */
export async function grant({ kubectl }: ClusterAccess, printed: string, account: string): Promise<void> {
  const bindings = rolesIn(printed).map((one) => JSON.stringify(bindingOf(one, account)));
  await kubectl(['apply', '-f', '-'], [printed, ...bindings].join('\n---\n'));
}

const bindingOf = ({ kind, metadata: { name, namespace } }: Role, account: string): JsonObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: `${kind}Binding`,
  metadata: { name: `${name}-${account}`, ...(namespace && { namespace }) },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'ci' }],
});

/** An account without any right, in the Namespace `ci`. */
export async function makeAccount({ kubectl }: ClusterAccess, account: string): Promise<void> {
  await kubectl(['create', 'serviceaccount', account, '-n', 'ci']);
}

/** Writes a copy of a kubeconfig in which everybody is the account; kubeconfigs of benches and rigs are JSON. */
export function kubeconfigAs(account: string, kubeconfig: string, copy: string): string {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  for (const { user } of config.users) user.as = `system:serviceaccount:ci:${account}`;
  writeFileSync(copy, JSON.stringify(config));
  return copy;
}
