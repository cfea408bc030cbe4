import { type LiveCheck, rowOf } from './live-check.ts';

/** Every cluster answers, and lets itself be read. */
export const clustersAreReached: LiveCheck = {
  title: 'reachable',
  codes: ['AXC4009'],
  look: ({ sites }) =>
    sites.map(({ cluster, failure }) =>
      rowOf(
        'reachable',
        [cluster],
        failure === undefined
          ? []
          : [
              {
                code: 'AXC4009',
                message: failure.message,
                ...(failure.hint !== undefined && { hint: failure.hint }),
                at: ['clusters', cluster],
              },
            ],
      ),
    ),
};
