import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { ambiguity, plainValue } from '../../../src/spec/yaml/scalars.ts';

/** js-yaml reads by the core schema of YAML 1.2; so do we, word for word. */
const words = [
  '~ null Null NULL nULL nil none',
  'true True TRUE tRue false False FALSE yes no on off y n',
  '0 1 -1 +1 007 0o17 0o8 0x1F 0xg 0b11 1_000 12:30:45 190:20:30',
  '1.5 -1.5 +1.5 .5 -.5 1. 1.e3 1e3 1E-3 1e+3 1e 1.5.6 1..2 . .e1',
  '.inf -.inf +.inf .Inf .INF .nan .NaN .NAN .iNf inf NaN Infinity',
  '2024-01-01 1.10 203.0.113.20 a -a _ = << 0.0 -0 1e400 frontend cluster-a',
].flatMap((line) => line.split(' '));

test.each(words.filter((word) => word !== '<<' && word !== '='))('the plain word %s is what js-yaml reads', (word) => {
  expect([plainValue(word)]).toEqual(load(`- ${word}`));
});

test.each([
  ['80', undefined],
  ['-1', undefined],
  ['80.5', undefined],
  ['0', undefined],
  ['0755', 'write 755 or 493'],
  ['0o17', 'write 17 or 15'],
  ['08', 'write 8,'],
  ['1e3', 'write 1000,'],
  ['+80', 'write 80,'],
  ['0x50', 'write 80,'],
  ['.5', 'write 0.5,'],
  ['.inf', 'write a plain number'],
])('the number %s: %s', (written, hint) => {
  const says = ambiguity(written);
  if (hint === undefined) expect(says).toBeUndefined();
  else expect(says).toContain(hint);
});
