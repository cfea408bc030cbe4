import { isJsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import type { Federation } from '../model/federation.ts';
import type { Caller } from './question.ts';
import type { Sites } from './sites.ts';

/**
 * Everybody who is worth asking about: the callers of the spec, those whom a policy names, and of every cluster anybody else, with a
 * sidecar and, beside a provider, without one. Between them they meet every border that there is.
 */
export function knownCallers(sites: Sites): Caller[] {
  const { federation } = sites;
  const policies = sites.all.flatMap((site) => site.of('AuthorizationPolicy'));
  const callers = [
    ...specCallers(federation),
    ...policies.flatMap((policy) => namedIn(policy, federation)),
    ...federation.clusters.flatMap(({ name }) => strangersOf(name, federation)),
  ];
  return distinct(callers);
}

/** The same, if none of them had a sidecar. */
export const withoutSidecars = (callers: readonly Caller[]): Caller[] =>
  distinct(callers.map((caller) => ({ ...caller, sidecar: false })));

const distinct = (callers: readonly Caller[]): Caller[] => [
  ...new Map(callers.map((caller) => [callerText(caller), caller])).values(),
];

/** `cluster-a/shop/frontend`; a star is anybody else. */
export const callerText = ({ cluster, namespace, serviceAccount, sidecar }: Caller): string =>
  `${cluster}/${namespace}/${serviceAccount}${sidecar ? '' : ' (no sidecar)'}`;

const withSidecar = (cluster: string, namespace: string, serviceAccount: string): Caller => ({
  cluster,
  namespace,
  serviceAccount,
  sidecar: true,
});

/** Those that the spec names, in its order. */
const specCallers = ({ services }: Federation): Caller[] =>
  services.flatMap(({ consumers, localCallers, providers }) => [
    ...consumers.flatMap(({ cluster, namespace, serviceAccount }) =>
      cluster ? [withSidecar(cluster.name, namespace, serviceAccount)] : [],
    ),
    ...(localCallers === 'any' ? [] : localCallers).flatMap(({ namespace, serviceAccount }) =>
      providers.map(({ cluster }) => withSidecar(cluster.name, namespace, serviceAccount)),
    ),
  ]);

/** Whom the sources of a policy name, wherever they may be. Names with a star are not looked at: any name would do. */
function namedIn(policy: KubeObject, { clusters }: Federation): Caller[] {
  const sources = objectsOf(specOf(policy).rules)
    .flatMap(({ from }) => objectsOf(from))
    .flatMap(({ source }) => (isJsonObject(source) ? [source] : []));
  const texts = (...fields: readonly string[]): string[] =>
    sources.flatMap((source) => fields.flatMap((field) => textsOf(source[field]))).filter((one) => isName(one));
  const accounts = texts('serviceAccounts', 'notServiceAccounts').map((one) =>
    one.includes('/') ? one : `${policy.metadata.namespace}/${one}`,
  );
  return clusters.flatMap(({ name, trustDomain }) => [
    ...texts('principals', 'notPrincipals').flatMap((one) => {
      const [domain, , namespace, , account] = one.split('/');
      return domain === trustDomain && namespace && account ? [withSidecar(name, namespace, account)] : [];
    }),
    ...texts('namespaces', 'notNamespaces').map((namespace) => withSidecar(name, namespace, '*')),
    ...accounts.flatMap((one) => {
      const [namespace = '', account = ''] = one.split('/');
      return withSidecar(name, namespace, account);
    }),
  ]);
}

const isName = (text: string): boolean => !text.includes('*');

/** Anybody else in a Namespace that the spec's callers are in, and anywhere. */
function strangersOf(cluster: string, federation: Federation): Caller[] {
  const near = specCallers(federation).filter((caller) => caller.cluster === cluster);
  const provides = federation.services.some(({ providers }) => providers.some((one) => one.cluster.name === cluster));
  return [
    ...near.map(({ namespace }) => withSidecar(cluster, namespace, '*')),
    withSidecar(cluster, '*', '*'),
    ...(provides ? [{ cluster, namespace: '*', serviceAccount: '*', sidecar: false }] : []),
  ];
}
