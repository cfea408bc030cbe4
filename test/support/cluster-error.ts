import { ClusterError } from '../../src/errors.ts';

/** What a call fails with; anything else than a ClusterError is thrown on. */
export async function failureOf(call: Promise<unknown>): Promise<ClusterError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}
