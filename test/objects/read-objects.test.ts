import { describe, expect, test } from 'vitest';
import { readObjects } from '../../src/objects/read-objects.ts';

const read = (text: string) => readObjects({ file: 'objects.yaml', text });
const service = (name: string, more = '') => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\n${more}`;
const names = (text: string) => read(text).objects.map(({ name }) => name);
const said = (text: string) =>
  read(text).diagnostics.map(({ code, severity, position }) => [code, severity, position?.line, position?.column]);

describe('objects are found', () => {
  test.each([
    ['in a single document', service('a'), ['a']],
    ['between the marks of a stream', `---\n${service('a')}---\n${service('b')}`, ['a', 'b']],
    ['behind comments and an empty document', `# for cluster-a\n---\n---\n${service('a')}`, ['a']],
    ['behind a directive', `%YAML 1.1\n---\n${service('a')}`, ['a']],
    ['after the end mark of another one', `${service('a')}...\n${service('b')}`, ['a', 'b']],
    ['in a List', `apiVersion: v1\nkind: List\nitems:\n- ${service('a').replaceAll('\n', '\n  ')}\n`, ['a']],
    [
      'in JSON that is indented by tabs',
      '{\n\t"apiVersion": "v1",\n\t"kind": "Service",\n\t"metadata": {"name": "a"}\n}',
      ['a'],
    ],
    ['with line breaks of Windows', service('a').replaceAll('\n', '\r\n'), ['a']],
    ['behind a byte order mark', `\ufeff${service('a')}`, ['a']],
    ['but not in the values of a chart', 'replicas: 3\nservice: {port: 80}\n', []],
    ['but not in text, numbers and lists', 'text\n---\n5\n---\n- a\n', []],
  ])('%s', (_, text, wanted) => {
    expect(names(text)).toEqual(wanted);
    expect(said(text)).toEqual([]);
  });

  test('with the cluster that render writes into them', () => {
    const [object] = read(
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations: {aegis-xc.dev/cluster: cluster-b}\n',
    ).objects;
    expect(object?.cluster).toBe('cluster-b');
  });
});

describe('values are those that kubectl would send', () => {
  test.each([
    ['on', true],
    ['No', false],
    ['"on"', 'on'],
    ['~', null],
    ['', null],
    ['0755', 493],
    ['0o17', 15],
    ['0x1F', 31],
    ['1_000', 1000],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1.2.3', '1.2.3'],
    ['10s', '10s'],
    ['2024-01-31', '2024-01-31'],
    ['!!str 5', '5'],
    ['!!int "5"', 5],
    ['!secret name', 'name'],
    ['!!binary aGVsbG8=', 'hello'],
    ['nobody', 'nobody'],
  ])('%s', (written, value) => {
    const [object] = read(`${service('a')}value: ${written}\n`).objects;
    expect(object?.object.value).toEqual(value);
  });

  test('keys are text', () => {
    const [object] = read(service('a', 'ports: {8080: a, 0x10: b, on: c}\n')).objects;
    expect(object?.object.ports).toEqual({ '8080': 'a', '16': 'b', true: 'c' });
  });

  test('aliases are copies, and merge keys give way to what is written', () => {
    const [object] = read(service('a', 'base: &base {a: 1, b: 2}\nspec:\n  <<: *base\n  b: 3\nsame: *base\n')).objects;
    expect(object?.object).toMatchObject({ spec: { a: 1, b: 3 }, same: { a: 1, b: 2 } });
  });

  test('a key __proto__ is data', () => {
    const [object] = read(service('a', '__proto__: {polluted: true}\n')).objects;
    expect(Object.keys(object?.object ?? {})).toContain('__proto__');
    expect('polluted' in (object?.object ?? {})).toBe(false);
  });
});

