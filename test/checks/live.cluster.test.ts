import { describe, expect } from 'vitest';
import { liveChecks } from '../../src/checks/live/index.ts';
import { findingsOf, type LiveEvidence, type Row } from '../../src/checks/live/live-check.ts';
import { gatherEvidence } from '../../src/cli/evidence.ts';
import type { Code } from '../../src/codes.ts';
import { ClusterError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import type { ClusterAccess } from '../bench/access.ts';
import { test as base } from '../bench/fixtures.ts';
import { benchClient } from '../support/bench-client.ts';
import { ca, expired, otherCa } from '../support/certificates.ts';
import { cluster, type FederationInput, federation, provider, service } from '../support/federation.ts';
import {
  backendService,
  deployment,
  drop,
  type FixtureObject,
  furnish,
  gatewayService,
  istiod,
  istioObject,
  service as kubeService,
  meshConfig,
  meshObjects,
  meshPods,
  namespace,
  pod,
  put,
  putPod,
  roots,
} from '../support/live-mesh.ts';
import { rendered } from '../support/simulate.ts';

/**
 * Every check on real API servers, with objects such as istiod, a gateway and workloads leave there: each seen failing when one of
 * them is wrong, and silent before.
 */

type Clusters = Readonly<Record<'cluster-a' | 'cluster-b', ClusterAccess>>;

interface Ground {
  readonly kubeconfig: string;
  readonly clusters: Clusters;
  look(spec?: FederationInput): Promise<LiveEvidence>;
}

const test = base.extend('ground', { scope: 'file' }, async ({ ownBench }): Promise<Ground> => {
  const { clusters, kubeconfig } = ownBench;
  await Promise.all((['a', 'b'] as const).map((letter) => furnish(clusters[`cluster-${letter}`], letter)));
  const look = async (spec: FederationInput = federation()): Promise<LiveEvidence> => {
    const { federation: resolved, manifests } = rendered(spec);
    const clients = new Map(
      resolved.clusters.map(({ name }) => [name, benchClient({ kubeconfig }, { cluster: name, context: name })]),
    );
    try {
      return await gatherEvidence({ federation: resolved, manifests, clients }, quiet);
    } finally {
      await Promise.all([...clients.values()].map((client) => client.close()));
    }
  };
  return { kubeconfig, clusters, look };
});

const silent = { step: () => {}, now: () => {}, done: () => {}, failed: () => {} };
const quiet: Parameters<typeof gatherEvidence>[1] = { progress: (work) => work(silent) };

const rowsOf = (evidence: LiveEvidence): Row[] => liveChecks.flatMap(({ look }) => look(evidence));

const bad: Partial<Record<string, string>> = { passed: undefined };
const notPassed = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ check, clusters, state, found, notChecked }) =>
    state in bad ? [] : [`${check} ${clusters}: ${state} ${[...found.map(({ message }) => message), ...notChecked]}`],
  );

test('two meshes that fit pass every check', { timeout: 240_000 }, async ({ ground }) => {
  // The policy that stands for the webhook takes a moment until the API server knows it.
  await expect
    .poll(async () => notPassed(rowsOf(await ground.look())), { timeout: 60_000, interval: 1000 })
    .toEqual([]);
});

interface Wrong {
  readonly code: Code;
  readonly title: string;
  readonly says: RegExp;
  readonly state?: Row['state'];
  readonly spec?: FederationInput;
  /** Objects that are other than they should be, and more of them; afterwards all is as before. */
  readonly a?: readonly FixtureObject[];
  readonly b?: readonly FixtureObject[];
  readonly pods?: { readonly a?: readonly FixtureObject[]; readonly b?: readonly FixtureObject[] };
  readonly unready?: true;
  readonly without?: { readonly a?: readonly FixtureObject[]; readonly b?: readonly FixtureObject[] };
}

