import { isDeepStrictEqual } from 'node:util';
import type { Lacking } from '../../clusters/lacking.ts';
import type { LiveCluster } from '../../clusters/live-cluster.ts';
import type { Found } from '../../clusters/live-lists.ts';
import type { Watch } from '../../clusters/webhook.ts';
import type { Code } from '../../codes.ts';
import type { Diagnostic, Path } from '../../diagnostics.ts';
import type { ClusterError } from '../../errors.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { Cluster, Federation, Service, Workload } from '../../model/federation.ts';
import type { Prerequisite } from '../../model/prerequisites.ts';
import type { Judgement } from '../../plan/mesh-config.ts';
import type { Observation } from '../../plan/observation.ts';

/** A cluster as it was read. Each part is missing where nobody asked for it, or says why it could not be read. */
export interface Site {
  readonly cluster: string;
  /** Why nothing could be read of it. */
  readonly failure?: ClusterError;
  readonly observation?: Observation;
  readonly live?: LiveCluster;
  readonly webhook?: Watch | Unread;
  /** What these credentials may not do, and the RBAC that would allow it. */
  readonly lacking?: Lacking | Unread;
}

export interface Unread {
  readonly unread: string;
}

/** What a live check may look at: every cluster, and what the plan says of them. */
export interface LiveEvidence {
  readonly federation: Federation;
  readonly manifests: readonly Manifest[];
  readonly sites: readonly Site[];
  /** What the plan found already: the same findings become rows. */
  readonly found: readonly Diagnostic[];
  /** Without a plan some of it is not known: not every cluster could be read. */
  readonly isPlanned: boolean;
  /** Writes that could not be tried, and why. */
  readonly untried: readonly { readonly cluster: string; readonly reason: string }[];
  /** What has to stand in the MeshConfig of each cluster, and whether it does. */
  readonly prerequisites: readonly (Prerequisite & Judgement)[];
}

/** What the rows say. */
export const findingsOf = (rows: readonly Row[]): Diagnostic[] => {
  // What is about the federation as a whole stands in the row of each cluster.
  const keyOf = ({ code, message, object }: Diagnostic): string => JSON.stringify([code, message, object]);
  return [...new Map(rows.flatMap(({ found }) => found).map((one) => [keyOf(one), one])).values()];
};

/** What came of one check in one cluster, or between several. */
export interface Row {
  readonly check: string;
  readonly clusters: readonly string[];
  readonly state: 'passed' | 'warning' | 'failed' | 'not checked';
  readonly found: readonly Diagnostic[];
  /** Why it could not look, or not at everything. */
  readonly notChecked: readonly string[];
}

/** Something that must hold for clusters as they are; the name of its file says what. */
export interface LiveCheck {
  /** What it looks at, as the table calls it. */
  readonly title: string;
  /** What it can find. */
  readonly codes: readonly Code[];
  readonly look: (evidence: LiveEvidence) => readonly Row[];
}

/** A finding may leave out its severity when it is an error. */
export type LiveFinding = Omit<Diagnostic, 'severity'> & { readonly severity?: Diagnostic['severity'] };
export type Answer = LiveFinding | Unread;

/** A cluster that was read, and all there is to know of it. */
export interface SiteEvidence extends LiveEvidence {
  readonly site: Site;
  readonly own: Cluster;
}

interface EachCluster {
  readonly title: string;
  readonly codes: readonly Code[];
  /** Where there is nothing to look at there is no row. */
  readonly when?: (evidence: SiteEvidence) => boolean;
  /** It can say something of a cluster that could not be read, too. */
  readonly evenUnread?: true;
  readonly find: (evidence: SiteEvidence) => Iterable<Answer>;
}

/** A check of every cluster by itself. */
export const eachCluster = ({ title, codes, when = () => true, evenUnread, find }: EachCluster): LiveCheck => ({
  title,
  codes,
  look: (evidence) =>
    evidence.sites.flatMap((site) => {
      const own = evidence.federation.clusters.find(({ name }) => name === site.cluster);
      if (own === undefined) return [];
      const seen = { ...evidence, site, own };
      if (!when(seen)) return [];
      const isMute = site.failure !== undefined && !evenUnread;
      const answers = isMute ? [{ unread: `${site.cluster} could not be read` }] : [...find(seen)];
      return [rowOf(title, [site.cluster], answers)];
    }),
});

/** The live evidence of a cluster; reasons are for whoever has none. */
export type WithLive = SiteEvidence & { readonly live: LiveCluster };

