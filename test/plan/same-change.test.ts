import { expect, test } from 'vitest';
import type { ProofInput } from '../../src/plan/proof/prove.ts';
import { isSameChange } from '../../src/plan/proof/same-change.ts';
import { presentWorld } from '../../src/plan/proof/world.ts';
import type { Step } from '../../src/plan/step.ts';
import { federation, service } from '../support/federation.ts';
import { planFrom, rendered } from '../support/simulate.ts';

const more = federation({ services: { 'backend-api': service({ traffic: { timeout: '10s' } }), other: service({}) } });
const plan = planFrom(federation(), more);
const change: ProofInput = {
  federation: rendered(more).federation,
  before: presentWorld(
    plan.federation,
    plan.clusters.map(({ observation }) => observation),
  ),
  steps: plan.steps,
};
const [firstKey = '', first] = [...change.before][0] ?? [];
const withFirst = (metadata: object): ProofInput => ({
  ...change,
  before: new Map([...change.before, [firstKey, { ...first, metadata: { ...first?.metadata, ...metadata } }]] as never),
});
const withStep = (difference: Partial<Step>): ProofInput => ({
  ...change,
  steps: change.steps.map((step, n) => (n === 0 ? ({ ...step, ...difference } as Step) : step)),
});

test('the same change, read and planned again, is the same', () => {
  expect(change.before.size).toBeGreaterThan(0);
  expect(change.steps.length).toBeGreaterThan(0);
  expect(isSameChange(change, structuredCloneOf(change))).toBe(true);
});

test.each<[string, ProofInput]>([
  ['another version of an object', withFirst({ resourceVersion: '999999' })],
  ['an object that was made anew', withFirst({ uid: 'another' })],
  ['an object of which no version is known', withFirst({ resourceVersion: undefined })],
  ['an object less', { ...change, before: new Map([...change.before].slice(1)) }],
  ['a step less', { ...change, steps: change.steps.slice(1) }],
  ['a step in another stage', withStep({ stage: 'untrust' })],
  ['a step in another cluster', withStep({ cluster: 'cluster-z' })],
  [
    'a step that writes something else',
    withStep({ object: { apiVersion: 'v1', kind: 'Other', metadata: { name: 'x' } } }),
  ],
  ['more that is needed', { ...change, needed: [...change.steps, ...change.steps] }],
  ['a cluster that is left out', { ...change, absent: new Set(['cluster-b']) }],
  ['another spec', { ...change, federation: rendered(federation()).federation }],
])('%s is not', (_, other) => {
  expect(isSameChange(change, other)).toBe(false);
});

/** New objects all the way down, but for the spec, which a run reads once. */
function structuredCloneOf({ federation, before, steps }: ProofInput): ProofInput {
  return { federation, before: new Map(structuredClone([...before])), steps: structuredClone(steps) };
}
