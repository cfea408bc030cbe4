import type { PortSpec, ServiceSpec } from '../spec/schema.ts';
import type { ConnectionSettings, Port } from './federation.ts';
import { type Preset, presetOfProtocol, presets } from './presets.ts';

/** The ports of a service: `port` is one unnamed entry of `ports`, and a preset alone makes one too. */
export function resolvePorts(spec: ServiceSpec): Port[] {
  const named = spec.ports;
  if (named !== undefined) return Object.entries(named).map(([name, port]) => resolvePort(spec, port, name));
  return [resolvePort(spec, spec.port ?? {}, undefined)];
}

function resolvePort(spec: ServiceSpec, port: PortSpec, name: string | undefined): Port {
  const presetName = spec.preset ?? presetOfProtocol[port.protocol ?? 'TCP'];
  const preset: Preset = presets[presetName];
  const number = port.number ?? preset.port;
  if (number === undefined) throw new Error('a port without a number');
  const protocol = port.protocol ?? preset.protocol;
  return {
    name: name ?? (protocol === 'TCP' && presetName !== 'tcp' ? `tcp-${presetName}` : protocol.toLowerCase()),
    number,
    targetPort: port.targetPort ?? number,
    protocol,
    connection: connectionOf(spec, preset),
  };
}

function connectionOf({ traffic }: ServiceSpec, preset: Preset): ConnectionSettings {
  const said = traffic?.connections;
  return {
    maxConnections: said?.maxPerClientPod,
    connectTimeout: said?.connectTimeout ?? preset.connectTimeout,
    idleTimeout: said?.idleTimeout ?? preset.idleTimeout,
    keepalive: preset.keepalive,
  };
}

/** Whether Istio sees requests on a port, or just bytes. */
export const isHttp = ({ protocol }: Pick<Port, 'protocol'>): boolean => protocol !== 'TCP';
