import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkManifests } from '../../../src/checks/objects/check-manifests.ts';
import { compile } from '../../../src/pipeline.ts';
import { federation, sharedService, specText } from '../../support/federation.ts';
import { goldenSpecs } from '../../support/goldens.ts';

const rendered = (file: string) => {
  const { manifests = [], locate } = compile({ file, text: readFileSync(file, 'utf8') });
  return { manifests, locate };
};

test.each(goldenSpecs.map(({ file }) => file))('nothing is found in what %s renders', (file) => {
  const { manifests, locate } = rendered(file);
  expect(manifests.length).toBeGreaterThan(5);
  expect(checkManifests({ manifests, locate }).diagnostics).toEqual([]);
});

test('what is found is at the place of the spec that the object comes from', () => {
  const { manifests, locate } = rendered('examples/service-to-service/federation.yaml');
  const broken = manifests.map((manifest) =>
    manifest.object.kind === 'ServiceEntry' ? { ...manifest, object: { ...manifest.object, spec: {} } } : manifest,
  );
  const { diagnostics } = checkManifests({ manifests: broken, locate });
  expect(diagnostics[0]).toMatchObject({
    code: 'AXC2003',
    object: { cluster: 'cluster-a', kind: 'ServiceEntry' },
    position: { file: 'examples/service-to-service/federation.yaml', line: expect.any(Number) },
  });
  expect(diagnostics[0]?.position?.line).toBeGreaterThan(5);
});

test.each([
  ['a time-out that the default tries outlast', { timeout: '10s' }, []],
  ['tries that the user wrote', { timeout: '10s', retries: { attempts: 2, perTryTimeout: '5s' } }, ['AXC1226']],
])('%s is told once at most, and of the spec', (_, traffic, codes) => {
  const text = specText(federation({ services: { catalog: sharedService({ traffic }) } }));
  const { manifests = [], locate, diagnostics } = compile({ file: 'federation.yaml', text });
  const found = [...diagnostics, ...checkManifests({ manifests, locate }).diagnostics];
  expect(found.map(({ code }) => code)).toEqual(codes);
});
