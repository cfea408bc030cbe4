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
    for (const rule of catalogue.rules) {
      yield* inNobodysNamespace(catalogue, rule);
      yield* narrowerThanItsHost(catalogue, rule);
    }
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
function* narrowerThanItsHost(catalogue: Catalogue, rule: Rule): Generator<ObjectFinding> {
  const { host, spec, on } = rule;
  const seen = exportedTo(rule);
  const tls = spec.at('trafficPolicy', 'tls');
  if (!seen || isWildcard(host) || (!tls.at('sni').isSet && !['SIMPLE', 'MUTUAL'].includes(tls.at('mode').text ?? '')))
    return;
  for (const definition of catalogue.definitions.get(host) ?? []) {
    if (!('endpoints' in definition) || definition.namespace !== rule.namespace) continue;
    const others = exportedTo(definition)?.filter((one) => !seen.includes(one));
    const rules = rulesCovering(catalogue, host);
    const missed = others?.find((one) => !rules.some((other) => isExportedTo(other, one)));
    if (missed === undefined && (others || rules.some((other) => exportedTo(other) === undefined))) continue;
    yield {
      code: 'AXC2159',
      message: `${missed === undefined ? 'other namespaces see' : `${missed} sees`} "${host}" (${nameOf(definition)}), and not this rule: calls from there leave without its \`tls\``,
      hint: 'write the same `exportTo` in both',
      on,
      field: spec.at('exportTo').path,
      mark: 'key',
    };
  }
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
