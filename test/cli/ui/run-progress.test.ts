import { expect, test } from 'vitest';
import type { ApplyEvent } from '../../../src/apply/events.ts';
import type { Progress } from '../../../src/cli/ui/progress.ts';
import { reportEvents } from '../../../src/cli/ui/run-progress.ts';
import type { Stage } from '../../../src/plan/stages.ts';
import type { Step } from '../../../src/plan/step.ts';

/** What is said, line by line: `…` is seen on a terminal only, and gone with the next. */
function said(clusters: readonly string[], events: readonly ApplyEvent[]): string[] {
  const lines: string[] = [];
  const say = (mark: string) => (text: string) => void lines.push(`${mark} ${text}`);
  const progress: Progress = { now: say('…'), step: say('-'), done: say('✔'), failed: say('✖') };
  const report = reportEvents(clusters, progress);
  for (const event of events) report(event);
  return lines;
}

/** What is looked at of a step. */
const write = (cluster: string, stage: Stage = 'guard', op: 'create' | 'delete' = 'create', name = 'x'): Step =>
  ({ op, cluster, stage, id: { apiVersion: 'v1', kind: 'Gateway', namespace: 'istio-system', name } }) as Step;
const begin = (number: number, of: number, ...steps: readonly Step[]): ApplyEvent => ({
  type: 'stage',
  stage: steps[0]?.stage ?? 'guard',
  steps,
  number,
  of,
});
const done = (step: Step): ApplyEvent => ({ type: 'done', step });
const [a, other, b] = [write('a'), write('a', 'guard', 'create', 'y'), write('b')];

test.for<[string, readonly string[], readonly ApplyEvent[], readonly string[]]>([
  [
    'before the first stage',
    ['a', 'b'],
    [
      { type: 'locking', clusters: ['a', 'b'] },
      { type: 'inventory', clusters: ['a', 'b'] },
    ],
    ['… locking a and b', '… noting the change in a and b'],
  ],
  [
    'somebody else is at work: that stays, also off a terminal',
    ['a'],
    [{ type: 'waiting', holder: 'jo@laptop' }],
    ['- jo@laptop holds the lock: watching whether it is alive'],
  ],
  [
    'who is done in a stage waits for the others',
    ['a', 'b'],
    [begin(2, 4, a, other, b), done(a), done(b), done(other)],
    [
      '… stage 2 of 4, guard · a 0 of 2 · b 0 of 1',
      '… stage 2 of 4, guard · a 1 of 2 · b 0 of 1',
      '… stage 2 of 4, guard · a 1 of 2 · b waits for a',
      '✔ stage 2 of 4, guard · a 2 created · b 1 created',
      '… stage 2 of 4, guard is done',
    ],
  ],
  [
    'who has nothing to do in a stage waits too',
    ['a', 'b', 'c'],
    [begin(1, 4, b)],
    ['… stage 1 of 4, guard · b 0 of 1 · a and c wait for b'],
  ],
  [
    'many clusters are no endless line',
    ['a', 'b', 'c', 'd', 'e'],
    [begin(1, 1, ...['a', 'b', 'c', 'd'].map((name) => write(name)))],
    ['… stage 1 of 1, guard · a 0 of 1 · b 0 of 1 · c 0 of 1 · 1 more at work · e waits for a, b, c and 1 more'],
  ],
  [
    'the proxies are waited for',
    ['a', 'b'],
    [{ type: 'settling', milliseconds: 2000 }],
    ['… all wait 2s: their proxies have to hear of it'],
  ],
  [
    'a stage that fails, and the way back',
    ['a', 'b'],
    [
      begin(1, 2, a, b),
      { type: 'failed', step: a, error: new Error('no') },
      done(b),
      { type: 'rolling-back', at: 'guard' },
      begin(1, 1, write('b', 'unguard', 'delete')),
      done(write('b', 'unguard', 'delete')),
    ],
    [
      '… stage 1 of 2, guard · a 0 of 1 · b 0 of 1',
      '✖ guard: a: Gateway istio-system/x',
      '… stage 1 of 2, guard · a 0 of 1 · b waits for a',
      '✖ guard failed: going back',
      '… back: stage 1 of 1, unguard · b 0 of 1 · a waits for b',
      '✔ back: stage 1 of 1, unguard · b 1 deleted',
      '… back: stage 1 of 1, unguard is done',
    ],
  ],
  [
    'the end: until every cluster has the revision',
    ['a', 'b'],
    [
      { type: 'committed', cluster: 'a', revision: 7 },
      { type: 'committed', cluster: 'b', revision: 7 },
    ],
    ['… revision 7 is in a · waiting for b'],
  ],
])('%s', ([, clusters, events, lines]) => {
  expect(said(clusters, events)).toEqual(lines);
});
