import { cluster, type FederationInput, federation, provider, service } from './federation.ts';
import { seeded, shuffled } from './random.ts';

/** Two states of a federation. The way there and the way back are two plans: adding is tried, and removing too. */
export interface Pair {
  readonly name: string;
  readonly sides: readonly [FederationInput, FederationInput];
}

const spec = (difference: Parameters<typeof service>[0] = {}): FederationInput =>
  federation({ services: { 'backend-api': service(difference) } });
const callers = (...accounts: string[]) =>
  accounts.map((serviceAccount) => ({ cluster: 'cluster-a', namespace: 'shop', serviceAccount }));
const at = (...addresses: string[]): FederationInput =>
  federation({ clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway: { addresses } }) } });
const database = service({
  port: { number: 5432, protocol: 'TCP' },
  providers: { 'cluster-b': provider({ namespace: 'data', workload: { app: 'orders-db' }, serviceAccounts: ['db'] }) },
});
const three = { 'cluster-a': cluster('a'), 'cluster-b': cluster('b'), 'cluster-c': cluster('c') };

/** In an order in which the lanes end at about the same time: one lane alone is slow. */
export const pairs: readonly Pair[] = [
  {
    name: 'add a third cluster, take it out',
    sides: [
      spec(),
      federation({
        clusters: three,
        services: {
          'backend-api': service({
            consumers: [
              ...callers('frontend'),
              { cluster: 'cluster-c', namespace: 'shop', serviceAccount: 'frontend' },
            ],
          }),
        },
      }),
    ],
  },
  {
    name: 'move a provider to another Service',
    sides: [spec(), spec({ providers: { 'cluster-b': provider({ namespace: 'other' }) } })],
  },
  {
    name: 'change callers',
    sides: [spec({ consumers: callers('frontend') }), spec({ consumers: callers('orders') })],
  },
  { name: 'change an address', sides: [at('203.0.113.98'), at('203.0.113.99')] },
  {
    name: 'add a service, remove it',
    sides: [spec(), federation({ services: { 'backend-api': service(), 'orders-db': database } })],
  },
  {
    name: 'change identities',
    sides: [spec(), spec({ providers: { 'cluster-b': provider({ serviceAccounts: ['backend-2'] }) } })],
  },
  {
    name: 'narrow callers, widen them',
    sides: [spec({ consumers: callers('frontend', 'orders') }), spec({ consumers: callers('orders') })],
  },
];

/**
 * - `kill`: the process is gone from then on: every connection is cut, and nothing else comes from it;
 * - `cut`, `503`, `403`, `hang`: this one request gets no answer, or that one;
 * - `silent`: the cluster takes this request and all later ones, and never answers again;
 * - `edit`, `delete`: somebody else changes or deletes the object of this write, or another one of the federation.
 */
export const ways = ['kill', 'cut', '503', '403', 'hang', 'silent', 'edit', 'delete'] as const;
export type Way = (typeof ways)[number];

export interface Case {
  readonly write: number;
  readonly how: Way;
  /** The server has not seen the request yet, or it has done it. */
  readonly when: 'before' | 'after';
  readonly then: 'forward' | 'back';
}

/** The cases of both directions, in an order of their own; of those that take long, every other one goes back. */
export function casesOf(
  writes: readonly [number, number],
  { seed, only }: { readonly seed: number; readonly only: readonly string[] },
): readonly [Case[], Case[]] {
  const [there, back] = writes.map((count, n) => casesOfWay(count, n).filter(({ how }) => only.includes(how)));
  return [shuffled(there ?? [], seeded(seed)), shuffled(back ?? [], seeded(seed + 1000))];
}

const bothEnds = ['forward', 'back'] as const;
const inBothWays: readonly Way[] = ['kill', 'cut', '503', '403'];

const casesOfWay = (writes: number, direction: number): Case[] =>
  Array.from({ length: writes }, (_, write) =>
    ways.flatMap((how) =>
      (['before', 'after'] as const).flatMap((when, n) => {
        const one = bothEnds.slice((write + n + direction) % 2).slice(0, 1);
        const thens = inBothWays.includes(how) ? bothEnds : one;
        return thens.map((then): Case => ({ write, how, when, then }));
      }),
    ),
  ).flat();
