import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { Cluster } from '../model/federation.ts';
import { pairsOption } from './command.ts';
import { knownCluster } from './known-cluster.ts';

/** The options of every command that talks to clusters. */
export interface ContextOptions {
  readonly clusterA?: string;
  readonly clusterB?: string;
  readonly context?: ReadonlyMap<string, string>;
  readonly kubeconfig?: string;
  readonly requestTimeout: number;
  /** Clusters that are not connected to. */
  readonly without?: readonly string[];
}

export const contextOptions = (command: Command): Command =>
  command
    .optionsGroup('Clusters:')
    .option('--cluster-a <context>', 'kubeconfig context of cluster-a, or of the first cluster of the spec')
    .option('--cluster-b <context>', 'kubeconfig context of cluster-b, or of the second cluster of the spec')
    .addOption(pairsOption('--context <cluster=context>', 'the same for any cluster; once for each'))
    .option('--kubeconfig <file>', 'instead of KUBECONFIG and ~/.kube/config')
    .addOption(durationOption('--request-timeout <duration>', 'how long one request may take', '30s'));

/** For the hour when a cluster is gone. */
export const withoutOption = (): Option =>
  new Option('--without <cluster...>', 'leave out a cluster that is gone: the others only take calls away from it');

/** The action gets milliseconds. */
export const durationOption = (flags: string, description: string, usual: string): Option =>
  new Option(flags, description).argParser(milliseconds).default(milliseconds(usual), usual);

/** `500ms`, `2s`, `5m`; 0 alone is none. */
function milliseconds(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (text === '0') return 0;
  if (unit !== 'ms' && unit !== 's' && unit !== 'm') {
    throw new InvalidArgumentError('Write a duration such as 500ms, 30s or 5m.');
  }
  return Number(number) * { ms: 1, s: 1000, m: 60_000 }[unit];
}

/** The same, no longer than something may last. */
export const shortDurationOption = (flags: string, description: string, usual: string, longest: number): Option =>
  durationOption(flags, description, usual).argParser((text) => {
    const value = milliseconds(text);
    if (value > longest) throw new InvalidArgumentError(`Write a duration of at most ${longest / 60_000}m.`);
    return value;
  });

/** All that is asked of a cluster before it is connected to. */
export type Named = Pick<Cluster, 'name' | 'context'>;

/**
 * Which context belongs to which cluster: what a flag says, else what the spec says. `--cluster-a` is a cluster of that
 * name if there is one, else the first.
 */
export function contextsOf(clusters: readonly Named[], options: ContextOptions): Map<string, string> {
  const names = clusters.map(({ name }) => name);
  const said = oncePerCluster([
    ...fromFlag('cluster-a', names[0], names, options.clusterA),
    ...fromFlag('cluster-b', names[1], names, options.clusterB),
    ...[...(options.context ?? [])].map(([name, context]) => ({ name, context, flag: '--context' })),
  ]);
  for (const name of said.keys()) knownCluster(name, names);
  const asked = clusters.filter(({ name }) => !leftOut(options, names).includes(name));
  return new Map(asked.map((cluster) => [cluster.name, said.get(cluster.name)?.context ?? fromSpec(cluster)]));
}

interface Said {
  readonly name: string;
  readonly context: string;
  /** That says so. */
  readonly flag: string;
}

/** Which of two was meant nobody can know, and the other may be somebody else's cluster. */
function oncePerCluster(all: readonly Said[]): ReadonlyMap<string, Said> {
  const said = new Map<string, Said>();
  for (const one of all) {
    const before = said.get(one.name);
    if (before !== undefined && before.context !== one.context) {
      throw new UsageError(
        `${one.name} has two contexts: ${before.context} by ${before.flag}, and ${one.context} by ${one.flag}.`,
        'Name the one that is meant.',
      );
    }
    said.set(one.name, one);
  }
  return said;
}

function leftOut({ without = [] }: ContextOptions, names: readonly string[]): readonly string[] {
  for (const name of without) knownCluster(name, names);
  if (names.some((name) => !without.includes(name))) return without;
  throw new UsageError('--without leaves no cluster.', 'Name only those that are gone.');
}

function fromFlag(
  flag: string,
  byPosition: string | undefined,
  names: readonly string[],
  context: string | undefined,
): Said[] {
  const name = names.includes(flag) ? flag : byPosition;
  return context === undefined || name === undefined ? [] : [{ name, context, flag: `--${flag}` }];
}

function fromSpec({ name, context }: Named): string {
  if (context !== undefined) return context;
  throw new UsageError(
    `Which kubeconfig context is ${name}?`,
    `Name it with --context ${name}=<context>, or as \`context\` in the spec. \`kubectl config get-contexts\` lists them.`,
  );
}
