import { kinds } from '../manifests/kinds/index.ts';
import type { BuildStage, Resource } from '../manifests/manifest.ts';
import type { Transition } from '../manifests/transition.ts';
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

/** How an object changes; two kinds of object may have one kind in the API, but not in one stage. */
export const transitionOf = (id: Pick<Identified, 'apiVersion' | 'kind'>, stage: BuildStage): Transition | undefined =>
  kinds.find((one) => one.stage === stage && keyOfKind(one.resource) === keyOfKind(id))?.transition;
