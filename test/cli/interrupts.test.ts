import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { interrupts, within } from '../../src/cli/interrupts.ts';

const count = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
const before = count();

afterEach(() => {
  expect(count()).toBe(before);
});

test.each(['SIGINT', 'SIGTERM'] as const)('the first %s aborts, and says that the next one stops at once', (signal) => {
  const said: string[] = [];
  const aborted = interrupts((text) => said.push(text));
  expect(aborted.aborted).toBe(false);
  process.emit(signal);
  expect(aborted.aborted).toBe(true);
  expect(said.join()).toContain('Once more stops at once.');
});

describe('work within some time', () => {
  const never = () => new AbortController().signal;
  const until = async (signal: AbortSignal): Promise<boolean> => {
    setFlagsFromString('--expose-gc');
    for (let n = 0; n < 30 && !signal.aborted; n++) {
      runInNewContext('gc')();
      await sleep(10);
    }
    return signal.aborted;
  };

  test('is told when the time is over, whatever was thrown away meanwhile', async () => {
    expect(await within(20, never(), until)).toBe(true);
  });

  test('is told when the other signal says so, before or after it began', async () => {
    expect(await within(60_000, AbortSignal.abort(), async ({ aborted }) => aborted)).toBe(true);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    expect(await within(60_000, controller.signal, until)).toBe(true);
  });

  test('is not told without a reason', async () => {
    expect(await within(60_000, never(), async ({ aborted }) => aborted)).toBe(false);
  });
});
