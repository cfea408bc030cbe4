import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explanation } from '../../src/checks/explain.ts';
import { type Code, codes } from '../../src/codes.ts';

const page = readFileSync(new URL('../../docs/checks.md', import.meta.url), 'utf8');
// The keys of the table of codes are codes.
const all = Object.keys(codes) as Code[];

test.each(all)('%s has a section under its title that says more than the title', (code) => {
  const [heading, ...lines] = explanation(page, code)?.split('\n') ?? [];
  expect(heading).toBe(`## ${code} ${codes[code]}`);
  expect(lines.join('\n').trim().length).toBeGreaterThan(60);
});

test('the page has its sections in the order of the codes, and no other', () => {
  expect([...page.matchAll(/^## (\S+)/gm)].map(([, code]) => code)).toEqual(all);
});

test('codes are in order, and of the right families', () => {
  expect(all).toEqual(all.toSorted());
  expect(all.filter((code) => !/^AXC(?:1[0-3]|[2-5]\d)\d{2}$/.test(code))).toEqual([]);
});

test('a section ends where the next begins, and a code may be written in small letters', () => {
  const two = '# Findings\n\n## AXC1001 One\n\nText.\n\n## AXC1002 Two\n\nMore.\n';
  expect(explanation(two, 'axc1001')).toBe('## AXC1001 One\n\nText.');
  expect(explanation(two, 'AXC1002')).toBe('## AXC1002 Two\n\nMore.');
  expect(explanation(two, 'AXC1003')).toBeUndefined();
});
