import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateSpec } from '../../src/checks/validate.ts';
import { federation, service, sharedService, specText } from '../support/federation.ts';
import { expectLocated, explored, mutated } from '../support/mutations.ts';

/** Whatever is done to a valid spec, the answer is a list of findings, each at a place that is there. */

const spec = specText(
  federation({
    services: {
      'backend-api': service({ traffic: { timeout: '10s', retries: { attempts: 2, perTryTimeout: '3s' } } }),
      catalog: sharedService({ traffic: { failover: ['cluster-a', 'cluster-b'] } }),
      events: service({ preset: 'kafka', port: undefined, brokers: 3 }),
    },
    telemetry: { tracing: { provider: 'otel', tags: { team: 'shop' } } },
    trust: { certManager: { issuer: 'shop-root' } },
  }),
);

test('no change of a valid spec makes the reader throw or lose a place', () => {
  const { runs, found: refused } = explored(mutated(fc.constant(spec)), 400, (text) => {
    const { diagnostics, spec: read } = validateSpec({ file: 'federation.yaml', text });
    expectLocated(diagnostics, text);
    expect(read === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    return read === undefined ? 1 : 0;
  });
  expect(refused).toBeGreaterThan(runs / 2);
});
