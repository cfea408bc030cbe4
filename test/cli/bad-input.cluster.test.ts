import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { systemNamespace } from '../../src/plan/ownership.ts';
import { test } from '../bench/fixtures.ts';
import { aegisXc, type CliResult } from '../support/cli.ts';
import { type FederationInput, federation, provider, service, specText } from '../support/federation.ts';
import { openRig, type Rig } from '../support/run-rig.ts';

/**
 * What is wrong before a run begins: each is said with what to do, and no cluster gets a write. A lease with an absurd duration is
 * in run.cluster.test.ts, a revision that is not kept in interrupted.cluster.test.ts, two contexts of one cluster in
 * road.cluster.test.ts.
 */
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  onCleanup(() => rig.close());
  return rig;
});

const spec = (name: string, serviceAccount = 'frontend'): FederationInput =>
  federation({
    metadata: { name },
    services: {
      [name]: service({
        consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount }],
        providers: { 'cluster-b': provider({ workload: { app: name } }) },
      }),
    },
  });

const file = join(folder, 'federation.yaml');
const run = (rig: Rig, verb: string, of: object, ...args: string[]): Promise<CliResult> => {
  writeFileSync(file, specText(of));
  const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b', '--kubeconfig', rig.kubeconfig];
  return aegisXc([verb, '-f', file, ...contexts, ...args]);
};

/** Refused, and not one request that would change something. */
async function refused(rig: Rig, verb: string, of: object, ...args: string[]): Promise<string> {
  const before = rig.writes();
  const { code, stderr } = await run(rig, verb, of, ...args);
  expect(code).toBe(2);
  expect(rig.writes()).toBe(before);
  return stderr;
}

describe.sequential('nothing is changed by', () => {
  rigged('a plan that was edited after it was approved', async ({ rig }) => {
    const plan = join(folder, 'approved.plan');
    expect(await run(rig, 'plan', spec('approved'), '--out', plan)).toMatchObject({ code: 0 });
    const saved = JSON.parse(readFileSync(plan, 'utf8'));
    writeFileSync(plan, JSON.stringify({ ...saved, steps: saved.steps.slice(1) }));
    expect(await refused(rig, 'apply', spec('approved'), plan)).toMatch(
      /was changed after it was written[\s\S]*plan again with `aegis-xc plan --out`/,
    );
    writeFileSync(plan, JSON.stringify({ ...saved, schemaVersion: 2 }));
    expect(await refused(rig, 'apply', spec('approved'), plan)).toContain('is not a plan of this version');
    writeFileSync(plan, 'not a plan');
    expect(await refused(rig, 'apply', spec('approved'), plan)).toContain('is not a plan of this version');
    expect(await refused(rig, 'apply', spec('approved'), join(folder, 'missing.plan'))).toContain('There is no file');
  });

  rigged.for(['apply', 'resume', 'rollback', 'status'])(
    '%s, where the journal is of a newer version',
    { timeout: 240_000 },
    async (verb, { rig }) => {
      const name = `newer-${verb}`;
      expect(await run(rig, 'apply', spec(name), '--settle', '0')).toMatchObject({ code: 0 });
      const labels = { 'aegis-xc.dev/federation': name, 'aegis-xc.dev/part': 'journal' };
      const body = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `${name}.txn`, labels },
        data: { 'journal.json': '{"schemaVersion": 2}' },
      };
      const path = `/api/v1/namespaces/${systemNamespace}/configmaps`;
      await rig.clusters['cluster-b']?.request('POST', path, { body });
      expect(await refused(rig, verb, spec(name, 'orders'))).toMatch(
        new RegExp(
          `The journal of "${name}".*not written by this version[\\s\\S]*the version that began it, or a newer one`,
        ),
      );
    },
  );

  rigged('a spec that renders to nothing', async ({ rig }) => {
    expect(await run(rig, 'apply', spec('emptied'), '--settle', '0')).toMatchObject({ code: 0 });
    expect(await refused(rig, 'apply', { ...spec('emptied'), services: {} }, '--yes')).toMatch(
      /AXC1109.*has to have a service/,
    );
    expect(await refused(rig, 'apply', {})).toMatch(/AXC11/);
    expect(await run(rig, 'plan', spec('emptied'), '--exit-code')).toMatchObject({ code: 0 });
  });
});
