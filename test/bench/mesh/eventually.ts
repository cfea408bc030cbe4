import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Tries again until `attempt` doesn't throw, and yields what it yields; when the time is over, throws what it threw
 * last. For what needs a moment to arrive, such as a policy at a proxy.
 */
export async function eventually<T>(
  attempt: () => Promise<T> | T,
  { within = 10_000, every = 100 }: { within?: number; every?: number } = {},
): Promise<T> {
  const end = performance.now() + within;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(every);
  }
}
