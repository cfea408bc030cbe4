import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { objectPath } from '../../src/clusters/wire.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import { keyOf } from '../../src/plan/object-key.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { stepKey, type World, worldKey } from '../../src/plan/proof/world.ts';
import { resourceOf } from '../../src/plan/resources.ts';
import { keptRevisions } from '../../src/plan/revision.ts';
import type { ClusterAccess } from '../bench/access.ts';
import type { Fault, Passing } from './fault-proxy.ts';
import type { FederationInput } from './federation.ts';
import { type PlainObject, type PlainState, plainlyUnsafe, plainName, readPlainly } from './plain-safety.ts';
import { type Ended, type Look, openRig, type Rig, type RigOptions, violations } from './run-rig.ts';
import type { Case, Pair } from './sweep-cases.ts';
import { edited, editor, isWhole, judge, openText, planAt, type Touched, textOf } from './sweep-judge.ts';

type Bench = Parameters<typeof openRig>[0];

export interface Tried {
  readonly wrong: readonly string[];
  readonly end: string;
  /** False when the run ended before its write came, as on a machine that is too busy to answer in time. */
  readonly reached: boolean;
}

/** One federation that is broken again and again. */
export interface Lane {
  /** Where it stands: 0 or 1. */
  readonly side: number;
  /**
   * Brings it to the first side, and counts the writes of the way to the second one and back. `settled`: once old revisions go
   * with every new one, as they do in the long run.
   */
  begin(pair: Pair, options: { readonly settled: boolean }): Promise<[number, number]>;
  cross(): Promise<void>;
  tryCase(one: Case): Promise<Tried>;
  end(): Promise<void>;
  close(): Promise<void>;
}

export async function openLane({
  bench,
  third,
  name,
  tamper = {},
}: {
  readonly bench: Bench;
  readonly third: Bench;
  readonly name: string;
  /** What a negative control breaks, in the runs that are broken and in their ends. */
  readonly tamper?: Rig['tamper'];
}): Promise<Lane> {
  const rig = await openRig(bench, third);
  let sides: readonly FederationInput[] = [];
  let all: string[] = [];
  let side = 0;
  let look: Look | undefined;
  /** Milliseconds of a whole run: within that, a server that is only busy has answered. */
  let usual = 0;

  const specAt = (which: number): FederationInput => {
    const spec = sides[which];
    if (spec === undefined) throw new Error('a pair has two sides');
    return spec;
  };
  /** Every run asks all clusters of both sides; those that the goal does not name leave. */
  const options = (which: number, more: RigOptions = {}): RigOptions => {
    const staying = Object.keys(specAt(which).clusters);
    return {
      also: all,
      leaving: new Set(all.filter((cluster) => !staying.includes(cluster))),
      lockPatience: 60,
      ...more,
    };
  };
  const goTo = async (which: number, more: RigOptions = {}): Promise<void> => {
    const begun = performance.now();
    const ended = await rig.apply(specAt(which), options(which, more));
    usual = performance.now() - begun;
    if (ended.kind === 'threw') throw ended.error;
    expect(['done', 'unchanged']).toContain(ended.kind);
    side = which;
    look = undefined;
  };
  const lookAt = (): Promise<Look> => rig.look(sides);

  return {
    get side() {
      return side;
    },
    async begin(pair, { settled }) {
      sides = pair.sides.map((spec) => ({ ...spec, metadata: { name } }));
      all = [...new Set(sides.flatMap((spec) => Object.keys(spec.clusters)))];
      await goTo(0);
      const counted = async (which: number): Promise<number> => {
        const before = rig.writes();
        await goTo(which);
        return rig.writes() - before;
      };
      while (settled && planAt(await lookAt(), 0).revision <= keptRevisions)
        for (const which of [1, 0]) await goTo(which);
      return [await counted(1), await counted(0)];
    },
    cross: () => goTo(1 - side),
    async tryCase(one) {
      const there = 1 - side;
      try {
        return await breakAndEnd(one, there);
      } catch (error) {
        // What the test itself could not do is told of this case, and hides nothing of the others.
        calm();
        rig.tamper = {};
        await clean(there);
        return {
          wrong: [`the test failed: ${error instanceof Error ? error.stack : error}`],
          end: 'failed',
          reached: true,
        };
      }
    },
    async end() {
      await goTo(0, { takeOver: true });
    },
    close: () => rig.close(),
  };

  async function breakAndEnd(one: Case, there: number): Promise<Tried> {
    const before = look ?? (await lookAt());
    const breaking = breakAt({ one, before, clusters: rig.clusters, kill: () => rig.kill() });
    rig.onRequest = breaking.onRequest;
    rig.tamper = tamper;
    const patience = ['hang', 'silent'].includes(one.how) ? { requestTimeout: Math.max(1000, usual) } : {};
    const ended = await rig.apply(specAt(there), options(there, { ...patience, plan: planAt(before, there) }));
    calm();

    const [broken, plain] = await Promise.all([lookAt(), readPlainly(name, rig.clusters)]);
    const { touched, fired: reached } = breaking;
    const wrong = [
      ...unsafe(specAt(there), planAt(before, there), broken.world, touched),
      ...plainly(sides, planAt(before, there), plain, touched),
    ];
    const rest = await rig.finish(specAt(there), one.then, options(there));
    rig.tamper = {};
    const after = rest.kind === 'unchanged' ? broken : await lookAt();
    const judged = judge({ side, before, ended, broken, rest, after, touched });
    wrong.push(...judged.wrong);
    if (judged.whole !== undefined) [side, look] = [judged.whole, after];
    else if (touched === undefined || wrong.length > 0) await clean(there);
    else wrong.push(...(await takeOver(there, one.then, [ended, rest])));
    return { wrong, end: `${ended.kind} → ${rest.kind}`, reached };
  }

  /** Nothing breaks any more. */
  function calm(): void {
    rig.onRequest = () => undefined;
    rig.revive();
  }

  /** Ends what is unfinished, and sets back what others have done. */
  async function clean(there: number): Promise<void> {
    await rig.finish(specAt(there), 'forward', options(there, { takeOver: true }));
    await goTo(there, { takeOver: true });
  }

  /** Whoever says --take-over gets a whole state: the way that was asked for, and then the spec of that side. */
  async function takeOver(there: number, then: Case['then'], said: readonly Ended[]): Promise<string[]> {
    const forced = await rig.finish(specAt(there), then, options(there, { takeOver: true }));
    const [last] = [...said, forced]
      .filter(({ kind }) => ['done', 'rolled-back', 'incomplete'].includes(kind))
      .slice(-1);
    const which = last?.kind === 'done' ? there : 1 - there;
    const again = await rig.apply(specAt(which), options(which, { takeOver: true }));
    const now = await lookAt();
    const wrong = [
      ...(['done', 'rolled-back', 'unchanged'].includes(forced.kind) ? [] : [`${then} --take-over: ${textOf(forced)}`]),
      ...(['done', 'unchanged'].includes(again.kind) ? [] : [`apply --take-over: ${textOf(again)}`]),
      ...(isWhole(planAt(now, which)) ? [] : [`not whole after --take-over: ${openText(planAt(now, which))}`]),
    ];
    if (wrong.length > 0) await clean(there);
    else [side, look] = [which, now];
    return wrong;
  }
}

