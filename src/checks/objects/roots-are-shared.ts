import { providersIn } from '../../objects/calls.ts';
import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import { kinds } from '../../objects/kind-names.ts';
import type { Located } from '../../objects/located.ts';
import { defineObjectCheck } from './object-check.ts';

/** One file applied to two clusters makes two roots that are called alike. */
export const rootsAreShared = defineObjectCheck({
  codes: ['AXC3011'],
  *find(set) {
    const roots = providersIn(set).flatMap(({ name, catalogue }) =>
      selfSigned(catalogue).map((root) => ({ name, root })),
    );
    for (const group of grouped(roots, ({ root }) => `${root.namespace}/${root.on.name}`).values()) {
      const [first, ...others] = group;
      const clusters = [...new Set(group.map(({ name }) => name))];
      if (!first || clusters.length < 2) continue;
      for (const { root } of others) {
        yield {
          code: 'AXC3011',
          severity: isForMeshes(root) ? 'warning' : 'info',
          message: `${clusters.join(' and ')} each make a root of their own for Certificate ${root.namespace}/${root.on.name}: nothing that one of them signs verifies in the other`,
          hint: 'make the root once, outside of the clusters, and give each cluster an intermediate CA of it',
          on: root.on,
          field: root.spec.at('issuerRef').path,
          mark: 'key',
        };
      }
    }
  },
});

function selfSigned({ of }: Catalogue): Located[] {
  const issuers = new Set(
    [...of(kinds.issuer), ...of(kinds.clusterIssuer)]
      .filter(({ spec }) => spec.at('selfSigned').isSet)
      .map(({ on, namespace }) => (on.kind === 'Issuer' ? `${namespace}/${on.name}` : on.name)),
  );
  return of(kinds.certificate).filter(({ spec, namespace }) => {
    const name = spec.at('issuerRef', 'name').text ?? '';
    return issuers.has(spec.at('issuerRef', 'kind').text === 'ClusterIssuer' ? name : `${namespace}/${name}`);
  });
}

/** Roots of a cluster's own affairs, webhooks for instance, are nobody else's. */
const isForMeshes = ({ on, namespace, spec }: Located): boolean =>
  namespace.startsWith('istio') ||
  spec.at('secretName').text === 'cacerts' ||
  /cross|mesh|federat|istio|shared|global|root/.test(on.name);
