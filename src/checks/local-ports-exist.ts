import { saidPorts } from '../spec/ports.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Local callers name ports of the workload, as policies do: the number of the Service is nothing that the workload hears of. */
export const localPortsExist = defineCheck({
  evidence: 'spec',
  codes: ['AXC1235'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      if (service.localCallers === 'any') continue;
      const ports = saidPorts(service);
      const targets = new Set(ports.map(({ targetPort }) => targetPort));
      for (const [caller, { ports: wanted = [] }] of service.localCallers.entries()) {
        for (const [index, wantedPort] of wanted.entries()) {
          const meant = ports.find(({ number }) => number === wantedPort);
          if (meant?.targetPort === undefined || targets.has(wantedPort)) continue;
          yield {
            code: 'AXC1235',
            severity: 'warning',
            message: `${wantedPort} is the port of the Service; policies see that of the workload, ${meant.targetPort}, so this caller would be refused`,
            hint: `did you mean ${meant.targetPort}?`,
            at: [...at, 'localCallers', caller, 'ports', index],
            looksAt: [
              [...at, '*'],
              [...at, 'preset'],
              [...at, 'ports', '*'],
              ...ports.flatMap((port) => ['number', 'targetPort', '*'].map((key) => [...at, ...port.at, key])),
            ],
          };
        }
      }
    }
  },
});
