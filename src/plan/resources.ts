import { kinds } from '../manifests/kinds/index.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { Identified } from './object-key.ts';

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
const keyOfKind = ({ apiVersion, kind }: Pick<Identified, 'apiVersion' | 'kind'>): string =>
  `${groupOf(apiVersion)}/${kind}`;

const byKind = new Map(kinds.map(({ resource }) => [keyOfKind(resource), resource]));

/** Every kind of object that we write, once each. */
export const knownResources: readonly Resource[] = [...byKind.values()];

/** How the API calls the kind of an object in an inventory; `undefined` for one that this version doesn't know. */
export const resourceOf = (id: Pick<Identified, 'apiVersion' | 'kind'>): Resource | undefined =>
  byKind.get(keyOfKind(id));
