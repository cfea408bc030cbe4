import type { Manifest } from './manifest.ts';

/** The file of one object within its cluster's folder. Kinds are distinct over all APIs that we render. */
export function fileName({ object: { kind, metadata } }: Pick<Manifest, 'object'>): string {
  const parts = [kind.toLowerCase(), metadata.namespace, metadata.name, 'yaml'];
  return parts.filter((part) => part !== undefined).join('.');
}
