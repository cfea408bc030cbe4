import type { Manifest } from '../manifests/manifest.ts';
import type { Federation, Workload } from '../model/federation.ts';
import { objectName } from '../model/names.ts';
import type { Observation } from './observation.ts';
import type { PlanInput } from './plan.ts';
import type { Step } from './step.ts';

/** What a reader of the plan has to know besides the objects. */
export interface Note {
  readonly cluster: string;
  readonly text: string;
}

export function planNotes(
  federation: Federation,
  steps: readonly Step[],
  observations: readonly Observation[],
  manifests: readonly Manifest[],
): Note[] {
  const policies = policySteps(steps);
  return [
    ...federation.workloads.flatMap((workload) => {
      const { cluster, namespace, name } = workload;
      return policyNotes(workload, policies.get(`${cluster.name}/${namespace}/${objectName(federation.name, name)}`));
    }),
    ...steps.flatMap(restartNotes),
    ...limitNotes(federation, steps),
    ...certificateNotes(manifests, observations),
    ...unfinished(observations),
  ];
}

/** istiod's default; it can't be read from outside of the proxies. */
const drainSeconds = 45;

/**
 * A first policy shuts out everybody who is not in it. Envoy judges by the policy that a connection came in under, and closes it after
 * its drain time, an HTTP one after its next answer: so whoever has one open may send one more request over it.
 */
function policyNotes(workload: Workload, step: Step | undefined): Note[] {
  if (step === undefined) return [];
  const { cluster, namespace, servesTcp, servesHttp } = workload;
  const note = (...texts: string[]): Note[] => {
    const text = `pods ${labelText(workload)} in ${namespace}: ${texts.join('; ')}`;
    return texts.length > 0 ? [{ cluster: cluster.name, text }] : [];
  };
  const drain = `their open TCP connections end ${drainSeconds}s after the write`;
  const last = `over each HTTP connection that is open one more request may come, for ${drainSeconds}s`;
  if (step.op === 'delete') return note('whoever no other policy refuses may call them again', drain);
  const held = [...(servesTcp ? [drain] : []), ...(servesHttp ? [last] : [])];
  if (step.op === 'update') return step.stage === 'tighten' ? note(...held) : note(...(servesTcp ? [drain] : []));
  const open = workload.rules.some(({ principals }) => principals === undefined);
  const ports = open ? `port ${workload.exportedPorts.join(', ')}` : 'every port';
  return note(`from now on ${ports} lets in only the callers of the spec`, ...held);
}

const labelText = ({ labels }: Workload): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** Policies are looked up by workload, so they are found by name once. */
function policySteps(steps: readonly Step[]): ReadonlyMap<string, Step> {
  const policies = steps.filter(({ id }) => id.kind === 'AuthorizationPolicy');
  return new Map(policies.map((step) => [`${step.cluster}/${step.id.namespace}/${step.id.name}`, step]));
}

const restartNotes = (step: Step): Note[] =>
  step.op !== 'delete' && step.id.kind === 'ProxyConfig'
    ? [
        {
          cluster: step.cluster,
          text: `ProxyConfig ${step.id.namespace}/${step.id.name} acts on pods that start after it: restart those that are running`,
        },
      ]
    : [];

/** What the mesh can't do for a service is said when it is first published. */
function limitNotes({ services }: Federation, steps: readonly Step[]): Note[] {
  const published = new Set(
    steps.flatMap((step) => (step.op === 'create' && step.stage === 'publish' ? [step.source.join('.')] : [])),
  );
  return services
    .filter(({ at }) => published.has(at.join('.')))
    .flatMap(({ name, limits, providers }) =>
      limits.map((text) => ({
        cluster: providers.map(({ cluster }) => cluster.name).join(', '),
        text: `${name}: ${text}`,
      })),
    );
}

function certificateNotes(manifests: readonly Manifest[], observations: readonly Observation[]): Note[] {
  return observations
    .filter(({ meshRuns, cluster }) => meshRuns && manifests.some((one) => one.cluster === cluster && isCa(one)))
    .map(({ cluster }) => ({
      cluster,
      text: 'the mesh runs: its CA is left alone, since replacing it is an outage. `aegis-xc render` prints the Certificate for a planned rotation',
    }));
}

const isCa = ({ resource }: Manifest): boolean => resource.kind === 'Certificate';

const unfinished = (observations: readonly Observation[]): Note[] =>
  observations
    .filter(({ inventory, journal }) => inventory?.state === 'applying' && journal?.state !== 'prepared')
    .map(({ cluster, inventory }) => ({
      cluster,
      text: `revision ${inventory?.revision} was not finished here: applying goes on from what is there`,
    }));

/** What a cluster that is left out does not get. */
export const leftOutNotes = ({ manifests, without = [] }: PlanInput): Note[] =>
  without.map((cluster) => {
    const waiting = manifests.filter((one) => one.cluster === cluster).length;
    return {
      cluster,
      text: `is left out: it is not read and not written to. The next apply that reaches it brings its ${waiting} objects to what the spec says`,
    };
  });
