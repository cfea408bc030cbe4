import { saidPorts } from '../spec/ports.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** A service has `port` or `ports`, and a number for each: from the spec, or from the preset. */
export const portsAreSaidOnce = defineCheck({
  evidence: 'spec',
  codes: ['AXC1214'],
  *find(spec) {
    for (const { name, service, at } of servicesOf(spec)) {
      if (service.port && service.ports) {
        yield {
          code: 'AXC1214',
          message: `"${name}" has both \`port\` and \`ports\``,
          hint: 'keep `ports` when the Service has several, `port` when it has one',
          at: [...at, 'ports'],
          mark: 'key',
          looksAt: [[...at, 'port']],
        };
        continue;
      }
      for (const port of saidPorts(service).filter(({ number }) => number === undefined)) {
        const of = service.preset === undefined ? '' : `; the preset "${service.preset}" knows none`;
        yield {
          code: 'AXC1214',
          message: port.at.length === 0 ? `"${name}" has no port${of}` : `the port has no number${of}`,
          hint: port.at.length === 0 ? `port: { number: 80${service.preset ? '' : ', protocol: HTTP'} }` : 'number: 80',
          at: [...at, ...port.at],
          mark: 'key',
          looksAt: [
            [...at, '*'],
            [...at, ...port.at, '*'],
            [...at, 'preset'],
            [...at, ...port.at, 'number'],
          ],
        };
      }
    }
  },
});
