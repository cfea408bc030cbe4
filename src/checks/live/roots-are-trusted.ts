import type { Certificate } from '../../clusters/certificates.ts';
import type { LiveCluster } from '../../clusters/live-cluster.ts';
import { type Answer, eachLink, isUnread } from './live-check.ts';
import { proxyMetadata } from './matching.ts';

/**
 * Each side of a call shows a certificate, and the other one must trust the root that it comes from. In clusters that were
 * installed apart istiod has made a root of its own in each.
 */
export const rootsAreTrusted = eachLink({
  title: 'roots',
  codes: ['AXC4022'],
  *find({ from, to }) {
    const there = [...trusts(from, to, 'calls', explanation(from.cluster, to.cluster))];
    yield* there;
    const isExplained = there.some((answer) => 'code' in answer);
    const other = isExplained ? 'The same in the other direction: both have to trust.' : undefined;
    yield* trusts(to, from, 'is called by', other ?? explanation(to.cluster, from.cluster));
  },
});

/** What `one` trusts has to contain what `other` signs with. */
function* trusts(one: LiveCluster, other: LiveCluster, verb: string, hint: string): Iterable<Answer> {
  const trusted = trustedBy(one);
  if (isUnread(other.roots)) return yield { unread: `${other.cluster}: ${other.roots.unread}` };
  if (isUnread(trusted)) return yield { unread: `${one.cluster}: ${trusted.unread}` };
  const anchors = new Set(trusted.map(({ anchor }) => anchor));
  const strange = other.roots.filter(({ anchor }) => !anchors.has(anchor));
  if (strange.length === 0) return yield* reachesProxies(one, other.roots);
  const known = isUnread(one.roots) ? [] : one.roots;
  const all = strange.length === other.roots.length;
  yield {
    code: 'AXC4022',
    severity: all ? 'error' : 'warning',
    message: [
      `${one.cluster} ${verb} ${other.cluster}, but ${all ? 'does not trust its certificates' : 'trusts only some of its roots'}.`,
      `${other.cluster} signs with ${strange.map(nameOf).join(' or ')};`,
      `${one.cluster} trusts ${trusted.map(nameOf).join(' and ') || 'nothing'}`,
      sameName(strange, known) ? '(the same name, but another key).' : '.',
    ]
      .join(' ')
      .replace(' .', '.'),
    hint,
    at: ['clusters', other.cluster],
    cluster: one.cluster,
  };
}

function trustedBy({ roots, foreignRoots }: LiveCluster): readonly Certificate[] | { readonly unread: string } {
  if (isUnread(roots)) return roots;
  if (isUnread(foreignRoots)) return foreignRoots;
  return [...roots, ...foreignRoots];
}

/** Further roots go to the proxies only over their own channel, and only when istiod is told to. */
function* reachesProxies(
  { cluster, mesh, istiod, roots }: LiveCluster,
  theirs: readonly Certificate[],
): Iterable<Answer> {
  if (isUnread(mesh) || isUnread(roots)) return;
  const own = new Set(roots.map(({ anchor }) => anchor));
  if (theirs.every(({ anchor }) => own.has(anchor))) return;
  const asks = mesh.revisions.every(({ config }) => proxyMetadata(config).PROXY_CONFIG_XDS_AGENT === 'true');
  const gives = istiod.items.every(({ env }) => env.ISTIO_MULTIROOT_MESH === 'true');
  if (asks && gives) return;
  yield {
    code: 'AXC4022',
    message: `${cluster} has the other root in its MeshConfig, but its proxies do not get it: several roots have to be switched on`,
    hint: [
      ...(asks ? [] : ['In the MeshConfig: defaultConfig: { proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true" } }']),
      ...(gives ? [] : ['In the environment of istiod: ISTIO_MULTIROOT_MESH=true']),
      'Then restart the workloads.',
    ].join('\n'),
    at: ['clusters', cluster],
    cluster,
  };
}

/** `"CN=root" (3f9c1a2b7d…, until 2034-05-01)` */
const nameOf = ({ subject, fingerprint, notAfter }: Certificate): string =>
  `"${subject}" (${fingerprint.slice(0, 16)}…, until ${notAfter.toISOString().slice(0, 10)})`;

const sameName = (strange: readonly Certificate[], known: readonly Certificate[]): boolean =>
  strange.some(({ subject }) => known.some((one) => one.subject === subject));

/** For somebody who has never heard of certificates of workloads. */
const explanation = (one: string, other: string): string =>
  [
    `Every pod in a mesh has a certificate that says who it is, signed by the mesh's own root. A pod in ${one} believes a pod in ${other} only if it knows the root of ${other}. Two meshes that were installed apart have two roots, so every call between them ends with CERTIFICATE_VERIFY_FAILED.`,
    'One of these, before `apply`:',
    `1. One root for both (best): have both meshes sign below one root. With \`trust.certManager\` in the spec, \`aegis-xc render\` makes the Certificates; new meshes take them at once, in running ones changing the root is a rotation of its own.`,
    `2. Keep both roots, and tell each mesh the other's: \`kubectl get configmap istio-ca-root-cert -n istio-system -o jsonpath='{.data.root-cert\\.pem}'\` prints the root of ${other}; it goes as \`pem\` into caCertificates of the MeshConfig of ${one}, with several roots switched on (ISTIO_MULTIROOT_MESH, PROXY_CONFIG_XDS_AGENT).`,
    '`aegis-xc explain AXC4022` has both in full.',
  ].join('\n');
