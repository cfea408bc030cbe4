import { existsSync, readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../examples/', import.meta.url);

/** The spec of every example, by its folder: what `init` starts from. The build puts the texts in the place of this module. */
export const scenarios: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => existsSync(new URL(`${name}/federation.yaml`, folder)))
    .sort()
    .map((name) => [name, readFileSync(new URL(`${name}/federation.yaml`, folder), 'utf8')]),
);
