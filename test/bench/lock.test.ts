import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isLocked, withLock } from './lock.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aegis-xc-lock-'));
  file = join(folder, 'build.lock');
});

afterEach(() => rm(folder, { recursive: true }));

test('whoever wants it while another one has it waits', async () => {
  const story: string[] = [];
  let second = Promise.resolve();
  await withLock(file, async () => {
    story.push('the first begins');
    await new Promise<void>((waits) => {
      const onWait = (): void => {
        if (!story.includes('the second waits')) story.push('the second waits');
        waits();
      };
      second = withLock(file, async () => void story.push('the second begins'), { onWait });
    });
    story.push('the first ends');
  });
  await second;
  expect(story).toEqual(['the first begins', 'the second waits', 'the first ends', 'the second begins']);
});

test('is free again after the work, and after work that failed', async () => {
  await expect(withLock(file, () => Promise.reject(new Error('no space left')))).rejects.toThrow('no space left');
  expect(await isLocked(file)).toBe(false);
  expect(existsSync(file)).toBe(false);
});

const nobody = 2 ** 22 + 1; // above the highest process id of Linux
const minutesAgo = new Date(Date.now() - 5 * 60_000);

test.for([
  ['a process that is dead', `${hostname()} ${nobody} x`, new Date(), false],
  ['a living process', `${hostname()} ${process.pid} x`, new Date(), true],
  ['a living process that has been silent for minutes', `${hostname()} ${process.pid} x`, minutesAgo, false],
  ['another machine', `elsewhere ${nobody} x`, new Date(), true],
  ['another machine that has been silent for minutes', `elsewhere ${nobody} x`, minutesAgo, false],
] as const)('the lock of %s', async ([, holder, touched, held]) => {
  await writeFile(file, holder);
  await utimes(file, touched, touched);
  expect(await isLocked(file)).toBe(held);
  if (!held) expect(await withLock(file, () => readFile(file, 'utf8'))).toContain(` ${process.pid} `);
});
