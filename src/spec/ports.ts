import type { Path } from '../diagnostics.ts';
import type { PresetName, Protocol, ServiceSpec } from './schema.ts';

/** What a preset knows of a port, so that the spec need not say it. */
export const presetPorts: Readonly<Record<PresetName, { readonly protocol: Protocol; readonly number?: number }>> = {
  http: { protocol: 'HTTP' },
  http2: { protocol: 'HTTP2' },
  grpc: { protocol: 'GRPC' },
  tcp: { protocol: 'TCP' },
  postgres: { protocol: 'TCP', number: 5432 },
  mysql: { protocol: 'TCP', number: 3306 },
  redis: { protocol: 'TCP', number: 6379 },
  mongodb: { protocol: 'TCP', number: 27017 },
  kafka: { protocol: 'TCP', number: 9094 },
  nats: { protocol: 'TCP', number: 4222 },
  amqp: { protocol: 'TCP', number: 5672 },
};

/** A port as the spec says it, with what its preset knows. */
export interface SaidPort {
  /** Of the entry in `ports`; the one `port` has no name. */
  readonly name: string | undefined;
  readonly number: number | undefined;
  readonly targetPort: number | undefined;
  readonly protocol: Protocol | undefined;
  /** Below the service; empty where only the preset says something. */
  readonly at: Path;
}

/** Many checks ask for them, so they are made once. */
export function saidPorts(service: ServiceSpec): readonly SaidPort[] {
  const known = made.get(service);
  if (known) return known;
  const ports = makePorts(service);
  made.set(service, ports);
  return ports;
}
const made = new WeakMap<ServiceSpec, readonly SaidPort[]>();

function makePorts({ preset, port, ports }: ServiceSpec): SaidPort[] {
  const known = preset === undefined ? undefined : presetPorts[preset];
  const said = ports
    ? Object.entries(ports).map(([name, body]) => ({ name, body, at: ['ports', name] }))
    : [{ name: undefined, body: port ?? {}, at: port ? ['port'] : [] }];
  return said.map(({ name, body, at }) => {
    const number = body.number ?? known?.number;
    return { name, number, targetPort: body.targetPort ?? number, protocol: body.protocol ?? known?.protocol, at };
  });
}

/** Whether it is one of the ports that a consumer names; one that names none means all. */
export const isNamed = ({ name }: Pick<SaidPort, 'name'>, names: readonly string[] | undefined): boolean =>
  names === undefined || (name !== undefined && names.includes(name));

/** Whether requests can be told apart on it. What is not said is left open. */
export const speaksHttp = ({ protocol }: Pick<SaidPort, 'protocol'>): boolean => protocol !== 'TCP';
