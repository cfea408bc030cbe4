import { saidPorts, speaksHttp } from '../spec/ports.ts';
import { type Ipv4Range, ipv4Number, ipv4Range, overlaps, specialRange } from '../spec/ranges.ts';
import type { FederationSpec } from '../spec/schema.ts';
import { type NamedService, servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';

/** A virtual address is needed, is nobody else's, and can be one. */
export const addressesAreUsable = defineCheck({
  evidence: 'spec',
  codes: ['AXC1222'],
  *find(spec) {
    const taken: { readonly range: Ipv4Range; readonly name: string }[] = [];
    for (const named of servicesOf(spec)) {
      const { address, brokers = 1 } = named.service;
      if (address === undefined) continue;
      const first = ipv4Number(address);
      const range = { first, last: first + brokers - 1 };
      const before = taken.find((other) => overlaps(other.range, range));
      const finding = useless(named) ?? unusable(named, address, spec) ?? collision(named, before?.name);
      if (finding) yield finding;
      taken.push({ range, name: named.name });
    }
  },
});

function useless({ service, at }: NamedService): Finding | undefined {
  const ports = saidPorts(service);
  const path = [...at, 'address'];
  if (Object.keys(service.providers).length > 1) {
    return {
      code: 'AXC1222',
      message: '`address` with several providers',
      hint: 'remove it: such a host has several addresses, which are made from its name',
      at: path,
      mark: 'key',
      looksAt: [[...at, 'providers', '*']],
    };
  }
  if (ports.some((port) => !speaksHttp(port))) return undefined;
  return {
    code: 'AXC1222',
    message: '`address` is for TCP, but this service has no TCP port',
    hint: 'remove it: HTTP requests find their way by the host that they name',
    at: path,
    mark: 'key',
    looksAt: [
      [...at, '*'],
      [...at, 'ports', '*'],
      [...at, 'preset'],
      ...ports.map((port) => [...at, ...port.at, 'protocol']),
    ],
  };
}

/** Istio allocates addresses of its own there: https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/ */
export const istioRange = ipv4Range('240.240.0.0/16');

function unusable({ at }: NamedService, address: string, spec: FederationSpec): Finding | undefined {
  const value = ipv4Number(address);
  const gateway = Object.entries(spec.clusters).find(([, cluster]) => cluster.gateway?.addresses.includes(address));
  const what = overlaps(istioRange, { first: value, last: value })
    ? 'the range from which Istio allocates addresses (240.240.0.0/16)'
    : specialRange(address);
  const reason = gateway ? `it is the gateway of "${gateway[0]}"` : what && `it is in ${what}`;
  if (reason === undefined) return undefined;
  return {
    code: 'AXC1222',
    message: `${address} can't be a virtual address: ${reason}`,
    hint: 'remove it, or take one that nothing in your networks uses, such as 241.10.0.1',
    at: [...at, 'address'],
    looksAt: gateway ? [['clusters', gateway[0], 'gateway', 'addresses']] : [],
  };
}

const collision = ({ at }: NamedService, before: string | undefined): Finding | undefined =>
  before === undefined
    ? undefined
    : {
        code: 'AXC1222',
        message: `the service "${before}" has this address already`,
        hint: 'give each its own; the brokers of a kafka take as many as there are, one after the other',
        at: [...at, 'address'],
        looksAt: [
          ['services', before, 'address'],
          ['services', before, 'brokers'],
          [...at, 'brokers'],
        ],
      };