describe('places', () => {
  const text = `# the first line\n---\n${service('a')}---\nkind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    name: b\n  spec:\n    ports: [{port: 80}]\n`;
  const [a, b] = read(text).objects;

  test.each([
    ['a field', b, ['spec', 'ports', 0, 'port'], 'value', 15, 20, 2],
    ['its key', b, ['spec', 'ports', 0, 'port'], 'key', 15, 14, 4],
    ['of what is missing the nearest above it', b, ['spec', 'selector', 'app'], 'value', 14, 3, 4],
    ['an object of another document', a, ['metadata', 'name'], 'value', 5, 18, 1],
  ] as const)('%s', (_, object, path, mark, line, column, length) => {
    expect(object?.locate(path, mark)).toMatchObject({ file: 'objects.yaml', line, column, length });
  });

  test('what came by an alias is where the alias is', () => {
    const [object] = read(service('a', 'base: &base {a: 1}\nspec:\n  <<: *base\n')).objects;
    expect(object?.locate(['spec', 'a'])).toMatchObject({ line: 6, text: '  <<: *base' });
  });

  test('the line of a password is shown without it', () => {
    const [object] = read(service('a', 'password: hunter2\n')).objects;
    expect(object?.locate(['password'])?.text).toBe('password: *******');
  });
});

describe('what is wrong with the text', () => {
  test.each([
    ['a bracket that is not closed', `${service('a')}---\nb: [\n---\n${service('c')}`, [['AXC1002', 'error', 5, 5]]],
    ['a key that is there twice', service('a', 'kind: Service\n'), [['AXC1004', 'warning', 4, 1]]],
    ['an alias of nothing', `a: *b\n---\n${service('a')}---\n${service('c')}`, [['AXC1010', 'error', 1, 4]]],
    ['a map as a key', `{a: 1}: b\n---\n${service('a')}---\n${service('c')}`, [['AXC1014', 'error', 1, 1]]],
  ])('%s', (_, text, wanted) => {
    expect(said(text)).toEqual(wanted);
    expect(names(text)).toContain('a');
  });

  test('aliases that multiply are refused at once', () => {
    const levels = [...'abcdefghi'].map((name, index, all) => {
      const inner = index === 0 ? 'x' : `*${all[index - 1]}`;
      return `${name}: &${name} [${Array(10).fill(inner).join(', ')}]`;
    });
    expect(said(levels.join('\n'))).toEqual([['AXC1010', 'error', 7, 8]]);
  });

  test('brackets without end are refused', () => {
    expect(said('['.repeat(20_000))).toEqual([['AXC1013', 'error', 1, expect.any(Number)]]);
    expect(read('['.repeat(20_000)).diagnostics).toMatchObject([
      { message: 'nested more than 100 deep', hint: 'objects have about twenty levels: is a bracket missing?' },
    ]);
    expect(said(`${'['.repeat(98)}${']'.repeat(98)}`)).toEqual([]);
    expect(said(`${'['.repeat(101)}${']'.repeat(101)}`)).toHaveLength(1);
  });
});

describe('templates', () => {
  const entry = (host: string) =>
    `apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: catalog}\nspec: {hosts: [${host}]}\n`;

  test.each([
    ['of Helm that are no YAML', `{{- if .Values.mesh }}\n${entry('a.example')}{{- end }}\n---\n${service('a')}`, 1],
    [
      'whose values are templates',
      `${service('a')}---\n${entry('"{{ .Values.host }}"')}---\n${entry('"{{ $x }}"')}`,
      8,
    ],
  ])('%s are told once, and the rest of the file is read', (_, text, line) => {
    expect(said(text)).toEqual([['AXC1113', 'error', line, expect.any(Number)]]);
    expect(names(text)).toEqual(['a']);
  });

  test('of alerts and dashboards, in objects of other kinds, are none of ours', () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {text: "{{ $labels.app }}"}\n`;
    expect(said(text)).toEqual([]);
    expect(names(text)).toEqual(['a']);
  });
});
