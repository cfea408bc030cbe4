import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { validateSpec } from '../../src/checks/validate.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { aegisXc } from '../support/cli.ts';

/** Files that are made to take all time or memory. `validate` answers all of them, soon. */

const head = 'apiVersion: aegis-xc.dev/v1alpha1\nkind: Federation\nmetadata: { name: shop }\n';
const largest = 8 * 1024 * 1024;
const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

const letters = 'abcdefgh';
const bomb = many(8, (index) => {
  const items = index === 0 ? 'x' : `*${letters[index - 1]}`;
  return `${letters[index]}: &${letters[index]} [${Array(9).fill(items).join(',')}]\n`;
});

interface Hostile {
  readonly title: string;
  readonly text: () => string;
  readonly code: string;
  /** `line:column` of its first finding. */
  readonly at: string;
}

const files: readonly Hostile[] = [
  { title: '8 MiB and one byte', text: () => 'x'.repeat(largest + 1), code: 'AXC1001', at: '1:1' },
  { title: '600,000 keys', text: () => head + 'password: x\n'.repeat(600_000), code: 'AXC1001', at: '1:1' },
  {
    title: '100,000 keys in one map',
    text: () => `${head}clusters:\n${many(100_000, (index) => `  cluster-${index}: {}\n`)}`,
    code: 'AXC1013',
    at: '20005:3',
  },
  { title: '20,000 brackets', text: () => `${head}services: ${'['.repeat(20_000)}`, code: 'AXC1013', at: '4:60' },
  { title: '3,000 dashes', text: () => `${head}services:\n  ${'- '.repeat(3000)}x\n`, code: 'AXC1013', at: '5:101' },
  { title: 'aliases of aliases, 9⁷ of them', text: () => head + bomb, code: 'AXC1010', at: '9:23' },
  {
    title: '101 aliases',
    text: () => `${head}a: &a 1\nb: [${Array(101).fill('*a').join(', ')}]\n`,
    code: 'AXC1010',
    at: '5:405',
  },
  {
    title: 'a service of 4,000 consumers, a hundred times',
    text: () => {
      const consumers = many(4000, (index) => `{cluster: a, namespace: x, serviceAccount: y${index}}, `);
      return `${head}services:\n  s: &s {consumers: [${consumers}]}\n${many(99, (index) => `  s${index}: *s\n`)}`;
    },
    code: 'AXC1010',
    at: '36:8',
  },
  { title: '240,000 times the same key', text: () => head + 'a: 1\n'.repeat(240_000), code: 'AXC1004', at: '5:1' },
  { title: '8 MiB of line breaks', text: () => '\n'.repeat(largest), code: 'AXC1005', at: '1:1' },
  { title: '8 MiB of NULs', text: () => '\0'.repeat(largest), code: 'AXC1008', at: '1:1' },
  { title: '400,000 tabs', text: () => head + '\ta: 1\n'.repeat(400_000), code: 'AXC1003', at: '4:1' },
  { title: '2,000,000 directives', text: () => '%A\n'.repeat(2_000_000), code: 'AXC1007', at: '1:1' },
  { title: '400,000 beginnings of keys', text: () => '-----BEGIN A-----'.repeat(400_000), code: 'AXC1301', at: '1:1' },
  {
    title: 'a name of 8 MiB',
    text: () => head.replace('shop', 'a-'.repeat(largest / 2 - 100)),
    code: 'AXC1103',
    at: '1:1',
  },
  {
    title: '19,000 services with everything wrong',
    text: () => `${head}services:\n${many(19_000, (index) => `  s${index}: {provders: {x: {}}}\n`)}`,
    code: 'AXC1103',
    at: '1:1',
  },
  {
    title: '20,000 unknown keys',
    text: () => `${head}services:\n  s: {${many(20_000, (index) => `k${index}: 1, `)}}\n`,
    code: 'AXC1103',
    at: '1:1',
  },
];

describe.each(files)('$title', ({ text, code, at }) => {
  test(`is told as ${code} within two seconds of work`, () => {
    const spec = { file: 'federation.yaml', text: text() };
    let diagnostics: readonly Diagnostic[] = [];
    const seconds = work(() => {
      diagnostics = validateSpec(spec).diagnostics;
    });
    const [first] = diagnostics;
    expect(`${first?.code} ${first?.position?.line}:${first?.position?.column}`).toBe(`${code} ${at}`);
    expect(diagnostics.length).toBeLessThanOrEqual(1010);
    expect(seconds).toBeLessThan(2);
  });
});

test.each([
  '100,000 keys in one map',
  '19,000 services with everything wrong',
  '8 MiB of line breaks',
  '8 MiB of NULs',
])(
  '%s: the program answers with 128 MiB of memory',
  async (title) => {
    const text = files.find((one) => one.title === title)?.text() ?? '';
    const env = { NODE_OPTIONS: '--max-old-space-size=128' };
    const { code, stdout, stderr } = await aegisXc(['validate', '-f', '-'], { stdin: text, env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/AXC1\d{3}/);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
  },
  60_000,
);

test('5,000 services cost little more than reading their YAML', () => {
  const services = many(
    5000,
    (index) => `  backend-${index}:
    port: { number: 80, targetPort: 8080, protocol: HTTP }
    providers:
      cluster-b: { namespace: default, workload: { app: backend-${index} }, serviceAccounts: [backend] }
    consumers:
      - { cluster: cluster-a, namespace: shop, serviceAccount: frontend }
    localCallers: any
`,
  );
  const clusters = `clusters:
  cluster-a: { trustDomain: cluster-a.example }
  cluster-b: { trustDomain: cluster-b.example, gateway: { addresses: [203.0.113.20] } }
`;
  const text = `${head}${clusters}services:\n${services}`;
  const yaml = work(() => load(text));
  const all = work(() => expect(validateSpec({ file: 'federation.yaml', text }).diagnostics).toEqual([]));
  // The machine of the moment counts on both sides. In figures: 0.2 s and 0.7 s where nothing else runs.
  expect(all / yaml).toBeLessThan(8);
});

/** Seconds of processor time. */
function work(task: () => void): number {
  const before = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
