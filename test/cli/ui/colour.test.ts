import { expect, test } from 'vitest';
import { paintFor, plain, wantsColour } from '../../../src/cli/ui/colour.ts';

const terminal = { isTTY: true };
const pipe = {};

test.each([
  ['a terminal has colour', true, { stream: terminal }],
  ['a pipe has none', false, { stream: pipe }],
  ['NO_COLOR turns it off', false, { stream: terminal, env: { NO_COLOR: '1' } }],
  ['an empty NO_COLOR says nothing', true, { stream: terminal, env: { NO_COLOR: '' } }],
  ['TERM=dumb turns it off', false, { stream: terminal, env: { TERM: 'dumb' } }],
  ['FORCE_COLOR turns it on', true, { stream: pipe, env: { FORCE_COLOR: '1' } }],
  ['FORCE_COLOR wins over NO_COLOR, as in Node', true, { stream: pipe, env: { FORCE_COLOR: '', NO_COLOR: '1' } }],
  ['FORCE_COLOR=0 turns it off', false, { stream: terminal, env: { FORCE_COLOR: '0' } }],
  ['--no-color wins over all', false, { stream: terminal, env: { FORCE_COLOR: '1' }, flag: false }],
])('%s', (_, expected, choice) => {
  expect(wantsColour({ flag: true, env: {}, ...choice })).toBe(expected);
});

test('colour is a code around the text, no colour is the text', async () => {
  const paint = await paintFor({ flag: true, env: { FORCE_COLOR: '1' }, stream: pipe });
  expect(paint.red('denied')).toBe('\u001B[31mdenied\u001B[39m');
  expect(plain.red('denied')).toBe('denied');
});
