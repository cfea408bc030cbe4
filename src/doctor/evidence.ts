import type { WayAnswer } from '../access/answer.ts';
import type { Obstacle } from '../access/ways.ts';
import type { Code } from '../codes.ts';
import type { Diagnostic } from '../diagnostics.ts';
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
    .filter((finding) => codes.includes(finding.code) && concerns(finding, one));
  const [first] = found;
  if (first) return confirmed(first.message, first.hint ?? `aegis-xc explain ${first.code}`);
  const unknown = looked.flatMap((row) => row.notChecked);
  if (unknown.length > 0) return notChecked(together(unknown));
  return looked.length === 0 ? notChecked('nobody has looked at it') : ruledOut(fine);
}

/** About its service, or about none in particular. */
function concerns({ at, alsoAt = [] }: Diagnostic, { question: { service } }: Case): boolean {
  const places = at ? [at, ...alsoAt] : [];
  return places.length === 0 || places.some(([top, name]) => top !== 'services' || name === service.name);
}

/** Of the caller and of everyone whom the call may get to. */
export const clustersOf = (one: Case): string[] => [one.question.caller.cluster, ...providersOf(one)];
export const providersOf = ({ providers }: Case): string[] => providers.map(({ cluster }) => cluster.name);

/** What becomes of the call with the objects of the clusters as they are; nothing where they are not known. */
export const waysFound = ({ found, blind }: Case): readonly WayAnswer[] => (blind.length > 0 ? [] : found.ways);

/** A way that ends at one of these. */
export const endingAt = (one: Case, ...obstacles: readonly Obstacle[]): WayAnswer | undefined =>
  waysFound(one).find(({ obstacle }) => obstacle !== undefined && obstacles.includes(obstacle));

/** Where a call may end, in the order in which it gets there. */
const stops = ['caller', 'gateway', 'server', 'mtls', 'policies'] as const;
export type Stop = (typeof stops)[number];

/**
 * What is ruled out where no way ends so. A way that ends before this stop says nothing of it; and where objects are missing nobody
 * knows.
 */
export function otherwise(one: Case, stop: Stop, fine: string): Outcome {
  const unknown = [...new Set([...one.blind, ...one.gaps])];
  if (unknown.length > 0) return notChecked(together(unknown));
  const before = waysFound(one).find((way) => stops.indexOf(stopOf(way)) < stops.indexOf(stop));
  return before ? notChecked(`the call ends before that: ${before.why}`) : ruledOut(fine);
}

function stopOf({ decided, obstacle, sni }: WayAnswer): Stop {
  if (decided !== 'no-way') return decided === 'mtls' ? 'mtls' : 'policies';
  if (obstacle === 'server-identity') return 'server';
  if (obstacle === 'no-port') return sni === undefined ? 'caller' : 'gateway';
  return obstacle !== undefined && atGateway.includes(obstacle) ? 'gateway' : 'caller';
}

const atGateway: readonly Obstacle[] = ['no-gateway', 'tls-mode', 'server-name', 'another-service'];

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
