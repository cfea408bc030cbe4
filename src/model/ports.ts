import { type SaidPort, saidPorts } from '../spec/ports.ts';
import type { ServiceSpec } from '../spec/schema.ts';
import type { ConnectionSettings, Port } from './federation.ts';
import { type Preset, presetOfProtocol, presets } from './presets.ts';

/** The ports of a service: `port` is one unnamed entry of `ports`, and a preset alone makes one too. */
export const resolvePorts = (spec: ServiceSpec): Port[] => saidPorts(spec).map((port) => resolvePort(spec, port));

function resolvePort(spec: ServiceSpec, { name, number, targetPort, protocol }: SaidPort): Port {
  if (number === undefined || targetPort === undefined || protocol === undefined) throw new Error('half a port');
  const preset = spec.preset ?? presetOfProtocol[protocol];
  return {
    name: name ?? (protocol === 'TCP' && preset !== 'tcp' ? `tcp-${preset}` : protocol.toLowerCase()),
    number,
    targetPort,
    protocol,
    connection: connectionOf(spec, presets[preset]),
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
