import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { aegisXc } from '../support/cli.ts';
import { contentOf, temporaryFolder } from '../support/folder.ts';
import { installedPackage } from '../support/registry.ts';
import { actionFile, github, gitlab, hooks, stepsOf, text } from './pipeline.ts';
import { startRunner } from './runner.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const spec = readFileSync('examples/service-to-service/federation.yaml', 'utf8');

describe('what the services say to the files', () => {
  const modules = installedPackage('@actions/languageservice', '0.3.61');
  test.runIf(modules).each([
    ['.github/workflows/federation.yml', text.github],
    ['action.yml', text.action],
  ])("%s is right for GitHub's own language service (skipped without a registry)", async (path, yaml) => {
    const { check } = await githubService(modules ?? '');
    expect(await check(path, yaml)).toEqual([]);
    // Under another name: the service remembers a file by its path.
    const wrong = yaml.replace(/^(\s+(?:- )?)run: /m, '$1runs: ');
    expect(await check(`wrong/${path}`, wrong)).not.toEqual([]);
  });

  const local = installedPackage('gitlab-ci-local', '4.61.1');
  const program = join(local ?? '', 'gitlab-ci-local/src/index.js');
  const listed = (cwd: string, ...variables: string[]) => {
    const args = [program, '--list-csv', ...variables.flatMap((pair) => ['--variable', pair])];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
    return {
      status,
      jobs: stdout
        .split('\n')
        .flatMap((line) => /^(\w+);/.exec(line)?.[1] ?? [])
        .slice(1),
    };
  };

  test.runIf(local)("gitlab.yml is right by GitLab's own schema (skipped without a registry)", () => {
    expect(listed(checkout(text.gitlab)).status).toBe(0);
    expect(listed(checkout(text.gitlab.replaceAll('script:', 'scripts:'))).status).not.toBe(0);
  });

  test.runIf(local).each([
    [
      'a merge request',
      ['CI_PIPELINE_SOURCE=merge_request_event', 'CI_MERGE_REQUEST_SOURCE_PROJECT_ID=7', 'CI_PROJECT_ID=7'],
      ['validate', 'plan'],
    ],
    [
      'a merge request of a fork',
      ['CI_PIPELINE_SOURCE=merge_request_event', 'CI_MERGE_REQUEST_SOURCE_PROJECT_ID=8', 'CI_PROJECT_ID=7'],
      ['validate'],
    ],
    ['a push to main', ['CI_PIPELINE_SOURCE=push'], ['apply']],
    ['a push to a branch', ['CI_PIPELINE_SOURCE=push', 'CI_COMMIT_BRANCH=feature'], []],
  ])('GitLab: the jobs of %s (skipped without a registry)', (_, variables, jobs) => {
    expect(listed(checkout(text.gitlab), ...variables).jobs).toEqual(jobs);
  });
});

/** A repository whose branch main has a new federation.yaml. */
function checkout(pipeline: string): string {
  const cwd = temporaryFolder({ '.gitlab-ci.yml': pipeline, 'federation.yaml': spec });
  const author = ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', '-c', 'commit.gpgsign=false'];
  const git = (...args: string[]) => spawnSync('git', [...author, ...args], { cwd });
  git('init', '--quiet', '--initial-branch=main');
  git('remote', 'add', 'origin', 'git@gitlab.example.com:shop/federation.git');
  git('commit', '--quiet', '--allow-empty', '--message=before');
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  git('add', '.');
  git('commit', '--quiet', '--message=a federation');
  return cwd;
}

interface GithubService {
  check(path: string, yaml: string): Promise<string[]>;
}

