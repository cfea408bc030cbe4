import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { differences, type Fingerprint, fingerprint } from '../plan/differences.ts';
import { hashOf } from '../plan/inventory.ts';
import type { Plan } from '../plan/plan.ts';
import { cannotRead } from './cannot-read.ts';

const schemaVersion = 1;

/** Saves what a plan depends on, so that `apply FILE` does exactly that plan or says what has changed. */
export function savePlan(file: string, plan: Plan): void {
  const saved = { federation: plan.federation, revision: plan.revision, ...fingerprint(plan) };
  const text = JSON.stringify({ schemaVersion, digest: hashOf(saved), ...saved }, undefined, 2);
  try {
    writeFileSync(file, `${text}\n`);
  } catch (error) {
    throw new UsageError(`The plan could not be written to ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

export function loadPlan(file: string): Fingerprint {
  const parsed = savedSchema.safeParse(readJson(file));
  if (!parsed.success) {
    throw new UsageError(
      `${file} is not a plan of this version of aegis-xc.`,
      'Write one with `aegis-xc plan --out FILE`.',
    );
  }
  const { schemaVersion: _version, digest, ...saved } = parsed.data;
  if (digest === hashOf(saved)) return saved;
  throw new UsageError(
    `${file} was changed after it was written.`,
    'Change the spec, and plan again with `aegis-xc plan --out`.',
  );
}

/** Throws when the plan would not do what was saved. */
export function mustStillFit(saved: Fingerprint, plan: Plan): void {
  const changes = differences(saved, fingerprint(plan));
  if (changes.length === 0) return;
  throw new UsageError(
    ['The saved plan does not fit any more:', ...changes.map((one) => `- ${one}`)].join('\n'),
    'Nothing was changed. Plan again with `aegis-xc plan --out`.',
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw cannotRead(file, error, { missing: planHint, folder: planHint });
  }
}

const planHint = 'Write a plan with `aegis-xc plan --out FILE`; the spec is named with -f.';

const savedSchema = z.strictObject({
  schemaVersion: z.literal(schemaVersion),
  digest: z.string(),
  federation: z.string(),
  revision: z.int(),
  clusters: z.array(z.strictObject({ name: z.string(), uid: z.string(), revision: z.int().optional() })),
  hash: z.string(),
  steps: z.array(z.strictObject({ key: z.string(), name: z.string(), wanted: z.string(), live: z.string() })),
});
