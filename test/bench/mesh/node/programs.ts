import { appendFile, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../../support/debian.ts';
import { findPostgres } from '../requirements.ts';
import { must } from '../shell.ts';
import type { MeshTools } from '../tools.ts';
import type { Container } from './pod.ts';

/** What is started for a container. */
export interface Program {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** TCP ports that have to answer before the pod is ready. */
  readonly listens: readonly number[];
}

export interface Stage {
  readonly container: Container;
  /** Of the container, expanded. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly cluster: string;
  readonly tools: MeshTools;
}

/** No entry in the table below: the pod stays as one whose image can't be pulled. */
export class NoProgram extends Error {
  override readonly name = 'NoProgram';
}

/** Which program stands for which image. The first pattern that fits counts. */
const table: readonly (readonly [image: RegExp, program: (stage: Stage) => Program | Promise<Program>])[] = [
  [/e2e-test-images\/agnhost/, webServer],
  [/istio-testing\/app/, istioEcho],
  [/postgres-exporter/, ({ tools }) => ({ argv: [tools.box, 'web', '9187'], listens: [9187] })],
  [/(^|\/)postgres[:@]/, postgres],
  [/(^|\/)nats:/, natsServer],
  [/apache\/kafka|(^|\/)rabbitmq[:@]/, lineEcho],
  [/opentelemetry-collector/, collector],
  [/curlimages\/|nats-box|busybox|alpine/, ownCommand],
];

export async function programFor(stage: Stage): Promise<Program> {
  const { image } = stage.container;
  const entry = table.find(([pattern]) => pattern.test(image));
  if (entry === undefined) throw new NoProgram(`the bench has no program for the image ${image}`);
  return await entry[1](stage);
}

/** `netexec --http-port=8080` */
function webServer({ args, tools, env, folder, cluster }: Stage): Program {
  const port = Number(flagOf(args, 'http-port') ?? 8080);
  return {
    argv: [tools.box, 'web', String(port)],
    env: { ...env, CLUSTER: cluster, BEHAVIOUR: join(folder, 'behaviour.json') },
    listens: [port],
  };
}

function istioEcho({ args, tools, env, container, cluster }: Stage): Program {
  const own = ['--metrics=0', '--istio-version=', `--cluster=${cluster}`];
  return {
    argv: [tools.echoServer, ...own, ...args],
    env: { ...env, NAMESPACE: env.POD_NAMESPACE ?? '', INSTANCE_IPS: env.INSTANCE_IP ?? '' },
    listens: portsOf(container),
  };
}

/** With a command it is a client: the image has psql. Otherwise the server, with the data in the folder of the pod. */
async function postgres(stage: Stage): Promise<Program> {
  if (stage.container.command.length > 0) return ownCommand(stage);
  const bin = findPostgres();
  if (bin === undefined) throw new NoProgram('PostgreSQL is not installed');
  const data = join(stage.folder, 'pgdata');
  const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'];
  const method = stage.env.POSTGRES_HOST_AUTH_METHOD ?? 'scram-sha-256';
  const user = stage.env.POSTGRES_USER ?? 'postgres';
  await mkdir(data);
  await chown(data, Number(await must(['id', '-u', 'postgres'])), 0);
  const make = [join(bin, 'initdb'), '-D', data, '-U', user, '-A', 'trust', '--no-sync', '--no-instructions'];
  await must([...asPostgres, ...make], { cwd: '/' });
  await appendFile(join(data, 'pg_hba.conf'), `host all all all ${method}\n`);
  return {
    argv: [...asPostgres, join(bin, 'postgres'), '-D', data, '-h', '0.0.0.0', '-k', data, '-c', 'fsync=off'],
    cwd: '/',
    listens: [5432],
  };
}

function natsServer({ args }: Stage): Program {
  return {
    argv: [findProgram('nats-server') ?? 'nats-server', '-a', '0.0.0.0', '-p', '4222', ...args],
    listens: [4222],
  };
}

function lineEcho({ container, tools }: Stage): Program {
  const ports = portsOf(container);
  return { argv: [tools.box, 'echo', ...ports.map(String)], listens: ports };
}

function collector({ tools, folder }: Stage): Program {
  return { argv: [tools.box, 'otlp', '4317', join(folder, 'spans')], listens: [4317] };
}

/** Images of tools: what the container says is run as it stands, with the programs of this machine. */
function ownCommand({ container, args, env }: Stage): Program {
  const { command, image } = container;
  if (command.length === 0 && args.length === 0) return { argv: ['sleep', 'infinity'], listens: [] };
  const entrypoint = image.includes('curl') ? ['curl'] : [];
  return { argv: [...(command.length > 0 ? command : entrypoint), ...args], env, listens: portsOf(container) };
}

const portsOf = ({ ports }: Container): number[] => ports.map(({ containerPort }) => containerPort);

const flagOf = (args: readonly string[], name: string): string | undefined =>
  args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
