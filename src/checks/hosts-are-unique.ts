import { hostsOf, type SaidHost } from '../spec/hosts.ts';
import { defineCheck } from './check.ts';

/**
 * A host is one service. Two that export one host from two clusters to each other would be a loop, and Istio takes the
 * older of two ServiceEntries without a word.
 */
export const hostsAreUnique = defineCheck({
  evidence: 'spec',
  codes: ['AXC1205'],
  *find(spec) {
    const first = new Map<string, SaidHost>();
    for (const { host, service, at, mark } of hostsOf(spec)) {
      const before = first.get(host);
      if (!before) first.set(host, { host, service, at, mark });
      if (!before || before.at === at) continue;
      const own = before.service === service;
      yield {
        code: 'AXC1205',
        message: own
          ? `"${host}" is made twice by this service`
          : `"${host}" is the host of "${before.service}" already`,
        hint: mark === 'value' ? 'choose another host' : 'give one of them a `host` of its own, or another name',
        at,
        mark,
        looksAt: [
          before.at,
          [...at, '*'],
          [...at, 'providers', '*'],
          // A host that could not be read is not the one that its name makes.
          ...(before.mark === 'key' ? [[...before.at, '*']] : []),
          ['services', before.service, 'providers', '*'],
        ],
      };
    }
  },
});
