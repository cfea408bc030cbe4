import { readFileSync } from 'node:fs';
import type { KindSchema } from './schema.ts';

/**
 * The schemas of Istio, cert-manager and the Gateway API, as `npm run schemas` has made them of their resource definitions.
 *
 * From source the files are read here. The build runs this module and puts its value in its place (`scripts/build.mjs`).
 */
const read = (name: string): KindSchema[] =>
  JSON.parse(readFileSync(new URL(`kinds/${name}.json`, import.meta.url), 'utf8'));

export const kindSchemas: readonly KindSchema[] = ['istio', 'cert-manager', 'gateway-api'].flatMap(read);
