import { isIPv4 } from 'node:net';
import { ipv4Number, ipv4Range, ipv4Text, overlaps, specialOverlap } from '../spec/ranges.ts';
import type { FederationSpec } from '../spec/schema.ts';
import { istioRange } from './addresses-are-usable.ts';
import { defineCheck } from './check.ts';

/** The range of virtual addresses is free, and large enough that two hosts rarely meet in it. */
export const addressRangeIsUsable = defineCheck({
  evidence: 'spec',
  codes: ['AXC1223'],
  *find(spec) {
    const problem = problemOf(spec);
    if (problem === undefined) return;
    yield {
      code: 'AXC1223',
      message: `${spec.addressRange} can't be the range of virtual addresses: ${problem.message}`,
      hint: problem.hint ?? 'the default is 241.0.0.0/8, which nobody is given on the internet',
      at: ['addressRange'],
      looksAt: problem.cluster === undefined ? [] : [['clusters', problem.cluster, 'gateway', 'addresses']],
    };
  },
});

const largestPrefix = 24;

function problemOf({ addressRange, clusters }: FederationSpec) {
  const [address = '', prefix = ''] = addressRange.split('/');
  const range = ipv4Range(addressRange);
  if (ipv4Number(address) !== range.first) {
    return { message: 'it does not begin at its first address', hint: `write ${ipv4Text(range.first)}/${prefix}` };
  }
  if (Number(prefix) > largestPrefix) {
    return {
      message: 'it is too small',
      hint: `a prefix of /${largestPrefix} or less: addresses are made from hosts, and two must not meet`,
    };
  }
  if (overlaps(range, istioRange)) return { message: 'Istio allocates addresses in 240.240.0.0/16' };
  const special = specialOverlap(range);
  if (special !== undefined) return { message: `it contains ${special}` };
  const gateway = Object.entries(clusters)
    .flatMap(([cluster, body]) => (body.gateway?.addresses ?? []).map((one) => ({ cluster, address: one })))
    .filter((one) => isIPv4(one.address))
    .find((one) => overlaps(range, { first: ipv4Number(one.address), last: ipv4Number(one.address) }));
  return (
    gateway && {
      message: `${gateway.address}, the gateway of "${gateway.cluster}", is in it`,
      cluster: gateway.cluster,
      hint: undefined,
    }
  );
}
