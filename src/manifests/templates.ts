import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { isJsonObject, type JsonObject } from '../json.ts';

/**
 * Every template, parsed, by its path: `istio/service-entry.yaml`.
 *
 * From source the files are read here. The build runs this module and puts its value in its place, so that the
 * installed program reads and parses no file (`scripts/build.mjs`).
 */
const folder = new URL('../../templates/', import.meta.url);

export const templates: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => [path, parse(path)]),
);

function parse(path: string): JsonObject {
  const tree: unknown = load(readFileSync(new URL(path, folder), 'utf8'));
  if (!isJsonObject(tree)) throw new Error(`${path} is not one object`);
  return tree;
}
