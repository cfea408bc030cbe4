import { describe, expect, test } from 'vitest';
import { liveChecks } from '../../src/checks/live/index.ts';
import { waysToSidecars } from '../../src/checks/live/injection.ts';
import { rowOf } from '../../src/checks/live/live-check.ts';
import { isVisibleIn, listed } from '../../src/checks/live/matching.ts';
import { isBefore, versionOf } from '../../src/checks/live/versions.ts';
import { covers, fullHost } from '../../src/objects/hosts.ts';

describe('a row', () => {
  const warning = { code: 'AXC4010', severity: 'warning', message: 'apart' } as const;
  const error = { code: 'AXC4010', message: 'far apart' } as const;
  const unread = { unread: 'it may not be read' };

  test.each([
    ['nothing is a pass', [], 'passed'],
    ['what could not be read is no pass', [unread], 'not checked'],
    ['a warning beside it is a warning', [unread, warning], 'warning'],
    ['an error is a failure, whatever else there is', [warning, unread, error], 'failed'],
  ] as const)('%s', (_, answers, state) => {
    expect(rowOf('clock', ['cluster-a'], answers)).toMatchObject({ state });
  });

  test('says of which cluster its findings are, unless it is of two', () => {
    expect(rowOf('clock', ['cluster-a'], [error]).found).toEqual([
      { ...error, severity: 'error', cluster: 'cluster-a' },
    ]);
    expect(rowOf('roots', ['cluster-a', 'cluster-b'], [error]).found).toEqual([{ ...error, severity: 'error' }]);
  });

  test('has a title of its own', () => {
    const titles = liveChecks.map(({ title }) => title);
    expect([...new Set(titles)]).toEqual(titles);
  });
});

describe('hosts and Namespaces as Istio compares them', () => {
  test.each([
    ['*', 'catalog.xc.global', true],
    ['*.local', 'backend-api.cluster-b.local', true],
    ['*.cluster-b.local', 'backend-api.cluster-b.local', true],
    ['*.cluster-a.local', 'backend-api.cluster-b.local', false],
    ['backend-api.cluster-b.local', 'backend-api.cluster-b.local', true],
    ['cluster-b.local', 'backend-api.cluster-b.local', false],
  ])('%s fits %s: %s', (pattern, host, fits) => {
    expect(covers(pattern, host)).toBe(fits);
  });

  test('a short name is a Service beside the object', () => {
    expect([fullHost('catalog', 'shop'), fullHost('catalog.xc.global', 'shop'), fullHost('*', 'shop')]).toEqual([
      'catalog.shop.svc.cluster.local',
      'catalog.xc.global',
      '*',
    ]);
  });

  test.each([
    ['nothing said is everywhere', [], true],
    ['"*" is everywhere', ['*'], true],
    ['"." is at home only', ['.'], false],
    ['a Namespace is that one', ['shop'], true],
    ['another one is not', ['web'], false],
  ])('%s', (_, exportTo, visible) => {
    expect(isVisibleIn('shop', 'default', exportTo)).toBe(visible);
    expect(isVisibleIn('default', 'default', ['.'])).toBe(true);
  });

  test('long lists are cut', () => {
    expect(listed(['a', 'b', 'c'])).toBe('a, b, c');
    expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
  });
});

describe('how pods get sidecars', () => {
  const mesh = (...configMaps: string[]) => ({
    namespace: 'istio-system',
    rootNamespace: 'istio-system',
    config: {},
    revisions: configMaps.map((configMap) => ({ configMap, config: {} })),
  });
  test.each([
    ['without a label', {}, mesh('istio'), 'label --overwrite namespace shop istio-injection=enabled`, then'],
    ['by a revision, where there is no default one', {}, mesh('istio-1-31'), 'shop istio.io/rev=1-31`, then'],
    ['where the mesh is not known', {}, { unread: 'forbidden', absent: false }, 'shop istio-injection=enabled`, then'],
    [
      'out of ambient mode',
      { 'istio.io/dataplane-mode': 'ambient' },
      mesh('istio'),
      'shop istio.io/dataplane-mode- istio-injection=enabled`, then',
    ],
    ['by a restart, where the label is there', { 'istio-injection': 'enabled' }, mesh('istio'), 'has its label: pods'],
    ['or that of a revision', { 'istio.io/rev': '1-31' }, mesh('istio-1-31'), 'has its label: pods'],
  ] as const)('%s', (_, labels, found, says) => {
    const namespaces = {
      items: [{ name: 'shop', namespace: '', labels, annotations: {}, creationTimestamp: '' }],
    };
    const said = waysToSidecars('shop', { context: 'prod', mesh: found, namespaces });
    expect(said).toContain(says);
    expect(said).toContain('`kubectl --context prod -n shop rollout restart deployment`');
  });
});

describe('a version', () => {
  test.each([
    ['the tag of the image', { labels: {}, images: ['docker.io/istio/pilot:1.25.1-distroless'] }, [1, 25, 1]],
    ['behind a port', { labels: {}, images: ['registry.example:5000/istio/pilot:1.26'] }, [1, 26, 0]],
    ['before a digest', { labels: {}, images: ['istio/pilot:v1.27.2@sha256:1.30.0'] }, [1, 27, 2]],
    [
      'the label, where the tag is none',
      { labels: { 'app.kubernetes.io/version': '1.28.0' }, images: ['pilot:prod'] },
      [1, 28, 0],
    ],
    [
      'not the label of a build from source',
      { labels: { 'app.kubernetes.io/version': '1.0.0' }, images: ['pilot'] },
      undefined,
    ],
  ] as const)('is %s', (_, deployment, version) => {
    expect(versionOf(deployment)).toEqual(version);
  });

  test.each([
    ['1.25.0 is not before itself', [1, 25, 0], [1, 25, 0], false],
    ['1.9 is before 1.25', [1, 9, 9], [1, 25, 0], true],
    ['2.0 is after 1.25', [2, 0, 0], [1, 25, 0], false],
    ['a patch counts', [1, 25, 1], [1, 25, 2], true],
  ] as const)('%s', (_, a, b, before) => {
    expect(isBefore(a, b)).toBe(before);
  });
});
