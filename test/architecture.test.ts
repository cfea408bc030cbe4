import { readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The map in `docs/architecture.md`, as rules. Each test lists the places that break its rule. */

/** Every value is made from the one before it: a stage imports only stages before it. */
const stages = ['spec', 'objects', 'model', 'manifests', 'access', 'plan', 'clusters', 'apply'];
/** What every folder may import. */
const common = ['codes.ts', 'diagnostics.ts', 'errors.ts', 'json.ts', 'nearest.ts', 'sha256.ts'];

interface Import {
  readonly from: string;
  /** A path below `src/`, or the name of a package. */
  readonly to: string;
  readonly kind: 'value' | 'type' | 'late';
}

const sources = new Map(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, withoutComments(readFileSync(`src/${path}`, 'utf8'))] as const),
);
const imports = [...sources].flatMap(([from, text]) => importsOf(from, text));

test('every import of a source file is found', () => {
  expect(imports.length).toBeGreaterThan(sources.size);
  const paths = imports.filter(({ to }) => to.endsWith('.ts')).map(({ to }) => to);
  expect(paths.filter((path) => !sources.has(path))).toEqual([]);
});

describe('folders', () => {
  test('a stage imports only stages before it, and what is common', () => {
    const wrong = imports.filter(({ from, to }) => {
      const own = stages.indexOf(folderOf(from));
      return own >= 0 && isOurs(to) && !common.includes(to) && !stages.slice(0, own + 1).includes(folderOf(to));
    });
    expect(wrong.map(sentence)).toEqual([]);
  });

  test('what is common imports nothing but what is common', () => {
    const wrong = imports.filter(({ from, to }) => common.includes(from) && isOurs(to) && !common.includes(to));
    expect(wrong.map(sentence)).toEqual([]);
  });

  test('checks import stages as types only, but for the words of the spec and of objects', () => {
    const wrong = imports.filter(
      ({ from, to, kind }) => folderOf(from) === 'checks' && stages.slice(2).includes(folderOf(to)) && kind !== 'type',
    );
    expect(wrong.map(sentence)).toEqual([]);
  });

  test('nothing imports cli', () => {
    const wrong = imports.filter(({ from, to }) => folderOf(to) === 'cli' && folderOf(from) !== 'cli');
    expect(wrong.map(sentence)).toEqual([]);
  });
});

describe('the outside world is at the edge', () => {
  test.each([
    ['@kubernetes/client-node', 'clusters/'],
    ['undici', 'clusters/'],
    ['chalk', 'cli/ui/'],
    ['ora', 'cli/ui/'],
    ['commander', 'cli/'],
  ])('%s is imported only in %s', (name, place) => {
    const wrong = imports.filter(({ from, to }) => packageOf(to) === name && !from.startsWith(place));
    expect(wrong.map(sentence)).toEqual([]);
  });

  test('only cli/main.ts sets the exit code', () => {
    expect(filesWith(/process\.exit/)).toEqual(['cli/main.ts']);
  });

  test('zod is imported as a namespace, for `import { z }` bundles every locale', () => {
    expect(filesWith(/import\s+(?:type\s+)?\{[^}]*\}\s+from\s+'zod'/)).toEqual([]);
  });
});

describe('what a command loads', () => {
  const heavy = ['@kubernetes/client-node', 'undici', 'chalk', 'ora'];

  test.each(['init', 'validate', 'lint', 'render', 'schema', 'explain'])(
    '%s loads no client and no decoration',
    (name) => {
      const loaded = loadedFrom(['cli/main.ts', `cli/commands/${name}.ts`]);
      expect(loaded).toContain('commander');
      expect(loaded.filter((path) => heavy.includes(packageOf(path)))).toEqual([]);
    },
  );

  test('the program itself loads no command and no stage', () => {
    const loaded = loadedFrom(['cli/main.ts']);
    expect(loaded.filter((path) => path.startsWith('cli/commands/') || stages.includes(folderOf(path)))).toEqual([]);
  });
});

function importsOf(from: string, text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^';]*?\sfrom\s+)?'([^']+)'/gm);
  const calls = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [
    ...[...statements].map(
      ([, type, to = '']) => ({ from, to: resolved(from, to), kind: type ? 'type' : 'value' }) as const,
    ),
    ...[...calls].map(([, to = '']) => ({ from, to: resolved(from, to), kind: 'late' }) as const),
  ];
}

function resolved(from: string, to: string): string {
  return to.startsWith('.') ? posix.join(dirname(from), to) : to;
}

/** All that is loaded at once with these files: the values that they import, and those import, but nothing late. */
function loadedFrom(roots: readonly string[]): string[] {
  const seen = new Set(roots);
  for (const path of seen) {
    for (const { from, to, kind } of imports) if (from === path && kind === 'value') seen.add(to);
  }
  return [...seen];
}

function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*$)/gm, '');
}

const filesWith = (pattern: RegExp): string[] =>
  [...sources].filter(([, text]) => pattern.test(text)).map(([path]) => path);
const folderOf = (path: string): string => (path.endsWith('.ts') ? (path.split('/', 2)[0] ?? '') : '');
const isOurs = (path: string): boolean => path.endsWith('.ts');
const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');
const sentence = ({ from, to, kind }: Import): string => `${from} imports ${to} (${kind})`;
