import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkObjects } from '../../../src/checks/objects/run.ts';
import type { Code } from '../../../src/codes.ts';
import type { Diagnostic } from '../../../src/diagnostics.ts';
import { objectSetOf } from '../../../src/objects/object-set.ts';
import { readObjects } from '../../../src/objects/read-objects.ts';

/**
 * Manifests of two clusters that call each other, as somebody writes them who has not done it before: nearly nothing of
 * it works. What is wrong with them too, and can't be seen here: trust domains and telemetry providers that no MeshConfig in
 * the files has or lacks, gateways that are installed from elsewhere, a ConfigMap that nobody reads, a VirtualService that was
 * meant to export something, TLS that an application starts itself, a locality that is no region, ports that a
 * NetworkPolicy should let through for hosts that are exported to everybody, and commands that an image does not have.
 */
const folder = new URL('by-hand/', import.meta.url);

type Row = readonly [defect: string, code: Code, object: string];

/** What is visible in each file beside the workloads. */
const files: Readonly<Record<string, readonly Row[]>> = {
  'readme-snippets': [
    ['a wildcard host gets no address', 'AXC2101', 'ServiceEntry/cluster-b-services'],
    ['the address is a placeholder', 'AXC2103', 'ServiceEntry/cluster-b-services'],
    ['HTTP routes for an HTTPS port', 'AXC2121', 'VirtualService/backend-api'],
    ['mutual TLS without a certificate', 'AXC2024', 'DestinationRule/cluster-b-mtls'],
    ['a gateway of mesh TLS is called with other TLS', 'AXC2112', 'DestinationRule/cluster-b-mtls'],
    ['a wildcard rule hides the exact one', 'AXC2160', 'DestinationRule/cluster-b-mtls'],
    ['ten requests a connection are no pool', 'AXC2162', 'DestinationRule/cluster-b-mtls'],
    ['a PeerAuthentication that selects nothing', 'AXC2173', 'PeerAuthentication/cross-cluster-mtls'],
    ['`mode` in the wrong place', 'AXC2002', 'Telemetry/cross-cluster-metrics'],
    ['a tag that is an expression', 'AXC2004', 'Telemetry/cross-cluster-metrics'],
    ['a standard label from a header', 'AXC2181', 'Telemetry/cross-cluster-metrics'],
  ],
  'simple-federation': [
    ['a wildcard beside a host under it', 'AXC2102', 'ServiceEntry/cluster-b-services'],
    ['"or" where "and" was meant', 'AXC2205', 'VirtualService/cross-cluster-backend-api'],
    ['a header as a policy', 'AXC2211', 'VirtualService/cross-cluster-backend-api'],
    ['tries that are cut short', 'AXC2134', 'VirtualService/cross-cluster-backend-api'],
    ['mutual TLS without a certificate, again', 'AXC2024', 'DestinationRule/cluster-b-services'],
    ['a star as a server name', 'AXC2153', 'DestinationRule/cluster-b-services'],
    ['ejecting the only endpoint', 'AXC2154', 'DestinationRule/cluster-b-services'],
    ['a policy about calls that leave', 'AXC2175', 'AuthorizationPolicy/cross-cluster-access'],
    ['a host without its port', 'AXC2210', 'AuthorizationPolicy/allow-cluster-a-access'],
    ['a selector in the root namespace', 'AXC2172', 'Telemetry/cross-cluster-telemetry'],
    ['`mode` in the wrong place, for the mesh', 'AXC2002', 'Telemetry/cross-cluster-telemetry'],
    ['a standard label from a header, for the mesh', 'AXC2181', 'Telemetry/cross-cluster-telemetry'],
    ['a patch that depends on others', 'AXC2184', 'EnvoyFilter/cross-cluster-rate-limit'],
    ['a rate limiter that nobody calls', 'AXC2185', 'EnvoyFilter/cross-cluster-rate-limit'],
  ],
  'east-west-gateway': [
    ['one name for two ports', 'AXC2025', 'Gateway/cross-cluster-gateway'],
    ["the proxy's own port", 'AXC2141', 'Gateway/cross-cluster-gateway'],
    ["istiod's ports as mesh services", 'AXC2142', 'Gateway/cross-cluster-gateway'],
    ['every service is open', 'AXC2201', 'Gateway/cross-cluster-gateway'],
    ['another Gateway with a host of the wildcard', 'AXC2144', 'Gateway/backend-api-export'],
    ['each wildcard goes to both gateways', 'AXC2104', 'ServiceEntry/cross-cluster-services'],
    ['a PeerAuthentication for a gateway', 'AXC2148', 'PeerAuthentication/east-west-mtls'],
    ['spiffe:// in a principal', 'AXC2167', 'AuthorizationPolicy/cross-cluster'],
    ['SIMPLE for every service of the mesh', 'AXC2213', 'DestinationRule/cross-cluster'],
    ['and for what the gateway opens', 'AXC2150', 'DestinationRule/cross-cluster'],
    ['a Service port without a name', 'AXC2114', 'Service/backend-api'],
  ],
  gateways: [
    ['a CA that is ignored', 'AXC2145', 'Gateway/aegis-gateway'],
    ['a label that namespaces do not have', 'AXC2179', 'NetworkPolicy/default-egress'],
    ['a WorkloadEntry without labels', 'AXC2110', 'WorkloadEntry/external-backend'],
  ],
  'certificates gateways': [
    ['a Secret in another namespace', 'AXC2147', 'Gateway/backend-api-gateway'],
    ['a CA that is none', 'AXC2186', 'Certificate/cross-cluster-ca'],
    ['an issuer without a CA', 'AXC2189', 'Issuer/namespace-ca'],
    ['an Issuer of another namespace', 'AXC2188', 'Certificate/backend-cross-cluster'],
    ['a public CA for a private name', 'AXC2187', 'Certificate/cluster-b-public'],
    ['a CertificateRequest with names', 'AXC2002', 'CertificateRequest/backend-api-request'],
    ['a CertificateRequest without a request', 'AXC2003', 'CertificateRequest/backend-api-request'],
    ['a client certificate that signs itself', 'AXC2186', 'Certificate/cross-cluster-client-cert'],
    ['a client certificate without an identity', 'AXC2192', 'Certificate/cross-cluster-client-cert'],
    ['a metric that is not there', 'AXC2193', 'PrometheusRule/certificates'],
    ['a root for a year', 'AXC2191', 'Certificate/internal-ca'],
  ],
  'certificates certificates-again': [['one Certificate in two files', 'AXC2010', 'Certificate/backend-api-cert']],
};

