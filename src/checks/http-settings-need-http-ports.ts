import { saidPorts, speaksHttp } from '../spec/ports.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Time-outs and retries of requests need requests: over TCP they would do nothing. */
export const httpSettingsNeedHttpPorts = defineCheck({
  evidence: 'spec',
  codes: ['AXC1220'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const ports = saidPorts(service);
      if (ports.some((port) => speaksHttp(port))) continue;
      for (const key of ['timeout', 'retries'] as const) {
        if (service.traffic?.[key] === undefined) continue;
        yield {
          code: 'AXC1220',
          message: `\`${key}\` is for HTTP, but this service speaks TCP`,
          hint: 'remove it; `connections` has the time-outs of TCP: connectTimeout, idleTimeout',
          at: [...at, 'traffic', key],
          mark: 'key',
          looksAt: [
            [...at, 'preset'],
            [...at, '*'],
            [...at, 'ports', '*'],
            ...ports.map((port) => [...at, ...port.at, 'protocol']),
          ],
        };
      }
    }
  },
});
