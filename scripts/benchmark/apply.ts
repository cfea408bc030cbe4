import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Bench, startBench } from '../../test/bench/bench.ts';
import { printProgress } from '../../test/bench/progress.ts';
import { bareRequests } from './bare-requests.ts';
import { delayed } from './delay.ts';
import { type Contender, compare, type Measurement } from './measure.ts';
import { cli, type Suite, type Tools } from './suite.ts';

/** Each cluster gets 1,000 objects of them. */
const services = 400;
const clusters = ['cluster-a', 'cluster-b'] as const;
const roundTrip = 20;

/** Two clusters at once, on loopback and with a round trip that a WAN would have. */
export const apply: Suite = {
  name: 'apply',
  goals: [
    {
      what: 'apply, two clusters, loopback',
      contender: 'aegis-xc apply',
      against: 'bare dry-run + PATCH',
      atMost: { times: 1.2 },
    },
    { what: 'the same', contender: 'aegis-xc apply', against: 'kubectl apply --server-side' },
    {
      what: `apply, ${roundTrip} ms round trip`,
      contender: `aegis-xc apply, ${roundTrip} ms`,
      against: `kubectl apply --server-side, ${roundTrip} ms`,
      atMost: { times: 1 / 3 },
    },
    {
      what: 'the same',
      contender: `aegis-xc apply, ${roundTrip} ms`,
      against: `bare dry-run + PATCH, ${roundTrip} ms`,
    },
    {
      what: 'apply without changes',
      contender: 'aegis-xc apply without changes',
      against: 'bare lists + start-up',
      atMost: { times: 2 },
    },
  ],
  async run(tools): Promise<Measurement[]> {
    const bare = await bundled(tools.folder);
    const inputs = clusters.map((cluster) => ({ cluster, ...renderInto(cluster, tools) }));
    const measurements: Measurement[] = [];
    for (const contendersAt of [near, far, again]) {
      measurements.push(...(await onOwnBench((bench) => contendersAt({ bench, bare, inputs, tools }), tools)));
    }
    return measurements;
  },
};

interface Place {
  readonly bench: Bench;
  /** The file of the bare loop. */
  readonly bare: string;
  readonly inputs: readonly { readonly cluster: string; readonly manifests: string; readonly requests: string }[];
  readonly tools: Tools;
}

interface Contest {
  readonly contenders: readonly Contender[];
  readonly close?: () => void;
}

/** New API servers for those that run beside each other: what is deleted stays in the history of an etcd that nobody compacts. */
async function onOwnBench(
  contest: (bench: Bench) => Contest | Promise<Contest>,
  { rounds }: Tools,
): Promise<Measurement[]> {
  const bench = await startBench({ onProgress: printProgress() });
  try {
    for (const cluster of clusters) {
      for (const name of ['shop', 'backend', 'istio-system', 'aegis-xc']) {
        await bench.clusters[cluster].kubectl(['create', 'namespace', name]);
      }
    }
    const { contenders, close } = await contest(bench);
    try {
      return await compare(rounds, contenders);
    } finally {
      close?.();
    }
  } finally {
    await bench.stop();
  }
}

const near = (place: Place): Contest => ({ contenders: writers(place, place.bench.kubeconfig, '') });

async function far(place: Place): Promise<Contest> {
  const { kubeconfig, close } = await withDelay(place.bench, place.tools.folder);
  return { contenders: writers(place, kubeconfig, `, ${roundTrip} ms`), close };
}

function again(place: Place): Contest {
  const { bench, tools } = place;
  const command = ours(tools, bench.kubeconfig);
  const applied = async (): Promise<void> => {
    const [program, ...args] = command;
    execFileSync(program, args, { stdio: 'pipe' });
  };
  return {
    contenders: [
      { name: 'aegis-xc apply without changes', command, before: applied },
      { name: 'bare lists + start-up', command: loop(place, 'list', bench.kubeconfig) },
      {
        name: `aegis-xc render (${services} services)`,
        command: [process.execPath, cli, 'render', '-f', tools.specFile(services)],
      },
    ],
  };
}

