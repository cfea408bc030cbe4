import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { draftText } from '../../src/cli/starter/draft.ts';
import type { Survey } from '../../src/clusters/survey.ts';

/** A cluster in which nothing was found but where its nodes are. */
const survey = (cluster: string, region: string | undefined): Survey => ({
  cluster,
  context: cluster,
  uid: `5c1d6f0e-2b7a-4c8e-9d1f-${cluster.padEnd(12, '0')}`,
  kubernetes: 'v1.36.0',
  mesh: undefined,
  region,
  namespaces: [],
  services: [],
  workloads: [],
  unread: [],
});

describe('the region that init writes', () => {
  test.each<[string, readonly (string | undefined)[], readonly (string | undefined)[]]>([
    ['is that of the nodes', ['eu-west-1', 'us-east-1'], ['eu-west-1', 'us-east-1']],
    ['is left out where another cluster has the same', ['eu-west-1', 'eu-west-1'], [undefined, undefined]],
    ['is left out where it is not known', [undefined, 'eu-west-1'], [undefined, 'eu-west-1']],
  ])('%s', (_, [a, b], wanted) => {
    const text = draftText([survey('a', a), survey('b', b)], { name: 'shop', id: 'id' });
    const { clusters } = load(text) as { clusters: Record<string, { region?: string }> }; // what the draft has
    expect(Object.values(clusters).map(({ region }) => region)).toEqual(wanted);
  });
});