const gatewayPod = pod('istio-eastwestgateway-1', 'istio-system', { labels: { istio: 'eastwestgateway' } });
const backend = kubeService('backend-api', 'default', backendService());
/** A second istiod, as beside an upgrade. */
const revision = (name: string, mesh: JsonObject): FixtureObject[] => [
  kubeService(
    `istiod-${name}`,
    'istio-system',
    { selector: { app: 'istiod' }, ports: [{ port: 15012 }] },
    { app: 'istiod', 'istio.io/rev': name },
  ),
  {
    ...meshConfig('b'),
    metadata: { name: `istio-${name}`, namespace: 'istio-system' },
    data: { mesh: JSON.stringify(mesh) },
  },
];
const tried = (object: FixtureObject): FixtureObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { 'istio.io/dry-run': 'true' } },
});
const bundle = (pem: string, domain: string) => ({ caCertificates: [{ trustDomains: [domain], pem }] });
const withCa = federation({
  metadata: { name: 'signed' },
  trust: { certManager: { issuer: 'shop-root', kind: 'ClusterIssuer' } },
});

const wrong: readonly Wrong[] = [
  {
    code: 'AXC4015',
    title: 'istiod is older than 1.25',
    says: /Istio 1\.24\.3 .* in cluster-a\) is too old/,
    a: [istiod({ image: 'docker.io/istio/pilot:1.24.3' })],
  },
  {
    code: 'AXC4015',
    title: 'and only the label of its chart says so',
    says: /Istio 1\.23\.0/,
    a: [istiod({ labels: { 'app.kubernetes.io/version': '1.23.0' }, image: 'registry.example:5000/istio/pilot' })],
  },
  {
    code: 'AXC4016',
    title: 'istiod 1.25.1 has two roots',
    says: /55793/,
    state: 'warning',
    a: [istiod({ image: 'docker.io/istio/pilot:1.25.1-distroless' }), roots([ca.cert, otherCa.cert])],
  },
  {
    code: 'AXC4017',
    title: 'cert-manager is older than 1.18',
    says: /cert-manager 1\.17\.2 in cluster-a/,
    spec: withCa,
    a: [
      deployment(
        'cert-manager',
        'default',
        { 'app.kubernetes.io/name': 'cert-manager', 'app.kubernetes.io/component': 'controller' },
        { image: 'quay.io/jetstack/cert-manager-controller:v1.17.2' },
      ),
    ],
  },
  {
    code: 'AXC4018',
    title: 'the mesh has another trust domain',
    says: /the mesh of cluster-a calls itself "cluster\.local"/,
    a: [meshConfig('a', { trustDomain: 'cluster.local' })],
  },
  {
    code: 'AXC4019',
    title: 'the mesh does not know the trust domain of its callers',
    says: /does not accept callers of the trust domain "cluster-a\.example"/,
    b: [meshConfig('b', { caCertificates: [] })],
  },
  {
    code: 'AXC4019',
    title: 'only the new revision of Istio does not know the trust domain of its callers',
    says: /does not accept callers of the trust domain "cluster-a\.example"; it accepts: none/,
    b: [...revision('1-32', { trustDomain: 'cluster-b.example' })],
  },
  {
    code: 'AXC4020',
    title: 'the trust domain of the callers is an alias',
    says: /"cluster-a\.example" is an alias/,
    state: 'warning',
    b: [meshConfig('b', { trustDomainAliases: ['cluster-a.example'] })],
  },
  {
    code: 'AXC4021',
    title: 'telemetry names a provider that the mesh does not have',
    says: /has no telemetry provider "otel"/,
    spec: federation({ telemetry: { tracing: { provider: 'otel' } } }),
    a: [meshConfig('a', { enableTracing: true })],
  },
  {
    code: 'AXC4021',
    title: 'tracing is off',
    says: /tracing is off/,
    spec: federation({ telemetry: { tracing: { provider: 'otel' } } }),
    a: [meshConfig('a', { extensionProviders: [{ name: 'otel' }] })],
  },
  {
    code: 'AXC4022',
    title: 'each mesh has a root of its own',
    says: /cluster-a calls cluster-b, but does not trust its certificates\. cluster-b signs with "CN=another test CA"/,
    b: [roots([otherCa.cert])],
  },
  {
    code: 'AXC4022',
    title: 'a mesh knows only one of two roots',
    says: /trusts only some of its roots/,
    state: 'warning',
    b: [roots([ca.cert, otherCa.cert])],
  },
  {
    code: 'AXC4022',
    title: 'the other root is in the MeshConfig, but does not get to the proxies',
    says: /several roots have to be switched on/,
    a: [meshConfig('a', bundle(otherCa.cert, 'cluster-b.example'))],
    b: [roots([otherCa.cert]), meshConfig('b', bundle(ca.cert, 'cluster-a.example'))],
  },
  {
    code: 'AXC4023',
    title: 'a root has ended',
    says: /ended on 2020-02-01/,
    a: [roots([ca.cert, expired.cert])],
  },
  {
    code: 'AXC4024',
    title: 'the gateway has no pod',
    says: /no pod in istio-system of cluster-b has the labels of the gateway \(istio=eastwestgateway\)/,
    without: { b: [gatewayPod] },
  },
  {
    code: 'AXC4024',
    title: 'no pod of the gateway is ready',
    says: /no pod of the gateway in cluster-b is ready/,
    pods: { b: [gatewayPod] },
    unready: true,
  },
  {
    code: 'AXC4025',
    title: 'the Service of the gateway does not have its port',
    says: /has no port 15443; it has 443/,
    b: [
      kubeService(
        'istio-eastwestgateway',
        'istio-system',
        gatewayService('b', { ports: [{ name: 'tls', port: 443, targetPort: 8443 }] }),
      ),
    ],
  },
  {
    code: 'AXC4025',
    title: 'the Service of the gateway leads to another port of its pods than the NetworkPolicy names',
    says: /takes port 15443 on port 8443 of its pods; `allowFrom` would restrict port 15443/,
    spec: federation({
      clusters: {
        'cluster-a': cluster('a'),
        'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.98'], allowFrom: ['198.51.100.0/24'] } }),
      },
    }),
    b: [
      kubeService(
        'istio-eastwestgateway',
        'istio-system',
        gatewayService('b', { ports: [{ name: 'tls', port: 15443, targetPort: 8443 }] }),
      ),
    ],
  },
  {
    code: 'AXC4026',
    title: 'the gateway is somewhere else',
    says: /the gateway of cluster-b is at 198\.51\.100\.7, the spec says 203\.0\.113\.98/,
    state: 'warning',
    b: [kubeService('istio-eastwestgateway', 'istio-system', gatewayService('b', { externalIPs: ['198.51.100.7'] }))],
  },
  {
    code: 'AXC4027',
    title: 'a Gateway of somebody else passes every Service on',
    says: /passes every Service on that "\*\.local" fits/,
    b: [
      istioObject('Gateway', 'istio-system', 'cross-network-gateway', {
        selector: { istio: 'eastwestgateway' },
        servers: [
          {
            port: { number: 15443, name: 'tls', protocol: 'TLS' },
            tls: { mode: 'AUTO_PASSTHROUGH' },
            hosts: ['*.local'],
          },
        ],
      }),
    ],
  },
  {
    code: 'AXC4028',
    title: 'the exported Service has another name',
    says: /there is no Service default\/backend-app in cluster-b/,
    spec: federation({
      services: { 'backend-api': service({ providers: { 'cluster-b': provider({ service: 'backend-app' }) } }) },
    }),
  },
  {
    code: 'AXC4029',
    title: 'the exported Service does not have the port',
    says: /has no port 80; it has 8080/,
    b: [kubeService('backend-api', 'default', backendService({ ports: [{ name: 'http', port: 8080 }] }))],
  },
  {
    code: 'AXC4029',
    title: 'its port leads to another port of the workload',
    says: /leads port 80 to port 9090 of the workload, the spec says 8080/,
    b: [
      kubeService('backend-api', 'default', backendService({ ports: [{ name: 'http', port: 80, targetPort: 9090 }] })),
    ],
  },
  {
    code: 'AXC4029',
    title: 'its port leads to one that has a name, and the pods call another port so',
    says: /leads port 80 to port "web", which is 3000 of the workload, the spec says 8080/,
    b: [
      kubeService('backend-api', 'default', backendService({ ports: [{ name: 'http', port: 80, targetPort: 'web' }] })),
    ],
    pods: {
      b: [
        pod('backend-api-2', 'default', {
          labels: { app: 'backend-api' },
          serviceAccountName: 'backend',
          ports: [{ name: 'web', containerPort: 3000 }],
        }),
      ],
    },
  },
  {
    code: 'AXC4029',
    title: 'its port is TCP by its name',
    says: /is TCP by its name \(tcp-web\), the spec says HTTP/,
    b: [
      kubeService(
        'backend-api',
        'default',
        backendService({ ports: [{ name: 'tcp-web', port: 80, targetPort: 8080 }] }),
      ),
    ],
  },
  {
    code: 'AXC4030',
    title: 'the exported Service is hidden',
    says: /hidden from the gateway/,
    b: [{ ...backend, metadata: { ...backend.metadata, annotations: { 'networking.istio.io/exportTo': '.' } } }],
  },
  {
    code: 'AXC4030',
    title: 'the mesh hides all Services',
    says: /hidden from the gateway: defaultServiceExportTo of the MeshConfig is "\."/,
    b: [meshConfig('b', { defaultServiceExportTo: ['.'] })],
  },
  {
    code: 'AXC4031',
    title: 'no pod has the labels of the workload',
    says: /no pod of default in cluster-b has the labels of `workload` \(app=backend\)/,
    spec: federation({
      services: { 'backend-api': service({ providers: { 'cluster-b': provider({ workload: { app: 'backend' } }) } }) },
    }),
  },
  {
    code: 'AXC4032',
    title: 'a pod of the workload has no sidecar',
    says: /backend-api-2 in default in cluster-b has no sidecar/,
    pods: {
      b: [
        pod('backend-api-2', 'default', {
          labels: { app: 'backend-api' },
          serviceAccountName: 'backend',
          sidecar: false,
        }),
      ],
    },
  },
  {
    code: 'AXC4033',
    title: 'a pod of the workload runs under another service account',
    says: /service account "intruder"/,
    pods: { b: [pod('backend-api-2', 'default', { labels: { app: 'backend-api' }, serviceAccountName: 'intruder' })] },
  },
  {
    code: 'AXC4034',
    title: 'the Service leads to pods that no policy protects',
    says: /leads to pods that `workload` does not select \(backend-api-1\)/,
    spec: federation({
      services: {
        'backend-api': service({
          providers: { 'cluster-b': provider({ workload: { app: 'backend-api', version: 'v1' } }) },
        }),
      },
    }),
  },
  {
    code: 'AXC4035',
    title: 'a caller has no sidecar',
    says: /frontend-2 in shop of cluster-a has no sidecar/,
    state: 'warning',
    pods: {
      a: [pod('frontend-2', 'shop', { labels: {}, serviceAccountName: 'frontend', sidecar: false })],
    },
  },
  {
    code: 'AXC4035',
    title: 'pods of callers would get no sidecar',
    says: /Namespace shop of cluster-a has no label for injection/,
    state: 'warning',
    a: [namespace('shop', {})],
    without: { a: [pod('frontend-1', 'shop', { labels: {}, serviceAccountName: 'frontend' })] },
  },
  {
    code: 'AXC4036',
    title: 'istiod does not read the Namespace of imports',
    says: /istiod of cluster-a does not read the Namespace aegis-xc/,
    a: [
      meshConfig('a', { discoverySelectors: [{ matchLabels: { team: 'shop' } }] }),
      namespace('shop', { team: 'shop' }),
    ],
  },
  {
    code: 'AXC4038',
    title: 'a wide DestinationRule is in the Namespace of callers',
    says: /comes before the rule of this federation for the callers in shop/,
    a: [
      istioObject('DestinationRule', 'shop', 'default', {
        host: '*.local',
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
      }),
    ],
  },
  {
    code: 'AXC4038',
    title: 'a DestinationRule beside the workload turns mTLS off at the gateway',
    says: /sets TLS mode DISABLE for backend-api\.default\.svc\.cluster\.local/,
    b: [
      istioObject('DestinationRule', 'default', 'backend-api', {
        host: 'backend-api',
        trafficPolicy: { tls: { mode: 'DISABLE' } },
      }),
    ],
  },
  {
    code: 'AXC4039',
    title: 'somebody else defines the host',
    says: /defines the host backend-api\.cluster-b\.local, too/,
    a: [
      istioObject('ServiceEntry', 'default', 'old', {
        hosts: ['backend-api.cluster-b.local'],
        ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
        resolution: 'STATIC',
      }),
    ],
  },
  {
    code: 'AXC4040',
    title: 'somebody else routes the host',
    says: /routes the host backend-api\.cluster-b\.local, too/,
    a: [
      istioObject('VirtualService', 'default', 'old', {
        hosts: ['backend-api.cluster-b.local'],
        http: [{ route: [{ destination: { host: 'backend-api' } }] }],
      }),
    ],
  },
  {
    code: 'AXC4041',
    title: 'a Sidecar hides the imports',
    says: /do not contain aegis-xc\/backend-api\.cluster-b\.local/,
    a: [istioObject('Sidecar', 'shop', 'default', { egress: [{ hosts: ['./*', 'istio-system/*'] }] })],
  },
  {
    code: 'AXC4042',
    title: 'an older PeerAuthentication of the workload turns mTLS off',
    says: /takes no mTLS/,
    b: [
      istioObject('PeerAuthentication', 'default', 'old', {
        selector: { matchLabels: { app: 'backend-api' } },
        mtls: { mode: 'DISABLE' },
      }),
    ],
  },
  {
    code: 'AXC4042',
    title: 'an older PeerAuthentication of the workload takes plaintext',
    says: /goes on to take plaintext/,
    state: 'warning',
    b: [
      istioObject('PeerAuthentication', 'default', 'old', {
        selector: { matchLabels: { app: 'backend-api' } },
        mtls: { mode: 'PERMISSIVE' },
      }),
    ],
  },
  {
    code: 'AXC4043',
    title: 'a policy of somebody else lets everybody in',
    says: /lets callers in to the exported workload default\/backend-api/,
    state: 'warning',
    b: [istioObject('AuthorizationPolicy', 'default', 'open', { rules: [{}] })],
  },
  {
    code: 'AXC4043',
    title: 'one of the whole mesh refuses, in a root Namespace that is not where istiod runs',
    says: /is asked before what the spec says of the exported workload default\/backend-api \(action DENY\)/,
    state: 'warning',
    b: [
      namespace('mesh-root', {}),
      meshConfig('b', { rootNamespace: 'mesh-root' }),
      istioObject('AuthorizationPolicy', 'mesh-root', 'nobody', { action: 'DENY', rules: [{}] }),
    ],
  },
  {
    code: 'AXC4044',
    title: 'the provider runs in the root Namespace of its mesh',
    says: /default is the root Namespace of the mesh of cluster-b/,
    b: [meshConfig('b', { rootNamespace: 'default' })],
  },
];

