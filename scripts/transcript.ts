import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { startBench } from '../test/bench/bench.ts';
import { printProgress } from '../test/bench/progress.ts';
import { startEditor } from '../test/editor/language-server.ts';
import { canaryPolicy, put } from '../test/support/live-mesh.ts';

/**
 * Records `docs/first-ten-minutes.md`, and the README's summary of it: what a newcomer types, and what really comes back, with the
 * packed program and throw-away API servers that look as if Istio were installed. `npm run transcript`
 */
const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-transcript-'));
const project = join(folder, 'mesh');
const spec = join(project, 'federation.yaml');
const page: string[] = [];
/** What the README shows of it. */
const brief: string[] = [];
const started = performance.now();

try {
  mkdirSync(project);
  const bench = await startBench({ clusters: ['prod-a', 'prod-b'], onProgress: printProgress() });
  try {
    const clusters = { 'prod-a': 'installed-a', 'prod-b': 'installed-b' } as const;
    for (const [name, file] of Object.entries(clusters)) {
      const cluster = bench.clusters[name as keyof typeof clusters]; // The keys are the names.
      await cluster.kubectl(['apply', '--server-side', '-f', join(root, `test/cli/fixtures/${file}.yaml`)]);
      for (const object of canaryPolicy()) await put(cluster, object);
    }
    const status = { status: { loadBalancer: { ingress: [{ ip: '203.0.113.20' }] } } };
    const gateway = ['service', 'istio-eastwestgateway', '-n', 'istio-system', '--subresource', 'status'];
    await bench.clusters['prod-b'].kubectl(['patch', ...gateway, '-p', JSON.stringify(status)]);
    await record(bench.kubeconfig);
  } finally {
    await bench.stop();
  }
  writeFileSync(join(root, 'docs/first-ten-minutes.md'), `${page.join('\n')}\n`);
  intoReadme();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function record(kubeconfig: string): Promise<void> {
  const run = shell(kubeconfig);
  page.push('<!-- Recorded by `npm run transcript`: change it there. -->', '', '# The first ten minutes', '');
  page.push(
    'Two clusters, `prod-a` and `prod-b`, each with an Istio mesh; `frontend` in one is to call `backend-api` in the other. Recorded with',
    'the packed program against two real API servers, in which the objects of an Istio installation were put beforehand.',
  );

  chapter('Install');
  pack();
  run('npm init --yes', { show: false });
  const install = `npm install --save-dev --offline --no-audit --no-fund ${tarball()}`;
  run('npm install --save-dev aegis-xc', { as: install, brief: 0 });
  run('npx aegis-xc --version');

  chapter('Write a spec', 'It reads the clusters, and writes down what it finds. What they can not tell is marked.');
  run('npx aegis-xc init --from-contexts prod-a,prod-b --name shop', { brief: 2 });
  run('cat federation.yaml');

  chapter(
    'Fill it in',
    'In an editor with yaml-language-server (VS Code with the YAML extension, Neovim, Helix, …) the first line of the file leads to the schema: keys and values are proposed and explained, and mistakes are underlined. These come from the real server:',
  );
  fillIn();
  await inTheEditor();
  page.push('The terminal says the same, and more: what the file alone can not tell an editor.', '');
  const right = readFileSync(spec, 'utf8');
  writeFileSync(spec, right.replace('namespace: backend', 'namespce: backend'));
  run('npx aegis-xc validate', { code: 1, brief: 3 });
  writeFileSync(spec, right);
  run('npx aegis-xc validate', { brief: 1 });

  chapter(
    'See what it would do',
    'Nothing is written. The API servers try the writes that they can try without writing anything.',
  );
  run('npx aegis-xc plan', { brief: 12 });

  chapter('Do it', 'At a terminal it asks first; here nobody is there to be asked.');
  run('npx aegis-xc apply --yes --settle 0 --quiet', { brief: 1 });
  run('npx aegis-xc status', { brief: 9 });
  run('npx aegis-xc apply --yes --settle 0 --quiet');
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`recorded in ${seconds} s\n`);
}

function chapter(title: string, text = ''): void {
  page.push(...(page.at(-1) === '' ? [] : ['']), `## ${title}`, '', ...(text === '' ? [] : [text, '']));
}

interface Said {
  /** Default 0. With another one there is nothing to show. */
  readonly code?: number;
  /** What is really run, where that differs from what a reader would type. */
  readonly as?: string;
  readonly show?: boolean;
  /** How many lines of the answer the README has as well; absent: it leaves the command out. */
  readonly brief?: number;
}

function shell(kubeconfig: string): (line: string, said?: Said) => void {
  const env = { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: '1', npm_config_update_notifier: 'false' };
  return (line, { as = line, show = true, code = 0, brief: lines } = {}) => {
    const begin = performance.now();
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `${as} 2>&1`], { cwd: project, env, encoding: 'utf8' });
    if (status !== code) throw new Error(`${line} ended with ${status}\n${stdout}`);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    if (!show) return;
    const text = stripVTControlCharacters(stdout + stderr)
      .split('\n')
      .filter((one) => !one.startsWith('npm warn'))
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim();
    const time = line.startsWith('cat') ? [] : [`_${seconds} s_`, ''];
    page.push('```console', `$ ${line}`, ...(text === '' ? [] : [text]), '```', '', ...time);
    if (lines === undefined) return;
    const answer = text === '' ? [] : text.split('\n');
    brief.push(`$ ${line}`, ...answer.slice(0, lines), ...(lines > 0 && answer.length > lines ? ['…'] : []));
  };
}

function pack(): void {
  spawnSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
}

function tarball(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return join(folder, `aegis-xc-${version}.tgz`);
}

/** What the reader would write in the place of the marks. */
function fillIn(): void {
  const text = readFileSync(spec, 'utf8')
    .replaceAll('namespace: change-me, serviceAccount: change-me', 'namespace: shop, serviceAccount: frontend')
    .replace('localCallers: any', 'localCallers: []')
    .replaceAll(/^ *# TODO .*\n/gm, '');
  writeFileSync(spec, text);
}

async function inTheEditor(): Promise<void> {
  const editor = await startEditor(project);
  const text = readFileSync(spec, 'utf8');
  const mistaken = text.replace('    consumers:', '    preset: htttp\n    conumers:');
  const problems = await (await editor.open('mistaken.yaml', mistaken)).problems();
  const typing = await editor.open(
    'typing.yaml',
    text.replace('    consumers:', '    traffic:\n      █\n    consumers:'),
  );
  const proposals = await typing.complete();
  editor.close();
  const listed = proposals.map(({ label, about }) => `${label.padEnd(18)}${about.split('\n')[0]}`);
  page.push('```text', 'traffic:', '  ▏', ...listed.map((one) => `    ${one}`), '```', '');
  page.push('```text', ...problems.map((problem) => `federation.yaml:${problem}`), '```', '');
  brief.push(
    '# the editor, while the file is filled in:',
    ...problems.map((problem) => `#   federation.yaml:${problem}`),
  );
}

/** Between its two marks. */
function intoReadme(): void {
  const file = join(root, 'README.md');
  const text = readFileSync(file, 'utf8');
  const between = /(?<=<!-- Recorded by `npm run transcript`\. -->\n).*?(?=<!-- Until here\. -->)/s;
  if (!between.test(text)) throw new Error('README.md has no place for the recording');
  writeFileSync(
    file,
    text.replace(between, () => `${['```console', ...brief, '```'].join('\n')}\n`),
  );
}
