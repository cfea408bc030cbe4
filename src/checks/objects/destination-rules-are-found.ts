import { type Catalogue, grouped, type Rule, rulesCovering } from '../../objects/catalogue.ts';
import { isWildcard, patternsOf } from '../../objects/hosts.ts';
import { exportedTo, haveCommonClients, isExportedTo, nameOf } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/**
 * A client takes the most specific rule of its own namespace, else one of the service's namespace, else one of the root
 * namespace, and never two of them (`destinationRule` in `pilot/pkg/model/push_context.go`).
 */
export const destinationRulesAreFound = defineClusterCheck({
  codes: ['AXC2158', 'AXC2159', 'AXC2160', 'AXC2161'],
  *find(catalogue) {
    for (const rule of catalogue.rules) yield* inNobodysNamespace(catalogue, rule);
    yield* narrowerThanTheirHost(catalogue);
    yield* shadowed(catalogue);
    yield* besideEachOther(catalogue);
  },
});

/** Exported by name to others, who look in their own namespace and in that of the service. */
function* inNobodysNamespace(catalogue: Catalogue, rule: Rule): Generator<ObjectFinding> {
  const { namespace, host, on, spec } = rule;
  const targets = exportedTo(rule)?.filter((target) => target !== namespace) ?? [];
  const definitions = isWildcard(host) ? [] : (catalogue.definitions.get(host) ?? []);
  if (targets.length === 0 || definitions.length === 0 || namespace === '' || namespace === catalogue.rootNamespace)
    return;
  if (definitions.some((one) => one.namespace === namespace || one.namespace === '')) return;
  yield {
    code: 'AXC2158',
    message: `clients in ${targets.join(', ')} never see this rule: they look into their own namespace, into that of the service (${definitions[0]?.namespace}), and into ${catalogue.rootNamespace}`,
    hint: `move it to ${definitions[0]?.namespace}, beside ${definitions[0] ? nameOf(definitions[0]) : 'the service'}`,
    on,
    field: spec.at('exportTo').path,
    mark: 'key',
  };
}

/** A client that sees the host and not its rule calls it without the TLS that the rule says. */
function* narrowerThanTheirHost(catalogue: Catalogue): Generator<ObjectFinding> {
  const beside = new Map(
    catalogue.entries.flatMap((entry) => entry.hosts.map((host) => [`${entry.namespace}/${host}`, entry] as const)),
  );
  const audiences = new Map<string, ReturnType<typeof audienceOf>>();
  for (const rule of catalogue.rules) {
    const { host, spec, on, namespace } = rule;
    const tls = spec.at('trafficPolicy', 'tls');
    const matters = tls.at('sni').isSet || ['SIMPLE', 'MUTUAL'].includes(tls.at('mode').text ?? '');
    const entry = beside.get(`${namespace}/${host}`);
    if (!matters || !entry || isWildcard(host) || !exportedTo(rule)) continue;
    const audience = audiences.get(host) ?? audienceOf(rulesCovering(catalogue, host));
    audiences.set(host, audience);
    const missed = audience === 'everybody' ? undefined : missedBy(audience, exportedTo(entry));
    if (missed === undefined) continue;
    yield {
      code: 'AXC2159',
      message: `${missed} "${host}" (${nameOf(entry)}), and not this rule: calls from there leave without its \`tls\``,
      hint: 'write the same `exportTo` in both',
      on,
      field: spec.at('exportTo').path,
      mark: 'key',
    };
  }
}

/** The namespaces that see one of these rules. */
function audienceOf(rules: readonly Rule[]): ReadonlySet<string> | 'everybody' {
  const all = rules.map(exportedTo);
  return all.includes(undefined) ? 'everybody' : new Set(all.flatMap((namespaces) => namespaces ?? []));
}

function missedBy(audience: ReadonlySet<string>, namespaces: readonly string[] | undefined): string | undefined {
  if (!namespaces) return 'other namespaces see';
  const missed = namespaces.find((one) => !audience.has(one));
  return missed === undefined ? undefined : `${missed} sees`;
}

/** A pattern in the namespace of the clients wins over the exact rule beside the service. */
function* shadowed(catalogue: Catalogue): Generator<ObjectFinding> {
  const wide = catalogue.rules.filter(({ host }) => isWildcard(host));
  if (wide.length === 0) return;
  const exact = catalogue.rules.filter(({ host }) => !isWildcard(host));
  const byPattern = grouped(
    exact.flatMap((rule) => patternsOf(rule.host).map((pattern) => ({ pattern, rule }))),
    ({ pattern }) => pattern,
  );
  for (const rule of wide) {
    const other = byPattern
      .get(rule.host)
      ?.map((pair) => pair.rule)
      .find(
        (one) =>
          one.namespace !== rule.namespace &&
          one.namespace !== '' &&
          rule.namespace !== '' &&
          rule.namespace !== catalogue.rootNamespace &&
          isExportedTo(one, rule.namespace),
      );
    if (!other) continue;
    yield {
      code: 'AXC2160',
      severity: 'warning',
      message: `clients in ${rule.namespace} use this rule instead of ${nameOf(other)} ("${other.host}"): what is in the client's namespace wins, even a pattern`,
      hint: 'write the exact host that is meant',
      on: rule.on,
      field: rule.spec.at('host').path,
    };
  }
}

/** Istio adds the subsets of the second to the first, and drops all else (`mergeDestinationRule`). */
function* besideEachOther({ rules }: Catalogue): Generator<ObjectFinding> {
  const simple = rules.filter(({ spec, host }) => host !== '' && !spec.at('workloadSelector').isSet);
  for (const [first, ...others] of grouped(simple, ({ host, namespace }) => `${namespace}/${host}`).values()) {
    for (const rule of first ? others : []) {
      if (!first || nameOf(first) === nameOf(rule) || !haveCommonClients(first, rule)) continue;
      const lost = lostIn(rule, first);
      if (!lost) continue;
      yield {
        code: 'AXC2161',
        severity: 'warning',
        message: `${nameOf(first)} is for the same host: of the two, ${lost.what} of the younger one ${lost.verb} dropped`,
        hint: 'write one DestinationRule for the host',
        on: rule.on,
        field: lost.field,
        mark: 'key',
      };
    }
  }
}

function lostIn({ spec }: Rule, { spec: first }: Rule) {
  if (spec.at('trafficPolicy').isSet && first.at('trafficPolicy').isSet) {
    return { what: 'the `trafficPolicy`', verb: 'is', field: spec.at('trafficPolicy').path };
  }
  const names = first.at('subsets').items.map((item) => item.at('name').text);
  const twice = spec.at('subsets').items.find((item) => names.includes(item.at('name').text));
  return twice && { what: `the subset "${twice.at('name').text}"`, verb: 'is', field: twice.at('name').path };
}
