import { Option } from 'commander';
import { UsageError } from '../../errors.ts';
import { fileName } from '../../manifests/files.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { toYamlStream } from '../../manifests/yaml.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { writeFolder } from '../folder/write.ts';
import { knownCluster } from '../known-cluster.ts';
import type { ExitCode, Session } from '../session.ts';
import { count } from '../ui/text.ts';

interface Options {
  readonly output: 'yaml' | 'json';
  readonly cluster?: string;
  readonly out?: string;
  readonly forceOut?: boolean;
}

export const define: DefineCommand = (command, session) =>
  command
    .addHelpText(
      'before',
      intro('Prints the manifests of every cluster. No cluster is needed; the same spec gives the same bytes.', [
        ['aegis-xc render > out.yaml', 'all clusters; `aegis-xc.dev/cluster` says which'],
        ['aegis-xc render --cluster cluster-b | kubectl apply -f -', 'one cluster, with the context of that cluster'],
        ['aegis-xc render --out manifests', 'a folder per cluster, for GitOps'],
      ]),
    )
    .addHelpText(
      'after',
      '\nkubectl reads a folder in the order of its names. Where it has a namespace.aegis-xc.yaml, name that first:' +
        '\n  kubectl apply -f manifests/cluster-a/namespace.aegis-xc.yaml -f manifests/cluster-a' +
        '\nArgo CD, Flux and Kustomize put Namespaces first by themselves.',
    )
    .option('--cluster <cluster>', 'only what belongs into this cluster')
    .addOption(
      new Option('--out <dir>', 'write a folder per cluster; what went from the spec is removed').conflicts([
        'cluster',
        'output',
      ]),
    )
    .option('--force-out', 'leave files in that folder alone which aegis-xc did not write')
    .addOption(outputOption('yaml', 'json'))
    .action(session.runs((options: Options) => render(options, session)));

async function render({ output, cluster, out, forceOut = false }: Options, session: Session): Promise<ExitCode> {
  if (forceOut && out === undefined)
    throw new UsageError('--force-out is for --out.', 'Name the folder with --out, or leave it out.');
  const { federation, manifests } = await compileSpec(session);
  if (out !== undefined) {
    session.catchInterrupt(); // Ctrl-C waits until the files are in their places.
    const folder = { folder: out, federation: federation.name, files: filesOf(manifests), force: forceOut };
    const { written, unchanged, removed } = writeFolder(folder);
    session.say(`${out}: ${count(written, 'file')} written, ${unchanged} unchanged, ${removed} removed`);
  } else {
    const names = federation.clusters.map(({ name }) => name);
    const chosen = cluster === undefined ? manifests : ofCluster(knownCluster(cluster, names), manifests);
    session.print(printed[output](chosen));
  }
  return 0;
}

const ofCluster = (name: string, manifests: readonly Manifest[]): readonly Manifest[] =>
  manifests.filter(({ cluster }) => cluster === name);

const printed: Readonly<Record<Options['output'], (manifests: readonly Manifest[]) => string>> = {
  yaml: (manifests) => toYamlStream(manifests.map(({ object }) => object)),
  json: (manifests) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests.map(({ object }) => object) }, undefined, 2),
};

const filesOf = (manifests: readonly Manifest[]): ReadonlyMap<string, string> =>
  new Map(
    manifests.map((manifest) => [`${manifest.cluster}/${fileName(manifest)}`, printed.yaml([manifest])] as const),
  );
