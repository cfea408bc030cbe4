import { readFileSync } from 'node:fs';
import { bundledPackages } from './licences.mjs';

/**
 * What is in the bundle, as a CycloneDX list: https://cyclonedx.org/docs/1.6/json/. It has no time and no random number, so
 * that the same source gives the same bytes.
 */
export function bomText(outputs) {
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  const components = bundledPackages(outputs).map(component).sort(byReference);
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...component(own), type: 'application' } },
    components,
    dependencies: [{ ref: reference(own), dependsOn: components.map((one) => one['bom-ref']) }],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

const component = ({ name, version, license }) => ({
  type: 'library',
  'bom-ref': reference({ name, version }),
  name,
  version,
  licenses: [{ license: { id: license } }],
  purl: reference({ name, version }),
});

/** https://github.com/package-url/purl-spec */
const reference = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

const byReference = (one, other) => (one.purl < other.purl ? -1 : 1);
