import type { Journal } from '../../plan/journal.ts';

/** A run that was broken off, in one line. */
export const unfinishedText = ({ revision, by, startedAt, state, stage }: Journal): string =>
  `the run that makes revision ${revision} (${by}, ${startedAt}) has stopped${stage ? ` in stage ${stage}` : ''}${state === 'rolling back' ? ', on its way back' : ''}`;
