import type * as z from 'zod';
import { UsageError } from '../../errors.ts';
import { hostName, ipAddress, plainName, trustDomain } from '../../spec/names.ts';
import { knownCluster } from '../known-cluster.ts';
import type { Questions } from '../ui/ask.ts';
import type { ClusterWords, Words } from './text.ts';

/** What the flags of `init` say. */
export interface Flags {
  readonly name?: string;
  readonly clusters?: readonly string[];
  readonly trustDomain?: ReadonlyMap<string, string>;
  readonly gateway?: ReadonlyMap<string, string>;
}

/** The words of a scenario, and in the place of some of them what the flags say. */
export function wordsFromFlags(scenario: Words, flags: Flags): Words {
  const names = flags.clusters ?? scenario.clusters.map(({ name }) => name);
  checkNumber(names, scenario.clusters.length);
  for (const name of [...(flags.trustDomain?.keys() ?? []), ...(flags.gateway?.keys() ?? [])])
    knownCluster(name, names);

  const clusters = scenario.clusters.map((old, index) => {
    const name = checked('--clusters', names[index] ?? old.name, problem.name);
    return clusterFromFlags(old, name, flags);
  });
  return { federation: checked('--name', flags.name ?? scenario.federation, problem.name), clusters };
}

function clusterFromFlags(old: ClusterWords, name: string, flags: Flags): ClusterWords {
  const domain = flags.trustDomain?.get(name);
  const gateway = flags.gateway?.get(name);
  if (gateway !== undefined && old.gateway === undefined) {
    throw new UsageError(`${name} provides nothing in this scenario, so it needs no --gateway.`);
  }
  return {
    name,
    trustDomain: domain === undefined ? ownDomain(old, name) : checked('--trust-domain', domain, problem.trustDomain),
    gateway: gateway === undefined ? old.gateway : checked('--gateway', gateway, problem.address),
  };
}

/** The words of a scenario, and in the place of some of them what somebody at the terminal says. */
export async function wordsFromAnswers(proposed: Words, { text }: Questions): Promise<Words> {
  const federation = await text('Name of the federation', proposed.federation, problem.name);
  const clusters: ClusterWords[] = [];
  for (const [index, old] of proposed.clusters.entries()) {
    const taken = (name: string) => clusters.some((cluster) => cluster.name === name);
    const name = await text(`Name of cluster ${index + 1}`, old.name, (name) =>
      taken(name) ? 'that is the name of another cluster' : problem.name(name),
    );
    clusters.push({
      name,
      trustDomain: await text('  its trust domain', ownDomain(old, name) ?? '', problem.trustDomain),
      gateway:
        old.gateway === undefined
          ? undefined
          : await text('  address of its east-west gateway', old.gateway, problem.address),
    });
  }
  return { federation, clusters };
}

/** `cluster-a.example` of cluster-a becomes `east.example` of east. */
const ownDomain = ({ trustDomain: old, name: oldName }: ClusterWords, name: string): string | undefined =>
  old?.replace(oldName, name);

/** For a spec that comes from no scenario. */
export const checkedName = (name: string): string => checked('--name', name, problem.name);

export function checkedNames(names: readonly string[], number: number): readonly string[] {
  checkNumber(names, number);
  return names.map((name) => checked('--clusters', name, problem.name));
}

function checkNumber(names: readonly string[], number: number): void {
  if (names.length === number && new Set(names).size === number) return;
  throw new UsageError(`--clusters takes ${number} different names: --clusters east,west`);
}

type Problem = (text: string) => string | undefined;

const problemOf =
  (schema: z.ZodType, expected: string): Problem =>
  (text) =>
    schema.safeParse(text).success ? undefined : expected;

const problem = {
  name: problemOf(plainName.max(40), 'lower-case letters, digits and "-", beginning with a letter, at most 40'),
  trustDomain: problemOf(trustDomain, 'lower-case letters, digits, ".", "-" and "_"'),
  address: problemOf(ipAddress.or(hostName), 'an IP address or a host name'),
} satisfies Record<string, Problem>;

function checked(flag: string, value: string, problem: Problem): string {
  const expected = problem(value);
  if (expected !== undefined) throw new UsageError(`${flag}: "${value}" is not allowed.`, `Expected: ${expected}.`);
  return value;
}
