import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, exampleFolder, scenario } from '../bench/mesh/fixtures.ts';
import { type Followed, followReadme } from '../bench/mesh/readme.ts';
import { type OwnMesh, startMesh } from '../bench/mesh/start.ts';

const frontend = { namespace: 'shop', app: 'frontend' };
const batch = { namespace: 'backend', app: 'batch' };

let mesh: OwnMesh;

/** The negative control of all scenarios: the same commands, where each mesh has a root that the other one does not know. */
scenario('two meshes that do not trust each other', scenes, () => mesh);

function scenes(): void {
  let calls: Followed[];

  beforeAll(async () => {
    mesh = await startMesh({ trust: 'strangers' });
    const follow = (name: string) => followReadme(mesh, exampleFolder(name));
    const http = await follow('service-to-service');
    const events = await follow('events');
    calls = [...http.slice(-2), ...events.slice(-2)];
  });

  afterAll(() => mesh?.stop());

  test('no command of a README gets an answer from the other cluster', () => {
    expect(calls).toMatchObject([
      { command: expect.stringContaining('deploy/frontend'), stdout: expect.stringContaining('connect error') },
      { command: expect.stringContaining('deploy/reporting'), stdout: expect.stringContaining('connect error') },
      { command: expect.stringContaining(' sub '), stdout: '' },
      { command: expect.stringContaining(' pub '), stdout: '' },
    ]);
    expect(calls.at(-1)?.code).not.toBe(0);
  });

  test('it is the root: the callers do not accept the certificate of the server', async () => {
    const since = new Date();
    await mesh.request('cluster-a', frontend, 'http://backend-api.cluster-b.local/api/health');
    await eventually(() => {
      expect(mesh.accessLog('cluster-a', frontend, { since })).toMatchObject([
        { status: 503, upstreamFailure: expect.stringContaining('CERTIFICATE_VERIFY_FAILED') },
      ]);
    });
  });

  test('doctor names the roots first', async () => {
    const spec = join(exampleFolder('service-to-service'), 'federation.yaml');
    const clusters = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];
    const line = ['doctor', '-f', spec, '--symptom', 'CERTIFICATE_VERIFY_FAILED', ...clusters, '-o', 'json'];
    const { code, stdout } = await mesh.cli(line);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).diagnoses[0].causes[0]).toMatchObject({
      cause: 'roots-are-not-trusted',
      state: 'confirmed',
    });
  });

  test('within a cluster calls are as ever', async () => {
    const answer = await mesh.request('cluster-b', batch, 'http://backend-api.backend/anything');
    expect([answer.status, answer.from?.cluster]).toEqual([200, 'cluster-b']);
  });
}
