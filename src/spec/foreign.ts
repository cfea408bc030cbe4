import type { Diagnostic } from '../diagnostics.ts';
import { nearest } from '../nearest.ts';
import { show } from './show.ts';
import { childOf, type Node, resolved } from './yaml/tree.ts';

const ours = { apiVersion: 'aegis-xc.dev/v1alpha1', kind: 'Federation' } as const;

/** A file that says it is something else: then nothing else in it is worth a word. A slip of the pen is left to the schema. */
export function foreignDocument(root: Node): Diagnostic | undefined {
  const apiVersion = textAt(root, 'apiVersion');
  const kind = textAt(root, 'kind');
  if (apiVersion !== undefined && !isNear(apiVersion, ours.apiVersion)) {
    return apiVersion.startsWith('aegis-xc.dev/')
      ? otherVersion(apiVersion)
      : otherThing('apiVersion', apiVersion, kind);
  }
  return kind !== undefined && !isNear(kind, ours.kind) ? otherThing('kind', kind, kind) : undefined;
}

const isNear = (value: string, wanted: string): boolean =>
  value === wanted ||
  (nearest(value, [wanted]) !== undefined && !/^aegis-xc\.dev\/v\d+(?:(?:alpha|beta)\d+)?$/.test(value));

const otherVersion = (apiVersion: string): Diagnostic => ({
  code: 'AXC1101',
  severity: 'error',
  message: `this version of aegis-xc does not read ${show(apiVersion)}`,
  hint: `it reads ${ours.apiVersion}; for a newer one: npm install -g aegis-xc@latest`,
  at: ['apiVersion'],
});

const otherThing = (key: 'apiVersion' | 'kind', value: string, kind: string | undefined): Diagnostic => ({
  code: 'AXC1101',
  severity: 'error',
  message: `not a federation spec: ${key} is ${show(value)}${key === 'kind' || kind === undefined ? '' : `, kind ${show(kind)}`}`,
  hint: `a spec begins with\napiVersion: ${ours.apiVersion}\nkind: ${ours.kind}`,
  at: [key],
});

function textAt(root: Node, key: string): string | undefined {
  const entry = childOf(root, key);
  const node = entry && resolved(entry.value);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}
