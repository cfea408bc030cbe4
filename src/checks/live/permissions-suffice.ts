import { eachCluster, isUnread } from './live-check.ts';

/** These credentials may do all that is needed: a run that finds out half-way has to go back. */
export const permissionsSuffice = eachCluster({
  title: 'permissions',
  codes: ['AXC4011'],
  evenUnread: true,
  *find({ site: { cluster, lacking } }) {
    if (lacking === undefined || isUnread(lacking)) return yield lacking ?? { unread: 'nobody has asked' };
    const { needed, helpful, roles } = lacking;
    if (needed.length > 0) {
      yield {
        code: 'AXC4011',
        message: `these credentials may not ${namesOf(needed)} in ${cluster}`,
        hint: `Ask for these roles; \`aegis-xc rbac --cluster ${cluster}\` prints all that is needed.\n${roles.needed}`,
        at: ['clusters', cluster],
      };
    }
    if (helpful.length > 0) {
      yield {
        code: 'AXC4011',
        severity: 'warning',
        message: `these credentials may not ${namesOf(helpful)} in ${cluster}: some checks can't look`,
        hint: `These roles allow it.\n${roles.helpful}`,
        at: ['clusters', cluster],
      };
    }
  },
});

interface Asked {
  readonly verb: string;
  readonly resource: { readonly plural: string };
  readonly namespace?: string | undefined;
}

/** `patch, delete gateways in istio-system; create namespaces` */
function namesOf(actions: readonly Asked[]): string {
  const verbs = new Map<string, string[]>();
  for (const { verb, resource, namespace } of actions) {
    const key = `${resource.plural}${namespace === undefined ? '' : ` in ${namespace}`}`;
    verbs.set(key, [...new Set([...(verbs.get(key) ?? []), verb])]);
  }
  const texts = [...verbs].map(([what, all]) => `${all.join(', ')} ${what}`);
  return texts.length > 4 ? `${texts.slice(0, 4).join('; ')} and ${texts.length - 4} more` : texts.join('; ');
}
