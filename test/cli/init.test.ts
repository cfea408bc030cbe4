import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { aegisXc, bash } from '../support/cli.ts';
import { contentOf, temporaryFolder } from '../support/folder.ts';

test('the flags put the words of the user into a scenario', async () => {
  const words = ['--name', 'retail', '--clusters', 'east,west', '--gateway', 'west=ew.west.example.net'];
  const line = ['init', '--scenario', 'database', ...words, '--trust-domain', 'east=mesh.east', '-f', '-'];
  const { code, stdout } = await aegisXc(line);
  expect(code).toBe(0);
  expect(load(stdout)).toMatchObject({
    metadata: { name: 'retail' },
    clusters: {
      east: { trustDomain: 'mesh.east' },
      west: { trustDomain: 'west.example', gateway: { addresses: ['ew.west.example.net'] } },
    },
    services: { 'orders-db': { providers: { west: {} }, consumers: [{ cluster: 'east' }] } },
  });
});

describe('without a terminal', () => {
  test('and without flags it writes the simplest scenario, and says how to go on', async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await aegisXc(['init'], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('federation.yaml is written: the scenario service-to-service.');
    expect(stderr).toContain('aegis-xc validate');
    expect(await aegisXc(['validate', '--fail-on', 'warning'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    ['an unknown scenario', ['--scenario', 'databse'], 'Allowed choices are database'],
    ['too few names', ['--clusters', 'east'], '--clusters takes 2 different names'],
    ['one name twice', ['--clusters', 'east,east'], '--clusters takes 2 different names'],
    ['a name that is none', ['--clusters', 'East,west'], '"East" is not allowed'],
    ['a name that would be YAML', ['--name', 'shop: {}'], '"shop: {}" is not allowed'],
    ['an unknown cluster', ['--gateway', 'clutser-b=203.0.113.9'], 'Did you mean "cluster-b"?'],
    ['a gateway that nobody needs', ['--gateway', 'cluster-a=203.0.113.9'], 'needs no --gateway'],
    ['an address that is none', ['--gateway', 'cluster-b=203.0.113.999'], 'an IP address or a host name'],
    ['a pair that is none', ['--gateway', '203.0.113.9'], '<cluster>=<value>'],
    ['a pair twice', ['--gateway', 'cluster-b=a.example', '--gateway', 'cluster-b=b.example'], 'there twice'],
  ])('%s is refused, and nothing is written', async (_, flags, message) => {
    const cwd = temporaryFolder();
    const { code, stderr } = await aegisXc(['init', ...flags], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(contentOf(cwd)).toEqual({});
  });

  test('words that do not go together are refused with the finding', async () => {
    const cwd = temporaryFolder();
    const { code, stderr } = await aegisXc(['init', '--trust-domain', 'cluster-b=cluster-a.example'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('error[AXC1302]');
    expect(contentOf(cwd)).toEqual({});
  });
});

describe('a file that is there', () => {
  test('is not overwritten', async () => {
    const cwd = temporaryFolder({ 'shop.yaml': 'mine\n' });
    const { code, stderr } = await aegisXc(['init', '-f', 'shop.yaml'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('shop.yaml is there already');
    expect(contentOf(cwd)).toEqual({ 'shop.yaml': 'mine\n' });
  });

  test('is overwritten with --force', async () => {
    const cwd = temporaryFolder({ 'shop.yaml': 'mine\n' });
    expect(await aegisXc(['init', '-f', 'shop.yaml', '--force'], { cwd })).toMatchObject({ code: 0 });
    expect(contentOf(cwd)['shop.yaml']).toContain('kind: Federation');
  });

  test('a folder that is not there is said', async () => {
    const { code, stderr } = await aegisXc(['init', '-f', 'missing/shop.yaml'], { cwd: temporaryFolder() });
    expect(code).toBe(2);
    expect(stderr).toContain("missing/shop.yaml can't be written");
  });
});

const hasScript = (await bash('script --version')).stdout.includes('util-linux');

/** In a pseudo terminal, after the first question, these keys. */
const atTerminal = (keys: string, cwd: string) =>
  bash(
    `(until [ -s screen ]; do sleep 0.05; done; printf '${keys}'; sleep 1) |
    script --quiet --return --flush --command "$AEGIS_XC init" screen; code=$?; rm screen; exit $code`,
    {
      cwd,
      env: { AEGIS_XC: `'${process.execPath}' '${process.cwd()}/bin/aegis-xc.js'` },
    },
  );

describe.runIf(hasScript)('at a terminal', () => {
  test('it asks, and asks again after an answer that is not allowed', async () => {
    const cwd = temporaryFolder();
    const keys = '2\\nretail\\nEast\\neast\\n\\nwest\\nmesh.west\\n203.0.113.99\\n';
    const { code, stdout } = await atTerminal(keys, cwd);
    expect(stdout).toContain('lower-case letters');
    expect(code).toBe(0);
    expect(load(contentOf(cwd)['federation.yaml'] ?? '')).toMatchObject({
      metadata: { name: 'retail' },
      clusters: {
        east: { trustDomain: 'east.example' },
        west: { trustDomain: 'mesh.west', gateway: { addresses: ['203.0.113.99'] } },
      },
      services: { 'orders-db': {} },
    });
  });

  test.each([
    ['Ctrl-C', '\\003', 130],
    ['Ctrl-D', '\\004', 2],
  ])('%s leaves nothing behind', async (_, key, expected) => {
    const cwd = temporaryFolder();
    const { code } = await atTerminal(`2\\n${key}`, cwd);
    expect(code).toBe(expected);
    expect(contentOf(cwd)).toEqual({});
  });

  test('a file that is there is said before the first question', async () => {
    const cwd = temporaryFolder({ 'federation.yaml': 'mine\n' });
    const { code, stdout } = await atTerminal('', cwd);
    expect(code).toBe(2);
    expect(stdout).toContain('is there already');
    expect(stdout).not.toContain('What is it about?');
  });
});
