import { describe, expect, test } from 'vitest';
import { explanation } from '../../src/checks/explain.ts';
import { checksPage } from '../../src/cli/pages.ts';
import { keyPage } from '../../src/cli/spec-keys.ts';
import { plain } from '../../src/cli/ui/colour.ts';
import { codes } from '../../src/codes.ts';
import { specJsonSchema } from '../../src/spec/json-schema.ts';
import { aegisXc } from '../support/cli.ts';

describe('a finding', () => {
  test.each(Object.entries(codes))('%s has a page: %s', (code, title) => {
    const page = explanation(checksPage, code) ?? '';
    expect(page).toContain(code);
    expect(page).toContain(title);
  });

  test('is printed for its code, in small letters too', async () => {
    const { code, stdout } = await aegisXc(['explain', 'axc1102']);
    expect(code).toBe(0);
    expect(stdout).toContain(codes.AXC1102);
  });

  test('is known by its number', async () => {
    expect(await aegisXc(['explain', '1102'])).toEqual(await aegisXc(['explain', 'AXC1102']));
  });

  test('without a code all are listed', async () => {
    const { stdout } = await aegisXc(['explain']);
    const listed = [...stdout.matchAll(/^(AXC\d{4}) {3}\S/gm)].map(([, code]) => code);
    expect(listed).toEqual(Object.keys(codes));
  });

  test('with a code that is none: the nearest one', async () => {
    const { code, stderr } = await aegisXc(['explain', 'AXC11022']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean AXC1102?');
  });
});

describe('a key of the spec', () => {
  const page = (path: string): string => keyPage(specJsonSchema(), path, plain);

  test('has its type, its default and its meaning', () => {
    expect(page('clusters.gateway.port')).toMatch(
      /^clusters\.<name>\.gateway\.port {3}whole number, default 15443\n {2}\S/,
    );
  });

  test.each([
    [
      'names that users choose may be left out',
      'services.providers.namespace',
      'services.<name>.providers.<name>.namespace',
    ],
    ['or written', 'services.orders-db.providers.cluster-b.namespace', 'services.<name>.providers.<name>.namespace'],
    ['numbers of items too', 'services.x.consumers.0.allow', 'services.<name>.consumers[].allow'],
    ['a list or a word', 'services.localCallers.ports', 'services.<name>.localCallers[].ports'],
  ])('%s: %s', (_, path, shown) => {
    expect(page(path).split(' ', 1)).toEqual([shown]);
  });

  test('has the keys below it, with what they take', () => {
    const text = page('services.traffic.outlierDetection');
    expect(text).toContain('\n  ejectFor   text, default "30s"\n    How long');
  });

  test('that is mistyped: the nearest one', async () => {
    const { code, stderr } = await aegisXc(['explain', 'services.traffic.retires']);
    expect(code).toBe(2);
    expect(stderr).toBe('error: There is no key "retires" in services.<name>.traffic.\n  Did you mean "retries"?\n');
  });

  test('that looks like another one where a name may stand: both', () => {
    expect(page('services.provider')).toMatch(/^services\.<name> [\s\S]*\nDid you mean services\.providers\?$/);
    expect(page('services.backend-api')).not.toContain('Did you mean');
  });

  test('of nothing is the whole spec', () => {
    expect(page('')).toMatch(/^the spec {3}keys/);
  });
});