interface EachLive extends Omit<EachCluster, 'find'> {
  readonly find: (evidence: WithLive) => Iterable<Answer>;
}

/** The same for checks that look at what runs there. */
export const eachLiveCluster = ({ find, ...check }: EachLive): LiveCheck =>
  eachCluster({
    ...check,
    *find(evidence) {
      const { live } = evidence.site;
      if (live === undefined) yield { unread: 'what runs in the cluster was not read' };
      else yield* find({ ...evidence, live });
    },
  });

/** Who calls whom: one pair of clusters. */
export interface Link {
  readonly consumer: Cluster;
  readonly provider: Cluster;
  readonly from: LiveCluster;
  readonly to: LiveCluster;
}

interface EachLink {
  readonly title: string;
  readonly codes: readonly Code[];
  readonly find: (link: Link, evidence: LiveEvidence) => Iterable<Answer>;
}

/** A check of every two clusters of which one calls the other. */
export const eachLink = ({ title, codes, find }: EachLink): LiveCheck => ({
  title,
  codes,
  look: (evidence) =>
    linksOf(evidence.federation).map(({ consumer, provider }) => {
      const [from, to] = [consumer, provider].map(({ name }) => evidence.sites.find(({ cluster }) => cluster === name));
      const missing = [from, to].find((site) => site?.live === undefined);
      const clusters = [consumer.name, provider.name];
      if (!from?.live || !to?.live) return rowOf(title, clusters, [{ unread: `${missing?.cluster} was not read` }]);
      return rowOf(title, clusters, [...find({ consumer, provider, from: from.live, to: to.live }, evidence)]);
    }),
});

export function linksOf({ services }: Federation): { readonly consumer: Cluster; readonly provider: Cluster }[] {
  const links = new Map<string, { consumer: Cluster; provider: Cluster }>();
  for (const { consumers, providers } of services) {
    for (const { cluster: consumer } of consumers) {
      for (const { cluster: provider } of providers) {
        if (consumer === undefined || consumer === provider) continue;
        links.set(`${consumer.name} ${provider.name}`, { consumer, provider });
      }
    }
  }
  return [...links.values()];
}

export function rowOf(check: string, clusters: readonly string[], answers: readonly Answer[]): Row {
  const notChecked = [...new Set(answers.flatMap((answer) => ('unread' in answer ? [answer.unread] : [])))];
  const found = answers.flatMap((answer): Diagnostic[] =>
    'unread' in answer ? [] : [{ severity: 'error', ...only(clusters), ...answer }],
  );
  return { check, clusters, state: stateOf(found, notChecked), found, notChecked };
}

/** Where a finding is that is about several things of the spec: shown at the first, and found by the others, too. */
export function atAll(concerned: readonly { readonly at: Path }[]): Pick<Diagnostic, 'at' | 'alsoAt'> {
  const [first, ...others] = concerned.map(({ at }) => at);
  return { ...(first && { at: first }), ...(others.length > 0 && { alsoAt: others }) };
}

const only = ([first, ...more]: readonly string[]) =>
  first !== undefined && more.length === 0 ? { cluster: first } : {};

/** What could not be looked at is no pass, but no failure either. */
export function stateOf(found: readonly Diagnostic[], notChecked: readonly string[]): Row['state'] {
  if (found.some(({ severity }) => severity === 'error')) return 'failed';
  if (found.some(({ severity }) => severity === 'warning')) return 'warning';
  return notChecked.length > 0 ? 'not checked' : 'passed';
}

export const isUnread = (value: unknown): value is Unread =>
  typeof value === 'object' && value !== null && 'unread' in value;

/** Where policies and Sidecars are for the whole mesh; Istio's default where the MeshConfig is not known. */
export const rootNamespaceOf = ({ mesh }: LiveCluster): string =>
  isUnread(mesh) ? 'istio-system' : mesh.rootNamespace;

/** The services that these pods serve. */
export const servicesBehind = (
  workloads: readonly Pick<Workload, 'cluster' | 'namespace' | 'labels'>[],
  { services }: Federation,
): Service[] =>
  services.filter(({ providers }) =>
    providers.some(({ cluster, namespace, workload }) =>
      workloads.some(
        (one) => one.cluster === cluster && one.namespace === namespace && isDeepStrictEqual(one.labels, workload),
      ),
    ),
  );

/** Items of a list that may have a gap: what is behind the gap is no finding, and no pass. */
export const gapIn = ({ gap }: Found<unknown>): Unread[] => (gap === undefined ? [] : [{ unread: gap }]);
