import { cluster, federation, provider, service, sharedService } from '../support/federation.ts';
import type { ExamplesByCode } from './examples.ts';

const shop = { namespace: 'shop', serviceAccount: 'frontend' };
const ingress = { cluster: 'cluster-a', namespace: 'istio-system', serviceAccount: 'istio-ingressgateway' };
const gatewayAt = (...addresses: string[]) =>
  federation({ clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway: { addresses } }) } });
const host = (name: string) => federation({ services: { catalog: sharedService({ host: name }) } });
const path = (...paths: string[]) =>
  federation({
    services: { 'backend-api': service({ consumers: [{ cluster: 'cluster-a', ...shop, allow: { paths } }] }) },
  });
const allowFrom = (...ranges: string[]) =>
  federation({
    clusters: {
      'cluster-a': cluster('a'),
      'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.20'], allowFrom: ranges } }),
    },
  });

const badAddress = (address: string, says: string) => ({
  title: `a gateway at ${address}`,
  spec: gatewayAt(address),
  at: 'clusters.cluster-b.gateway.addresses[0]',
  says,
});
const badHost = (name: string, says: string) => ({
  title: `the host ${name}`,
  spec: host(name),
  at: 'services.catalog.host',
  says,
});
const badPath = (written: string, normal: string) => ({
  title: `the path ${written}`,
  spec: path(written),
  at: 'services.backend-api.consumers[0].allow.paths[0]',
  says: `write ${normal}`,
});

