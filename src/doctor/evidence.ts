import type { WayAnswer } from '../access/answer.ts';
import type { Obstacle } from '../access/ways.ts';
import type { Code } from '../codes.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { type Case, confirmed, notChecked, type Outcome, ruledOut } from './case.ts';

/** What `preflight` would say of this call: findings of these codes in its clusters, and about its service if about any. */
export function fromCodes(
  one: Case,
  codes: readonly Code[],
  fine: string,
  where: readonly string[] = clustersOf(one),
): Outcome {
  const looked = codes.flatMap(one.looked).filter(({ clusters }) => clusters.some((name) => where.includes(name)));
  const found = looked
    .flatMap((row) => row.found)
    .filter(({ code, at }) => codes.includes(code) && (at?.[0] !== 'services' || at[1] === one.question.service.name));
  const [first] = found;
  if (first) return confirmed(first.message, first.hint ?? `aegis-xc explain ${first.code}`);
  const unknown = looked.flatMap((row) => row.notChecked);
  if (unknown.length > 0) return notChecked(together(unknown));
  return looked.length === 0 ? notChecked('nobody has looked at it') : ruledOut(fine);
}

/** Of the caller and of everyone whom the call may get to. */
export const clustersOf = (one: Case): string[] => [one.question.caller.cluster, ...providersOf(one)];
export const providersOf = ({ providers }: Case): string[] => providers.map(({ cluster }) => cluster.name);

/** What becomes of the call with the objects of the clusters as they are; nothing where they are not known. */
export const waysFound = ({ found, blind }: Case): readonly WayAnswer[] => (blind.length > 0 ? [] : found.ways);

/** A way that ends at one of these. */
export const endingAt = (one: Case, ...obstacles: readonly Obstacle[]): WayAnswer | undefined =>
  waysFound(one).find(({ obstacle }) => obstacle !== undefined && obstacles.includes(obstacle));

/** Whether one of the ways would have come that far that it could end at an obstacle; where objects are missing nobody knows. */
export function otherwise({ gaps, blind }: Case, fine: string): Outcome {
  const unknown = [...new Set([...blind, ...gaps])];
  return unknown.length > 0 ? notChecked(together(unknown)) : ruledOut(fine);
}

/** The objects of one kind that the call should go through, by their names. */
export const meantObjects = ({ meant }: Case, kind: string): string[] =>
  meant.ways.flatMap(({ through }) => through.filter((object) => object.kind === kind).map(nameOf));

export const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

/** `DestinationRule shop/everything` */
export const objectName = (object: KubeObject): string => `${object.kind} ${nameOf(object)}`;

/** The DestinationRules that the call goes by and should not. */
export function strangeRules(one: Case): KubeObject[] {
  const meant = meantObjects(one, 'DestinationRule');
  const taken = waysFound(one).flatMap(({ through, by }) => [...through, ...by.map(({ policy }) => policy)]);
  return taken.filter((object) => object.kind === 'DestinationRule' && !meant.includes(nameOf(object)));
}

export const applyAgain = (one: Case): string =>
  one.meant.allowed === false
    ? 'The spec does not let this call through either: `aegis-xc can` says why.'
    : 'What the spec says is not what the cluster has: `aegis-xc plan` shows it, `aegis-xc apply` puts it right.';

export const isUnreadCluster = (name: string): string => `${name} could not be read`;

const together = (sentences: readonly string[]): string => sentences.map((text) => text.replace(/\.$/, '')).join('; ');
