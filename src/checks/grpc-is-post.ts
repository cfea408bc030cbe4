import { isNamed, saidPorts } from '../spec/ports.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Every call of gRPC is a POST: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
export const grpcIsPost = defineCheck({
  evidence: 'spec',
  codes: ['AXC1236'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const ports = saidPorts(service);
      for (const [index, { ports: names, allow }] of service.consumers.entries()) {
        if (allow?.methods === undefined || allow.methods.includes('POST')) continue;
        const meant = ports.filter((port) => isNamed(port, names));
        if (meant.length === 0 || meant.some(({ protocol }) => protocol !== 'GRPC')) continue;
        yield {
          code: 'AXC1236',
          message: 'every call of gRPC is a POST, so this caller could call nothing',
          hint: 'leave `methods` out; `paths` tell calls apart: /package.Service/Method',
          at: [...at, 'consumers', index, 'allow', 'methods'],
          looksAt: [
            [...at, 'preset'],
            [...at, '*'],
            [...at, 'ports', '*'],
            [...at, 'consumers', index, 'ports'],
            ...meant.map((port) => [...at, ...port.at, 'protocol']),
          ],
        };
      }
    }
  },
});
