import { setTimeout as sleep } from 'node:timers/promises';

/** Thrown by a check that will never hold. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/**
 * Asks again and again until the answer is yes. What `check` throws counts as no, and is the cause of the error when
 * the time is over.
 */
export async function until(what: string, check: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await check().catch((error: unknown) => ({ error }));
    if (answer === true) return;
    if (answer !== false && answer.error instanceof GivenUp) throw answer.error;
    if (performance.now() > end) {
      const cause = answer === false ? undefined : answer.error;
      throw new Error(`${what}: not within ${seconds} s${cause === undefined ? '' : ` (${String(cause)})`}`, { cause });
    }
    await sleep(50);
  }
}
