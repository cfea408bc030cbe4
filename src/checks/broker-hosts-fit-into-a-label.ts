import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Each broker has a host that begins with `<service>-<n>`, and DNS has 63 characters for that. */
export const brokerHostsFitIntoALabel = defineCheck({
  evidence: 'spec',
  codes: ['AXC1240'],
  *find(spec) {
    for (const { name, service, at } of servicesOf(spec)) {
      if (service.preset !== 'kafka' || service.brokers === undefined) continue;
      const label = `${name}-${service.brokers - 1}`;
      if (label.length <= longest) continue;
      yield {
        code: 'AXC1240',
        message: `the hosts of its brokers begin with "${label}", which has ${label.length} characters: a label of DNS has at most ${longest}`,
        hint: `give the service a name of at most ${longest - (label.length - name.length)} characters`,
        at,
        mark: 'key',
        looksAt: [
          [...at, 'preset'],
          [...at, 'brokers'],
        ],
      };
    }
  },
});

const longest = 63;