interface Breaking {
  readonly onRequest: (request: Passing) => Promise<Fault | undefined>;
  /** The write came. */
  readonly fired: boolean;
  readonly touched: Touched | undefined;
}

interface BreakOptions {
  readonly one: Case;
  readonly before: Look;
  readonly clusters: Readonly<Record<string, ClusterAccess>>;
  readonly kill: () => void;
}

function breakAt({ one, before, clusters, kill }: BreakOptions): Breaking {
  const { how, when, write } = one;
  let seen = 0;
  let silent: string | undefined;
  let touched: Touched | undefined;
  const fault = async (request: Passing): Promise<Fault | undefined> => {
    switch (how) {
      case 'kill':
        kill();
        return { kind: 'cut', when };
      case 'cut':
      case 'hang':
        return { kind: how, when };
      case '503':
      case '403':
        return { kind: 'answer', when, ...answers[how] };
      case 'silent':
        silent = request.cluster;
        return { kind: 'hang', when };
      case 'edit':
      case 'delete': {
        const act = async (): Promise<void> => {
          touched = await touch(how, { request, before, clusters, write });
        };
        if (when === 'after') return { kind: 'meanwhile', when, act };
        await act();
        return undefined;
      }
    }
  };
  return {
    onRequest: async (request) => {
      if (request.cluster === silent) return { kind: 'hang', when: 'before' };
      return request.isWrite && seen++ === write ? fault(request) : undefined;
    },
    get fired() {
      return seen > write;
    },
    get touched() {
      return touched;
    },
  };
}

const refusal = (status: number, reason: string) => ({
  status,
  body: JSON.stringify({ kind: 'Status', status: 'Failure', reason, code: status, message: reason }),
});
const answers = {
  '503': { ...refusal(503, 'ServiceUnavailable'), headers: { 'retry-after': '0' } },
  '403': refusal(403, 'Forbidden'),
};

