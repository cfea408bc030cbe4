import { expect, test } from 'vitest';
import { annotations } from '../../../src/cli/ui/annotations.ts';
import type { Diagnostic } from '../../../src/diagnostics.ts';
import { aegisXc } from '../../support/cli.ts';

const finding: Diagnostic = {
  code: 'AXC1102',
  severity: 'error',
  message: 'unknown key "provders"',
  hint: 'did you mean "providers"?',
  position: { file: 'shop,eu.yaml', line: 12, column: 5, text: '    provders: {}', length: 8 },
};

test('a finding is shown at its line', () => {
  expect(annotations([finding])).toBe(
    '::error file=shop%2Ceu.yaml,line=12,col=5,title=AXC1102::unknown key "provders"%0Adid you mean "providers"?',
  );
});

test('what a finding quotes can’t become a command of its own', () => {
  expect(annotations([{ ...finding, message: 'x\n::set-env name=PATH::y\r\n100%' }]).split(/[\r\n]/)).toHaveLength(1);
});

test('a finding about a cluster has no line, and a note is a notice', () => {
  expect(annotations([{ code: 'AXC4003', severity: 'info', message: 'too old' }])).toBe(
    '::notice title=AXC4003::too old',
  );
});

test('there are ten at most', () => {
  expect(annotations(Array(11).fill(finding)).split('\n')).toHaveLength(10);
});

test('validate makes them where GitHub Actions runs it, and only there', async () => {
  const stdin = 'apiVersion: v1\nkind: Pod\n';
  const inActions = await aegisXc(['validate', '-f', '-'], { stdin, env: { GITHUB_ACTIONS: 'true' } });
  expect(inActions.stdout).toContain('\n::error file=<stdin>,line=1,col=13,title=AXC1101::not a federation spec');
  const elsewhere = await aegisXc(['validate', '-f', '-'], { stdin });
  expect(elsewhere.stdout).not.toContain('::error');
  const asJson = await aegisXc(['validate', '-f', '-', '-o', 'json'], { stdin, env: { GITHUB_ACTIONS: 'true' } });
  expect(asJson.stdout).not.toContain('::error');
});
