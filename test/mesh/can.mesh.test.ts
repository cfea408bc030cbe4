import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Answer, answer } from '../../src/access/answer.ts';
import type { Question } from '../../src/access/question.ts';
import { questionsOf } from '../../src/access/questions.ts';
import { renderedObjects } from '../../src/access/rendered.ts';
import { type Sites, sitesOf } from '../../src/access/sites.ts';
import type { JsonObject } from '../../src/json.ts';
import { readObjects } from '../../src/objects/read-objects.ts';
import { compile } from '../../src/pipeline.ts';
import { applySpec, eventually, mesh, scenario } from '../bench/mesh/fixtures.ts';
import { seeded } from '../support/random.ts';
import { type CallResult, callers, send } from './can/callers.ts';
import { home, randomPolicies, targets } from './can/random-policies.ts';
import { callersText, namespacesText, specOf, targetsText } from './can/workloads.ts';

const seed = Number(process.env.CAN_SEED ?? 20_261_123);
const batches = Number(process.env.CAN_BATCHES ?? 6);

const spec = specOf(targets);
const compiled = compile({ file: 'federation.yaml', text: spec });

scenario('what can says, real proxies do', () => {
  beforeAll(async () => {
    await mesh.clean();
    await Promise.all(mesh.names.map((name) => mesh.apply(namespacesText(name), name)));
    const file = join(mkdtempSync(join(tmpdir(), 'can-')), 'federation.yaml');
    writeFileSync(file, spec);
    await mesh.apply(targetsText(targets), 'cluster-b');
    await applySpec(file);
    await Promise.all(mesh.names.map((name) => mesh.apply(callersText(name), name)));
    const all = { 'cluster-a': ['shop', 'web', 'plain'], 'cluster-b': [home, 'other', 'plain'] };
    await Promise.all(Object.entries(all).map(([name, namespaces]) => mesh.waitReady(name, ...namespaces)));
  });

  const random = seeded(seed);
  const counts: { calls: number; allowed: number }[] = [];

  test.each(Array.from({ length: batches }, (_, n) => n))('with the policies of batch %i', async (batch) => {
    const state = randomState(batch);
    await put(state);
    const sites = sitesIn(state);
    const questions = questionsIn(sites);
    const answers = questions.map((question) => answer(question, sites));
    const decided = answers.filter(({ allowed }) => typeof allowed === 'boolean');
    expect(decided.length).toBeGreaterThan(questions.length * 0.8);
    await eventually(async () => {
      const results = await send(decided.map(({ question }) => question));
      expect(decided.flatMap((one) => disagreement(one, results.get(one.question)))).toEqual([]);
    });
    counts.push({ calls: decided.length, allowed: decided.filter(({ allowed }) => allowed).length });
  });

  test('with enough calls of either kind', () => {
    const sum = (of: 'calls' | 'allowed'): number => counts.reduce((total, one) => total + one[of], 0);
    expect(sum('calls')).toBeGreaterThan(200);
    expect(sum('allowed')).toBeGreaterThan(sum('calls') / 5);
    expect(sum('allowed')).toBeLessThan((sum('calls') * 4) / 5);
  });

  interface State {
    readonly batch: number;
    readonly rendered: readonly string[];
    readonly policies: readonly JsonObject[];
  }

  /** Some of the rendered objects taken away, and policies of others added. */
  function randomState(batch: number): State {
    const rendered = guards.filter(() => random() < 0.6).map(({ object }) => keyOf(object));
    return { batch, rendered, policies: [...randomPolicies(random, batch), ...peersOf(batch)] };
  }

  function peersOf(batch: number): JsonObject[] {
    if (batch % 2 === 0) return [];
    const mtls = { mode: random() < 0.5 ? 'STRICT' : 'PERMISSIVE' };
    return [
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'PeerAuthentication',
        metadata: { name: `b${batch}-all`, namespace: home, labels: { batch: String(batch) } },
        spec: { mtls },
      },
    ];
  }
});

const guards = (compiled.manifests ?? []).filter(({ resource }) =>
  ['AuthorizationPolicy', 'PeerAuthentication'].includes(resource.kind),
);
const keyOf = ({ kind, metadata }: (typeof guards)[number]['object']): string => `${kind} ${metadata.name}`;

