import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complete } from '../../src/cli/completion/complete.ts';
import { scripts } from '../../src/cli/completion/scripts.ts';
import { tree } from '../../src/cli/completion/tree.ts';
import { aegisXc, bash, launcher } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

const eks = 'arn:aws:eks:eu-west-1:1:cluster/shop';
const files = {
  'federation.yaml': readFileSync('examples/database/federation.yaml', 'utf8'),
  'other.yaml': 'clusters: { east: {}, west: {} }\nservices: { api: {} }\n',
  'kubeconfig.yaml': `contexts:\n${['prod-a', 'prod-b', eks].map((name) => `- name: "${name}"\n`).join('')}`,
  'more.yaml': 'contexts: [{ name: staging }, { name: prod-a }]\n',
};

/** What is proposed, and the directive, in a folder with a spec and a kubeconfig. */
async function proposed(...words: string[]) {
  const cwd = temporaryFolder(files);
  const { code, stdout, stderr } = await aegisXc(['__complete', ...words], {
    cwd,
    env: { KUBECONFIG: 'kubeconfig.yaml' },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  return { words: lines.slice(0, -1).map((line) => line.split('\t')[0]), directive: lines.at(-1) };
}

describe('what is proposed', () => {
  test.each([
    ['commands', ['pl'], ['plan']],
    ['options of the command, and those of all', ['render', '--o'], ['--out', '--output']],
    ['global options before the command', ['--q'], ['--quiet']],
    ['options where the command takes nothing else', ['schema', ''], expect.arrayContaining(['--file', '--help'])],
    ['no option a second time', ['render', '--out', 'x', '--ou'], ['--output']],
    ['an option for pairs a second time', ['plan', '--context', 'cluster-a=prod-a', '--contex'], ['--context']],
    ['the short option that is there', ['render', '-o'], ['-o']],
    ['the choices of an option', ['validate', '-o', ''], ['text', 'json']],
    ['the choices after an equals sign', ['validate', '--output=j'], ['--output=json']],
    ['examples', ['init', '--scenario', 'e'], ['events']],
    ['contexts', ['plan', '--cluster-a', ''], [eks, 'prod-a', 'prod-b']],
    ['contexts of another kubeconfig', ['plan', '--kubeconfig', 'more.yaml', '--cluster-a', ''], ['prod-a', 'staging']],
    ['clusters of the spec', ['render', '--cluster', ''], ['cluster-a', 'cluster-b']],
    ['clusters of another spec', ['render', '-f', 'other.yaml', '--cluster', ''], ['east', 'west']],
    ['clusters of a spec that is named before', ['--file=other.yaml', 'render', '--cluster', 'w'], ['west']],
    ['a context for a cluster', ['apply', '--context', 'cluster-b=prod'], ['cluster-b=prod-a', 'cluster-b=prod-b']],
    ['callers of the spec', ['can', '--from', 'cluster-a/'], ['cluster-a/shop/orders']],
    [
      'callers beside a provider',
      ['can', '--from', 'cluster-b/'],
      ['cluster-b/billing/billing', 'cluster-b/data/postgres'],
    ],
    ['services', ['can', '--to', ''], ['orders-db']],
    ['methods', ['can', '--method', 'P'], ['POST', 'PUT', 'PATCH']],
    ['codes', ['explain', 'AXC130'], expect.arrayContaining(['AXC1301', 'AXC1307'])],
    ['codes that a run may go on with', ['apply', '--allow', 'AXC400'], ['AXC4003']],
    ['commands to get help of', ['help', 's'], ['status', 'schema']],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish', 'powershell']],
    ['nothing after an unknown command', ['nonsense', ''], []],
    ['nothing after the last argument', ['--', 'completion', 'bash', ''], []],
  ])('%s', async (_, line, expected) => {
    expect(await proposed(...line)).toEqual({ words: expected, directive: ':4' });
  });

  test('what comes before an equals sign leaves no space behind', async () => {
    expect(await proposed('plan', '--context', '')).toEqual({ words: ['cluster-a=', 'cluster-b='], directive: ':6' });
  });

  test('files and folders are left to the shell', async () => {
    expect(await proposed('validate', '-f', '')).toEqual({ words: [], directive: ':0' });
    expect(await proposed('render', '--out', '')).toEqual({ words: [], directive: ':16' });
  });

  test('a spec or a kubeconfig that is broken, or not there, has no names', async () => {
    const cwd = temporaryFolder({ 'federation.yaml': 'clusters: [', 'kubeconfig.yaml': '{' });
    for (const line of [
      ['render', '--cluster', ''],
      ['plan', '--cluster-a', ''],
      ['render', '-f', '-', '--cluster', ''],
    ]) {
      const ended = await aegisXc(['__complete', ...line], { cwd, env: { KUBECONFIG: 'kubeconfig.yaml' } });
      expect(ended).toEqual({ code: 0, stdout: ':4\n', stderr: '' });
    }
  });

  test('services of the spec, where an option asks for one', () => {
    const option = { flags: ['--service'], description: '', value: { name: 'service', choices: [] } };
    const verify = { name: 'verify', summary: '', options: [option], args: [] };
    const line = ['verify', '-f', 'examples/database/federation.yaml', '--service', ''];
    const { proposals } = complete({ ...tree, commands: [verify] }, line, {});
    expect(proposals).toEqual([{ word: 'orders-db' }]);
  });

  test('the value of every option is known to be a name of something, a choice, a path, or free', () => {
    const values = tree.commands.flatMap(({ options }) => options.flatMap(({ value }) => value ?? []));
    const free = values.filter(({ name, choices }) => choices.length === 0 && !live.test(name)).map(({ name }) => name);
    // A new word here: is there really nothing that could be proposed?
    expect([...new Set(free)].sort()).toEqual([
      'cluster...',
      'cluster=address',
      'cluster=domain',
      'cluster=path',
      'duration',
      'name',
      'names',
      'number',
      'revision',
      'text',
      'url-path',
    ]);
  });
});
const live = /^(?:file|dir|contexts?|cluster|cluster=context|service|caller|port|method|finding|code)$/;

test('a completion loads next to nothing: no client, no schema, no command', () => {
  const loaded = staticallyLoaded('dist/complete.js');
  expect(loaded).not.toContain('dist/main.js');
  const bytes = loaded.reduce((sum, path) => sum + statSync(path).size, 0);
  expect(bytes).toBeLessThan(100_000);
});

/** The pieces of the bundle that are loaded at once with this one. */
function staticallyLoaded(from: string): string[] {
  const seen = new Set([from]);
  for (const path of seen) {
    for (const [, to = ''] of readFileSync(path, 'utf8').matchAll(/(?:from|import)"(\.[^"]+)"/g)) {
      seen.add(join(dirname(path), to));
    }
  }
  return [...seen];
}

test.each(Object.keys(scripts))('completion %s prints the script', async (shell) => {
  expect(await aegisXc(['completion', shell])).toEqual({ code: 0, stdout: scripts[shell], stderr: '' });
});

test('a shell that it does not know is refused with those that it knows', async () => {
  const { code, stderr } = await aegisXc(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish, powershell.');
});

const cases: [title: string, line: string, expected: string[]][] = [
  ['a command', 'aegis-xc pl', ['plan']],
  ['a cluster of the spec', 'aegis-xc render --cluster ', ['cluster-a', 'cluster-b']],
  [
    'a context after an equals sign',
    'aegis-xc plan --context cluster-a=prod-',
    ['cluster-a=prod-a', 'cluster-a=prod-b'],
  ],
  ['a context with colons', 'aegis-xc plan --cluster-a arn:', [eks]],
  ['a file', 'aegis-xc validate -f fed', ['federation.yaml']],
  ['a folder', 'aegis-xc render --out man', ['manifests/']],
];

/** A folder with a spec, a kubeconfig, and the program on the PATH under its names. */
function workplace() {
  const cwd = temporaryFolder({ ...files, 'manifests/.keep': '' });
  const bin = temporaryFolder();
  for (const name of ['aegis-xc', 'kubectl-aegis_xc']) symlinkSync(launcher, join(bin, name));
  symlinkSync(launcher.replace('aegis-xc.js', 'kubectl-complete.js'), join(bin, 'kubectl_complete-aegis_xc'));
  const env = { PATH: `${bin}:${process.env.PATH}`, KUBECONFIG: 'kubeconfig.yaml', HOME: cwd };
  return { cwd, env };
}

async function inShell(shell: string, script: string) {
  const { cwd, env } = workplace();
  const file = join(temporaryFolder({ script }), 'script');
  const { stdout, stderr } = await bash(`${shell} '${file}'`, { cwd, env });
  return { lines: stdout.split('\n').filter((line) => line !== ''), stderr };
}

const has = async (shell: string): Promise<boolean> => (await bash(`command -v ${shell}`)).code === 0;

describe('bash', () => {
  test.each(cases)('%s', async (_, line, expected) => {
    const { lines, stderr } = await inShell(
      'bash',
      `source <(aegis-xc completion bash); COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _aegis_xc; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    expect(stderr).toBe('');
    // bash keeps what stands before the last "=" or ":" on the line, and adds the slash of a folder itself.
    expect(lines).toEqual(
      expected.map((word) =>
        word.slice(/^.*[=:]/.exec(line.split(' ').at(-1) ?? '')?.[0].length ?? 0).replace(/\/$/, ''),
      ),
    );
  });
});

describe.runIf(await has('fish'))('fish (skipped where it is not installed)', () => {
  test.each(cases)('%s', async (_, line, expected) => {
    const { lines } = await inShell('fish', `aegis-xc completion fish | source; complete -C '${line}'`);
    expect(lines.map((proposal) => proposal.split('\t')[0])).toEqual(expected);
  });
});

describe.runIf(await has('zsh'))('zsh (skipped where it is not installed)', () => {
  test.each(cases)('%s', async (_, line, expected) => {
    // zsh completes only at a terminal: zpty is one. What it says before "READY" is of its start.
    const script = `
      zmodload zsh/zpty; zpty z zsh -f -i
      zpty -w z "PS1=; unset zle_bracketed_paste; stty cols 200; autoload -U compinit; compinit -D -u; source <(aegis-xc completion zsh); bindkey '^I' list-choices; bindkey '^X' kill-whole-line; echo REA''DY"
      until zpty -r z chunk '*READY*'; do :; done
      zpty -n -w z $'${line}\\t'
      out=''
      for i in {1..40}; do sleep 0.05; while zpty -r -t z chunk; do out+=$chunk; done; [[ $out == *'${(expected.at(-1) ?? '').replace(/\/$/, '')}'* ]] && break; done
      print -r -- "$out"`;
    const { lines } = await inShell('zsh', script);
    const shown = lines.join('\n');
    for (const word of expected) expect(shown).toContain(word.replace(/\/$/, ''));
  });
});

describe.runIf(await has('pwsh'))('PowerShell (skipped where it is not installed)', () => {
  test.each(cases.slice(0, 3))('%s', async (_, line, expected) => {
    const { lines } = await inShell(
      'pwsh -NoProfile -File',
      `aegis-xc completion powershell | Out-String | Invoke-Expression; (TabExpansion2 '${line}' ${line.length}).CompletionMatches.CompletionText`,
    );
    expect(lines).toEqual(expected);
  });
});

describe('as a plugin of kubectl', () => {
  test('the program is found under its name, and says the same', async () => {
    const { cwd, env } = workplace();
    const ended = await bash('kubectl-aegis_xc validate', { cwd, env });
    expect(ended).toEqual(await aegisXc(['validate'], { cwd }));
    expect(ended.code).toBe(0);
  });

  test('its completion answers as kubectl wants it: a word a line, then the directive', async () => {
    const { cwd, env } = workplace();
    const { stdout } = await bash("kubectl_complete-aegis_xc render --cluster ''", { cwd, env });
    expect(stdout).toBe('cluster-a\ncluster-b\n:4\n');
  });
});
