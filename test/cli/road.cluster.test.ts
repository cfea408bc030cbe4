import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect } from 'vitest';
import type { Bench } from '../bench/bench.ts';
import { test } from '../bench/fixtures.ts';
import { aegisXc, type CliResult } from '../support/cli.ts';

/**
 * The road that a user goes, with the built program and real API servers: render, plan, apply, status, delete. The
 * bench of this file has the examples' Namespaces and Services.
 */
const examples = ['service-to-service', 'database', 'microservices', 'events'] as const;
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-road-'));
afterAll(() => rmSync(folder, { recursive: true }));

const specOf = (example: string): string => join(root, 'examples', example, 'federation.yaml');
const names = ['cluster-a', 'cluster-b'] as const;

interface Road {
  readonly bench: Bench;
  readonly run: (verb: string, spec: string, ...args: string[]) => Promise<CliResult>;
  /** Objects of all clusters that carry our label. */
  readonly ours: (federation: string) => Promise<string[]>;
}

const road = test.extend('road', { scope: 'file' }, async ({ ownBench: bench }): Promise<Road> => {
  for (const name of names) {
    const { kubectl } = bench.clusters[name];
    await kubectl(['create', 'namespace', 'istio-system']);
    for (const example of examples) {
      const file = join(root, 'examples', example, 'workloads', `${name}.yaml`);
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', file]);
    }
  }
  const clusters = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b', '--kubeconfig', bench.kubeconfig];
  return {
    bench,
    run: (verb, spec, ...args) => {
      const pause = ['apply', 'delete'].includes(verb) ? ['--settle', '0'] : [];
      return aegisXc([verb, '-f', spec, ...clusters, ...pause, ...args]);
    },
    ours: (federation) => objectsOf(bench, federation),
  };
});

