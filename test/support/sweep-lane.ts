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
import { type Ended, type Look, openRig, type RigOptions, violations } from './run-rig.ts';
import type { Case, Pair } from './sweep-cases.ts';

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
}: {
  readonly bench: Bench;
  readonly third: Bench;
  readonly name: string;
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
      const before = look ?? (await lookAt());
      const breaking = breakAt({ one, before, clusters: rig.clusters, kill: () => rig.kill() });
      rig.onRequest = breaking.onRequest;
      const patience = ['hang', 'silent'].includes(one.how) ? { requestTimeout: Math.max(1000, usual) } : {};
      const ended = await rig.apply(specAt(there), options(there, { ...patience, plan: planAt(before, there) }));
      rig.onRequest = () => undefined;
      rig.revive();

      const broken = await lookAt();
      const wrong = unsafe(specAt(there), planAt(before, there), broken.world, breaking.touched);
      const rest = await rig.finish(specAt(there), one.then, options(there));
      const after = rest.kind === 'unchanged' ? broken : await lookAt();
      const judged = judge({ side, ended, rest, after, touched: breaking.touched });
      wrong.push(...judged.wrong);
      if (judged.whole === undefined) await clean(there);
      else [side, look] = [judged.whole, after];
      return { wrong, end: `${ended.kind} → ${rest.kind}`, reached: breaking.fired };
    },
    async end() {
      await goTo(0, { takeOver: true });
    },
    close: () => rig.close(),
  };

  /** Ends what is unfinished, and sets back what others have done. */
  async function clean(there: number): Promise<void> {
    await rig.finish(specAt(there), 'forward', options(there, { takeOver: true }));
    await goTo(there, { takeOver: true });
  }
}

const planAt = ({ plans }: Look, side: number): Plan => {
  const plan = plans[side];
  if (plan === undefined) throw new Error('every side has a plan');
  return plan;
};

/** What somebody else did, at the break. */
interface Touched {
  readonly key: string;
  readonly how: 'edit' | 'delete';
  /** The object before it. */
  readonly object: LiveObject;
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
    if (how === 'delete') await access?.request('DELETE', path);
    else {
      const body = {
        metadata: { annotations: edited },
        ...(object.kind === 'AuthorizationPolicy' && { spec: { action: 'AUDIT' } }),
      };
      await access?.request('PATCH', `${path}?fieldManager=kubectl-edit`, {
        body,
        contentType: 'application/merge-patch+json',
      });
    }
    return { key, how, object };
  }
  return undefined;
}

/** One of our own annotations: a write that does not take over is refused. */
const edited = { 'aegis-xc.dev/cluster': 'edited' } as const;
const isEdited = ({ metadata }: LiveObject): boolean =>
  Object.entries(edited).every(([name, value]) => metadata.annotations?.[name] === value);

/** What the break has left, without what somebody else has taken away: that was not the run's doing. */
function unsafe(spec: FederationInput, plan: Plan, world: World, touched: Touched | undefined): string[] {
  if (touched?.how !== 'delete') return violations(spec, plan, world).map((text) => `unsafe: ${text}`);
  // To go early may break calls, and whoever took it away did that.
  if (plan.steps.some((step) => step.op === 'delete' && stepKey(step) === touched.key)) return [];
  const state = new Map([[touched.key, touched.object], ...world]);
  return violations(spec, plan, state).map((text) => `unsafe beside the deletion: ${text}`);
}

interface Ending {
  /** Where the run came from. */
  readonly side: number;
  readonly ended: Ended;
  readonly rest: Ended;
  readonly after: Look;
  readonly touched: Touched | undefined;
}

/** What is wrong in the end, and on which side the federation is whole now. */
function judge(ending: Ending): { readonly wrong: string[]; readonly whole?: number } {
  if (ending.touched) return { wrong: judgeTouched(ending.touched, ending) };
  const { side, ended, rest, after } = ending;
  const wrong = ['done', 'unchanged', 'rolled-back'].includes(rest.kind)
    ? []
    : [`it ended ${textOf(rest)}, after ${textOf(ended)}`];
  const whole = [0, 1].find((which) => isWhole(planAt(after, which)));
  if (whole === undefined) return { wrong: [...wrong, `neither old nor new: ${openText(planAt(after, 1 - side))}`] };
  if (rest.kind === 'rolled-back' && whole !== side) wrong.push('it was rolled back, and is not as before');
  return { wrong, whole };
}

/** Nobody's edit is overwritten, nothing comes back to life by a write, and all other objects are old or new. */
function judgeTouched({ key, how }: Touched, { after, ended, rest }: Ending): string[] {
  const live = after.world.get(key);
  const wrong = how === 'edit' && live && !isEdited(live) ? [`the edit of ${key} is gone: ${textOf(ended)}`] : [];
  // It stands still before the edit, until somebody says --take-over.
  if (['stopped', 'threw'].includes(rest.kind)) return wrong;
  const open = [0, 1].map((which) => planAt(after, which).steps.filter((step) => stepKey(step) !== key));
  const isOne = open.some((steps) => steps.length === 0);
  return isOne ? wrong : [...wrong, `others are neither old nor new: ${textOf(ended)}, ${textOf(rest)}`];
}

/** Nothing to do, nothing unfinished, one revision everywhere. */
function isWhole({ steps, diagnostics, clusters }: Plan): boolean {
  const inventories = clusters.flatMap(({ observation }) => observation.inventory ?? []);
  const revisions = new Set(inventories.map(({ revision, state }) => `${revision} ${state}`));
  return steps.length === 0 && diagnostics.length === 0 && revisions.size === 1;
}

const openText = ({ steps, diagnostics, clusters }: Plan): string =>
  [
    ...steps.map(
      (step) =>
        `${step.op} ${step.id.kind} ${step.cluster}${step.op === 'update' ? ` ${JSON.stringify(step.changes)}` : ''}`,
    ),
    ...diagnostics.map(({ message }) => message),
    ...clusters.map(
      ({ observation: { cluster, inventory } }) => `${cluster} ${inventory?.revision} ${inventory?.state}`,
    ),
  ].join(', ');

const textOf = (ended: Ended): string =>
  ended.kind === 'threw'
    ? `threw ${ended.error.message}`
    : `${ended.kind} ${'failures' in ended ? ended.failures.map(({ error }) => error.message).join('; ') : ''}`;

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
