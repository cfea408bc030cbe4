import { answer } from '../access/answer.ts';
import type { Question } from '../access/question.ts';
import { renderedObjects } from '../access/rendered.ts';
import { type Sites, sitesOf } from '../access/sites.ts';
import { liveChecks } from '../checks/live/index.ts';
import type { LiveEvidence, Row } from '../checks/live/live-check.ts';
import { type LiveObjects, readLiveObjects } from '../clusters/live-objects.ts';
import type { Code } from '../codes.ts';
import type { Case } from '../doctor/case.ts';
import type { Symptom } from '../doctor/symptom.ts';
import { ClusterError, clusterSentence } from '../errors.ts';
import type { Federation } from '../model/federation.ts';
import { passthroughSni, serviceFqdn } from '../model/identity.ts';
import type { SourcedObject } from '../objects/object-set.ts';
import type { Compiled } from '../pipeline.ts';
import { type CallOptions, questionsFor } from './asking.ts';
import type { Clients } from './clusters.ts';
import { gatherEvidence } from './evidence.ts';
import type { Session } from './session.ts';

/** The calls that are meant, each with what is known of it: from the spec, and from the clusters as they are. */
export async function readCases(
  compiled: Required<Compiled>,
  { clients, symptom, ...options }: CallOptions & { readonly clients: Clients; readonly symptom: Symptom },
  session: Session,
): Promise<Case[]> {
  const { federation } = compiled;
  const [evidence, objects] = await Promise.all([
    gatherEvidence({ ...compiled, clients }, session),
    Promise.all(
      [...clients.values()].map((client) => readLiveObjects(client, federation).catch(unread(client.cluster))),
    ),
  ]);
  const meant = sitesOf({ federation, objects: renderedObjects(compiled) });
  const live = liveSites(federation, objects, evidence);
  const [gaps, blind] = [objects.flatMap((one) => one.gaps), objects.flatMap((one) => one.blind)];
  const looked = rowsByCode(evidence);
  return questionsOf(options, symptom, meant).map((question) => ({
    symptom,
    question,
    meant: answer(question, meant),
    found: answer(question, live),
    live,
    providers: question.service.providers,
    looked: (code) => looked.get(code) ?? [],
    liveOf: (cluster) => evidence.sites.find((one) => one.cluster === cluster)?.live,
    gaps,
    blind,
  }));
}

/** One cluster's trouble is its own: what is there is looked at. */
const unread =
  (cluster: string) =>
  (error: unknown): LiveObjects => {
    if (!(error instanceof ClusterError)) throw error;
    return { cluster, objects: [], gaps: [], blind: [clusterSentence(cluster, error.message)] };
  };

function liveSites(federation: Federation, read: readonly LiveObjects[], { sites }: LiveEvidence): Sites {
  const meshConfigs = new Map(
    sites.flatMap(({ cluster, observation }) => {
      const configs = observation?.meshConfigs;
      const config = typeof configs === 'object' ? configs[0] : undefined;
      return config ? [[cluster, config] as const] : [];
    }),
  );
  const objects = read.flatMap(({ cluster, objects: found }) =>
    found.map(
      (object): SourcedObject => ({
        cluster,
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace: object.metadata.namespace,
        name: object.metadata.name,
        object,
        locate: () => undefined,
      }),
    ),
  );
  return sitesOf({ federation, objects, meshConfigs });
}

/** What `preflight` looks at, by what it can find. */
function rowsByCode(evidence: LiveEvidence): ReadonlyMap<Code, readonly Row[]> {
  const byCode = new Map<Code, Row[]>();
  for (const { codes, look } of liveChecks) {
    const rows = look(evidence);
    for (const code of codes) byCode.set(code, [...(byCode.get(code) ?? []), ...rows]);
  }
  return byCode;
}

/** Those that were asked about, else the consumers of the spec; a line of an access log says which of them, too. */
function questionsOf({ method, path, ...options }: CallOptions, { line }: Symptom, sites: Sites): Question[] {
  const logged = line?.path.startsWith('/') ? line : undefined;
  const request = {
    ...(logged && { method: logged.method, path: logged.path }),
    ...(method && { method }),
    ...(path && { path }),
  };
  const questions = questionsFor({ ...options, ...request }, sites);
  const meant = options.from === undefined ? questions.filter(isConsumer) : questions;
  const told = `${line?.cluster} ${line?.sni} ${line?.host}`;
  const named = meant.filter((question) => namesOf(question).some((name) => told.includes(name)));
  return named.length > 0 ? named : meant;
}

const isConsumer = ({ caller, service, port }: Question): boolean =>
  service.consumers.some(
    ({ cluster, namespace, serviceAccount, ports }) =>
      cluster?.name === caller.cluster &&
      namespace === caller.namespace &&
      serviceAccount === caller.serviceAccount &&
      (ports?.includes(port.targetPort) ?? true),
  );

/** How logs call the service: by its host, or by the Service behind it. */
const namesOf = ({ host, service, port }: Question): string[] => [
  host,
  ...service.providers.map((provider) =>
    passthroughSni(port.number, serviceFqdn(provider.service, provider.namespace)),
  ),
];
