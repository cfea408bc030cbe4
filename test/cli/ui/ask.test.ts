import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { ask, type Questions } from '../../../src/cli/ui/ask.ts';

/** Types the keys, and gives what the dialogue made of them and what was on the screen. */
async function typing<Result>(keys: string, dialogue: (questions: Questions) => Promise<Result>) {
  const stdin = new PassThrough();
  const stderr = new PassThrough();
  const screen: string[] = [];
  stderr.on('data', (part: Buffer) => screen.push(part.toString()));
  stdin.write(keys);
  const result = await ask({ stdin, stderr }, dialogue);
  return { result, screen: screen.join('') };
}

describe('yes or no', () => {
  test.each([
    ['y', true],
    ['Yes', true],
    ['', false],
    ['n', false],
    ['yep', false],
  ])('"%s" is %s', async (answer, expected) => {
    const { result, screen } = await typing(`${answer}\n`, ({ yes }) => yes('Apply?'));
    expect(result).toBe(expected);
    expect(screen).toContain('Apply? [y/N]: ');
  });
});

describe('a text', () => {
  test('is the proposal when nothing is typed', async () => {
    const { result, screen } = await typing('\n', ({ text }) => text('Name', 'shop'));
    expect(result).toBe('shop');
    expect(screen).toContain('Name [shop]: ');
  });

  test('is asked for again until it is allowed', async () => {
    const check = (answer: string) => (answer === 'shop' ? undefined : 'small letters');
    const { result, screen } = await typing('SHOP\nshop\n', ({ text }) => text('Name', 'x', check));
    expect(result).toBe('shop');
    expect(screen).toContain('small letters');
  });

  test('of several questions may be typed ahead', async () => {
    const { result } = await typing('one\ntwo\n', async ({ text }) => [await text('A', ''), await text('B', '')]);
    expect(result).toEqual(['one', 'two']);
  });
});

describe('a choice', () => {
  const choices = { database: 'a PostgreSQL', events: 'a broker' };
  test.each([
    ['by number', '2\n', 'events'],
    ['by name', 'database\n', 'database'],
    ['the first one without an answer', '\n', 'database'],
    ['after one that there is not', '3\nevents\n', 'events'],
  ])('%s', async (_, keys, expected) => {
    const { result } = await typing(keys, ({ choice }) => choice('Which?', choices));
    expect(result).toBe(expected);
  });
});

describe('the end', () => {
  test('Ctrl-C is an interruption', async () => {
    await expect(typing('\u0003', ({ yes }) => yes('Apply?'))).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('Ctrl-D is a sentence', async () => {
    await expect(typing('\u0004', ({ yes }) => yes('Apply?'))).rejects.toMatchObject({ name: 'UsageError' });
  });
});
