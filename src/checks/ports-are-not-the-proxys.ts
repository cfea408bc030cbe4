import type { Path } from '../diagnostics.ts';
import { saidPorts, speaksHttp } from '../spec/ports.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';
import { gatewayPorts } from './objects/gateway-ports-are-free.ts';

/** In a pod with a sidecar some ports are the sidecar's, and in a gateway's pods some are the gateway's own. */
export const portsAreNotTheProxys = defineCheck({
  evidence: 'spec',
  codes: ['AXC1241'],
  *find(spec) {
    for (const [name, { gateway }] of Object.entries(spec.clusters)) {
      const port = gateway?.targetPort ?? gateway?.port;
      const owner = port === undefined ? undefined : gatewayPorts.get(port);
      if (owner === undefined) continue;
      yield finding(
        `port ${port} of a gateway's pods is taken: there the proxy itself ${owner}`,
        "name the port that the gateway has for mesh traffic; Istio's own gateways have 15443",
        ['clusters', name, 'gateway', gateway?.targetPort === undefined ? 'port' : 'targetPort'],
      );
    }
    for (const { service, at } of servicesOf(spec)) {
      for (const port of saidPorts(service)) {
        const { number, targetPort, at: below } = port;
        const path = [...at, ...below];
        const owner = targetPort === undefined ? undefined : sidecarPorts.get(targetPort);
        if (owner !== undefined) {
          yield finding(
            `port ${targetPort} of a pod with a sidecar is taken: there the sidecar ${owner}`,
            'let the workload listen on another port: Istio keeps 15000 to 15090 for itself',
            [...path, targetPort === number ? 'number' : 'targetPort'],
            [
              [...path, 'number'],
              [...path, 'targetPort'],
            ],
          );
        } else if (number !== undefined && listeners.has(number) && speaksHttp(port)) {
          yield finding(
            `callers can't dial port ${number}: there their own sidecar ${sidecarPorts.get(number)}`,
            'give the Service another port for it; `targetPort` may stay',
            [...path, 'number'],
            [
              [...path, 'protocol'],
              [...at, 'preset'],
            ],
          );
        }
      }
    }
  },
});

const finding = (message: string, hint: string, at: Path, looksAt: readonly Path[] = []): Finding => ({
  code: 'AXC1241',
  message,
  hint,
  at,
  looksAt,
});

/** https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const sidecarPorts: ReadonlyMap<number, string> = new Map([
  [15000, 'has its administration'],
  [15001, 'takes the calls that leave'],
  [15004, 'answers for debugging'],
  [15006, 'takes the calls that come in'],
  [15008, 'takes the connections of ambient meshes, and looks at nothing else that comes'],
  [15009, 'takes the connections of ambient meshes'],
  [15020, 'serves its merged metrics'],
  [15021, 'answers health checks'],
  [15053, 'answers DNS'],
  [15090, 'serves its metrics'],
]);

/** Where a sidecar listens on all addresses: istiod leaves out the listener of an HTTP port that would need the same. */
const listeners: ReadonlySet<number> = new Set([15001, 15006, 15021, 15090]);
