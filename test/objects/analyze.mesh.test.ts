import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { objectChecks } from '../../src/checks/objects/index.ts';
import type { ObjectCheck } from '../../src/checks/objects/object-check.ts';
import { checkObjects } from '../../src/checks/objects/run.ts';
import { mesh, scenario } from '../bench/mesh/fixtures.ts';
import { run } from '../bench/mesh/shell.ts';
import { pageExamples } from '../checks/objects/pages.ts';
import { temporaryFolder } from '../support/folder.ts';
import { objectSet } from '../support/object-set.ts';

/** What `istioctl analyze` tells and lint does not, each with its reason. The first word is the text that it is told of. */
const otherwise: Readonly<Record<string, string>> = {
  'AXC2124 IST0130': 'the match itself is told, not the route as well',
  'AXC2127 IST0101': 'the Gateway is not in the files, and may be in others',
  'AXC2127 IST0132': 'the Gateway is not in the files, and may be in others',
  'AXC2132 IST0132': 'the Gateway is told to be in another namespace',
  'AXC2133 IST0101': 'the Gateway is not in the files, and may be in others',
  'AXC2133 IST0132': 'the Gateway is not in the files, and may be in others',
};

const codes = new Map(
  objectChecks.flatMap((check) => check.codes.map((code) => [code, analyzersOf(check, code)] as const)),
);
const shared = new Set([...codes.values()].flat());

/** The examples of the pages, and manifests that somebody wrote by hand. */
const texts: readonly (readonly [name: string, yaml: string])[] = [
  ...[...codes.keys()]
    .filter((code) => code > 'AXC2100')
    .flatMap((code) => {
      const { wrong, right } = pageExamples(code) ?? {};
      return [wrong, right].flatMap((yaml) => (typeof yaml === 'string' ? [[code, yaml] as const] : []));
    }),
  ...readdirSync(join(import.meta.dirname, '../checks/objects/by-hand'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, readFileSync(join(import.meta.dirname, '../checks/objects/by-hand', file), 'utf8')] as const),
];

scenario('istioctl analyze and lint', () => {
  test('what analyze finds by a check that both have, lint finds too', async () => {
    const file = join(temporaryFolder(), 'objects.yaml');
    const missed = new Set<string>();
    let found = 0;
    for (const [name, yaml] of texts) {
      const told = new Set(checkObjects(objectSet(yaml)).diagnostics.flatMap(({ code }) => codes.get(code) ?? []));
      writeFileSync(file, yaml);
      for (const code of await analyze(file)) {
        if (!shared.has(code)) continue;
        if (told.has(code)) found++;
        else missed.add(`${name} ${code}`);
      }
    }
    expect([...missed].sort()).toEqual(Object.keys(otherwise).sort());
    expect(found).toBeGreaterThan(10);
  }, 240_000);
});

/** Without a cluster: the codes of what it finds in a file. What it can't read it says before them, and goes on. */
async function analyze(file: string): Promise<string[]> {
  const { stdout } = await run([mesh.istioctl, 'analyze', '--use-kube=false', '-A', '-o', 'json', file]);
  return z
    .array(z.object({ code: z.string() }))
    .parse(JSON.parse(stdout.slice(stdout.search(/^\[/m))))
    .map(({ code }) => code);
}

function analyzersOf({ analyzers = [] }: ObjectCheck, code: string): string[] {
  if (Array.isArray(analyzers)) return [...analyzers];
  return Object.entries(analyzers).flatMap(([one, name]) => (one === code ? [name] : []));
}
