import { didYouMean } from '../nearest.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** A consumer names ports that the service has. */
export const portsExist = defineCheck({
  evidence: 'spec',
  codes: ['AXC1218'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const known = Object.keys(service.ports ?? {});
      for (const [consumer, { ports = [] }] of service.consumers.entries()) {
        for (const [index, port] of ports.entries()) {
          if (known.includes(port)) continue;
          yield {
            code: 'AXC1218',
            message: `the service has no port "${port}"`,
            hint:
              known.length === 0
                ? 'it has one port without a name: remove `ports`'
                : (didYouMean(port, known) ?? `its ports: ${known.join(', ')}`),
            at: [...at, 'consumers', consumer, 'ports', index],
            looksAt: [
              [...at, '*'],
              [...at, 'ports'],
              [...at, 'ports', '*'],
            ],
          };
        }
      }
    }
  },
});
