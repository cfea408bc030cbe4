import { presetPorts, saidPorts } from '../spec/ports.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Each port has a protocol, and it does not contradict the preset: Istio treats bytes and requests in different ways. */
export const protocolsAreKnown = defineCheck({
  evidence: 'spec',
  codes: ['AXC1215', 'AXC1216'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const preset = service.preset && presetPorts[service.preset].protocol;
      for (const { protocol, at: place } of saidPorts(service)) {
        if (place.length === 0) continue;
        const path = [...at, ...place];
        if (protocol === undefined) {
          yield {
            code: 'AXC1215',
            message: 'what is spoken on the port is not said',
            hint: 'protocol: HTTP, HTTP2, GRPC or TCP; or a preset for the whole service',
            at: path,
            mark: 'key',
            looksAt: [
              [...path, '*'],
              [...at, '*'],
            ],
          };
        } else if (preset !== undefined && protocol !== preset) {
          yield {
            code: 'AXC1216',
            message: `protocol ${protocol}, but the preset "${service.preset}" is ${preset}`,
            hint: 'remove one of them',
            at: [...path, 'protocol'],
            looksAt: [[...at, 'preset']],
          };
        }
      }
    }
  },
});