describe.sequential('the road', () => {
  for (const example of examples) {
    road(`${example}: what render prints is accepted by both API servers`, async ({ road: { bench } }) => {
      for (const name of names) {
        const { stdout, code } = await aegisXc(['render', '-f', specOf(example), '--cluster', name]);
        expect(code).toBe(0);
        const { kubectl } = bench.clusters[name];
        await kubectl(['apply', '--server-side', '-f', '-'], importNamespace);
        const answer = await kubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], stdout);
        expect(answer.trim().split('\n')).toHaveLength(stdout.match(/^kind:/gm)?.length ?? 0);
      }
    });

    road(`${example}: is applied, stays as it is, and goes`, async ({ road: { run, ours } }) => {
      const spec = specOf(example);
      const federation = /name: (\S+)/.exec(readFileSync(spec, 'utf8'))?.[1] ?? '';
      expect(await run('plan', spec, '--exit-code')).toMatchObject({ code: 1 });

      const first = await run('apply', spec);
      expect(first.stderr).toContain('Done: revision 1 is in cluster-a, cluster-b.');
      expect(first.code).toBe(0);
      expect((await ours(federation)).length).toBeGreaterThan(5);

      const again = await run('apply', spec);
      expect(again.stderr).toContain('0 writes');
      expect(await run('plan', spec, '--exit-code')).toMatchObject({ code: 0 });
      const status = JSON.parse((await run('status', spec, '-o', 'json')).stdout);
      expect(status.clusters.map(({ state, revision }: Record<string, unknown>) => [state, revision])).toEqual([
        ['in sync', 1],
        ['in sync', 1],
      ]);

      const gone = await run('delete', spec, '--yes');
      expect(gone.stderr).toContain(`nothing of ${federation} is left`);
      expect(await ours(federation)).toEqual([]);
      expect((await run('delete', spec, '--yes')).stderr).toContain('0 writes');
    });
  }

  road(
    'an edit by hand is shown with its field and its author, refused, and set back when that is said',
    async ({ road: { bench, run } }) => {
      const spec = specOf('service-to-service');
      await run('apply', spec);
      const { kubectl } = bench.clusters['cluster-a'];
      const entry = ['serviceentry', 'shop-backend-api-cluster-b', '-n', 'aegis-xc'];
      await kubectl(['patch', ...entry, '--type=merge', '-p', '{"spec":{"resolution":"DNS"}}']);

      const plan = await run('plan', spec);
      expect(plan.stdout).toContain('spec.resolution: "DNS" → "STATIC" (set by kubectl-patch)');
      expect((await run('status', spec)).stdout).toMatch(/cluster-a .* drift /);

      const refused = await run('apply', spec);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(
        /error\[AXC5004\].*spec\.resolution of ServiceEntry .* was changed by kubectl-patch/,
      );
      expect(refused.stderr).toContain('Nothing was changed.');

      expect(await run('apply', spec, '--take-over')).toMatchObject({ code: 0 });
      expect(await kubectl(['get', ...entry, '-o', 'jsonpath={.spec.resolution}'])).toBe('STATIC');
      await run('delete', spec, '--yes');
    },
  );

  road('a deleted object comes back', async ({ road: { bench, run } }) => {
    const spec = specOf('service-to-service');
    await run('apply', spec);
    await bench.clusters['cluster-b'].kubectl([
      'delete',
      'gateway.networking.istio.io',
      'shop-exports',
      '-n',
      'istio-system',
    ]);
    expect((await run('status', spec)).stdout).toContain('Gateway istio-system/shop-exports was deleted');
    expect(await run('apply', spec)).toMatchObject({ code: 0 });
    expect(await run('plan', spec, '--exit-code')).toMatchObject({ code: 0 });
    await run('delete', spec, '--yes');
  });

  road('a spec with one service fewer prunes exactly the objects of that service', async ({ road: { run, ours } }) => {
    const spec = join(folder, 'events.yaml');
    const text = readFileSync(specOf('events'), 'utf8');
    writeFileSync(spec, text);
    await run('apply', spec);
    const before = await ours('events');
    writeFileSync(spec, text.slice(0, text.indexOf('  rabbitmq:')));
    expect(await run('apply', spec)).toMatchObject({ code: 0 });
    const after = await ours('events');
    expect(before.filter((name) => !after.includes(name))).toEqual([
      'cluster-a DestinationRule aegis-xc/events-rabbitmq-cluster-b',
      'cluster-a ServiceEntry aegis-xc/events-rabbitmq-cluster-b',
      'cluster-b AuthorizationPolicy messaging/events-rabbitmq',
      'cluster-b DestinationRule messaging/events-rabbitmq-export',
      'cluster-b PeerAuthentication messaging/events-rabbitmq',
    ]);
    expect(after.filter((name) => !before.includes(name))).toEqual([
      'cluster-a ConfigMap aegis-xc-system/events.rev.2',
      'cluster-b ConfigMap aegis-xc-system/events.rev.2',
    ]);
    await run('delete', spec, '--yes');
  });

  road(
    'an object of somebody else is refused by name, and nothing is written',
    async ({ road: { bench, run, ours } }) => {
      const foreign = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop-exports, namespace: istio-system, annotations: { meta.helm.sh/release-name: gateways } }
spec: { selector: { istio: eastwestgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
`;
      const { kubectl } = bench.clusters['cluster-b'];
      await kubectl(['create', '-f', '-'], foreign);
      const { code, stderr } = await run('apply', specOf('service-to-service'));
      expect(code).toBe(2);
      expect(stderr).toContain('Gateway istio-system/shop-exports in cluster-b belongs to the Helm release "gateways"');
      expect(await ours('shop')).toEqual([]);
      await kubectl(['delete', 'gateway.networking.istio.io', 'shop-exports', '-n', 'istio-system']);
    },
  );

  road('a Namespace that is missing is named, with its place in the spec', async ({ road: { run, ours } }) => {
    const spec = join(folder, 'missing.yaml');
    writeFileSync(
      spec,
      readFileSync(specOf('service-to-service'), 'utf8').replace('namespace: shop', 'namespace: shopp'),
    );
    const { code, stderr } = await run('apply', spec);
    expect(code).toBe(2);
    expect(stderr).toContain('Namespace shopp does not exist in cluster-a');
    expect(stderr).toContain('"shop"');
    expect(await ours('shop')).toEqual([]);
  });

  road('two contexts of one cluster are refused', async ({ road: { bench } }) => {
    const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-a', '--kubeconfig', bench.kubeconfig];
    const { code, stderr } = await aegisXc(['apply', '-f', specOf('service-to-service'), ...contexts]);
    expect(code).toBe(2);
    expect(stderr).toContain('are the same cluster');
  });

  road('a context that does not exist gets the nearest name', async ({ road: { bench } }) => {
    const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'clustr-b', '--kubeconfig', bench.kubeconfig];
    const { code, stderr } = await aegisXc(['plan', '-f', specOf('service-to-service'), ...contexts]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/clustr-b[\s\S]*cluster-b/);
  });

  road('delete without a terminal wants --yes', async ({ road: { run, ours } }) => {
    const spec = specOf('service-to-service');
    await run('apply', spec);
    const { code, stderr } = await run('delete', spec);
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect((await ours('shop')).length).toBeGreaterThan(0);
    await run('delete', spec, '--yes');
  });

  road(
    'a cluster that does not answer is named, and the other one is not written to',
    async ({ road: { bench, run, ours } }) => {
      await bench.clusters['cluster-b'].stop();
      const { code, stderr } = await run('apply', specOf('service-to-service'));
      const status = await run('status', specOf('service-to-service'));
      await bench.clusters['cluster-b'].start();
      expect(code).toBe(2);
      expect(stderr).toMatch(/cluster-b.*refused/);
      expect(status).toMatchObject({
        code: 2,
        stdout: expect.stringMatching(/cluster-a .* not applied[\s\S]*cluster-b .* not reached/),
      });
      expect(await ours('shop')).toEqual([]);
    },
  );
});

const importNamespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: aegis-xc }\n';

const kinds = [
  'services',
  'networkpolicies',
  'certificates',
  'gateways.networking.istio.io',
  'serviceentries',
  'destinationrules',
  'virtualservices',
  'proxyconfigs',
  'authorizationpolicies',
  'peerauthentications',
  'telemetries',
  'configmaps',
].join(',');

/** `cluster-a ServiceEntry aegis-xc/shop-backend-api-cluster-b`, sorted. */
async function objectsOf(bench: Bench, federation: string): Promise<string[]> {
  const lines = names.map(async (name) => {
    const list = await bench.clusters[name].kubectl([
      'get',
      kinds,
      '-A',
      '-o',
      'json',
      '-l',
      `aegis-xc.dev/federation=${federation}`,
    ]);
    const { items } = JSON.parse(list);
    return items.map(
      ({ kind, metadata }: { kind: string; metadata: { namespace: string; name: string } }) =>
        `${name} ${kind} ${metadata.namespace}/${metadata.name}`,
    );
  });
  return (await Promise.all(lines)).flat().sort();
}