describe.sequential('a check finds what is wrong', () => {
  test.for(wrong)('$code: $title', { timeout: 60_000 }, async (row, { ground }) => {
    const { code, says, state = 'failed', spec, unready } = row;
    const undo: (() => Promise<void>)[] = [];
    try {
      for (const letter of ['a', 'b'] as const) {
        const access = ground.clusters[`cluster-${letter}`];
        const usual = new Map([...meshObjects(letter), ...meshPods()].map((object) => [keyOf(object), object]));
        const back = async (object: FixtureObject): Promise<void> => {
          const before = usual.get(keyOf(object));
          if (object.kind === 'Pod' || before === undefined) await drop(access, object);
          if (before !== undefined) await (object.kind === 'Pod' ? putPod : put)(access, before);
        };
        for (const object of row[letter] ?? []) {
          undo.push(() => back(object));
          await put(access, object);
        }
        for (const object of row.pods?.[letter] ?? []) {
          undo.push(() => back(object));
          await putPod(access, object, !unready);
        }
        for (const object of row.without?.[letter] ?? []) {
          undo.push(() => back(object));
          await drop(access, object);
        }
      }
      const rows = rowsOf(await ground.look(spec));
      const hit = rows.find(({ found }) => found.some((one) => one.code === code));
      expect(notPassed(rows).join('\n')).toMatch(says);
      expect(hit?.found.map(({ message }) => message).join('\n')).toMatch(says);
      expect(hit?.state).toBe(state);
    } finally {
      for (const one of undo) await one();
    }
  });

  test('and nothing when all is as before', { timeout: 60_000 }, async ({ ground }) => {
    expect(notPassed(rowsOf(await ground.look()))).toEqual([]);
  });
});

