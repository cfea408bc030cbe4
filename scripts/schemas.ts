import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import * as z from 'zod';
import { type Crd, crdSchema, downloadCrds } from '../test/bench/crds.ts';
import { runGo } from '../test/bench/go.ts';
import { compactKind } from '../test/support/compact-schema.ts';

/**
 * `npm run schemas`: makes `src/objects/schema/*.json` of the resource definitions that the test bench installs, and of the Gateway API's
 * standard channel in the version that Istio is built with. To be run after a change of their versions.
 */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const folder = 'src/objects/schema/kinds';
mkdirSync(folder, { recursive: true });
const groups = {
  istio: /istio\.io$/,
  'cert-manager': /^cert-manager\.io$/,
  'gateway-api': /^gateway\.networking\.k8s\.io$/,
};
const crds = [...(await downloadCrds()), ...(await gatewayApi())];
for (const [name, group] of Object.entries(groups)) {
  const kinds = crds.filter(({ spec }) => group.test(spec.group)).map(compactKind);
  writeFileSync(join(folder, `${name}.json`), `[\n${kinds.map((kind) => JSON.stringify(kind)).join(',\n')}\n]\n`);
}

async function gatewayApi(): Promise<Crd[]> {
  const cwd = 'test/bench/istio';
  const answer = await runGo(['mod', 'download', '-json', 'sigs.k8s.io/gateway-api'], { cwd });
  const { Dir } = z.object({ Dir: z.string() }).parse(JSON.parse(answer));
  const standard = join(Dir, 'config', 'crd', 'standard');
  const texts = readdirSync(standard).map((file) => readFileSync(join(standard, file), 'utf8'));
  const objects = texts.flatMap((text) => loadAll(text)).filter((one) => crdSchema.safeParse(one).success);
  return z.array(crdSchema).parse(objects);
}
