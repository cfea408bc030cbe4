import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** A service in several clusters has a host that names none of them. */
export const severalProvidersHaveAHost = defineCheck({
  evidence: 'spec',
  codes: ['AXC1206'],
  *find(spec) {
    for (const { name, service, at } of servicesOf(spec)) {
      const several = Object.keys(service.providers).length > 1;
      if (!several || service.host !== undefined || service.preset === 'kafka') continue;
      yield {
        code: 'AXC1206',
        message: `"${name}" has several providers, and no host that stands for all of them`,
        hint: `host: ${name}.xc.global`,
        at,
        mark: 'key',
        looksAt: [
          [...at, '*'],
          [...at, 'providers', '*'],
        ],
      };
    }
  },
});