/** Each begins with empty clusters. */
function writers(place: Place, kubeconfig: string, suffix: string): Contender[] {
  const before = () => clear(place.bench);
  return [
    { name: `aegis-xc apply${suffix}`, command: ours(place.tools, kubeconfig), before },
    { name: `bare dry-run + PATCH${suffix}`, command: loop(place, 'apply', kubeconfig), before },
    { name: `kubectl apply --server-side${suffix}`, command: kubectl(place, kubeconfig), before },
  ];
}

const ours = ({ specFile }: Tools, kubeconfig: string): Contender['command'] => [
  process.execPath,
  ...[cli, 'apply', '-f', specFile(services), '--kubeconfig', kubeconfig],
  ...['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b', '--settle', '0', '--quiet'],
];

const loop = ({ bare, inputs }: Place, verb: string, kubeconfig: string): Contender['command'] => [
  process.execPath,
  bare,
  verb,
  kubeconfig,
  ...inputs.map(({ cluster, requests }) => `${cluster}=${requests}`),
];

const kubectl = ({ bench, inputs }: Place, kubeconfig: string): Contender['command'] => [
  'sh',
  '-c',
  [
    ...inputs.map(
      ({ cluster, manifests }) =>
        `"${bench.kubectl}" --kubeconfig "${kubeconfig}" --context ${cluster} apply --server-side -f "${manifests}" & p="$p $!"`,
    ),
    'for i in $p; do wait $i || exit 1; done',
  ].join('; '),
];

/** As a program of its own, so that it starts as fast as ours. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'bare-loop.mjs');
  const banner = "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);";
  const entryPoints = ['scripts/benchmark/bare-loop.ts'];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
  });
  return outfile;
}

/** The same objects for kubectl and for the bare loop. */
function renderInto(cluster: string, { folder, specFile }: Tools): { manifests: string; requests: string } {
  const [manifests, requests] = [join(folder, `${cluster}.yaml`), join(folder, `${cluster}.requests.json`)];
  const args = [cli, 'render', '-f', specFile(services), '--cluster', cluster];
  const text = execFileSync(process.execPath, args, { maxBuffer: 2 ** 28, encoding: 'utf8' });
  writeFileSync(manifests, text);
  writeFileSync(requests, JSON.stringify(bareRequests(text)));
  return { manifests, requests };
}

async function withDelay(bench: Bench, folder: string): Promise<{ kubeconfig: string; close: () => void }> {
  const kubeconfig = join(folder, 'far.kubeconfig');
  let text = readFileSync(bench.kubeconfig, 'utf8');
  const ways = await Promise.all(
    clusters.map(async (cluster) => {
      const { port } = new URL(bench.clusters[cluster].server);
      const way = await delayed(Number(port), roundTrip);
      text = text.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${way.port}`);
      return way;
    }),
  );
  writeFileSync(kubeconfig, text, { mode: 0o600 });
  return { kubeconfig, close: () => void ways.map(({ close }) => close()) };
}

const collections = [
  'networking.istio.io/v1/namespaces/aegis-xc/serviceentries',
  'networking.istio.io/v1/namespaces/aegis-xc/destinationrules',
  'networking.istio.io/v1/namespaces/aegis-xc/virtualservices',
  'networking.istio.io/v1/namespaces/istio-system/gateways',
  'networking.istio.io/v1beta1/namespaces/shop/proxyconfigs',
  'security.istio.io/v1/namespaces/backend/peerauthentications',
  'security.istio.io/v1/namespaces/backend/authorizationpolicies',
].map((path) => `/apis/${path}`);

async function clear(bench: Bench): Promise<void> {
  for (const cluster of clusters) {
    const { request } = bench.clusters[cluster];
    const paths = [...collections, '/api/v1/namespaces/aegis-xc-system/configmaps'];
    await Promise.all(paths.map((path) => request('DELETE', path, { timeoutMs: 120_000 })));
  }
}
