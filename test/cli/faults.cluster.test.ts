import { afterEach, describe, expect } from 'vitest';
import { test } from '../bench/fixtures.ts';
import type { CliResult } from '../support/cli.ts';
import { calledBy, runCli } from '../support/cli-rig.ts';
import { type Fault, once, type Passing, writeOf } from '../support/fault-proxy.ts';
import { openRig, type Rig } from '../support/run-rig.ts';
import { statusText, strangeAnswers } from '../support/strange-answers.ts';

/**
 * What somebody sees of the built program while a server answers strangely or not at all: the exit code, a sentence with what to
 * do, and never a stack.
 */
let current: Rig | undefined;
const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  current = rig;
  onCleanup(() => rig.close());
  return rig;
});
afterEach(() => {
  if (current) current.onRequest = () => undefined;
});

const [now, next] = [calledBy('faults', 'frontend'), calledBy('faults', 'orders')];
const quick = ['--settle', '0', '--lock-ttl', '4s'];
const policy = writeOf('PATCH', 'authorizationpolicies');
const answer = (status: number, reason: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'answer',
  when: 'before',
  status,
  body: statusText(status, reason),
  headers,
});
const page = (status: number): Fault => ({
  kind: 'answer',
  when: 'before',
  status,
  body: '<html>sign in</html>',
  headers: { 'content-type': 'text/html' },
});
const again = { 'retry-after': '0' };

/** Words for people, and no insides of the program. */
function expectWords({ stderr }: CliResult): void {
  expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
  expect(stderr).not.toMatch(/unexpected:|\[object |\bundefined\b|Error:/);
}

/** From the first request that fits on, everything that is asked of this cluster. */
function fromThenOn(cluster: string, fits: (request: Passing) => boolean, fault: Fault) {
  let begun = false;
  return (request: Passing): Fault | undefined => {
    begun ||= fits(request);
    return begun && request.cluster === cluster ? fault : undefined;
  };
}

describe.sequential('one write of apply that is answered with', () => {
  const ends = {
    done: [0, /Done: revision \d+ is in cluster-a, cluster-b\.\n$/],
    'rolled-back': [3, /Rolled back: every cluster is as it was before\.\n$/],
  } as const;

  rigged.for(strangeAnswers.map((one) => [one.title, one] as const))('%s', async ([, { fault, end, why }], { rig }) => {
    expect((await rig.apply(now)).kind).toMatch(/done|unchanged/);
    rig.onRequest = once(policy, fault);
    const ended = await runCli(rig, next, 'apply', ...quick);
    rig.onRequest = () => undefined;
    const [code, last] = ends[end];
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(last)]);
    const errors = ended.stderr.split('\n').filter((line) => line.includes('error:'));
    expect(errors.join('\n')).toMatch(why);
    expectWords(ended);
    expect(await rig.plan(end === 'done' ? next : now)).toMatchObject({ steps: [], diagnostics: [] });
  });
});

describe.sequential('every try of one write that is answered with', () => {
  rigged.for<[string, Fault, RegExp]>([
    [
      '429',
      answer(429, 'TooManyRequests', again),
      /cluster-b has too much to do and did not take Authorization.*later/s,
    ],
    [
      '503',
      answer(503, 'ServiceUnavailable', again),
      /cluster-b failed \(503\) on AuthorizationPolicy default\/faults/,
    ],
    ['500', answer(500, 'InternalError', again), /cluster-b failed \(500\) on AuthorizationPolicy default\/faults/],
    ['502 and a page', page(502), /It is not known whether cluster-b has written Authorization.*answered 502/],
    ['a page', page(200), /It is not known whether cluster-b has written Authorization.*something else \(text\/html\)/],
    ['half an answer', { kind: 'truncate', when: 'before' }, /It is not known .* the connection broke off/],
    ['nothing', { kind: 'cut', when: 'before' }, /It is not known .* the connection broke off/],
  ])('%s stops the run, and resume finishes it', async ([, fault, says], { rig }) => {
    expect((await rig.apply(now)).kind).toMatch(/done|unchanged/);
    rig.onRequest = (request) => (policy(request) ? fault : undefined);
    const ended = await runCli(rig, next, 'apply', ...quick);
    rig.onRequest = () => undefined;
    expect([ended.code, ended.stderr]).toEqual([4, expect.stringMatching(says)]);
    expect(ended.stderr).toMatch(/Stopped in stage guard: 0 of \d+ writes done; .*\n.*safe state.*\n.*aegis-xc resume/);
    expectWords(ended);
    const resumed = await runCli(rig, next, 'resume', ...quick);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('Done: revision')]);
    expect(await rig.plan(next)).toMatchObject({ steps: [], diagnostics: [] });
  });
});

