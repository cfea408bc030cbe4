import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { test } from '../bench/fixtures.ts';
import { temporaryFolder } from '../support/folder.ts';
import { actionFile, gitlab, stepsOf } from './pipeline.ts';
import { startRunner } from './runner.ts';

/** The steps that need clusters, as the services run them: the plan with the rights of `plan-rights.yaml`, then apply. */
const example = 'examples/service-to-service';
const spec = readFileSync(`${example}/federation.yaml`, 'utf8')
  .replace(/^ {2}(cluster-[ab]):\n(?= {4}trustDomain)/gm, '  $1:\n    context: $1\n')
  .replace('name: shop', 'name: pipeline');
const visitor = 'system:serviceaccount:istio-system:aegis-xc-plan';

const pipeline = test.extend('secrets', { scope: 'file' }, async ({ ownBench: bench }) => {
  for (const [name, { kubectl }] of Object.entries(bench.clusters)) {
    await kubectl(['create', 'namespace', 'istio-system']);
    await kubectl(['apply', '-f', join(process.cwd(), `${example}/workloads/${name}.yaml`)]);
    await kubectl(['apply', '-f', join(process.cwd(), 'examples/ci/plan-rights.yaml')]);
  }
  const admin = readFileSync(bench.kubeconfig, 'utf8');
  const config = JSON.parse(admin);
  for (const { user } of config.users) user.as = visitor;
  return { admin, visitor: JSON.stringify(config) };
});

const atFirst = { timeout: 180_000 };
const planJson = z.object({
  steps: z.array(z.object({ object: z.unknown() })),
  dryRun: z.object({ accepted: z.number(), skipped: z.array(z.object({ object: z.unknown() })) }),
});
const scriptOf = (job: string): string => stepsOf(job).at(-1)?.run ?? '';
const actionScript = actionFile.runs.steps.find(({ id }) => id === 'run')?.run ?? '';

describe.sequential('the pipeline', () => {
  pipeline('GitHub: the plan with rights to read only, as Markdown in the summary', atFirst, async ({ secrets }) => {
    const { run, summary } = startRunner({ 'federation.yaml': spec });
    const { code } = await run(scriptOf('plan'), { KUBECONFIG_TEXT: secrets.visitor });
    expect(code).toBe(0);
    expect(summary()).toMatch(/^#+ .*pipeline/m);
    expect(summary()).toContain('AuthorizationPolicy');
  });

  pipeline('with those rights plan says of each write that no cluster was asked to try it', async ({ secrets }) => {
    const { run } = startRunner({
      'federation.yaml': spec,
      'visitor.yaml': secrets.visitor,
      'admin.yaml': secrets.admin,
    });
    const planned = async (kubeconfig: string) => {
      const { stdout } = await run(`aegis-xc plan -o json --kubeconfig ${kubeconfig}`);
      return planJson.parse(JSON.parse(stdout));
    };
    const { steps, dryRun } = await planned('visitor.yaml');
    expect(dryRun).toEqual({ accepted: 0, skipped: steps });
    const control = await planned('admin.yaml');
    expect(control.steps).toEqual(steps);
    expect(control.dryRun.accepted).toBeGreaterThan(0);
  });

  pipeline('with those rights nothing can be applied', async ({ secrets, ownBench }) => {
    const { run } = startRunner({ 'federation.yaml': spec });
    const { code } = await run(scriptOf('apply'), { KUBECONFIG_TEXT: secrets.visitor });
    expect(code).toBe(2);
    const { kubectl } = ownBench.clusters['cluster-b'];
    expect(await kubectl(['get', 'authorizationpolicies', '-A', '-o', 'name'])).toBe('');
  });

  pipeline('GitLab: the plan is a file that the merge request links', async ({ secrets }) => {
    const { run, cwd } = startRunner({ 'federation.yaml': spec, 'secret.yaml': secrets.visitor });
    const { code, stdout } = await run(gitlab.plan.script.join('\n'), { PLAN_KUBECONFIG: 'secret.yaml' });
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, 'plan.md'), 'utf8')).toBe(stdout);
    expect(stdout).toContain('AuthorizationPolicy');
  });

  pipeline(
    'the action: plan says whether there is something to do, and fails only when told to',
    async ({ secrets }) => {
      const kubeconfig = join(temporaryFolder({ kubeconfig: secrets.visitor }), 'kubeconfig');
      const inputs = { COMMAND: 'plan', FILE: 'federation.yaml', KUBECONFIG_FILE: kubeconfig, ARGS: '' };
      const calm = startRunner({ 'federation.yaml': spec });
      expect(await calm.run(actionScript, { ...inputs, FAIL_ON_DIFF: 'false' })).toMatchObject({ code: 0 });
      expect(calm.outputs()).toEqual({ changed: 'true', 'exit-code': '1' });
      const strict = startRunner({ 'federation.yaml': spec });
      expect(await strict.run(actionScript, { ...inputs, FAIL_ON_DIFF: 'true' })).toMatchObject({ code: 1 });
    },
  );

  pipeline('GitHub: apply on main', { timeout: 120_000 }, async ({ secrets }) => {
    const { run } = startRunner({ 'federation.yaml': spec });
    const { code, stdout } = await run(scriptOf('apply'), { KUBECONFIG_TEXT: secrets.admin });
    expect(code).toBe(0);
    expect(stdout.match(/in sync/g)).toHaveLength(2);
  });

  pipeline('GitLab: apply again on the default branch writes nothing', async ({ secrets }) => {
    const { run } = startRunner({ 'federation.yaml': spec, 'secret.yaml': secrets.admin });
    const { code, stdout } = await run(gitlab.apply.script.join('\n'), { APPLY_KUBECONFIG: 'secret.yaml' });
    expect(code).toBe(0);
    expect(stdout.match(/in sync/g)).toHaveLength(2);
  });

  pipeline('the action: nothing to do any more', async ({ secrets }) => {
    const kubeconfig = join(temporaryFolder({ kubeconfig: secrets.visitor }), 'kubeconfig');
    const { run, outputs } = startRunner({ 'federation.yaml': spec });
    const inputs = {
      COMMAND: 'plan',
      FILE: 'federation.yaml',
      KUBECONFIG_FILE: kubeconfig,
      ARGS: '',
      FAIL_ON_DIFF: 'true',
    };
    expect(await run(actionScript, inputs)).toMatchObject({ code: 0 });
    expect(outputs()).toEqual({ changed: 'false', 'exit-code': '0' });
  });
});