test('every code of a live check is seen failing, here or where plans and roles are tested', () => {
  const seen = new Set<string>([
    ...wrong.map(({ code }) => code),
    ...['AXC4009', 'AXC4010', 'AXC4012', 'AXC4013', 'AXC4014', 'AXC4037'],
    ...['AXC4011'], // test/cli/rbac.cluster.test.ts
  ]);
  const ofPlans = /^AXC(?:400[1-8]|5)/; // test/plan
  const codes = liveChecks.flatMap((check) => check.codes).filter((code) => !ofPlans.test(code));
  expect(codes.filter((code) => !seen.has(code))).toEqual([]);
  expect(codes.toSorted()).toEqual([...new Set(codes)].toSorted());
});

const keyOf = ({ kind, metadata: { namespace: space = '', name } }: FixtureObject): string =>
  `${kind} ${space}/${name}`;

describe('a check is silent', () => {
  test.for<[string, readonly FixtureObject[]]>([
    [
      'about policies that decide nothing',
      [
        istioObject('AuthorizationPolicy', 'default', 'logs', { action: 'AUDIT', rules: [{}] }),
        tried(istioObject('AuthorizationPolicy', 'default', 'trial', { action: 'DENY', rules: [{}] })),
        istioObject('AuthorizationPolicy', 'default', 'waypoint', {
          action: 'DENY',
          rules: [{}],
          targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }],
        }),
      ],
    ],
    [
      'about an older PeerAuthentication that takes STRICT from its Namespace',
      [
        istioObject('PeerAuthentication', 'default', 'all', { mtls: { mode: 'STRICT' } }),
        istioObject('PeerAuthentication', 'default', 'old', { selector: { matchLabels: { app: 'backend-api' } } }),
      ],
    ],
  ])('%s', { timeout: 60_000 }, async ([, objects], { ground }) => {
    const access = ground.clusters['cluster-b'];
    for (const object of objects) await put(access, object);
    try {
      expect(notPassed(rowsOf(await ground.look()))).toEqual([]);
    } finally {
      for (const object of objects) await drop(access, object);
    }
  });
});

