import type { Catalogue, Rule } from '../../objects/catalogue.ts';
import type { Field } from '../../objects/field.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Failover needs somebody who notices failures, an order that is one, and an istiod that survives it. */
export const failoverCanHappen = defineClusterCheck({
  codes: ['AXC2155', 'AXC2156', 'AXC2157'],
  *find(catalogue) {
    for (const rule of catalogue.rules) {
      const top = rule.spec.at('trafficPolicy');
      const subsets = rule.spec.at('subsets').items.map((item) => item.at('trafficPolicy'));
      yield* failover(catalogue, rule, top, top.at('outlierDetection'));
      for (const policy of subsets) {
        const own = policy.at('outlierDetection');
        yield* failover(catalogue, rule, policy, own.isSet ? own : top.at('outlierDetection'));
      }
      for (const settings of [top, ...subsets].flatMap((policy) => policy.at('portLevelSettings').items)) {
        yield* failover(catalogue, rule, settings, settings.at('outlierDetection'));
      }
    }
  },
});

function* failover(catalogue: Catalogue, { on, host }: Rule, policy: Field, outlier: Field): Generator<ObjectFinding> {
  const setting = policy.at('loadBalancer', 'localityLbSetting');
  if (setting.at('enabled').value === false) return;
  const order = setting.at('failoverPriority');
  const [wanted] = [order, setting.at('failover')].filter(({ items }) => items.length > 0);
  if (!wanted) return;
  if (!outlier.isSet) {
    yield {
      code: 'AXC2155',
      severity: 'warning',
      message: 'without `outlierDetection` nobody notices that an endpoint fails: calls never fail over',
      hint: 'add `outlierDetection: {consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 100}`',
      on,
      field: wanted.path,
      mark: 'key',
    };
  }
  const twice = repeatedKey(order);
  if (twice) {
    yield {
      code: 'AXC2156',
      severity: 'warning',
      message: `the label of "${twice.text}" is in the list already: an endpoint has one value of it, so the order is not the one that is written`,
      hint: 'give every rank a label of its own',
      on,
      field: twice.path,
    };
  }
  if (outlier.isSet && order.items.length > 0 && hasDnsLocalities(catalogue, host)) {
    yield {
      code: 'AXC2157',
      message: `istiod 1.30 and later crash on \`failoverPriority\` for a host whose ServiceEntry has \`resolution: DNS\` and endpoints in several localities (istio#61857): the whole mesh loses its control plane`,
      hint: 'write IP addresses and `resolution: STATIC`, or remove `failoverPriority`',
      on,
      field: order.path,
      mark: 'key',
    };
  }
}

function repeatedKey(order: Field): Field | undefined {
  const seen = new Set<string>();
  for (const item of order.items) {
    const key = item.text?.split('=', 1)[0];
    if (key !== undefined && seen.has(key)) return item;
    if (key !== undefined) seen.add(key);
  }
  return undefined;
}

const hasDnsLocalities = ({ definitions }: Catalogue, host: string): boolean =>
  (definitions.get(host) ?? []).some(
    (one) =>
      'endpoints' in one &&
      one.resolution === 'DNS' &&
      new Set(one.endpoints.map((endpoint) => endpoint.at('locality').text)).size > 1,
  );
