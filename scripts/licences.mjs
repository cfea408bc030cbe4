import { readdirSync, readFileSync } from 'node:fs';

/** Licences under which a package may be in the bundle: none asks anything but its own text to be passed on. */
const permissive = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'Unlicense'];

/**
 * The licence texts of the packages of which something is in these outputs of esbuild. Throws when a package has no text, or a
 * licence that is not permissive.
 */
export function licenceTexts(outputs) {
  const sections = bundledPackages(outputs)
    .map(section)
    .sort((one, other) => (one.title < other.title ? -1 : 1));
  const head = 'aegis-xc contains code of these packages, each under its licence.\n';
  return [head, ...sections.map(({ title, text }) => `${'='.repeat(80)}\n${title}\n\n${text}\n`)].join('\n');
}

/** The `package.json` of each of these packages, and its folder. */
export function bundledPackages(outputs) {
  const folders = new Set(outputs.flatMap(({ inputs }) => bundledPaths(inputs)).flatMap(packageFolder));
  return [...folders].map((folder) => ({ ...JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')), folder }));
}

const bundledPaths = (inputs) => Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0);

/** `node_modules/a/node_modules/@scope/b/dist/x.js` is of the package in `node_modules/a/node_modules/@scope/b`. */
function packageFolder(path) {
  const [folder] = path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? [];
  return folder === undefined ? [] : [folder];
}

function section({ name, version, license, folder }) {
  if (!permissive.includes(license)) throw new Error(`${name} ${version} is under ${license}: not known as permissive`);
  const files = readdirSync(folder).filter((file) => /^(?:(?:un)?licen[cs]e|copying|notice)(?:[.-]|$)/i.test(file));
  if (!files.some((file) => !/^notice/i.test(file))) throw new Error(`${name} ${version} has no licence text`);
  const text = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim()).join('\n\n');
  return { title: `${name} ${version} (${license})`, text };
}
