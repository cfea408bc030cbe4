import { existsSync } from 'node:fs';
import { knownCallers, withoutSidecars } from '../access/callers.ts';
import type { Caller, Question } from '../access/question.ts';
import { portsOf, questionsOf } from '../access/questions.ts';
import { renderedObjects } from '../access/rendered.ts';
import { type Sites, sitesOf } from '../access/sites.ts';
import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { SpecError, UsageError } from '../errors.ts';
import type { Federation, Service } from '../model/federation.ts';
import { dialledHosts } from '../model/imports.ts';
import { nearest } from '../nearest.ts';
import { type ObjectText, readObjects } from '../objects/read-objects.ts';
import type { Compiled } from '../pipeline.ts';
import { knownCluster } from './known-cluster.ts';
import { readMeshConfigs } from './mesh-configs.ts';
import { readObjectTexts } from './object-files.ts';
import type { Session } from './session.ts';
import { diagnosticsText } from './ui/diagnostics.ts';

/** Which call is meant; what is missing is any. */
export interface CallOptions {
  readonly from?: string;
  readonly to?: string;
  readonly port?: string;
  readonly method?: string;
  readonly path?: string;
  readonly with?: readonly string[];
  readonly sidecar: boolean;
}

/** The rendered objects, and those of the files beside them. */
export async function readSites(
  compiled: Required<Compiled>,
  paths: readonly string[],
  session: Session,
): Promise<Sites> {
  const { federation } = compiled;
  const clusters = federation.clusters.map(({ name }) => name);
  const texts = await Promise.all(paths.map((path) => textsOf(path, clusters, session)));
  const read = texts.flat().map((source) => readObjects(source));
  refuseErrors(
    read.flatMap(({ diagnostics }) => diagnostics),
    session,
  );
  const objects = read.flatMap((one) => one.objects);
  return sitesOf({
    federation,
    objects: [...renderedObjects(compiled), ...objects],
    meshConfigs: readMeshConfigs(objects, clusters),
  });
}

/** `cluster-b=policies`, or `policies` for all of them; a folder may have an equals sign in its name. */
async function textsOf(path: string, clusters: readonly string[], session: Session): Promise<ObjectText[]> {
  const [, cluster = '', folder = ''] = /^([^=]+)=(.+)$/.exec(path) ?? [];
  if (cluster === '' || (!clusters.includes(cluster) && existsSync(path))) return readObjectTexts([path], session);
  return readObjectTexts([folder], session, knownCluster(cluster, clusters));
}

/** An object that can't be read might be the one that decides. */
function refuseErrors(diagnostics: readonly Diagnostic[], session: Session): void {
  if (hasErrors(diagnostics)) throw new SpecError(diagnostics);
  if (diagnostics.length > 0) session.warn(diagnosticsText(diagnostics, session.paintTalk));
}

/** What is asked: about one caller or all that are known, one service or all. */
export function questionsFor(options: CallOptions, sites: Sites): Question[] {
  const { federation } = sites;
  const callers = callersFrom(options, sites);
  const host = federation.services.flatMap(dialledHosts).find((one) => one === options.to);
  const services = options.to === undefined ? federation.services : [serviceFrom(options.to, federation)];
  const { port, method, path } = options;
  refuseMethod(method);
  refusePath(path);
  const questions = questionsOf({ callers, services, host, port, method, path });
  refusePort(options, services, questions);
  return questions;
}

function callersFrom(options: CallOptions, sites: Sites): Caller[] {
  if (options.from !== undefined) return [callerFrom(options.from, options, sites.federation)];
  const known = knownCallers(sites);
  return options.sidecar ? known : withoutSidecars(known);
}

function callerFrom(text: string, { sidecar }: CallOptions, { clusters }: Federation): Caller {
  const [cluster = '', namespace, serviceAccount, ...rest] = text.split('/');
  const known = knownCluster(
    cluster,
    clusters.map(({ name }) => name),
  );
  if (!namespace || !serviceAccount || rest.length > 0) {
    throw new UsageError(`"${text}" is not a caller.`, 'Write it as <cluster>/<namespace>/<service account>.');
  }
  return { cluster: known, namespace, serviceAccount, sidecar };
}

/** By its name in the spec, or by a host that callers dial. */
function serviceFrom(text: string, { services }: Federation): Service {
  const found = services.find((service) => service.name === text || dialledHosts(service).includes(text));
  if (found) return found;
  const names = services.map(({ name }) => name);
  const close = nearest(text, [...names, ...services.flatMap(dialledHosts)]);
  throw new UsageError(
    `"${text}" is not a service of this federation.`,
    close === undefined ? `Its services are ${names.join(', ')}.` : `Did you mean "${close}"?`,
  );
}

/** As HTTP spells it: a token (RFC 9110, 9.1 and 5.6.2). */
function refuseMethod(method: string | undefined): void {
  if (method !== undefined && !/^[\w!#$%&'*+.^`|~-]+$/.test(method)) {
    throw new UsageError(`"${method}" is not a method.`, 'A method is one word, such as GET.');
  }
}

function refusePath(path: string | undefined): void {
  if (path !== undefined && !path.startsWith('/')) {
    throw new UsageError(`"${path}" is not a path.`, 'A path begins with "/".');
  }
}

function refusePort(
  { port, method, path }: CallOptions,
  services: readonly Service[],
  asked: readonly Question[],
): void {
  const names = services.flatMap(({ ports }) => ports.map((one) => one.name));
  if (port !== undefined && services.every((service) => portsOf(service, port, false).length === 0)) {
    throw new UsageError(
      `There is no port "${port}".`,
      `Ports are ${[...new Set(names)].join(', ')}, or a number from 1 to 65535.`,
    );
  }
  if ((method ?? path) !== undefined && asked.length > 0 && asked.every((one) => !one.port.http)) {
    throw new UsageError('Methods and paths are for HTTP ports.', 'Leave --method and --path away.');
  }
}