/** Brings cluster-b to the state, and waits until the proxies of the targets have it. */
async function put({
  batch,
  rendered,
  policies,
}: {
  batch: number;
  rendered: readonly string[];
  policies: readonly JsonObject[];
}) {
  const kinds = 'authorizationpolicies,peerauthentications';
  await mesh.kubectl('cluster-b', ['delete', kinds, '-A', '-l', `batch,batch!=${batch}`]);
  const gone = guards.filter(({ object }) => !rendered.includes(keyOf(object)));
  for (const { object } of gone) {
    await mesh.kubectl('cluster-b', ['delete', object.kind, '-n', home, object.metadata.name, '--ignore-not-found']);
  }
  const kept = guards.filter(({ object }) => rendered.includes(keyOf(object))).map(({ object }) => object);
  await mesh.apply(textOf([...kept, ...policies, marker(batch)]), 'cluster-b');
  await eventually(async () => {
    for (const app of targets) {
      const listeners = await mesh.envoy(
        'cluster-b',
        { namespace: home, app },
        '/config_dump?resource=dynamic_listeners',
      );
      expect(listeners).toContain(`policy[settled-${batch}]`);
    }
  });
}

/** Logs nothing and decides nothing; the proxies that have it have all that was written before it. */
const marker = (batch: number): JsonObject => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: `settled-${batch}`, namespace: 'istio-system', labels: { batch: String(batch) } },
  spec: { action: 'AUDIT', rules: [{ to: [{ operation: { ports: ['1'] } }] }] },
});

const textOf = (objects: readonly unknown[]): string =>
  `${objects.map((one) => JSON.stringify(one)).join('\n---\n')}\n`;

function sitesIn({ rendered, policies }: { rendered: readonly string[]; policies: readonly JsonObject[] }): Sites {
  const { federation, manifests, locate } = compiled;
  if (federation === undefined || manifests === undefined) throw new Error(JSON.stringify(compiled.diagnostics));
  const gone = new Set(guards.filter(({ object }) => !rendered.includes(keyOf(object))));
  const kept = manifests.filter((manifest) => !gone.has(manifest));
  const { objects } = readObjects({ file: 'policies.yaml', text: textOf(policies), cluster: 'cluster-b' });
  return sitesOf({ federation, objects: [...renderedObjects({ federation, manifests: kept, locate }), ...objects] });
}

const requests: readonly (readonly [string, string])[] = [
  ['GET', '/api/x'],
  ['POST', '/api/x'],
  ['DELETE', '/api/a/y'],
  ['GET', '/admin'],
  ['GET', '/health?from=/admin'],
  ['GET', '/api/../admin'],
  ['GET', '/api/%2e%2e/admin'],
  ['GET', '//api/x'],
  ['GET', '/api//x'],
  ['GET', '/%61pi/x'],
  ['GET', '/api%2Fx'],
  ['GET', '/API/x'],
  ['GET', '/api'],
  ['GET', '/api/'],
  ['GET', '/x/..\\admin'],
];

/** Every caller and every target; of the requests a third each. */
function questionsIn({ federation: { services } }: Sites): Question[] {
  return callers.flatMap(({ who }, c) => [
    ...requests.flatMap(([method, path], n) =>
      questionsOf({
        callers: [who],
        services: services.filter((_, s) => (s + n + c) % 3 === 0),
        port: 'http',
        method,
        path,
      }),
    ),
    ...questionsOf({ callers: [who], services, port: 'raw' }),
  ]);
}

/** What differs, in words: who is let in, and of those who are not whether it was a policy that refused. */
function disagreement({ question, allowed, ways }: Answer, seen: CallResult | undefined): string[] {
  const { caller, service: called, port, method = '', path = '' } = question;
  const byPolicy = port.http && ways.every(({ decided }) => decided === 'deny-rule' || decided === 'no-allow-rule');
  const agrees = seen?.allowed === allowed && (allowed || !byPolicy || seen.status === 403);
  const who = `${caller.cluster}/${caller.namespace}/${caller.serviceAccount}`;
  return agrees
    ? []
    : [`${who} ${method} ${called.name}:${port.number}${path}: ${allowed}, but ${seen?.status} (curl ${seen?.exit})`];
}
