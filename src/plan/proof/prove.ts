import type { Federation } from '../../model/federation.ts';
import { nameOf } from '../object-key.ts';
import { type Stage, stages } from '../stages.ts';
import type { Step } from '../step.ts';
import { addressScopes } from './address-scopes.ts';
import { brokerScopes } from './broker-scopes.ts';
import { callerScopes } from './caller-scopes.ts';
import { indexOf } from './index-of.ts';
import { isSameChange } from './same-change.ts';
import type { Scope } from './scope.ts';
import { servedBy } from './served.ts';
import { gatewayScopes, workloadScopes } from './server-scopes.ts';
import { stepKey, type World, worldAfter } from './world.ts';

/** A state on the way that would be worse than both ends of it. */
export interface Unsafe {
  readonly stage: Stage;
  /** Done in this stage, and not done yet. */
  readonly done: readonly Step[];
  readonly open: readonly Step[];
  readonly why: string;
}

export interface Proof {
  /** At most one of every scope. */
  readonly unsafe: readonly Unsafe[];
  /** States that were looked at. */
  readonly states: number;
  /** Objects that the plan writes and that act on one link, by `worldKey`. */
  readonly links: readonly (readonly string[])[];
}

export interface ProofInput {
  readonly federation: Federation;
  readonly before: World;
  readonly steps: readonly Step[];
  /** What would lead to the wanted state, where that is more than can be done. */
  readonly needed?: readonly Step[];
  /** Clusters of the federation that are left out. */
  readonly absent?: ReadonlySet<string>;
}

/**
 * Looks at every state that a run can be in: all stages before the running one are done, and any part of the running one.
 * In each, what works before and after the plan works; nobody gets in who gets in neither before nor after; and no way
 * leads to a server of unknown identity. Scope by scope, for the objects of one link don't act on another's.
 *
 * A run asks twice, the second time with its locks in hand; when nothing has changed meanwhile, the first proof is the second.
 */
export function prove(input: ProofInput): Proof {
  if (last === undefined || !isSameChange(last.input, input)) last = { input, proof: proofOf(input) };
  return last.proof;
}

let last: { readonly input: ProofInput; readonly proof: Proof } | undefined;

function proofOf(input: ProofInput): Proof {
  const { before, steps } = input;
  const scopes = scopesOf(input);
  const byKey = new Map<string, Step[]>();
  for (const step of steps) {
    const others = byKey.get(stepKey(step));
    if (others) others.push(step);
    else byKey.set(stepKey(step), [step]);
  }
  const proofs = scopes.map((scope) => proveScope(scope, before, byKey));
  return {
    unsafe: proofs.flatMap(({ unsafe }) => unsafe),
    states: proofs.reduce((sum, { states }) => sum + states, 0),
    links: scopes.map(({ keys }) => keys.filter((key) => byKey.has(key))).filter(({ length }) => length > 1),
  };
}

/** What has to be looked at: nothing of what the plan leaves as it is. */
export function scopesOf({ federation, before, steps, needed = steps, absent = new Set() }: ProofInput): Scope[] {
  if (steps.length === 0) return [];
  const index = indexOf(before, steps);
  const changed = new Set(steps.map(stepKey));
  const frame = {
    before,
    after: worldAfter(before, needed),
    changed,
    served: servedBy(federation),
    ownDomains: ownDomainsOf(federation),
    absent,
  };
  return [
    ...callerScopes(index, frame),
    ...addressScopes(index, frame),
    ...workloadScopes(index, frame),
    ...gatewayScopes(index, frame),
    ...brokerScopes(index, frame),
  ];
}

const ownDomainsOf = ({ clusters }: Federation): ReadonlyMap<string, string> =>
  new Map(
    clusters
      .filter((one) => !clusters.some((other) => other !== one && other.trustDomain === one.trustDomain))
      .map(({ name, trustDomain }) => [name, trustDomain]),
  );

function proveScope(scope: Scope, world: World, byKey: ReadonlyMap<string, readonly Step[]>): Omit<Proof, 'links'> {
  const steps = [...new Set(scope.keys)].flatMap((key) => byKey.get(key) ?? []);
  let state: World = new Map(scope.keys.flatMap((key) => [[key, world.get(key)] as const]).filter(isThere));
  let states = 0;
  for (const stage of stages) {
    const running = steps.filter((step) => step.stage === stage);
    if (running.length === 0) continue;
    for (const done of subsetsOf(running)) {
      states++;
      const why = scope.check(worldAfter(state, done));
      if (why !== undefined) {
        const open = running.filter((step) => !done.includes(step));
        return { states, unsafe: [{ stage, done, open, why }] };
      }
    }
    state = worldAfter(state, running);
    const why = scope.checkBetween?.(state);
    if (why !== undefined) return { states, unsafe: [{ stage, done: running, open: [], why }] };
  }
  return { unsafe: [], states };
}

const isThere = <Value>(pair: readonly [string, Value | undefined]): pair is readonly [string, Value] =>
  pair[1] !== undefined;

/** Beyond this, as for one host with a dozen providers, pairs stand for the rest: each step alone, with one other, and missing. */
const mostSteps = 12;

export function* subsetsOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length <= mostSteps) {
    for (let bits = 1; bits < 2 ** items.length; bits++) yield items.filter((_, n) => (bits >> n) & 1);
    return;
  }
  for (const one of items) {
    yield [one];
    yield items.filter((item) => item !== one);
    for (const other of items) if (other !== one) yield [one, other];
  }
  yield items;
}

/** For people: what would be done, and what not yet. */
export function unsafeText({ stage, done, open, why }: Unsafe): string {
  const list = (steps: readonly Step[]): string =>
    steps.map(({ id, cluster }) => `${id.kind} ${nameOf(id)} in ${cluster}`).join(', ') || 'nothing';
  const last = open.length > 0 ? `, and not yet ${list(open)}` : '';
  return `no safe order: in stage ${stage}, with ${list(done)} done${last}, ${why}`;
}