describe('what needs no object', () => {
  const codesOf = (evidence: LiveEvidence): string[] => [
    ...new Set(findingsOf(rowsOf(evidence)).map(({ code, severity }) => `${severity} ${code}`)),
  ];
  const changed = (
    evidence: LiveEvidence,
    change: (site: LiveEvidence['sites'][number]) => LiveEvidence['sites'][number],
  ): LiveEvidence => ({
    ...evidence,
    sites: evidence.sites.map((site) => (site.cluster === 'cluster-b' ? change(site) : site)),
  });

  test('a clock that is apart is a warning, and one that is far apart an error', async ({ ground }) => {
    const evidence = await ground.look();
    const ahead = (clockSkew: number): string[] =>
      codesOf(changed(evidence, (site) => ({ ...site, ...(site.live && { live: { ...site.live, clockSkew } }) })));
    expect(ahead(29_000)).toEqual([]);
    expect(ahead(-40_000)).toEqual(['warning AXC4010']);
    expect(ahead(301_000)).toEqual(['error AXC4010']);
  });

  test('a webhook that accepts everything is an error, and only a warning where there is no Istio at all', async ({
    ground,
  }) => {
    const evidence = await ground.look();
    expect(codesOf(changed(evidence, (site) => ({ ...site, webhook: 'silent' })))).toEqual(['error AXC4012']);
    const bare = changed(evidence, (site) => ({
      ...site,
      webhook: 'silent',
      ...(site.observation && { observation: { ...site.observation, withoutIstio: true } }),
    }));
    expect(codesOf(bare)).toEqual(['warning AXC4013']);
  });

  test('a cluster without the revision that the others have is behind', async ({ ground }) => {
    const evidence = await ground.look();
    const ahead = changed(evidence, (site) => ({
      ...site,
      ...(site.observation && {
        observation: {
          ...site.observation,
          inventory: { federation: 'shop', revision: 3, state: 'applied', hash: '', participants: [], items: [] },
        },
      }),
    }));
    expect(codesOf(ahead)).toEqual(['warning AXC4014']);
    expect(findingsOf(rowsOf(ahead))[0]?.message).toContain('cluster-a has no revision');
  });

  test('a cluster that is away is its own row; the other one is looked at', async ({ ground }) => {
    const evidence = await ground.look();
    const failure = new ClusterError('cluster-b', 'cluster-b does not answer.', { reason: 'unreachable' });
    const away = changed({ ...evidence, isPlanned: false }, () => ({ cluster: 'cluster-b', failure }));
    expect(codesOf(away)).toEqual(['error AXC4009']);
    const rows = rowsOf(away);
    const ofB = rows.filter(({ clusters }) => clusters.join() === 'cluster-b').map(({ state }) => state);
    expect([...new Set(ofB)].sort()).toEqual(['failed', 'not checked']);
    expect(rows.find(({ check, clusters }) => check === 'dns' && clusters[0] === 'cluster-a')?.state).toBe('passed');
  });

  test('a pod that started before its Namespace got the setting has to be restarted', async ({ ground }) => {
    const access = ground.clusters['cluster-a'];
    const [frontend] = meshPods().slice(-1);
    if (frontend === undefined) throw new Error('there is no frontend');
    await drop(access, frontend);
    await putPod(access, pod('frontend-1', 'shop', { labels: {}, serviceAccountName: 'frontend', env: [] }));
    const dns = async (): Promise<Row | undefined> =>
      rowsOf(await ground.look()).find(({ check, clusters }) => check === 'dns' && clusters[0] === 'cluster-a');
    expect(await dns()).toMatchObject({ state: 'not checked', notChecked: [expect.stringContaining('comes with')] });
    const config = {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'ProxyConfig',
      metadata: {
        name: 'shop-dns',
        namespace: 'shop',
        labels: { 'aegis-xc.dev/federation': 'shop' },
      },
      spec: { environmentVariables: { ISTIO_META_DNS_CAPTURE: 'true' } },
    };
    await put(access, config);
    expect(await dns()).toMatchObject({ state: 'warning', found: [{ code: 'AXC4037' }] });
    await drop(access, config);
    await put(access, meshConfig('a', { defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true' } } }));
    expect(await dns()).toMatchObject({ state: 'warning', found: [{ code: 'AXC4037' }] });
    await drop(access, frontend);
    await putPod(access, frontend);
    expect(await dns()).toMatchObject({ state: 'passed' });
    await put(access, meshConfig('a'));
  });
});