/** It imports JSON in a way that Node 20 does not know: esbuild does. */
async function githubService(modules: string): Promise<GithubService> {
  const outfile = join(temporaryFolder(), 'service.mjs');
  const contents = `
    import { validate } from '@actions/languageservice';
    import { TextDocument } from 'vscode-languageserver-textdocument';
    export const check = async (path, yaml) =>
      (await validate(TextDocument.create('file:///' + path, 'yaml', 1, yaml))).map(({ message }) => message);`;
  const banner = { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" };
  const options = { bundle: true, platform: 'node', format: 'esm', banner, logLevel: 'error' } as const;
  await build({ ...options, stdin: { contents, resolveDir: modules }, outfile });
  return import(pathToFileURL(outfile).href);
}

describe('rights', () => {
  test('a workflow may read the repository, and nothing else', () => {
    expect(github.permissions).toEqual({ contents: 'read' });
  });

  test('a pull request never meets the secret that may write', () => {
    for (const [name, { if: when, steps }] of Object.entries(github.jobs)) {
      const secrets = [...JSON.stringify(steps).matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret);
      expect({ name, secrets }).toEqual({
        name,
        secrets: { plan: ['PLAN_KUBECONFIG'], apply: ['APPLY_KUBECONFIG'] }[name] ?? [],
      });
      expect(when).toContain(name === 'apply' ? "github.event_name == 'push'" : "github.event_name == 'pull_request'");
    }
    expect(gitlab.plan.script.join()).not.toContain('APPLY_KUBECONFIG');
    expect(gitlab.apply.rules.map(({ if: when }) => when).join()).not.toContain('merge_request_event');
  });

  test.each([
    ['a pull request', { event_name: 'pull_request', from: 'shop/federation' }, ['validate', 'plan']],
    ['a pull request from a fork', { event_name: 'pull_request', from: 'stranger/federation' }, ['validate']],
    ['a push to main', { event_name: 'push', from: '' }, ['apply']],
  ])('GitHub: the jobs of %s', (_, { event_name, from }, expected) => {
    const holds = isTrueFor({
      'github.event_name': event_name,
      'github.event.pull_request.head.repo.full_name': from,
      'github.repository': 'shop/federation',
    });
    const jobs = Object.entries(github.jobs).filter(([, { if: when }]) => holds(when));
    expect(jobs.map(([name]) => name)).toEqual(expected);
  });

  test('no value from outside is put into a script', () => {
    const scripts = [...actionFile.runs.steps, ...Object.values(github.jobs).flatMap(({ steps }) => steps)].map(
      ({ run }) => run,
    );
    expect(scripts.filter((script) => script?.includes('${{'))).toEqual([]);
  });

  test('two runs of apply never overlap', () => {
    expect(github.jobs.apply?.concurrency).toEqual({ group: 'federation', 'cancel-in-progress': false });
    expect(gitlab.apply).toMatchObject({ script: expect.any(Array) });
    expect(text.gitlab).toContain('resource_group: federation');
  });
});

/** GitHub's expressions, as far as the workflow has them: terms that are equal, all of them. */
function isTrueFor(context: Readonly<Record<string, string>>): (expression: string) => boolean {
  const termValue = (term = ''): string | undefined => /^'(.*)'$/.exec(term)?.[1] ?? context[term];
  return (expression) =>
    expression.split(' && ').every((comparison) => {
      const [left, right] = comparison.split(' == ').map(termValue);
      expect([left, right], comparison).toEqual([expect.any(String), expect.any(String)]);
      return left === right;
    });
}

test.each(['github', 'gitlab', 'action'] as const)('%s installs this version', (name) => {
  const versions = [...text[name].matchAll(/aegis-xc@(\S+)/g)].map(([, said]) => said);
  expect(new Set(versions)).toEqual(new Set([version]));
});

describe('the steps without a cluster', () => {
  test('GitHub: validate', async () => {
    const { run } = startRunner({ 'federation.yaml': spec });
    for (const step of stepsOf('validate').filter(({ name }) => name !== 'Install')) {
      expect(await run(step.run ?? '')).toMatchObject({ code: 0 });
    }
  });

  test('GitHub: a spec with a finding ends the job', async () => {
    const { run } = startRunner({ 'federation.yaml': spec.replace('consumers:', 'consumer:') });
    expect(await run(stepsOf('validate').at(-1)?.run ?? '')).toMatchObject({ code: 1 });
  });

  test('GitLab: validate', async () => {
    const { run } = startRunner({ 'federation.yaml': spec });
    for (const line of gitlab.validate.script) expect(await run(line)).toMatchObject({ code: 0 });
  });
});

describe('the action', () => {
  const script = actionFile.runs.steps.find(({ id }) => id === 'run')?.run ?? '';
  const inputs = { COMMAND: 'validate', FILE: 'federation.yaml', KUBECONFIG_FILE: '', ARGS: '', FAIL_ON_DIFF: 'false' };

  test('gives every input to the script under the name that the script reads', () => {
    const env = actionFile.runs.steps.flatMap((step) => Object.entries(step.env));
    const given = env.map(([, value]) => /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1]);
    expect(given.sort()).toEqual(Object.keys(actionFile.inputs).sort());
    for (const [name] of env)
      expect(
        actionFile.runs.steps.some(({ run }) => run?.includes(`$${name}`)),
        name,
      ).toBe(true);
  });

  test('a spec that is right: 0', async () => {
    const { run, outputs } = startRunner({ 'federation.yaml': spec });
    expect(await run(script, inputs)).toMatchObject({ code: 0 });
    expect(outputs()).toEqual({ 'exit-code': '0' });
  });

  test('findings are marked at their lines', async () => {
    const { run, outputs } = startRunner({ 'shop.yaml': spec.replace('namespace: backend', 'namespce: backend') });
    const { code, stdout } = await run(script, { ...inputs, FILE: 'shop.yaml' });
    expect(code).toBe(1);
    expect(
      stdout.match(/^::error file=shop\.yaml,line=\d+,col=\d+,title=AXC1102::unknown key "namespce"/gm),
    ).toHaveLength(1);
    expect(outputs()).toEqual({ 'exit-code': '1' });
  });

  test('arguments are passed on as words, and are never a script', async () => {
    const { run, cwd } = startRunner({ 'federation.yaml': spec });
    const { code } = await run(script, { ...inputs, ARGS: '--fail-on warning; touch broken $(touch broken)' });
    expect(code).toBe(2);
    expect(Object.keys(contentOf(cwd))).toEqual(['federation.yaml']);
  });

  test('an unknown command is refused', async () => {
    const { run } = startRunner({});
    const { code, stdout } = await run(script, { ...inputs, COMMAND: 'destroy' });
    expect({ code, stdout }).toEqual({
      code: 2,
      stdout: '::error::command is destroy; it has to be validate, plan or apply\n',
    });
  });
});

describe('the hooks of pre-commit', () => {
  test('have names that are one each', () => {
    expect(hooks.map(({ id }) => id)).toEqual(['aegis-xc-validate', 'aegis-xc-render']);
  });

  test.each(hooks.map((hook) => [hook.id, hook] as const))(
    '%s: what it runs ends with 0 for a good spec, and not for a bad one',
    async (_, hook) => {
      const [, ...words] = [...hook.entry.split(' '), ...(hook.args ?? [])];
      const good = temporaryFolder({ 'federation.yaml': spec });
      expect(await aegisXc(words, { cwd: good })).toMatchObject({ code: 0, stderr: '' });
      const bad = temporaryFolder({ 'federation.yaml': 'kind: Federation\n' });
      expect((await aegisXc(words, { cwd: bad })).code).toBeGreaterThan(0);
    },
  );

  test.each([
    ['federation.yaml', true],
    ['mesh/shop-federation.yml', true],
    ['README.md', false],
  ])('%s: %s', (path, matched) => {
    expect(new RegExp(hooks[0]?.files ?? '').test(path)).toBe(matched);
  });
});
