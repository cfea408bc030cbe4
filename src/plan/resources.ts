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

/** The stage of a kind; one that was noted may be that of an earlier version, in which the kind came at another time. */
export const stageOf = (id: Pick<Identified, 'apiVersion' | 'kind'>, noted: BuildStage): BuildStage => {
  const known = kinds.filter((one) => keyOfKind(one.resource) === keyOfKind(id)).map(({ stage }) => stage);
  return known.includes(noted) ? noted : (known[0] ?? noted);
};
