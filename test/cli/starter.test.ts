import { describe, expect, test } from 'vitest';
import { scenarios } from '../../src/cli/starter/scenarios.ts';
import { starterText, wordsOf } from '../../src/cli/starter/text.ts';
import { type Flags, wordsFromFlags } from '../../src/cli/starter/words.ts';
import { compile } from '../../src/pipeline.ts';

const id = '0d4f8e1a-63b5-4a0c-9d47-0c7b1f6f2a11';

describe.each(Object.entries(scenarios))('the scenario %s', (_, scenario) => {
  const own = wordsOf(scenario);

  test('in its own words is the example, with an editor line and an id', () => {
    const [modeline, ...lines] = starterText(scenario, { to: own, id }).split('\n');
    expect(modeline).toBe('# yaml-language-server: $schema=./node_modules/aegis-xc/schema.json');
    expect(lines.filter((line) => line !== `  id: ${id}`).join('\n')).toBe(scenario);
    expect(lines).toContain(`  id: ${id}`);
  });

  test.each<[string, Flags]>([
    ['its own', {}],
    [
      'those of the user',
      { name: 'retail', clusters: ['east', 'west'], trustDomain: new Map([['east', 'mesh.east']]) },
    ],
    ['swapped names', { clusters: ['cluster-b', 'cluster-a'] }],
  ])('has no finding, whatever the words are: %s', (_, flags) => {
    const text = starterText(scenario, { to: wordsFromFlags(own, flags), id });
    const { federation, diagnostics } = compile({ file: 'federation.yaml', text });
    expect(diagnostics).toEqual([]);
    expect(federation?.clusters.map(({ name }) => name)).toEqual(flags.clusters ?? ['cluster-a', 'cluster-b']);
  });

  test('in the words of the user says nothing of its own clusters any more', () => {
    const text = starterText(scenario, { to: wordsFromFlags(own, { clusters: ['east', 'west'] }), id });
    expect(text).not.toMatch(/cluster-[ab]/);
  });
});

test('a name is replaced where it is a word: in hosts and comments, not in longer names', () => {
  const scenario = [
    '# cluster-a calls api.cluster-b.local, cluster-a-old does not.',
    'metadata:',
    '  name: shop',
    'clusters:',
    '  cluster-a:',
    '    trustDomain: cluster-a.example',
    '  cluster-b:',
    '    gateway: { addresses: [ew.cluster-b.example.net] }',
    'services: {} # serviceAccount: shop',
  ].join('\n');
  const to = {
    federation: 'retail',
    clusters: [
      { name: 'east', trustDomain: 'mesh.east', gateway: undefined },
      { name: 'west', trustDomain: undefined, gateway: '203.0.113.9' },
    ],
  };
  expect(starterText(scenario, { to, id }).split('\n').slice(1)).toEqual([
    '# east calls api.west.local, cluster-a-old does not.',
    'metadata:',
    '  name: retail',
    `  id: ${id}`,
    'clusters:',
    '  east:',
    '    trustDomain: mesh.east',
    '  west:',
    '    gateway: { addresses: [203.0.113.9] }',
    'services: {} # serviceAccount: shop',
  ]);
});
