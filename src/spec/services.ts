import type { Path } from '../diagnostics.ts';
import type { FederationSpec, ProviderSpec, ServiceSpec } from './schema.ts';

/** A service of a spec, with its name and its place. */
export interface NamedService {
  readonly name: string;
  readonly service: ServiceSpec;
  readonly at: Path;
}

/** Every check asks for them, so they are made once. */
export function servicesOf(spec: FederationSpec): readonly NamedService[] {
  const known = made.get(spec);
  if (known) return known;
  const services = Object.entries(spec.services).map(([name, service]) => ({ name, service, at: ['services', name] }));
  made.set(spec, services);
  return services;
}
const made = new WeakMap<FederationSpec, readonly NamedService[]>();

export const providersOf = ({
  service,
  at,
}: NamedService): { readonly cluster: string; readonly provider: ProviderSpec; readonly at: Path }[] =>
  Object.entries(service.providers).map(([cluster, provider]) => ({
    cluster,
    provider,
    at: [...at, 'providers', cluster],
  }));

/** How several providers share the calls: in an order unless there are weights; brokers don't share. */
export const hasOrder = ({ providers, traffic, brokers }: ServiceSpec): boolean =>
  Object.keys(providers).length > 1 && traffic?.weights === undefined && brokers === undefined;

/** What says who calls a shared service and how it is shared: where a finding about that looks. */
export const sharingPaths = ({ service, at }: NamedService): Path[] => [
  [...at, 'providers', '*'],
  [...at, 'traffic', '*'],
  ...service.consumers.map((_, index) => [...at, 'consumers', index, 'cluster']),
];
