import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { sarif } from '../../../src/cli/ui/sarif.ts';
import type { Diagnostic } from '../../../src/diagnostics.ts';
import { aegisXc } from '../../support/cli.ts';

/** What SARIF 2.1.0 demands of the parts that we write: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
const count = z.number().int().min(1);
const message = z.strictObject({ text: z.string().min(1) });
const log = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.array(
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
          rules: z.array(z.strictObject({ id: z.string(), shortDescription: message, help: message })),
        }),
      }),
      columnKind: z.literal('utf16CodeUnits'),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.number().int().min(0),
          level: z.enum(['error', 'warning', 'note']),
          message,
          locations: z
            .array(
              z.strictObject({
                physicalLocation: z
                  .strictObject({
                    artifactLocation: z.strictObject({ uri: z.string().regex(/^[^\s\\<>]+$/) }),
                    region: z.strictObject({
                      startLine: count,
                      startColumn: count,
                      endColumn: count,
                      snippet: z.strictObject({ text: z.string() }),
                    }),
                  })
                  .optional(),
                logicalLocations: z
                  .array(z.strictObject({ name: z.string(), fullyQualifiedName: z.string(), kind: z.string() }))
                  .optional(),
              }),
            )
            .optional(),
        }),
      ),
    }),
  ),
});

const finding: Diagnostic = {
  code: 'AXC2002',
  severity: 'error',
  message: 'unknown field "hostz"',
  hint: 'did you mean "hosts"?',
  position: { file: 'manifests/my shop.yaml', line: 5, column: 3, text: '  hostz: []', length: 5 },
  object: { kind: 'ServiceEntry', namespace: 'shop', name: 'catalog', field: 'spec.hostz' },
};
const first = (...diagnostics: Diagnostic[]) => log.parse(sarif(diagnostics)).runs[0];

describe('SARIF', () => {
  test('a finding has its rule, its level, its words and its place', () => {
    const run = first({ ...finding, code: 'AXC2001', severity: 'info' }, finding);
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(['AXC2001', 'AXC2002']);
    expect(run?.results.map(({ ruleIndex, level }) => [ruleIndex, level])).toEqual([
      [0, 'note'],
      [1, 'error'],
    ]);
    expect(run?.results[1]).toMatchObject({
      message: { text: 'unknown field "hostz"\ndid you mean "hosts"?' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'manifests/my%20shop.yaml' },
            region: { startLine: 5, startColumn: 3, endColumn: 8 },
          },
          logicalLocations: [{ fullyQualifiedName: 'ServiceEntry shop/catalog spec.hostz' }],
        },
      ],
    });
  });

  test('a file with an absolute path is a URL, and stdin has a name without brackets', () => {
    const uri = (file: string) => {
      const run = first({ ...finding, position: { file, line: 1, column: 1, text: '', length: 1 } });
      return run?.results[0]?.locations?.[0]?.physicalLocation?.artifactLocation.uri;
    };
    expect(uri('/srv/a b.yaml')).toBe('file:///srv/a%20b.yaml');
    expect(uri('<stdin>')).toBe('%3Cstdin%3E');
  });

  test('nothing found is a log without results', () => {
    expect(first()?.results).toEqual([]);
  });

  test('is what lint prints, and the exit code is the same as of text', async () => {
    const stdin =
      'apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\nspec: {hostz: [a.example]}\n';
    const { code, stdout } = await aegisXc(['lint', '-', '-o', 'sarif'], { stdin });
    expect(code).toBe(1);
    expect(log.parse(JSON.parse(stdout)).runs[0]?.results.map(({ ruleId }) => ruleId)).toContain('AXC2002');
  });
});
