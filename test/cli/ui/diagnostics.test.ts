import { describe, expect, test } from 'vitest';
import { paintFor, plain } from '../../../src/cli/ui/colour.ts';
import { diagnosticsText, objectText, summaryText } from '../../../src/cli/ui/diagnostics.ts';
import type { Diagnostic, Position } from '../../../src/diagnostics.ts';

const unknownKey: Diagnostic = {
  code: 'AXC1102',
  severity: 'error',
  message: 'unknown key "provders"',
  hint: 'did you mean "providers"?',
  position: { file: 'federation.yaml', line: 12, column: 7, text: '      provders: {}', length: 8 },
};
const at = (position: Partial<Position>): Diagnostic => ({
  ...unknownKey,
  position: { file: 'federation.yaml', line: 12, column: 1, text: '', length: 1, ...position },
});
const linesOf = (...diagnostics: Diagnostic[]): string[] => diagnosticsText(diagnostics, plain).split('\n');

describe('a finding as text', () => {
  test('has its place, the line with a caret, and what to do', () => {
    expect(linesOf(unknownKey)).toEqual([
      'error[AXC1102] federation.yaml:12:7  unknown key "provders"',
      '   12 |       provders: {}',
      '      |       ^^^^^^^^ did you mean "providers"?',
    ]);
  });

  test('without a place has what to do below it', () => {
    const { position: _, ...rest } = unknownKey;
    expect(linesOf(rest)).toEqual(['error[AXC1102]  unknown key "provders"', '      | did you mean "providers"?']);
  });

  test('about an object names it', () => {
    const object = {
      cluster: 'cluster-b',
      kind: 'Gateway',
      namespace: 'istio-system',
      name: 'shop-exports',
      field: 'spec.servers',
    };
    const [title] = linesOf({ code: 'AXC5001', severity: 'warning', message: 'belongs to somebody else', object });
    expect(title).toBe(
      'warning[AXC5001] cluster-b Gateway istio-system/shop-exports spec.servers:  belongs to somebody else',
    );
    expect(objectText({ kind: 'Namespace', name: 'aegis-xc' })).toBe('Namespace aegis-xc');
    expect(objectText({ kind: '', name: 'catalog', field: 'apiVersion' })).toBe('(no kind) catalog apiVersion');
    expect(objectText({ kind: 'Service', namespace: 'shop', name: '' })).toBe('Service shop/(no name)');
  });

  test('with several lines of hint goes on beside the gutter', () => {
    expect(linesOf({ ...at({ text: 'a: 1' }), hint: 'write:\n  a: one' }).slice(1)).toEqual([
      '   12 | a: 1',
      '      | ^ write:',
      '      |   a: one',
    ]);
  });

  test.each([
    ['a tab before it is one column', { text: '\tb: 1', column: 2 }, '      |  ^'],
    ['a wide letter before it is two', { text: '注文: x', column: 3 }, '      |     ^'],
    ['the marked part may be wide', { text: 'a: 注文', column: 4, length: 2 }, '      |    ^^^^'],
    ['at the end of the line there is one caret', { text: 'abc', column: 4, length: 0 }, '      |    ^'],
  ])('has the caret under its place: %s', (_, position, caret) => {
    expect(linesOf(at(position))[2]).toBe(`${caret} did you mean "providers"?`);
  });

  test.each([
    ['at the beginning', 1],
    ['in the middle', 2500],
    ['at the end', 4990],
  ])('of a very long line shows the part around its place: %s', (_, start) => {
    const text = `${'x'.repeat(start - 1)}HERE${'x'.repeat(5000)}`.slice(0, 5000);
    const [, line = '', caret = ''] = linesOf(at({ text, column: start, length: 4 }));
    expect(line.length).toBeLessThan(160);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('HERE');
  });

  test('control characters of a file cannot move the cursor', () => {
    const text = diagnosticsText([{ ...at({ text: 'a: \u001B[2J' }), message: '\u001B[1A' }], plain);
    expect(text).not.toContain('\u001B');
  });

  test('has colours that do not change its text', async () => {
    const paint = await paintFor({ flag: true, env: { FORCE_COLOR: '1' }, stream: {} });
    const coloured = diagnosticsText([unknownKey], paint);
    expect(coloured).toContain('\u001B[31m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(coloured.replace(/\u001B\[\d+m/g, '')).toBe(diagnosticsText([unknownKey], plain));
  });
});

test('of many findings the first fifty are shown, and how many more there are', () => {
  const text = diagnosticsText(
    Array.from({ length: 53 }, () => unknownKey),
    plain,
  );
  expect(text.match(/^error/gm)).toHaveLength(50);
  expect(text).toMatch(/… and 3 more; .*-o json/);
});

test.each<[string, Diagnostic['severity'][], string]>([
  ['none', [], 'no findings'],
  ['one', ['error'], '1 error'],
  ['of each', ['error', 'warning', 'error', 'info'], '2 errors, 1 warning, 1 note'],
])('the summary counts: %s', (_, severities, summary) => {
  expect(summaryText(severities.map((severity) => ({ ...unknownKey, severity })))).toBe(summary);
});
