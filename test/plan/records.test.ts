import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/manifests/manifest.ts';
import { differences, fingerprint } from '../../src/plan/differences.ts';
import { type Journal, journalHead, journalImages, parseJournal } from '../../src/plan/journal.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { appliedObject } from '../../src/plan/pre-image.ts';
import { fromKept, toKept } from '../../src/plan/records.ts';
import {
  parseRevision,
  parseRevisions,
  type Revision,
  revisionNumber,
  revisionObjects,
} from '../../src/plan/revision.ts';
import { federation } from '../support/federation.ts';
import { applied, asWritten, emptyClusters, planFrom, rendered } from '../support/simulate.ts';

const asLive = (object: KubeObject): LiveObject => ({
  ...object,
  metadata: { ...object.metadata, uid: 'u', resourceVersion: '1' },
});
const kept = rendered(federation()).manifests.map(toKept);

const journal: Journal = {
  federation: 'shop',
  run: '0b1c2d3e',
  revision: 3,
  change: 'apply',
  state: 'running',
  stage: 'guard',
  fence: 5,
  hash: 'abc',
  startedAt: '2026-11-23T15:00:00.000Z',
  by: 'somebody',
  allowed: [],
  participants: [{ name: 'cluster-a', uid: 'uid-a', revision: 2, leaves: false }],
  images: { before: [], target: kept },
};

describe('a journal', () => {
  const images = journalImages(journal);
  const records = [journalHead(journal, images.length), ...images].map(asLive);

  test('comes back as it was written', () => {
    expect(parseJournal('shop', records)).toEqual({ ...journal, shards: images.length });
  });

  test('that lost its images is an error, unless nothing has begun', () => {
    expect(() => parseJournal('shop', records.slice(0, 1))).toThrow(/is damaged/);
    const prepared = journalHead({ ...journal, state: 'prepared' }, images.length);
    expect(parseJournal('shop', [asLive(prepared)])).toMatchObject({ state: 'prepared' });
  });

  test('of a newer version is an error', () => {
    const head = asLive(journalHead(journal, 1));
    const data = { 'journal.json': JSON.stringify({ schemaVersion: 2 }) };
    expect(() => parseJournal('shop', [{ ...head, data }])).toThrow(/was not written by this version/);
  });
});

describe('a revision', () => {
  const revision: Revision = {
    federation: 'shop',
    revision: 12,
    hash: 'abc',
    change: 'apply',
    at: '2026-11-23T15:00:00.000Z',
    by: 'somebody',
    tool: '1.0.0',
    objects: kept.length,
    allowed: ['AXC4012'],
  };
  const records = revisionObjects(revision, kept).map(asLive);

  test('comes back as it was written, and is listed', () => {
    expect(parseRevision('shop', 12, records)).toEqual({ revision, manifests: kept });
    expect(parseRevisions(records)).toEqual([revision]);
    expect(parseRevision('shop', 11, records)).toBeUndefined();
  });

  test.each([
    ['shop.rev.12', 12],
    ['shop.rev.12.3', 12],
    ['shop', undefined],
    ['shop.rev.x', undefined],
    ['other.rev.12', undefined],
  ])('the number in the name %s', (name, number) => {
    expect(revisionNumber('shop', name)).toBe(number);
  });
});

test('a kind of which an earlier version has noted another stage comes in the one that it has now', () => {
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop-kafka-0', namespace: 'messaging' } };
  expect(fromKept('cluster-b', [{ stage: 'ground', object, source: [] }])).toMatchObject([{ stage: 'listen', object }]);
  // A DestinationRule has one on either side.
  const rules = kept.filter((one) => one.object.kind === 'DestinationRule');
  expect(fromKept('cluster-a', rules).map(({ stage }) => stage)).toEqual(rules.map(({ stage }) => stage));
});

describe('a pre-image', () => {
  test('of what we have written is what we have written', () => {
    for (const { object } of kept) expect(appliedObject(asWritten(object, 'shop'), 'aegis-xc.shop')).toEqual(object);
  });

  test('leaves out what others hold', () => {
    const [entry] = kept.filter(({ object }) => object.kind === 'ServiceEntry');
    if (entry === undefined) throw new Error('there is a ServiceEntry');
    const live = asWritten(entry.object, 'shop');
    const edited = { ...live, metadata: { ...live.metadata, labels: { ...live.metadata.labels, team: 'payments' } } };
    expect(appliedObject(edited, 'aegis-xc.shop')).toEqual(entry.object);
  });
});

describe('a plan that was saved', () => {
  const callers = (serviceAccount: string) =>
    federation({
      services: {
        'backend-api': {
          port: { number: 80, targetPort: 8080, protocol: 'HTTP' },
          providers: {
            'cluster-b': { namespace: 'default', workload: { app: 'backend-api' }, serviceAccounts: ['backend'] },
          },
          consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount }],
          localCallers: [],
        },
      },
    });
  const then = fingerprint(planFrom(callers('frontend'), callers('orders')));

  test('fits as long as nothing has changed', () => {
    expect(differences(then, fingerprint(planFrom(callers('frontend'), callers('orders'))))).toEqual([]);
    expect(applied(callers('frontend'))).toHaveLength(2);
  });

  test('fits when somebody else has made the Namespace that it was to make', () => {
    const one = rendered(callers('orders'));
    const first = buildPlan({ ...one, observations: emptyClusters(one) });
    const made = first.steps.filter(({ id }) => id.kind === 'Namespace');
    expect(made).not.toEqual([]);
    const steps = first.steps.filter((step) => !made.includes(step));
    expect(differences(fingerprint(first), fingerprint({ ...first, steps }))).toEqual([]);
  });

  test('names what has changed: the spec, an object, a revision', () => {
    expect(differences(then, fingerprint(planFrom(callers('frontend'), callers('batch'))))[0]).toMatch(
      /the spec renders/,
    );
    expect(differences(then, fingerprint(planFrom(callers('web'), callers('orders')))).join()).toMatch(
      /AuthorizationPolicy default\/shop-backend-api in cluster-b was changed/,
    );
    const now = { ...then, clusters: then.clusters.map((one) => ({ ...one, revision: 9 })) };
    expect(differences(then, now)).toContain('cluster-a has revision 9, not 1');
  });
});
