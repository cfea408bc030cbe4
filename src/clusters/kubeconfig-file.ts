import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { loadAll, YAMLException } from 'js-yaml';
import * as z from 'zod';
import { UsageError } from '../errors.ts';

/** What one kubeconfig says, with its paths made absolute. */
export interface KubeconfigFile {
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
}

/** A file that can't be read or understood is a UsageError that shows nothing of its content: it may hold credentials. */
export function readKubeconfigFile(file: string): KubeconfigFile {
  const parsed = parse(file, readText(file));
  const folder = dirname(file);
  return {
    currentContext: parsed['current-context'] || undefined,
    clusters: byName(file, 'cluster', parsed.clusters, ({ cluster }) =>
      absoluteCluster(folder, cluster ?? emptyCluster),
    ),
    users: byName(file, 'user', parsed.users, ({ user }) => absoluteUser(folder, user ?? emptyUser)),
    contexts: byName(file, 'context', parsed.contexts, ({ context }) => context ?? emptyContext),
  };
}

/** An optional string; null and '' are the same as leaving it out, as they are for kubectl. */
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const strings = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

const clusterEntry = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
  'disable-compression': flag,
  extensions: z.array(z.object({ name: z.string(), extension: z.json() })).nullish(),
});
export type ClusterEntry = z.output<typeof clusterEntry>;

const execEntry = z.object({
  apiVersion: text,
  command: z.string(),
  args: strings,
  env: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .nullish()
    .transform((value) => value ?? []),
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: z.enum(['Never', 'IfAvailable', 'Always']).nullish(),
});
export type ExecEntry = z.output<typeof execEntry>;

const userEntry = z.object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-uid': text,
  'as-groups': strings,
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  'auth-provider': z.object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() }).nullish(),
  exec: execEntry.nullish(),
});
export type UserEntry = z.output<typeof userEntry>;

const contextEntry = z.object({ cluster: text, user: text, namespace: text });
export type ContextEntry = z.output<typeof contextEntry>;

/** Unknown keys are allowed, as kubectl allows them. */
const kubeconfig = z.object({
  'current-context': text,
  clusters: z.array(z.object({ name: z.string(), cluster: clusterEntry.nullish() })).nullish(),
  users: z.array(z.object({ name: z.string(), user: userEntry.nullish() })).nullish(),
  contexts: z.array(z.object({ name: z.string(), context: contextEntry.nullish() })).nullish(),
});

/** What an entry is when the file has only its name. */
export const emptyUser = userEntry.parse({});
const emptyCluster = clusterEntry.parse({});
const emptyContext = contextEntry.parse({});

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`The kubeconfig ${file} can't be read: ${readFailure(cause)}.`);
  }
}

export function readFailure(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'no permission';
  if (code === 'EISDIR') return 'it is a folder';
  return String(code ?? 'unknown error');
}

function parse(file: string, content: string): z.output<typeof kubeconfig> {
  const result = kubeconfig.safeParse(parseYaml(file, content) ?? {});
  if (result.success) return result.data;
  const { path = [], message = '' } = result.error.issues[0] ?? {};
  throw new UsageError(`The kubeconfig ${file} is not valid: ${path.join('.') || 'it'}: ${message}.`);
}

/** Only the first document counts, as for kubectl; an empty file is an empty kubeconfig. */
function parseYaml(file: string, content: string): unknown {
  try {
    return loadAll(content)[0];
  } catch (cause) {
    // `reason` and the line only: the message of the exception quotes the file
    const { reason, mark } = cause instanceof YAMLException ? cause : { reason: 'not YAML', mark: null };
    throw new UsageError(`The kubeconfig ${file} is not valid: ${reason}${mark ? ` (line ${mark.line + 1})` : ''}.`);
  }
}

function byName<Entry extends { name: string }, Value>(
  file: string,
  what: string,
  entries: readonly Entry[] | null | undefined,
  value: (entry: Entry) => Value,
): ReadonlyMap<string, Value> {
  const map = new Map<string, Value>();
  for (const entry of entries ?? []) {
    if (map.has(entry.name)) throw new UsageError(`The kubeconfig ${file} has the ${what} "${entry.name}" twice.`);
    map.set(entry.name, value(entry));
  }
  return map;
}

const absolute = (folder: string, path: string | undefined): string | undefined =>
  path === undefined || isAbsolute(path) ? path : join(folder, path);

const absoluteCluster = (folder: string, entry: ClusterEntry): ClusterEntry => ({
  ...entry,
  'certificate-authority': absolute(folder, entry['certificate-authority']),
});

function absoluteUser(folder: string, entry: UserEntry): UserEntry {
  const { exec } = entry;
  return {
    ...entry,
    'client-certificate': absolute(folder, entry['client-certificate']),
    'client-key': absolute(folder, entry['client-key']),
    tokenFile: absolute(folder, entry.tokenFile),
    // a command without a separator is looked up in PATH
    exec: exec?.command.includes(sep) ? { ...exec, command: absolute(folder, exec.command) ?? exec.command } : exec,
  };
}
