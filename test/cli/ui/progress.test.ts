import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { plain } from '../../../src/cli/ui/colour.ts';
import { type Progress, showProgress } from '../../../src/cli/ui/progress.ts';

/** What a stream got, and the stream. A terminal is a stream that says it is one. */
function screen(terminal: boolean, columns = 80) {
  const stream = new PassThrough();
  const parts: string[] = [];
  stream.on('data', (part: Buffer) => parts.push(part.toString()));
  const tty = { isTTY: terminal, columns, cursorTo: () => true, clearLine: () => true, moveCursor: () => true };
  // The few members of a terminal that ora looks at.
  return { stream: Object.assign(stream, tty) as unknown as NodeJS.WriteStream, text: () => parts.join('') };
}

async function twoSteps(progress: Progress): Promise<string> {
  progress.step('reading cluster-a');
  progress.now('cluster-a 3 of 12');
  progress.done('cluster-a  12 objects');
  progress.failed('cluster-b  connection refused');
  return 'result';
}

test('off a terminal every step is a line', async () => {
  const { stream, text } = screen(false);
  expect(await showProgress({ stream, quiet: false, paint: plain, env: {} }, twoSteps)).toBe('result');
  expect(text()).toBe('reading cluster-a\n✔ cluster-a  12 objects\n✖ cluster-b  connection refused\n');
});

test('on a terminal what goes on now is one line that is written over', async () => {
  const { stream, text } = screen(true);
  await showProgress({ stream, quiet: false, paint: plain, env: {} }, twoSteps);
  expect(text()).not.toContain('cluster-a 3 of 12\n');
});

test('on a terminal of no width every step is a line', async () => {
  const { stream, text } = screen(true, 0);
  await showProgress({ stream, quiet: false, paint: plain, env: {} }, twoSteps);
  expect(text()).toBe('reading cluster-a\n✔ cluster-a  12 objects\n✖ cluster-b  connection refused\n');
});

test('in a pipeline nothing moves, even when it has a terminal', async () => {
  const { stream, text } = screen(true);
  await showProgress({ stream, quiet: false, paint: plain, env: { CI: 'true' } }, twoSteps);
  expect(text()).not.toContain('\u001B');
});

test('--quiet says nothing', async () => {
  const { stream, text } = screen(false);
  await showProgress({ stream, quiet: true, paint: plain, env: {} }, twoSteps);
  expect(text()).toBe('');
});

test('on a terminal the lines that stay are there, and the spinner is gone at the end', async () => {
  const { stream, text } = screen(true);
  await showProgress({ stream, quiet: false, paint: plain, env: {} }, twoSteps);
  const lines = stripVTControlCharacters(text());
  expect(lines).toContain('✔ cluster-a  12 objects\n');
  expect(lines).toContain('✖ cluster-b  connection refused\n');
  expect(text().endsWith('\u001B[?25h')).toBe(true);
});

test('a failure is passed on, and the spinner is gone', async () => {
  const { stream, text } = screen(true);
  const failing = showProgress({ stream, quiet: false, paint: plain, env: {} }, async (progress) => {
    progress.step('reading cluster-b');
    throw new Error('connection refused');
  });
  await expect(failing).rejects.toThrow('connection refused');
  expect(text().endsWith('\u001B[?25h')).toBe(true);
});