/** The object that the write is about, or when that is none of ours another one of the cluster. */
async function touch(
  how: 'edit' | 'delete',
  { request, before, clusters, write }: Pick<BreakOptions, 'before' | 'clusters'> & { request: Passing; write: number },
): Promise<Touched | undefined> {
  const { cluster } = request;
  const access = clusters[cluster];
  const others = [...before.world].flatMap(([key, live]) => {
    const resource = resourceOf(live);
    const { namespace, name } = live.metadata;
    return key.startsWith(`${cluster} `) && resource ? [objectPath({ resource, namespace, name })] : [];
  });
  const own = request.path.replace(/\?.*/, '');
  const turned = [...others.slice(write % others.length), ...others.slice(0, write % others.length)];
  for (const path of [...(/istio|networkpolicies/.test(own) ? [own] : []), ...turned]) {
    const { status, json } = (await access?.request('GET', path)) ?? { status: 404, json: () => undefined };
    if (status !== 200) continue;
    const object = json() as LiveObject; // what a GET of an object answers
    const key = worldKey(cluster, keyOf(object));
    const body = {
      metadata: { annotations: edited },
      ...(object.kind === 'AuthorizationPolicy' && { spec: { action: 'AUDIT' } }),
    };
    const contentType = 'application/merge-patch+json';
    const answer =
      how === 'delete'
        ? await access?.request('DELETE', path)
        : await access?.request('PATCH', `${path}?fieldManager=${editor}`, { body, contentType });
    // The run may have deleted it just now: then nobody was there.
    if (answer?.status === 200) return { key, how, object };
  }
  return undefined;
}

/** What the break has left, without what somebody else has taken away: that was not the run's doing. */
function unsafe(spec: FederationInput, plan: Plan, world: World, touched: Touched | undefined): string[] {
  if (touched?.how !== 'delete') return violations(spec, plan, world).map((text) => `unsafe: ${text}`);
  // To go early may break calls, and whoever took it away did that.
  if (plan.steps.some((step) => step.op === 'delete' && stepKey(step) === touched.key)) return [];
  const state = new Map([[touched.key, touched.object], ...world]);
  return violations(spec, plan, state).map((text) => `unsafe beside the deletion: ${text}`);
}

/** The same by the plain rules, of the state as if nobody else had been there: only what the run has done counts. */
function plainly(
  sides: readonly FederationInput[],
  plan: Plan,
  state: PlainState,
  touched: Touched | undefined,
): string[] {
  if (touched?.how === 'delete' && plan.steps.some((step) => step.op === 'delete' && stepKey(step) === touched.key))
    return [];
  return plainlyUnsafe(sides, touched ? withoutTouch(state, touched) : state).map((text) => `plainly unsafe: ${text}`);
}

function withoutTouch(state: PlainState, { key, object }: Touched): PlainState {
  const isIt = (one: PlainObject): boolean => plainName(one) === plainName(object);
  const undone = (one: PlainObject): PlainObject =>
    one.kind === 'AuthorizationPolicy' ? { ...one, spec: { ...one.spec, action: 'ALLOW' } } : one;
  return Object.fromEntries(
    Object.entries(state).map(([cluster, { objects, inventory }]) => {
      if (!key.startsWith(`${cluster} `)) return [cluster, { objects, inventory }];
      const [it = object] = objects.filter(isIt);
      const others = objects.filter((one) => !isIt(one));
      return [cluster, { objects: [...others, undone(it)], inventory: new Set([...inventory, plainName(object)]) }];
    }),
  );
}

/** As istiod and cert-manager do: the version of an object moves, and nothing that we care for. */
export function writeStatuses(clusters: readonly ClusterAccess[]): () => void {
  let going = true;
  const kinds = [
    'networking.istio.io/v1/serviceentries',
    'networking.istio.io/v1/destinationrules',
    'security.istio.io/v1/authorizationpolicies',
  ];
  const loop = async (access: ClusterAccess): Promise<void> => {
    for (let n = 0; going; n++) {
      const kind = kinds[n % kinds.length] ?? '';
      const list = await access
        .request('GET', `/apis/${kind}?labelSelector=aegis-xc.dev/federation`)
        .catch(() => undefined);
      const items =
        (list?.json() as { items?: { metadata: { namespace: string; name: string } }[] } | undefined)?.items ?? [];
      const [group, version, plural] = kind.split('/');
      for (const { metadata } of items) {
        const path = `/apis/${group}/${version}/namespaces/${metadata.namespace}/${plural}/${metadata.name}/status`;
        const body = { status: { conditions: [{ type: 'Reconciled', status: 'True', message: `${n}` }] } };
        await access.request('PATCH', path, { body, contentType: 'application/merge-patch+json' }).catch(() => {});
      }
      await sleep(200);
    }
  };
  for (const access of clusters) void loop(access);
  return () => {
    going = false;
  };
}