describe.sequential('a cluster that is read and answers with', () => {
  rigged.for<[string, Fault, string, RegExp, RegExp]>([
    ['401', answer(401, 'Unauthorized'), 'unauthorized', /does not accept the credentials/, /Sign in again/],
    ['403', answer(403, 'Forbidden'), 'forbidden', /cluster-b does not allow it/, /`aegis-xc rbac` prints/],
    ['429', answer(429, 'TooManyRequests', again), 'throttled', /cluster-b has too much to do/, /Try again later/],
    [
      '429 for longer than anybody waits',
      answer(429, 'TooManyRequests', { 'retry-after': '3600' }),
      'throttled',
      /cluster-b has too much to do/,
      /Try again later/,
    ],
    ['503', answer(503, 'ServiceUnavailable', again), 'server', /cluster-b failed \(503\)/, /^$/],
    ['a page', page(200), 'unexpected-answer', /answered 200 with something else \(text\/html\)/, /sign-in page/],
    [
      'a redirect',
      { ...page(302), headers: { location: 'https://elsewhere.example/?token=secret' } } as Fault,
      'unexpected-answer',
      /sends us on to https:\/\/elsewhere\.example, which an API server does not do/,
      /sign-in page/,
    ],
    ['half an answer', { kind: 'truncate', when: 'after' }, 'unreachable', /can't be reached.*broke off/, /--without/],
    ['nothing', { kind: 'cut', when: 'before' }, 'unreachable', /can't be reached.*broke off/, /--without cluster-b/],
  ])('%s is named by apply, and nothing is written', async ([, fault, reason, says, hint], { rig }) => {
    const before = rig.writes();
    rig.onRequest = ({ cluster }) => (cluster === 'cluster-b' ? fault : undefined);
    const ended = await runCli(rig, next, 'apply', ...quick, '-o', 'json');
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(says)]);
    expect(JSON.parse(ended.stdout).error).toMatchObject({ cluster: 'cluster-b', reason });
    expect(JSON.parse(ended.stdout).error.hint ?? '').toMatch(hint);
    expect(ended.stdout + ended.stderr).not.toContain('secret');
    expectWords(ended);
    expect(rig.writes()).toBe(before);
  });
});

describe.sequential('a cluster that is away', () => {
  rigged(
    'from the first write on: status says so, nothing else begins, and resume finishes when it is back',
    async ({ rig }) => {
      expect((await rig.apply(now)).kind).toMatch(/done|unchanged/);
      rig.onRequest = fromThenOn('cluster-b', policy, { kind: 'cut', when: 'before' });
      const ended = await runCli(rig, next, 'apply', ...quick);
      expect([ended.code, ended.stderr]).toEqual([4, expect.stringMatching(/cluster-b: Authorization.*broke off/)]);
      expectWords(ended);

      const away = await runCli(rig, next, 'status');
      expect([away.code, away.stdout]).toEqual([2, expect.stringMatching(/cluster-a .*unfinished.*\n.*not reached/)]);
      expect(away.stderr).toMatch(/cluster-b can't be reached at/);
      expectWords(away);
      const resume = await runCli(rig, next, 'resume', ...quick);
      expect([resume.code, resume.stderr]).toEqual([2, expect.stringMatching(/cluster-b can't be reached at/)]);

      rig.onRequest = () => undefined;
      const refused = await runCli(rig, next, 'apply', ...quick);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/AXC4008[\s\S]*aegis-xc resume/)]);
      expect(await runCli(rig, next, 'resume', ...quick)).toMatchObject({ code: 0 });
      expect(await rig.plan(next)).toMatchObject({ steps: [], diagnostics: [] });
    },
  );
});
