import { expect, test } from 'vitest';
import { type BuildProgress, reporter } from './progress.ts';

test('a build counts up to the end', () => {
  const heard: BuildProgress[] = [];
  const report = reporter((progress) => heard.push(progress));
  report('download');
  report('download', 85, 170);
  report('compile', 0, 2000);
  report('compile', 1000, 2000);
  report('link');
  report('seed');
  report('done');
  expect(heard.map(({ text }) => text)).toEqual([
    'downloading',
    'downloading: 85 of 170 modules',
    'compiling: 0 of 2000 packages',
    'compiling: 1000 of 2000 packages',
    'linking',
    'installing the definitions once',
    'built',
  ]);
  const fractions = heard.map(({ fraction }) => fraction);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect([fractions.at(0), fractions.at(-1)]).toEqual([0, 1]);
});
