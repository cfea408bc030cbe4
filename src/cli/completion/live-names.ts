import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { kubeconfigFiles } from '../../clusters/kubeconfig-files.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';

/** The names that this user has. Somebody is typing: what can't be read has no names, and nobody is told. */
export interface LiveNames {
  contexts(): string[];
  clusters(): string[];
  services(): string[];
  /** `cluster-a/shop/frontend`, as `--from` takes them. */
  callers(): string[];
  /** Of the service that `--to` names, or of all. */
  ports(): string[];
}

/** `said` are the options on the line, for `-f` and `--kubeconfig` say where the names are. */
export function liveNames(said: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv): LiveNames {
  const spec = () => readYaml(said.get('--file') ?? 'federation.yaml');
  return {
    contexts: () => {
      const files = orNothing(() => kubeconfigFiles(said.get('--kubeconfig'), env)) ?? [];
      const names = files.flatMap((file) => namesIn(readYaml(file)?.contexts));
      return [...new Set(names)].sort();
    },
    clusters: () => keysOf(spec()?.clusters),
    services: () => keysOf(spec()?.services),
    callers: () => [...new Set(valuesOf(spec()?.services).flatMap(callersOf))].sort(),
    ports: () => {
      const services = spec()?.services;
      const named = isJsonObject(services) ? services[said.get('--to') ?? ''] : undefined;
      return [...new Set((isJsonObject(named) ? [named] : valuesOf(services)).flatMap(portsOf))].sort();
    },
  };
}

/** Those in other clusters by their own, those beside the providers by the clusters of these. */
function callersOf({ consumers, localCallers, providers }: JsonObject): string[] {
  const beside = keysOf(providers).flatMap((cluster) => objectsIn(localCallers).map((one) => callerIn(cluster, one)));
  return [...objectsIn(consumers).map((one) => callerIn(one.cluster, one)), ...beside];
}

const callerIn = (cluster: Json | undefined, { namespace, serviceAccount }: JsonObject): string =>
  `${cluster}/${namespace}/${serviceAccount}`;

/** By name, or by number where there is one without a name. */
const portsOf = ({ ports, port }: JsonObject): string[] =>
  isJsonObject(port) && port.number !== undefined ? [String(port.number)] : keysOf(ports);

const objectsIn = (list: Json | undefined): JsonObject[] => (Array.isArray(list) ? list.filter(isJsonObject) : []);
const valuesOf = (map: Json | undefined): JsonObject[] =>
  isJsonObject(map) ? Object.values(map).filter(isJsonObject) : [];

/** Stdin is not read: it is the terminal on which somebody types. */
function readYaml(file: string): JsonObject | undefined {
  if (file === '-') return undefined;
  const document: unknown = orNothing(() => loadAll(readFileSync(file, 'utf8'))[0]);
  return isJsonObject(document) ? document : undefined;
}

const namesIn = (contexts: Json | undefined): string[] =>
  (Array.isArray(contexts) ? contexts : []).flatMap((context: Json) =>
    isJsonObject(context) && typeof context.name === 'string' ? [context.name] : [],
  );

const keysOf = (map: Json | undefined): string[] => (isJsonObject(map) ? Object.keys(map) : []);

function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
