import { readdirSync, readFileSync } from 'node:fs';

/**
 * The text of every template, by its path: `istio/service-entry.yaml`.
 *
 * From source the files are read here. The build runs this module and puts its value in its place, so that the
 * installed program reads no file (`scripts/build.mjs`).
 */
const folder = new URL('../../templates/', import.meta.url);

export const templates: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => [path, readFileSync(new URL(path, folder), 'utf8')]),
);
