import { didYouMean } from '../../nearest.ts';
import { apiVersionOf, groupOf, isJudged, kindsOf, schemaOf, schemaOfKind } from '../../objects/kinds.ts';
import type { SourcedObject } from '../../objects/object-set.ts';
import type { KindSchema } from '../../objects/schema/schema.ts';
import { show } from '../../spec/show.ts';
import { defineObjectCheck, type ObjectFinding } from './object-check.ts';

/** The apiVersion of every kind that lint knows is one that the supported versions of Istio, cert-manager and the Gateway API serve. */
export const versionsAreServed = defineObjectCheck({
  codes: ['AXC2001'],
  *find({ clusters }) {
    for (const on of clusters.flatMap(({ objects }) => objects)) {
      const finding = on.kind === '' || on.apiVersion === '' ? undefined : findingOf(on);
      if (finding) yield { code: 'AXC2001', ...finding, on };
    }
  },
});

type Said = Omit<ObjectFinding, 'code' | 'on'>;

function findingOf(on: SourcedObject): Said | undefined {
  const known = schemaOf(on);
  if (known)
    return known.versions.some((version) => on.apiVersion === `${known.group}/${version}`)
      ? undefined
      : unserved(on, known);
  const gone = retired[on.kind];
  if (gone && retiredGroups.test(groupOf(on.apiVersion))) {
    return { message: `${on.kind} is gone since Istio ${gone.since}`, hint: `write ${gone.instead}`, field: ['kind'] };
  }
  return isJudged(on) ? unknownKind(on) : otherGroup(on);
}

/** The definitions of the Gateway API are installed apart, and the cluster may have others. */
const unserved = ({ apiVersion }: SourcedObject, known: KindSchema): Said => ({
  ...(known.group === 'gateway.networking.k8s.io' && { severity: 'warning' }),
  message: `${show(apiVersion)} is not served for ${known.kind}`,
  hint: `write apiVersion: ${apiVersionOf(known)}`,
  field: ['apiVersion'],
});

/** Of the Gateway API there are more kinds than those of its standard channel. */
function unknownKind({ apiVersion, kind }: SourcedObject): Said | undefined {
  const hint = didYouMean(kind, kindsOf(groupOf(apiVersion)).keys());
  if (hint === undefined && groupOf(apiVersion) === 'gateway.networking.k8s.io') return undefined;
  const elsewhere = schemaOfKind(kind);
  return {
    message: `there is no kind ${show(kind)} in ${groupOf(apiVersion)}`,
    ...(elsewhere ? { hint: `write apiVersion: ${apiVersionOf(elsewhere)}` } : hint !== undefined && { hint }),
    field: ['kind'],
  };
}

/** A kind that only Istio has, under a group that nobody has: `istio.io/v1`. Names such as Gateway belong to others, too. */
function otherGroup({ apiVersion, kind }: SourcedObject): Said | undefined {
  const known = schemaOfKind(kind);
  if (!known || !/(?:^|\.)(?:istio\.io|cert-?manager\.io|k8s\.io)$|^$/.test(groupOf(apiVersion))) return undefined;
  return {
    message: `there is no kind ${kind} in ${show(apiVersion)}`,
    hint: `write apiVersion: ${apiVersionOf(known)}`,
    field: ['apiVersion'],
  };
}

const retiredGroups = /^(?:authentication|rbac|config|networking|security)\.istio\.io$/;

/** https://istio.io/latest/news/releases/1.6.x/announcing-1.6/upgrade-notes/ */
const retired: Readonly<Record<string, { readonly since: string; readonly instead: string }>> = {
  Policy: { since: '1.6', instead: 'a PeerAuthentication or RequestAuthentication' },
  MeshPolicy: { since: '1.6', instead: 'a PeerAuthentication in the root namespace' },
  ClusterRbacConfig: { since: '1.6', instead: 'an AuthorizationPolicy' },
  RbacConfig: { since: '1.6', instead: 'an AuthorizationPolicy' },
  ServiceRole: { since: '1.6', instead: 'an AuthorizationPolicy' },
  ServiceRoleBinding: { since: '1.6', instead: 'an AuthorizationPolicy' },
};