describe.each(Object.entries(files))('%s', (names, rows) => {
  const all = diagnostics(['workloads', ...names.split(' ')].map((name) => ({ name, cluster: undefined })));
  const found = all.map(nameOf);
  const places = all.map(({ code, message, object }) => `${code} ${object?.name} ${object?.field} ${message}`);

  test('nothing is found twice at one place', () => {
    expect(places).toEqual([...new Set(places)]);
  });

  test.each(rows)('%s: %s on %s', (_, code, object) => {
    expect(found).toContain(`${code} ${object}`);
  });
});

describe('one file for both clusters', () => {
  const both = (name: string) => ['cluster-a', 'cluster-b'].map((cluster) => ({ name, cluster }));

  test('each cluster imports from itself', () => {
    const found = findings(both('simple-federation'));
    expect(found).toContain('AXC3006 cluster-a ServiceEntry/cluster-a-services');
    expect(found).toContain('AXC3006 cluster-b ServiceEntry/cluster-b-services');
  });

  test('each cluster has another root of one name', () => {
    expect(findings(both('certificates'))).toContain('AXC3011 cluster-b Certificate/internal-ca');
  });
});

interface Source {
  readonly name: string;
  readonly cluster: string | undefined;
}

const findings = (sources: readonly Source[]): string[] => diagnostics(sources).map(nameOf);

function diagnostics(sources: readonly Source[]): readonly Diagnostic[] {
  const objects = sources.flatMap(({ name, cluster }) => {
    const text = readFileSync(new URL(`${name}.yaml`, folder), 'utf8');
    return readObjects({ file: `${name}.yaml`, text, cluster }).objects;
  });
  return checkObjects(objectSetOf(objects)).diagnostics;
}

const nameOf = ({ code, object }: Diagnostic): string =>
  [code, object?.cluster, `${object?.kind}/${object?.name}`].filter((part) => part !== undefined).join(' ');
