import { describe, expect, test } from 'vitest';
import { checkObjects } from '../../src/checks/objects/run.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { objectSetOf } from '../../src/objects/object-set.ts';
import { readObjects } from '../../src/objects/read-objects.ts';
import { aegisXc } from '../support/cli.ts';

/** Files that are made to take all time or memory. `lint` answers all of them, soon. */

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');
const object = (kind: string, spec: string, apiVersion = 'networking.istio.io/v1') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: catalog, namespace: shop}\nspec: ${spec}\n`;
const letters = 'abcdefgh';
const bomb = many(8, (index) => {
  const items = index === 0 ? 'x' : `*${letters[index - 1]}`;
  return `${letters[index]}: &${letters[index]} [${Array(9).fill(items).join(',')}]\n`;
});
const longHost = `${'a'.repeat(60)}.`.repeat(100_000);

const files: readonly (readonly [title: string, text: () => string, code: string | undefined])[] = [
  ['33 MiB', () => 'x'.repeat(33 * 1024 * 1024), 'AXC1001'],
  ['8 MiB of line breaks', () => '\n'.repeat(8 * 1024 * 1024), undefined],
  ['500,000 empty documents', () => '---\n'.repeat(500_000), undefined],
  ['2,000,000 directives', () => '%A\n'.repeat(2_000_000), 'AXC1002'],
  ['20,000 brackets', () => '['.repeat(20_000), 'AXC1013'],
  ['3,000 dashes', () => `${'- '.repeat(3000)}x`, 'AXC1013'],
  ['aliases of aliases, 9⁷ of them', () => bomb, 'AXC1010'],
  [
    'merges of merges',
    () => `a: &a {${many(1000, (i) => `k${i}: 1, `)}}\n${many(3000, (i) => `m${i}: {<<: *a}\n`)}`,
    'AXC1010',
  ],
  ['100,000 keys in one map', () => object('ServiceEntry', `{${many(100_000, (i) => `k${i}: 1, `)}}`), 'AXC2002'],
  ['50,000 hosts', () => object('VirtualService', `{hosts: [${many(50_000, (i) => `h${i}.example, `)}]}`), 'AXC2023'],
  ['a Gateway of 20,000 servers', () => object('Gateway', `{servers: [${many(20_000, () => '{}, ')}]}`), 'AXC2003'],
  [
    '5,000 routes',
    () =>
      object(
        'VirtualService',
        `{hosts: [a], http: [${many(5000, (i) => `{match: [{uri: {prefix: /${i}}}], route: [{destination: {host: a}}]}, `)}]}`,
      ),
    undefined,
  ],
  [
    '5,000 hosts that overlap',
    () =>
      object(
        'VirtualService',
        `{hosts: [${many(5000, (i) => `"*.h${i}.example", `)}], http: [{route: [{destination: {host: a}}]}]}`,
      ),
    undefined,
  ],
  ['a host of 6 MB', () => object('DestinationRule', `{host: ${longHost}}`), 'AXC2024'],
  [
    'settings and a route for a host of 6 MB',
    () =>
      `${object('DestinationRule', `{host: ${longHost}, trafficPolicy: {portLevelSettings: [{port: {number: 80}}]}}`)}---\n${object('VirtualService', `{hosts: [a.example], http: [{route: [{destination: {host: ${longHost}}}]}]}`)}`,
    'AXC2024',
  ],
  [
    'a pattern that would run for ever',
    () => object('HTTPRoute', `{hostnames: [${'a-'.repeat(120)}!]}`, 'gateway.networking.k8s.io/v1'),
    'AXC2006',
  ],
  [
    '5,000 times the same object',
    () => `${object('Sidecar', '{egress: [{hosts: ["./*"]}]}')}---\n`.repeat(5000),
    'AXC2010',
  ],
  ['400,000 beginnings of templates', () => '{{ .a }}\n'.repeat(400_000), 'AXC1113'],
];

const lint = (text: string): readonly Diagnostic[] => {
  const { objects, diagnostics } = readObjects({ file: 'objects.yaml', text });
  return [...diagnostics, ...checkObjects(objectSetOf(objects)).diagnostics];
};

describe.each(files)('%s', (_, text, code) => {
  test(`take no more than two seconds of work`, () => {
    const written = text();
    let diagnostics: readonly Diagnostic[] = [];
    const seconds = work(() => {
      diagnostics = lint(written);
    });
    if (code) expect(diagnostics.map((one) => one.code)).toContain(code);
    expect(seconds).toBeLessThan(2);
  });
});

test.each(files.map(([title, text]) => [title, text] as const))(
  '%s: the program answers with 256 MiB of memory',
  async (_, text) => {
    const env = { NODE_OPTIONS: '--max-old-space-size=192' };
    const { code, stdout, stderr } = await aegisXc(['lint', '-'], { stdin: text(), env });
    expect([0, 1]).toContain(code);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
  },
  60_000,
);

/** Seconds of processor time. */
function work(task: () => void): number {
  const before = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
