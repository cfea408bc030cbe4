import { describe, expect, test } from 'vitest';
import { failureText, isInterruption } from '../../src/cli/failure.ts';
import { plain } from '../../src/cli/ui/colour.ts';
import { ClusterError, SpecError, UsageError } from '../../src/errors.ts';

const textOf = (failure: unknown): string => failureText(failure, plain, false);

const unreachable = new ClusterError('cluster-b', 'connection refused', {
  reason: 'unreachable',
  hint: 'Is the VPN up?',
  cause: new Error('ECONNREFUSED'),
});

describe('a failure as text', () => {
  test('a sentence, and what to do next', () => {
    expect(textOf(new UsageError('There is no file shop.yaml.', 'Name it with -f.'))).toBe(
      'error: There is no file shop.yaml.\n  Name it with -f.',
    );
  });

  test('of a cluster: which one, and which object', () => {
    const object = { kind: 'Gateway', namespace: 'istio-system', name: 'shop-exports' };
    expect(textOf(unreachable)).toBe('error: cluster-b: connection refused\n  Is the VPN up?');
    expect(textOf(new ClusterError('cluster-b', 'forbidden', { reason: 'forbidden', object }))).toBe(
      'error: cluster-b Gateway istio-system/shop-exports: forbidden',
    );
  });

  test('of several clusters: one after the other', () => {
    const other = new ClusterError('cluster-a', 'forbidden', { reason: 'forbidden' });
    expect(textOf(new AggregateError([unreachable, other]))).toBe(
      'error: cluster-b: connection refused\n  Is the VPN up?\nerror: cluster-a: forbidden',
    );
  });

  test('of a spec: its findings, and how many', () => {
    const finding = { code: 'AXC1201', severity: 'error', message: 'unknown cluster "cluster-c"' } as const;
    expect(textOf(new SpecError([finding]))).toBe('error[AXC1201]  unknown cluster "cluster-c"\n1 error');
  });

  test('control characters of a server cannot move the cursor', () => {
    expect(textOf(new UsageError('\u001B[2Jgone'))).toBe('error: �[2Jgone');
  });

  test('that nobody expected is called a bug, and has a stack only on request', () => {
    const bug = new TypeError('x is not a function', { cause: new Error('deeper') });
    expect(textOf(bug)).toBe(
      [
        'error: unexpected: x is not a function',
        '  This is a bug in aegis-xc. Please report it with the output of the same command under AEGIS_XC_DEBUG=1.',
      ].join('\n'),
    );
    expect(failureText(bug, plain, true)).toMatch(
      /TypeError: x is not a function\n\s+at [\s\S]*caused by Error: deeper/,
    );
    expect(textOf(new AggregateError([unreachable, bug]))).toContain('This is a bug in aegis-xc.');
  });
});

describe('what Ctrl-C made', () => {
  const stopped = new ClusterError('cluster-a', 'stopped', { reason: 'aborted' });
  test.each([
    ['an aborted request is no failure', stopped, true],
    ['nor are several', new AggregateError([stopped, new DOMException('Ctrl-C', 'AbortError')]), true],
    ['a failure beside it is one', new AggregateError([stopped, unreachable]), false],
    ['no error at all is one', new AggregateError([]), false],
    ['a cluster that is away is one', unreachable, false],
  ])('%s', (_, failure, expected) => {
    expect(isInterruption(failure)).toBe(expected);
  });
});
