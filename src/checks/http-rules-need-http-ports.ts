import { isNamed, saidPorts, speaksHttp } from '../spec/ports.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Methods and paths are for HTTP: on a TCP port Istio ignores a rule that has some, as a whole. */
export const httpRulesNeedHttpPorts = defineCheck({
  evidence: 'spec',
  codes: ['AXC1219'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const ports = saidPorts(service);
      for (const [index, consumer] of service.consumers.entries()) {
        if (!consumer.allow) continue;
        const meant = ports.filter((port) => isNamed(port, consumer.ports));
        const tcp = meant.find((port) => !speaksHttp(port));
        if (!tcp) continue;
        const mixed = meant.some((port) => speaksHttp(port));
        yield {
          code: 'AXC1219',
          message: `\`allow\` is for HTTP, but ${tcp.name === undefined ? 'this service' : `port "${tcp.name}"`} speaks TCP`,
          hint: mixed
            ? 'name the HTTP ports in `ports`, and the others in a second entry without `allow`'
            : 'remove `allow`: over TCP a caller may connect or not',
          at: [...at, 'consumers', index, 'allow'],
          mark: 'key',
          looksAt: [
            [...at, 'preset'],
            [...at, '*'],
            [...at, 'ports', '*'],
            [...at, 'consumers', index, 'ports'],
            [...at, ...tcp.at, 'protocol'],
          ],
        };
      }
    }
  },
});
