import { readActions } from '../../clusters/live-cluster.ts';
import { managedByLabel } from '../../manifests/build.ts';
import type { KubeObject, Manifest } from '../../manifests/manifest.ts';
import { toYamlStream } from '../../manifests/yaml.ts';
import type { Federation } from '../../model/federation.ts';
import { namespaces } from '../../plan/inventory.ts';
import { systemNamespace } from '../../plan/ownership.ts';
import { actionsOf, rolesFor } from '../../plan/permissions.ts';
import { type DefineCommand, intro } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { knownCluster } from '../known-cluster.ts';
import type { ExitCode, Session } from '../session.ts';

interface Options {
  readonly cluster?: string;
  readonly readOnly?: boolean;
}

export const define: DefineCommand = (command, session) =>
  command
    .addHelpText(
      'before',
      intro(
        'Prints the roles that this spec needs: no verb, kind or Namespace more. Whom they are bound to is yours to say.',
        [
          ['aegis-xc rbac --cluster cluster-a | kubectl --context ctx1 apply -f -', 'to be done by an administrator'],
          ['aegis-xc rbac --read-only', 'for plan, status, history and preflight only'],
        ],
      ),
    )
    .option('--cluster <cluster>', 'the roles of this cluster only, ready for kubectl')
    .option('--read-only', 'the roles of somebody who only looks')
    .action(session.runs((options: Options) => rbac(options, session)));

async function rbac({ cluster, readOnly = false }: Options, session: Session): Promise<ExitCode> {
  const { federation, manifests } = await compileSpec(session);
  const names = federation.clusters.map(({ name }) => name);
  const wanted = cluster === undefined ? names : [knownCluster(cluster, names)];
  for (const name of wanted) {
    if (cluster === undefined) session.print(`# ${name}`);
    session.print(toYamlStream(rolesIn(name, federation, manifests, readOnly)));
  }
  return 0;
}

/** The two Namespaces of the program come with the roles, so that nobody has to be allowed to make Namespaces. */
function rolesIn(
  cluster: string,
  federation: Federation,
  manifests: readonly Manifest[],
  reads: boolean,
): KubeObject[] {
  const own = manifests.filter((one) => one.cluster === cluster);
  const actions = [...actionsOf(own, { reads }), ...readActions(federation, cluster)];
  const imports = own.filter(({ resource }) => resource.kind === namespaces.kind).map(({ object }) => object);
  const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace, labels: managedByLabel } };
  // Of another name: applied where the others are, they take nothing from them.
  const name = `aegis-xc-${federation.name}${reads ? '-read-only' : ''}`;
  return [system, ...imports, ...rolesFor(name, actions)];
}
