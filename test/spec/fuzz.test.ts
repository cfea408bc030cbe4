import { expect, test } from 'vitest';
import { validateSpec } from '../../src/checks/validate.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { federation, service, sharedService, specText } from '../support/federation.ts';

/**
 * Whatever is done to a valid spec, the answer is a list of findings, each at a place that is there. The random numbers are
 * the same in every run; a failure prints the text.
 */

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

const odd = [
  ...['', ' ', '\t', '\n', '\r', ':', '- ', '? ', '{', '}', '[', ']', ',', '#', '&a ', '*a', '!x ', '|', '>', '"', "'"],
  ...[
    '%',
    '@',
    '`',
    '---\n',
    '...\n',
    '<<: *a\n',
    '{{',
    '${',
    '\0',
    '\ufeff',
    '\ud800',
    '\u202e',
    'ä',
    '😀',
    '~',
    'null',
  ],
  ...[
    'true',
    '0755',
    '1e3',
    '.inf',
    '-1',
    '99999999999999999999',
    '__proto__: 1\n',
    'constructor',
    '../..',
    '*',
    '::1',
  ],
  ...['kind: Secret\n', '-----BEGIN X-----', 'password: x\n', '127.0.0.1', 'any', 'x'.repeat(300)],
];

test('no change of a valid spec makes the reader throw or lose a place', () => {
  const random = randomNumbers(20260731);
  const until = performance.now() + 2000;
  let runs = 0;
  let refused = 0;
  while (runs < 400 && (runs < 50 || performance.now() < until)) {
    const text = mutated(spec, random);
    const { diagnostics, spec: read } = readOrShow(text);
    expect(diagnostics.filter((one) => !isLocated(one, text)).map((one) => [one, text])).toEqual([]);
    expect(read === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    runs++;
    if (read === undefined) refused++;
  }
  expect(refused).toBeGreaterThan(runs / 2);
});

function readOrShow(text: string) {
  try {
    return validateSpec({ file: 'federation.yaml', text });
  } catch (error) {
    throw new Error(`the reader threw at:\n${JSON.stringify(text)}`, { cause: error });
  }
}

/** One to four pieces are taken out, put elsewhere, doubled, or replaced by something odd. */
function mutated(text: string, random: (below: number) => number): string {
  let result = text;
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const start = random(result.length + 1);
    const end = Math.min(result.length, start + random(random(4) === 0 ? 200 : 8));
    const piece = result.slice(start, end);
    const instead = [odd[random(odd.length)] ?? '', '', piece + piece, spec.slice(random(spec.length)).slice(0, 30)];
    result = result.slice(0, start) + (instead[random(instead.length)] ?? '') + result.slice(end);
  }
  return result;
}

function isLocated({ position, message }: Diagnostic, text: string): boolean {
  if (!position || message === '') return false;
  const { line, column, length, text: shown } = position;
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const width = lines[line - 1]?.length ?? -1;
  return column >= 1 && column <= width + 1 && length >= 1 && shown.length === width;
}

/** A linear congruential generator: https://en.wikipedia.org/wiki/Linear_congruential_generator, with Knuth's constants. */
function randomNumbers(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(below));
  };
}
