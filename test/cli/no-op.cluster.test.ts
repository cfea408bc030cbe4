import { describe, expect } from 'vitest';
import { test } from '../bench/fixtures.ts';
import { runCli } from '../support/cli-rig.ts';
import { type FederationInput, federation, provider, service } from '../support/federation.ts';
import { openRig, type Rig } from '../support/run-rig.ts';

/** What it costs to apply again what is there already: the requests of the built program, counted where they come by. */
const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  onCleanup(() => rig.close());
  return rig;
});

const withServices = (name: string, count: number): FederationInput =>
  federation({
    metadata: { name },
    services: Object.fromEntries(
      Array.from({ length: count }, (_, n) => [
        `${name}-${n}`,
        service({ providers: { 'cluster-b': provider({ workload: { app: `${name}-${n}` } }) } }),
      ]),
    ),
  });

interface Cost {
  /** `cluster-a GET /apis/…?…`, sorted. */
  readonly requests: readonly string[];
  readonly writes: number;
  readonly objects: number;
}

async function costOfAgain(rig: Rig, verb: string, spec: FederationInput): Promise<Cost> {
  const applied = await rig.apply(spec);
  expect(applied.kind).toMatch(/done|unchanged/);
  const requests: string[] = [];
  const before = rig.writes();
  rig.onRequest = ({ cluster, method, path }) => {
    requests.push(`${cluster} ${method} ${path.replaceAll(spec.metadata.name, '<federation>')}`);
    return undefined;
  };
  const ended = await runCli(rig, spec, verb, '-o', 'json');
  rig.onRequest = () => undefined;
  expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('error')]);
  const objects = (await rig.world(spec)).size;
  return { requests: requests.sort(), writes: rig.writes() - before, objects };
}

describe.sequential('what is there already', () => {
  rigged.for([
    ['apply', 26],
    ['plan', 26],
    ['status', 28],
  ] as const)('%s asks the same of 40 services as of one, and writes nothing', async ([verb, requests], { rig }) => {
    const [few, many] = [withServices('idle-few', 1), withServices('idle-many', 40)];
    const [small, large] = [await costOfAgain(rig, verb, few), await costOfAgain(rig, verb, many)];
    expect(large.objects).toBeGreaterThan(20 * small.objects);
    expect(large.requests).toEqual(small.requests);
    expect(small.requests).toHaveLength(requests); // docs/apply.md says it, too
    expect([small.writes, large.writes]).toEqual([0, 0]);
    // Not even a try of one.
    expect(new Set(large.requests.map((request) => request.split(' ')[1]))).toEqual(new Set(['GET']));
  });
});
