import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { applySpec, eventually, exampleFolder, mesh, scenario } from '../bench/mesh/fixtures.ts';
import { run } from '../bench/mesh/shell.ts';

const specOf = (example: string) => join(exampleFolder(example), 'federation.yaml');
const examples = readdirSync(exampleFolder(''))
  .filter((name) => existsSync(specOf(name)))
  .sort();
const clusters = ['cluster-a', 'cluster-b'];

scenario('what istiod and istioctl say about the examples', () => {
  beforeAll(async () => {
    await mesh.clean();
    await Promise.all(clusters.map((cluster) => mesh.apply(namespaces, cluster)));
  });

  describe('the validation webhook', () => {
    test.each(canaries)('refuses %s', async (_, object, words) => {
      await expect(mesh.kubectl('cluster-a', dryRun, object)).rejects.toThrow(
        expect.objectContaining({
          message: expect.stringMatching(new RegExp(`admission webhook "[a-z.]*istio.io" denied.*${words}`, 's')),
        }),
      );
    });

    test.each(clusters.flatMap((cluster) => examples.map((example) => [example, cluster] as const)))(
      'accepts every object of %s for %s, without a warning',
      async (example, cluster) => {
        const { stdout } = await mesh.cli(['render', '-f', specOf(example), '--cluster', cluster]);
        expect(stdout).toContain('kind: ');
        const accepted = await mesh.kubectl(cluster, [...dryRun, '--warnings-as-errors'], stdout);
        expect(accepted.trim().split('\n')).toHaveLength(stdout.split(/^---$/m).length - 1);
      },
    );
  });

  describe('istioctl analyze', () => {
    beforeAll(async () => {
      for (const example of examples) {
        await Promise.all(
          clusters.map((cluster) => mesh.apply(join(exampleFolder(example), 'workloads', `${cluster}.yaml`), cluster)),
        );
        await applySpec(specOf(example), '--settle', '0s');
      }
      await Promise.all(clusters.map((cluster) => eventually(() => expectPods(cluster), { within: 30_000 })));
    });

    test.each(clusters)('finds nothing in %s that has no explanation, with all examples in it', async (cluster) => {
      const found = await analyze(cluster);
      expect(found.filter((finding) => !explained.some((one) => fits(one, finding)))).toEqual([]);
    });

    test('would find a mistake', async () => {
      await mesh.apply(mistake, 'cluster-a');
      const found = await analyze('cluster-a');
      await mesh.kubectl('cluster-a', ['delete', '-f', '-'], mistake);
      expect(found).toContainEqual(expect.objectContaining({ code: 'IST0101', level: 'Error' }));
    });
  });
});

/** Findings that are no fault, each with its reason. */
const explained = [
  { code: 'IST0102', origin: /^Namespace aegis-xc(-system)?$/, reason: 'no pods live in our namespaces' },
  { code: 'IST0102', origin: /^Namespace (default|observability)$/, reason: "no examples live in the mesh's own ones" },
  { code: 'IST0164', origin: /WebhookConfiguration istio/, reason: "the bench's API server calls istiod on 127.0.0.1" },
];

const fits = ({ code, origin }: (typeof explained)[number], found: Finding): boolean =>
  found.level === 'Info' && found.code === code && origin.test(found.origin);

const dryRun = ['apply', '--server-side', '--dry-run=server', '-f', '-'];

const findingSchema = z.object({
  code: z.string(),
  level: z.string(),
  origin: z.string().default(''),
  message: z.string(),
});
type Finding = z.infer<typeof findingSchema>;

async function analyze(cluster: string): Promise<Finding[]> {
  const argv = [mesh.istioctl, 'analyze', '--kubeconfig', mesh.kubeconfig, '--context', cluster, '-A', '-o', 'json'];
  const { stdout, stderr } = await run(argv);
  expect(stdout, stderr).not.toBe('');
  return z.array(findingSchema).parse(JSON.parse(stdout));
}

/** Every Deployment and StatefulSet has its pods: analyzers look for what selectors select. */
async function expectPods(cluster: string): Promise<void> {
  const wanted = await mesh.kubectl(cluster, [
    'get',
    'deployments,statefulsets',
    '-A',
    '-o',
    'jsonpath={.items[*].spec.replicas}',
  ]);
  const pods = await mesh.kubectl(cluster, ['get', 'pods', '-A', '-o', 'name']);
  const count = wanted.split(' ').reduce((sum, replicas) => sum + Number(replicas), 0);
  expect(pods.trim().split('\n').length).toBeGreaterThanOrEqual(count);
}

const namespaces = ['shop', 'web', 'backend', 'data', 'billing', 'messaging']
  .map(
    (name) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {istio-injection: enabled}}\n`,
  )
  .concat('---\napiVersion: v1\nkind: Namespace\nmetadata: {name: aegis-xc}\n')
  .join('');

/** What the API server's schemas let through, and istiod does not: one for each API that it validates. */
const canaries: [string, string, string][] = [
  [
    'a client certificate that is not there',
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: canary, namespace: shop}
spec: {host: canary.cluster-b.local, trafficPolicy: {tls: {mode: MUTUAL}}}
`,
    'client certificate required',
  ],
  [
    'a policy for an empty principal',
    `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: canary, namespace: shop}
spec: {rules: [{from: [{source: {principals: [""]}}]}]}
`,
    'empty value not allowed',
  ],
  [
    'a log filter that is no expression',
    `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: canary, namespace: shop}
spec: {accessLogging: [{providers: [{name: envoy}], filter: {expression: "upstream.port in ["}}]}
`,
    'expression',
  ],
];

const mistake = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mistake, namespace: shop}
spec: {hosts: [mistake.cluster-b.local], http: [{route: [{destination: {host: not-there.cluster-b.local}}]}]}
`;
