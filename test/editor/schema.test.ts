import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aegisXc } from '../support/cli.ts';
import { type Editor, type OpenFile, startEditor } from './language-server.ts';

/** A project that has aegis-xc installed, opened in an editor. */
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-editor-'));
let editor: Editor;
let opened = 0;

beforeAll(async () => {
  mkdirSync(join(folder, 'node_modules/aegis-xc'), { recursive: true });
  copyFileSync('schema.json', join(folder, 'node_modules/aegis-xc/schema.json'));
  editor = await startEditor(folder);
}, 60_000);
afterAll(() => {
  editor.close();
  rmSync(folder, { recursive: true });
});

/** The line that `init` writes leads to the schema. */
function open(text: string): Promise<OpenFile> {
  opened += 1;
  return editor.open(`spec-${opened}.yaml`, `${modeline}\n${text}`);
}
const modeline = '# yaml-language-server: $schema=./node_modules/aegis-xc/schema.json';

const head = 'apiVersion: aegis-xc.dev/v1alpha1\nkind: Federation\nmetadata: { name: shop }\n';
const clusters = 'clusters:\n  east: {}\n  west: {}\n';

describe('completion', () => {
  test.each([
    [
      'the keys of an empty file',
      '█',
      ['apiVersion', 'kind', 'metadata', 'clusters', 'services', 'telemetry', 'trust'],
    ],
    [
      'the keys of a cluster',
      'clusters:\n  east:\n    █',
      ['trustDomain', 'context', 'uid', 'dns', 'region', 'gateway'],
    ],
    [
      'the keys of a service',
      'services:\n  api:\n    █',
      ['host', 'preset', 'port', 'ports', 'providers', 'consumers', 'localCallers', 'traffic'],
    ],
    [
      'the keys that are left',
      'services:\n  api:\n    consumers:\n      - cluster: east\n        █',
      ['namespace', 'serviceAccount', 'allow'],
    ],
    [
      'the branch of a union that is a list',
      'services:\n  api:\n    localCallers:\n      - █',
      ['namespace', 'serviceAccount', 'ports'],
    ],
    ['the branch of a union that is a word', 'services:\n  api:\n    localCallers: █', ['any']],
    ['presets', 'services:\n  api:\n    preset: █', ['http', 'grpc', 'postgres', 'kafka', 'amqp']],
    ['protocols', 'services:\n  api:\n    port:\n      protocol: █', ['HTTP', 'HTTP2', 'GRPC', 'TCP']],
    ['ways to resolve', 'clusters:\n  east:\n    dns: █', ['capture', 'external']],
    ['defaults', 'clusters:\n  east:\n    gateway:\n      port: █', ['15443']],
    ['examples of a trust domain', 'clusters:\n  east:\n    trustDomain: █', ['cluster.local', 'east.example']],
    ['examples of an address', 'clusters:\n  east:\n    gateway:\n      addresses: █', ['["203.0.113.20"]']],
    [
      'examples of a method',
      'services:\n  api:\n    consumers:\n      - allow:\n          methods: █',
      ['["GET","POST"]'],
    ],
    ['examples of a duration', 'services:\n  api:\n    traffic:\n      timeout: █', ['10s']],
  ])('%s', async (_, text, expected) => {
    const proposals = await (await open(text)).complete();
    expect(proposals.map(({ label }) => label)).toEqual(expect.arrayContaining(expected));
  });

  test('says what a key is for', async () => {
    const proposals = await (await open('clusters:\n  east:\n    █')).complete();
    for (const { label, about } of proposals) expect(about, label).toMatch(/\w{3}/);
  });

  test('a whole service is one proposal, and says so', async () => {
    const proposals = await (await open('services:\n  api:\n    █')).complete();
    const whole = proposals.find(({ label }) => label === 'service');
    expect(whole?.inserts).toMatch(/providers:[\s\S]*consumers:[\s\S]*serviceAccount: [\s\S]*localCallers:/);
  });

  test('no proposal has the name of the schema in place of its own', async () => {
    for (const text of ['█', 'services:\n  api:\n    █', 'services:\n  api:\n    localCallers:\n      - █']) {
      const proposals = await (await open(text)).complete();
      expect(proposals.filter(({ label }) => label.includes('('))).toEqual([]);
    }
  });
});

describe('hover', () => {
  test.each([
    ['a key', 'clusters:\n  east:\n    d█ns: capture\n', 'How imported names resolve'],
    ['a value of several', 'services:\n  api:\n    preset: post█gres\n', '`postgres`: TCP, port 5432'],
    ['a key within a list', 'services:\n  api:\n    consumers:\n      - serv█iceAccount: web\n', 'its identity'],
  ])('%s is explained', async (_, text, expected) => {
    expect((await (await open(text)).hover()).replaceAll('\\', '')).toContain(expected);
  });
});

describe('problems', () => {
  test.each(['service-to-service', 'database', 'microservices', 'events'])('%s has none', async (name) => {
    const file = await open(readFileSync(`examples/${name}/federation.yaml`, 'utf8'));
    expect(await file.problems()).toEqual([]);
  });

  test.each([
    ['an unknown key', `${head}${clusters}services: {}\nservcies: {}\n`, '9: Property servcies is not allowed.'],
    ['a required key that is not there', `${head}${clusters}`, '2: Missing property "services".'],
    [
      'a required key of a service',
      `${head}${clusters}services:\n  api:\n    preset: http\n`,
      '9: Missing property "consumers".',
    ],
    [
      'a value that is none of the allowed',
      `${head}clusters:\n  east: { dns: captured }\n`,
      '6: Value is not accepted. Valid values: "capture", "external".',
    ],
    [
      'a number out of range',
      `${head}clusters:\n  east:\n    gateway: { addresses: [203.0.113.20], port: 70000 }\n`,
      '7: Value is above the maximum of 65535.',
    ],
    ['a name that is none', `${head}clusters:\n  East: {}\n`, expect.stringMatching(/^6: .*pattern/)],
    [
      'neither branch of a union',
      `${head}services:\n  api:\n    localCallers: nobody\n`,
      expect.stringMatching(/^7: .*"any"/),
    ],
    [
      'a wrong key in a branch of a union',
      `${head}services:\n  api:\n    localCallers:\n      - { namespce: data }\n`,
      '8: Property namespce is not allowed.',
    ],
  ])('%s is flagged', async (_, text, expected) => {
    expect(await (await open(text)).problems()).toContainEqual(expected);
  });
});

test('a spec that `init` has written is known to the editor', async () => {
  const { stdout } = await aegisXc(['init', '--scenario', 'database', '-f', '-']);
  const file = await editor.open('federation.yaml', stdout.replace('preset: postgres', 'preset: post█gre'));
  expect(await file.problems()).toEqual([expect.stringContaining('Value is not accepted')]);
  expect(await file.hover()).toContain('What speaks on the port');
});
