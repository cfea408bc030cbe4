import { didYouMean } from '../../nearest.ts';
import { callsAcross, type Provider, providersIn } from '../../objects/calls.ts';
import type { Mesh } from '../../objects/mesh.ts';
import { principalsOf } from '../../objects/policies.ts';
import { defineObjectCheck, type ObjectFinding } from './object-check.ts';

/** A caller's identity begins with the trust domain of its mesh. Said only where the MeshConfig of each cluster is in the files. */
export const trustDomainsAreKnown = defineObjectCheck({
  codes: ['AXC3007', 'AXC3008', 'AXC3009'],
  *find(set) {
    const clusters = providersIn(set);
    const meshes = clusters.flatMap(({ catalogue: { mesh } }) => mesh ?? []);
    if (clusters.length < 2) return;
    if (meshes.length === clusters.length) for (const cluster of clusters) yield* unknown(cluster, meshes);
    const told = new Set<string>();
    for (const { from, providers, isCertain } of callsAcross(set)) {
      for (const provider of isCertain || providers.length === 1 ? providers : []) {
        const key = `${from.cluster} ${provider.name}`;
        if (told.has(key) || !from.mesh) continue;
        told.add(key);
        yield* notAccepted(from.mesh, from.cluster ?? '', provider);
      }
    }
  },
});

/** `cluster.local` stands for the trust domain of the mesh that reads it, whatever it is called. */
function* unknown({ name, catalogue }: Provider, meshes: readonly Mesh[]): Generator<ObjectFinding> {
  const domains = [...new Set(meshes.flatMap(({ trustDomain, aliases }) => [trustDomain, ...aliases]))];
  const accepted = catalogue.mesh?.acceptedTrustDomains ?? [];
  const isPointer = catalogue.mesh?.trustDomain !== 'cluster.local';
  const others = meshes.filter((mesh) => mesh !== catalogue.mesh);
  for (const { on, rules } of catalogue.policies) {
    for (const field of rules.flatMap(principalsOf)) {
      const domain = field.text?.split('/', 1)[0] ?? '';
      if (!field.text?.includes('/') || domain.includes('*') || domain === 'spiffe:') continue;
      if (domain === 'cluster.local') {
        const isOthers = isPointer && others.some((mesh) => mesh.trustDomain === domain);
        if (!isOthers || isLocal(catalogue, field.text)) continue;
        yield {
          code: 'AXC3009',
          severity: 'warning',
          message: `"cluster.local" means the trust domain of ${name} itself here ("${catalogue.mesh?.trustDomain}"): a caller of the mesh that is really called cluster.local never matches (istio#47027)`,
          hint: 'give every mesh a trust domain of its own',
          on,
          field: field.path,
        };
      } else if (!domains.includes(domain) && !accepted.includes(domain)) {
        yield {
          code: 'AXC3007',
          message: `no mesh here has the trust domain "${domain}": the rule matches nobody`,
          hint: didYouMean(domain, domains) ?? `the trust domains are ${domains.join(', ')}`,
          on,
          field: field.path,
        };
      }
    }
  }
}

/** A caller of the cluster's own, as far as the files tell. */
const isLocal = ({ workloads }: Provider['catalogue'], principal: string): boolean => {
  const [, , namespace, , serviceAccount] = principal.split('/');
  return (
    workloads.all.length === 0 ||
    workloads.all.some(
      (pod) => pod.namespace === namespace && (serviceAccount === undefined || pod.serviceAccount === serviceAccount),
    )
  );
};

function* notAccepted(
  caller: Mesh,
  callerName: string,
  { name, catalogue: { mesh } }: Provider,
): Generator<ObjectFinding> {
  if (!mesh || mesh.trustDomain === caller.trustDomain || mesh.acceptedTrustDomains.includes(caller.trustDomain))
    return;
  const isAlias = mesh.aliases.includes(caller.trustDomain);
  yield {
    code: 'AXC3008',
    severity: isAlias ? 'warning' : 'error',
    message: isAlias
      ? `as an alias, "${caller.trustDomain}" is the same as "${mesh.trustDomain}" in every policy of ${name}: callers in ${callerName} pass for callers here`
      : `${name} accepts no certificates of trust domain "${caller.trustDomain}" (${callerName}): its sidecars end the TLS handshake`,
    hint: `add \`caCertificates: [{trustDomains: [${caller.trustDomain}]}]\` to the MeshConfig of ${name}${isAlias ? ', and remove the alias' : ''}`,
    on: mesh.object,
    field: mesh.object.kind === 'ConfigMap' ? ['data', 'mesh'] : ['spec'],
    mark: 'key',
  };
}
