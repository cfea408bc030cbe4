import { afterEach, expect, test } from 'vitest';
import { interrupts } from '../../src/cli/interrupts.ts';

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
