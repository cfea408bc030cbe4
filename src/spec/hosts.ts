import type { Path } from '../diagnostics.ts';
import type { FederationSpec } from './schema.ts';
import { type NamedService, servicesOf } from './services.ts';

/** A name that consumers dial, and the place that makes it. */
export interface SaidHost {
  readonly host: string;
  readonly service: string;
  readonly at: Path;
  readonly mark: 'key' | 'value';
}

/** Every host of a federation: those that are written down, and those that follow from names. */
export const hostsOf = (spec: FederationSpec): SaidHost[] => servicesOf(spec).flatMap(hostsOfService);

function hostsOfService({ name, service, at }: NamedService): SaidHost[] {
  const clusters = Object.keys(service.providers);
  const made = (host: string): SaidHost => ({ host, service: name, at, mark: 'key' });
  const written: SaidHost[] =
    service.host === undefined ? [] : [{ host: service.host, service: name, at: [...at, 'host'], mark: 'value' }];
  if (service.brokers !== undefined) {
    const numbers = Array.from({ length: service.brokers }, (_, number) => number);
    return clusters.flatMap((cluster) => numbers.map((number) => made(`${name}-${number}.${cluster}.local`)));
  }
  const perCluster = clusters.map((cluster) => made(`${name}.${cluster}.local`));
  if (service.traffic?.weights !== undefined) return [...written, ...perCluster];
  return written.length > 0 || clusters.length > 1 ? written : perCluster;
}
