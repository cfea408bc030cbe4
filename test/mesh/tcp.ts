import * as z from 'zod';
import { mesh } from '../bench/mesh/fixtures.ts';
import type { Target } from '../bench/mesh/pods.ts';

/** A pod of one of the clusters. */
export interface Where {
  readonly cluster: string;
  readonly pod: Target;
}

export const inPod = (cluster: string, namespace: string, app: string): Where => ({ cluster, pod: { namespace, app } });

/** What a client saw that opened a connection, said nothing for a while, and then spoke. */
export interface Talk {
  readonly connected: boolean;
  /** What came while it was silent. */
  readonly greeting: string;
  /** Whether the other side ended the connection before anything was said. */
  readonly endedInSilence: boolean;
  /** The first line of what came after it had spoken. */
  readonly answer: string;
  /** Whether the connection was ended instead of an answer. */
  readonly ended: boolean;
}

/** `say` is text for `printf`, so `\x00` is a byte. */
export async function talk(
  { cluster, pod }: Where,
  host: string,
  port: number,
  say: string,
  { silentSeconds = 0.5 } = {},
): Promise<Talk> {
  const { stdout } = await mesh.exec(cluster, pod, [
    'bash',
    '-c',
    script,
    host,
    String(port),
    say,
    String(silentSeconds),
  ]);
  const [before, greeting = '', after, answer = ''] = stdout.split('\n');
  return {
    connected: before !== '',
    greeting: greeting.trim(),
    endedInSilence: before === atEnd,
    answer: answer.trim(),
    ended: after === atEnd && answer === '',
  };
}

/** bash: `read` ends with 1 at the end of the stream; when the time is over with more than 128, and what has come. */
const script = `
trap '' PIPE
exec 3<>"/dev/tcp/$0/$1" || exit 9
IFS= read -r -t "$3" greeting <&3; before=$?
printf "$2" >&3
IFS= read -r -t 3 answer <&3; after=$?
printf '%s\\n' "$before" "$greeting" "$after" "$answer"
`;
const atEnd = '1';

/** Whether a connection comes about at all; what a firewall drops is given up after two seconds. */
export async function connects({ cluster, pod }: Where, host: string, port: number): Promise<boolean> {
  const { code } = await mesh.exec(cluster, pod, ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${host}/${port}`]);
  return code === 0;
}

/** The address that a pod's resolver has for a name. */
export async function addressOf({ cluster, pod }: Where, host: string): Promise<string | undefined> {
  const { stdout } = await mesh.exec(cluster, pod, ['getent', 'ahostsv4', host]);
  return stdout.split(' ')[0] || undefined;
}

/** For each destination of a proxy's TCP listeners, when its idle connections are closed; none is Envoy's own hour. */
export async function idleTimeouts({ cluster, pod }: Where): Promise<ReadonlyMap<string, string | undefined>> {
  const dump: unknown = JSON.parse(await mesh.envoy(cluster, pod, '/config_dump?resource=dynamic_listeners'));
  return new Map(tcpProxies(dump).map(({ cluster: to, idle_timeout }) => [to, idle_timeout]));
}

const tcpProxy = z.object({
  '@type': z.string().endsWith('.TcpProxy'),
  cluster: z.string(),
  idle_timeout: z.string().optional(),
});

function tcpProxies(node: unknown): z.infer<typeof tcpProxy>[] {
  if (typeof node !== 'object' || node === null) return [];
  const found = tcpProxy.safeParse(node);
  return found.success ? [found.data] : Object.values(node).flatMap(tcpProxies);
}
