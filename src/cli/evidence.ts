import { dryRun } from '../apply/dry-run.ts';
import type { LiveEvidence, Site } from '../checks/live/live-check.ts';
import type { ClusterClient } from '../clusters/client.ts';
import { readLacking } from '../clusters/lacking.ts';
import { readActions, readLiveCluster } from '../clusters/live-cluster.ts';
import { askWebhook } from '../clusters/webhook.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { ClusterError } from '../errors.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import { prerequisites } from '../model/prerequisites.ts';
import { planFindings } from '../plan/findings.ts';
import { judgeMeshConfig } from '../plan/mesh-config.ts';
import type { Observation } from '../plan/observation.ts';
import { systemNamespace } from '../plan/ownership.ts';
import { actionsOf, actionsOfSteps } from '../plan/permissions.ts';
import { buildPlan, type Plan } from '../plan/plan.ts';
import { type Clients, type Observed, observeEach } from './clusters.ts';
import type { Session } from './session.ts';

export interface EvidenceOptions {
  readonly federation: Federation;
  readonly manifests: readonly Manifest[];
  readonly clients: Clients;
}

/** All that live checks look at. One cluster's trouble is its own: the others are read all the same. Writes nothing. */
export async function gatherEvidence(
  options: EvidenceOptions,
  session: Pick<Session, 'progress'>,
): Promise<LiveEvidence> {
  const { federation, manifests, clients } = options;
  const observed = await observeEach(clients, federation, manifests, session);
  const observations = observed.flatMap(({ result }) => (result.status === 'fulfilled' ? [result.value] : []));
  const isWhole = observations.length === observed.length;
  const plan = isWhole ? buildPlan({ federation, manifests, observations }) : undefined;
  return session.progress(async (progress) => {
    progress.step(`looking at ${[...clients.keys()].join(', ')}`);
    const [sites, tried] = await Promise.all([
      Promise.all(observed.map((one) => readSite(one, plan, options))),
      plan && dryRun({ plan, clients }),
    ]);
    return {
      federation,
      manifests,
      sites,
      found: plan
        ? [...plan.diagnostics, ...(tried?.diagnostics ?? [])]
        : withoutPlan(federation, manifests, observations),
      isPlanned: plan !== undefined,
      untried: tried?.skipped.map(({ step: { cluster }, reason }) => ({ cluster, reason })) ?? [],
      prerequisites: prerequisites(federation).map((one) => ({
        ...one,
        ...judgeMeshConfig(one, observations.find(({ cluster }) => cluster === one.cluster)?.meshConfigs),
      })),
    };
  });
}

async function readSite({ client, result }: Observed, plan: Plan | undefined, options: EvidenceOptions): Promise<Site> {
  const { cluster } = client;
  const { federation, manifests } = options;
  const observation = result.status === 'fulfilled' ? result.value : undefined;
  const own = manifests.filter((one) => one.cluster === cluster);
  const steps = plan?.steps.filter((step) => step.cluster === cluster) ?? [];
  const needed = [...actionsOf(own), ...(observation ? actionsOfSteps(steps, hasRecords(observation)) : [])];
  const asking = {
    lacking: readLacking(client, federation.name, { needed, helpful: readActions(federation, cluster) }),
    live: observation && readLiveCluster(client, federation),
    webhook:
      observation &&
      askWebhook({ client, federation: federation.name, manifests: own, namespaces: activeIn(observation) }),
  };
  const [lacking, live, webhook] = await Promise.allSettled([asking.lacking, asking.live, asking.webhook]);
  const failure = [result, lacking, live, webhook].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))[0];
  if (failure !== undefined && !(failure instanceof ClusterError)) throw failure;
  return {
    cluster,
    ...(failure && { failure }),
    ...(observation && { observation }),
    ...(lacking.status === 'fulfilled' && { lacking: lacking.value }),
    ...(live.status === 'fulfilled' && live.value && { live: live.value }),
    ...(webhook.status === 'fulfilled' && webhook.value && { webhook: webhook.value }),
  };
}

const hasRecords = ({ namespaces }: Observation): boolean => namespaces.has(systemNamespace);
const activeIn = ({ namespaces }: Observation): ReadonlySet<string> =>
  new Set([...namespaces].flatMap(([name, state]) => (state === 'active' ? [name] : [])));

/** Where one cluster is missing there is no plan, and who takes part is not known. */
const withoutPlan = (
  federation: Federation,
  manifests: readonly Manifest[],
  observations: readonly Observation[],
): Diagnostic[] => planFindings({ federation, manifests, observations }).filter(({ code }) => code !== 'AXC4007');

/** What a run of `apply` asks besides its plan: permissions, and whether Istio looks at what is written. */
export async function readGuards(plan: Plan, manifests: readonly Manifest[], clients: Clients): Promise<Site[]> {
  return Promise.all(
    plan.clusters.flatMap(({ observation }) => {
      const client = clients.get(observation.cluster);
      return client ? [readGuard(client, observation, plan, manifests)] : [];
    }),
  );
}

async function readGuard(
  client: ClusterClient,
  observation: Observation,
  { federation, steps }: Plan,
  manifests: readonly Manifest[],
): Promise<Site> {
  const { cluster } = observation;
  const own = manifests.filter((one) => one.cluster === cluster);
  const needed = actionsOfSteps(
    steps.filter((step) => step.cluster === cluster),
    hasRecords(observation),
  );
  const [lacking, webhook] = await Promise.all([
    readLacking(client, federation, { needed }),
    askWebhook({ client, federation, manifests: own, namespaces: activeIn(observation) }),
  ]);
  return { cluster, observation, lacking, webhook };
}