/** 13xx */
export const security: ExamplesByCode = {
  AXC1302: {
    wrong: [
      {
        title: 'two meshes with the default',
        spec: federation({ clusters: { 'cluster-a': {}, 'cluster-b': { gateway: { addresses: ['203.0.113.20'] } } } }),
        at: 'clusters.cluster-b.trustDomain',
        says: 'identity: shared',
      },
      {
        title: 'two meshes with one name',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a', { trustDomain: 'corp.example' }),
            'cluster-b': cluster('b', { trustDomain: 'corp.example' }),
          },
        }),
        at: 'clusters.cluster-b.trustDomain',
      },
    ],
    right: [
      { title: 'two names', spec: federation() },
      {
        title: 'one name, on purpose',
        spec: federation({
          identity: 'shared',
          clusters: { 'cluster-a': {}, 'cluster-b': { gateway: { addresses: ['203.0.113.20'] } } },
        }),
      },
    ],
  },
  AXC1303: {
    wrong: [
      {
        title: 'callers of cluster.local, a provider of another name',
        spec: federation({ clusters: { 'cluster-a': {}, 'cluster-b': cluster('b') } }),
        at: 'clusters.cluster-a.trustDomain',
        says: 'a policy in "cluster-b" (for "backend-api") can\'t name',
      },
    ],
    right: [
      {
        title: 'the provider is cluster.local, and names itself only as "local"',
        spec: federation({
          clusters: { 'cluster-a': cluster('a'), 'cluster-b': { gateway: { addresses: ['203.0.113.20'] } } },
        }),
      },
      {
        title: 'both are, on purpose',
        spec: federation({
          identity: 'shared',
          clusters: { 'cluster-a': {}, 'cluster-b': { gateway: { addresses: ['203.0.113.20'] } } },
        }),
      },
    ],
  },
  AXC1304: {
    wrong: [
      {
        title: 'any local caller of a shared space',
        spec: federation({ identity: 'shared', services: { 'backend-api': service({ localCallers: 'any' }) } }),
        at: 'services.backend-api.localCallers',
      },
      {
        title: 'other ports that stay open in a shared space',
        spec: federation({
          identity: 'shared',
          services: { 'backend-api': service({ providers: { 'cluster-b': provider({ otherPorts: 'open' }) } }) },
        }),
        at: 'services.backend-api.providers.cluster-b.otherPorts',
        says: 'every caller of every cluster',
      },
    ],
    right: [
      {
        title: 'other ports that stay open',
        spec: federation({
          services: { 'backend-api': service({ providers: { 'cluster-b': provider({ otherPorts: 'open' }) } }) },
        }),
      },
      {
        title: 'any local caller',
        spec: federation({ services: { 'backend-api': service({ localCallers: 'any' }) } }),
      },
      { title: 'named callers of a shared space', spec: federation({ identity: 'shared' }) },
    ],
  },
  AXC1305: {
    wrong: [
      badAddress('169.254.169.254', 'metadata'),
      badAddress('fd00:ec2::254', 'metadata'),
      badAddress('metadata.google.internal', 'metadata'),
      badAddress('127.0.0.1', 'loopback'),
      badAddress('127.8.8.8', 'loopback'),
      badAddress('::1', 'loopback'),
      badAddress('::ffff:127.0.0.1', 'loopback'),
      badAddress('64:ff9b::7f00:1', 'loopback'),
      badAddress('0.0.0.0', 'not an address'),
      badAddress('::', 'not an address'),
      badAddress('169.254.7.7', 'link-local'),
      badAddress('fe80::1', 'link-local'),
      badAddress('224.0.0.1', 'multicast'),
      badAddress('ff02::1', 'multicast'),
      badAddress('255.255.255.255', 'broadcast'),
      badAddress('db.localhost', 'own machine'),
      badAddress('istio-eastwest.istio-system.svc.cluster.local', 'only its own cluster knows'),
      badAddress('kubernetes.default.svc', 'only its own cluster knows'),
    ],
    right: [
      { title: 'an address', spec: gatewayAt('203.0.113.20') },
      { title: 'an IPv6 address', spec: gatewayAt('2001:db8::20') },
      { title: 'a private address', spec: gatewayAt('10.0.0.20') },
      { title: 'a name', spec: gatewayAt('ew.cluster-b.example.net') },
    ],
  },
  AXC1306: {
    wrong: [
      badHost('kubernetes.default.svc.cluster.local', "the cluster's own DNS"),
      badHost('istiod.istio-system.svc', "the cluster's own DNS"),
      badHost('backend.default.svc.cluster.local', "the cluster's own DNS"),
      badHost('backend.default.svc.corp.internal', "the cluster's own DNS"),
      badHost('catalog.cluster.local', "the cluster's own DNS"),
      badHost('kubernetes.default', 'the namespace "default"'),
      badHost('istiod.istio-system', 'the namespace "istio-system"'),
      badHost('catalog.web', 'the namespace "web"'),
      badHost('db.localhost', 'the own machine'),
      badHost('metadata.google.internal', 'metadata service'),
      {
        title: 'a cluster that is called "cluster"',
        spec: federation({
          clusters: { 'cluster-a': cluster('a'), cluster: cluster('b') },
          services: { 'backend-api': service({ providers: { cluster: provider() } }) },
        }),
        at: 'services.backend-api',
        says: 'give the service a `host`',
      },
    ],
    right: [
      { title: 'a default host', spec: federation() },
      { title: 'a global host', spec: host('catalog.xc.global') },
      { title: 'a domain of somebody that is called svc', spec: host('catalog.svc.corp.example') },
      { title: 'two labels that are nobody’s', spec: host('catalog.example') },
    ],
  },
  AXC1307: {
    wrong: [
      badPath('/a/../b', '/b'),
      badPath('/./a', '/a'),
      badPath('/a//b', '/a/b'),
      badPath('/a%2fb', '/a/b'),
      badPath('/a%2Fb', '/a/b'),
      badPath('/%61pi', '/api'),
      badPath('/a%3f', '/a%3F'),
      badPath('/a\\b', '/a/b'),
      badPath('/api//*', '/api/*'),
      badPath('/search?q=1', '/search'),
      badPath('/page#top', '/page'),
    ],
    right: [
      { title: 'plain paths', spec: path('/', '/api/*', '/api/v1/', '/.well-known/x', '/a%20b', '/a~b', '/files*') },
    ],
  },
  AXC1308: {
    wrong: ['0.0.0.0/0', '0.0.0.0/1', '::/0', '2000::/3'].map((range) => ({
      title: `from ${range}`,
      spec: allowFrom(range),
      at: 'clusters.cluster-b.gateway.allowFrom[0]',
    })),
    right: [{ title: 'from known ranges', spec: allowFrom('198.51.100.0/24', '10.0.0.0/8', '2001:db8::/32') }],
  },
  AXC1309: {
    wrong: [
      {
        title: "a provider in Istio's root Namespace",
        spec: federation({
          services: {
            prometheus: service({
              providers: { 'cluster-b': provider({ namespace: 'istio-system', workload: { app: 'prometheus' } }) },
            }),
          },
        }),
        at: 'services.prometheus.providers.cluster-b.namespace',
        says: 'every pod of the mesh with these labels',
      },
      {
        title: 'a caller there, whose names the sidecars answer',
        spec: federation({ services: { 'backend-api': service({ consumers: [ingress] }) } }),
        at: 'services.backend-api.consumers[0].namespace',
        says: 'DNS',
      },
      {
        title: 'a caller there, and telemetry',
        spec: federation({
          clusters: { 'cluster-a': cluster('a', { dns: 'external' }), 'cluster-b': cluster('b') },
          services: { 'backend-api': service({ consumers: [ingress] }) },
          telemetry: { accessLog: { provider: 'envoy' } },
        }),
        at: 'services.backend-api.consumers[0].namespace',
        says: 'telemetry',
      },
    ],
    right: [
      {
        title: 'a caller there for whom nothing is made',
        spec: federation({
          clusters: { 'cluster-a': cluster('a', { dns: 'external' }), 'cluster-b': cluster('b') },
          services: { 'backend-api': service({ consumers: [ingress] }) },
        }),
      },
      {
        title: 'a local caller there',
        spec: federation({
          services: {
            'backend-api': service({ localCallers: [{ namespace: 'istio-system', serviceAccount: 'prometheus' }] }),
          },
        }),
      },
    ],
  },
};
