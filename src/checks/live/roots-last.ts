import { type Answer, eachLiveCluster, gapIn, isUnread } from './live-check.ts';

const day = 24 * 60 * 60 * 1000;
/** A root is changed in weeks, not days; an intermediate CA is renewed by cert-manager after two thirds of its life. */
const rootWarning = 90 * day;
const caWarning = 7 * day;

/** No root or CA of a mesh ends soon: then every certificate below it ends, too. */
export const rootsLast = eachLiveCluster({
  title: 'expiry',
  codes: ['AXC4023'],
  *find({ live: { cluster, roots, certificates } }) {
    if (isUnread(roots)) yield roots;
    else
      for (const { subject, notAfter } of roots) yield* ends(cluster, `the root "${subject}"`, notAfter, rootWarning);
    yield* gapIn(certificates);
    for (const { namespace, name, secretName, notAfter } of certificates.items) {
      if (secretName !== 'cacerts' || notAfter === undefined) continue;
      yield* ends(cluster, `the CA of istiod (Certificate ${namespace}/${name})`, new Date(notAfter), caWarning);
    }
  },
});

function* ends(cluster: string, what: string, notAfter: Date, warning: number): Iterable<Answer> {
  const left = notAfter.getTime() - Date.now();
  if (left > warning) return;
  const when = notAfter.toISOString().slice(0, 10);
  yield {
    code: 'AXC4023',
    severity: left <= 0 ? 'error' : 'warning',
    message: left <= 0 ? `${what} in ${cluster} ended on ${when}` : `${what} in ${cluster} ends on ${when}`,
    hint: 'From then on no call between pods works. A root is changed by trusting old and new together first.',
    at: ['clusters', cluster],
  };
}
