import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { kubeconfigFiles } from '../../clusters/kubeconfig-files.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';

/** The names that this user has. Somebody is typing: what can't be read has no names, and nobody is told. */
export interface LiveNames {
  contexts(): string[];
  clusters(): string[];
  services(): string[];
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
  };
}

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
