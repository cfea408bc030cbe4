import { cluster, federation, provider, service, sharedService } from '../support/federation.ts';
import type { ExamplesByCode } from './examples.ts';

const shop = { namespace: 'shop', serviceAccount: 'frontend' };
const three = { 'cluster-a': cluster('a'), 'cluster-b': cluster('b'), 'cluster-c': cluster('c') };
const withPorts = {
  port: undefined,
  ports: { http: { number: 80, protocol: 'HTTP' }, metrics: { number: 9090, protocol: 'TCP' } },
} as const;
const catalog = (traffic: Parameters<typeof sharedService>[0] = {}) =>
  federation({ services: { catalog: sharedService(traffic) } });
const api = (difference: Parameters<typeof service>[0]) =>
  federation({ services: { 'backend-api': service(difference) } });
/** `backend-api`, and another service. */
const beside = (difference: Parameters<typeof service>[0]) =>
  federation({ services: { 'backend-api': service(), 'backend-v1': service(difference) } });
const canary = () => provider({ workload: { version: 'v1', app: 'backend-api' } });
const ofBackendApi = { providers: { 'cluster-b': provider({ service: 'backend-api' }) } };

const kafka = (name: string, brokers: number) =>
  federation({ services: { [name]: service({ preset: 'kafka', brokers, port: undefined }) } });
const gatewayOn = (port: number) => cluster('b', { gateway: { addresses: ['203.0.113.98'], port } });

/** 12xx */
export const references: ExamplesByCode = {
  AXC1201: {
    wrong: [
      {
        title: 'a provider in a cluster that is not there',
        spec: api({ providers: { 'cluster-x': provider() } }),
        at: 'services.backend-api.providers.cluster-x',
        says: 'did you mean "cluster-a"?',
      },
      {
        title: 'a consumer there',
        spec: api({ consumers: [{ cluster: 'cluster-x', ...shop }] }),
        at: 'services.backend-api.consumers[0].cluster',
      },
      {
        title: 'an order with such a cluster',
        spec: catalog({ traffic: { failover: ['cluster-a', 'cluster-b', 'mars'] } }),
        at: 'services.catalog.traffic.failover[2]',
        says: 'its clusters: cluster-a, cluster-b',
      },
      {
        title: 'weights with such a cluster',
        spec: catalog({ traffic: { weights: { 'cluster-a': 50, 'cluster-b': 50, mars: 0 } } }),
        at: 'services.catalog.traffic.weights.mars',
      },
    ],
    right: [{ title: 'known clusters only', spec: catalog({ traffic: { failover: ['cluster-b', 'cluster-a'] } }) }],
  },
  AXC1202: {
    wrong: [
      {
        title: 'a consumer beside the only provider',
        spec: api({ consumers: [{ cluster: 'cluster-b', ...shop }] }),
        at: 'services.backend-api.consumers[0].cluster',
        says: 'localCallers: - { namespace: shop, serviceAccount: frontend }',
      },
    ],
    right: [
      { title: 'a consumer elsewhere', spec: federation() },
      { title: 'a consumer beside one of several providers', spec: catalog() },
    ],
  },
  AXC1203: {
    wrong: [
      {
        title: 'a consumer twice',
        spec: api({
          consumers: [
            { cluster: 'cluster-a', ...shop },
            { cluster: 'cluster-a', ...shop, allow: { methods: ['GET'] } },
          ],
        }),
        at: 'services.backend-api.consumers[1]',
        says: 'entry 1 of the list',
      },
      {
        title: 'a consumer twice for one port',
        spec: api({
          ...withPorts,
          consumers: [
            { cluster: 'cluster-a', ...shop, ports: ['http'] },
            { cluster: 'cluster-a', ...shop, ports: ['metrics', 'http'] },
          ],
        }),
        at: 'services.backend-api.consumers[1]',
      },
      {
        title: 'a local caller twice',
        spec: api({ localCallers: [shop, shop] }),
        at: 'services.backend-api.localCallers[1]',
      },
      {
        title: 'an address twice, in two spellings',
        spec: federation({
          clusters: {
            ...three,
            'cluster-c': cluster('c', { gateway: { addresses: ['2001:db8::1', '2001:DB8:0::1'] } }),
          },
        }),
        at: 'clusters.cluster-c.gateway.addresses[1]',
      },
      {
        title: 'a range twice',
        spec: federation({
          clusters: {
            ...three,
            'cluster-c': cluster('c', {
              gateway: { addresses: ['203.0.113.9'], allowFrom: ['198.51.100.0/24', '198.51.100.0/24'] },
            }),
          },
        }),
        at: 'clusters.cluster-c.gateway.allowFrom[1]',
      },
      {
        title: 'a service account twice',
        spec: api({ providers: { 'cluster-b': provider({ serviceAccounts: ['backend', 'backend'] }) } }),
        at: 'services.backend-api.providers.cluster-b.serviceAccounts[1]',
      },
      {
        title: 'a method twice',
        spec: api({ consumers: [{ cluster: 'cluster-a', ...shop, allow: { methods: ['GET', 'GET'] } }] }),
        at: 'services.backend-api.consumers[0].allow.methods[1]',
      },
      {
        title: 'a cluster twice in the order',
        spec: catalog({ traffic: { failover: ['cluster-a', 'cluster-b', 'cluster-a'] } }),
        at: 'services.catalog.traffic.failover[2]',
      },
    ],
    right: [
      {
        title: 'one caller with two entries for two ports',
        spec: api({
          ...withPorts,
          consumers: [
            { cluster: 'cluster-a', ...shop, ports: ['http'], allow: { methods: ['GET'] } },
            { cluster: 'cluster-a', ...shop, ports: ['metrics'] },
          ],
        }),
      },
      {
        title: 'one name in two clusters',
        spec: api({
          consumers: [
            { cluster: 'cluster-a', ...shop },
            { cluster: 'cluster-a', namespace: 'shop', serviceAccount: 'orders' },
          ],
        }),
      },
    ],
  },
  AXC1204: {
    wrong: [
      {
        title: 'a provider whose cluster has no gateway',
        spec: federation({ clusters: { ...three, 'cluster-b': { trustDomain: 'cluster-b.example' } } }),
        at: 'services.backend-api.providers.cluster-b',
        says: 'gateway: { addresses: [203.0.113.20] }',
      },
    ],
    right: [
      {
        title: 'a cluster without a gateway that provides nothing',
        spec: federation({ clusters: { ...three, 'cluster-a': { trustDomain: 'cluster-a.example' } } }),
      },
    ],
  },
  AXC1205: {
    wrong: [
      {
        title: 'a host that is written twice',
        spec: federation({
          services: { catalog: sharedService(), 'catalog-v2': sharedService() },
        }),
        at: 'services.catalog-v2.host',
        says: '"catalog" already',
      },
      {
        title: 'a written host that another service gets by its name',
        spec: federation({
          services: { catalog: sharedService({ host: 'backend-api.cluster-b.local' }), 'backend-api': service() },
        }),
        at: 'services.backend-api',
      },
      {
        title: 'a service that is called like a broker',
        spec: federation({
          services: {
            events: service({ preset: 'kafka', port: undefined, brokers: 3 }),
            'events-2': service(),
          },
        }),
        at: 'services.events-2',
      },
      {
        title: 'a loop: each cluster provides the host that it calls in the other',
        spec: federation({
          services: {
            'cart-a': service({
              host: 'cart.xc.global',
              providers: { 'cluster-a': provider() },
              consumers: [{ cluster: 'cluster-b', ...shop }],
            }),
            'cart-b': service({ host: 'cart.xc.global' }),
          },
        }),
        at: 'services.cart-b.host',
      },
      {
        title: 'a common host that is also the host of one of its parts',
        spec: catalog({
          host: 'catalog.cluster-a.local',
          traffic: { weights: { 'cluster-a': 50, 'cluster-b': 50 } },
        }),
        at: 'services.catalog',
        says: 'twice by this service',
      },
    ],
    right: [
      {
        title: 'one service in two clusters under two names',
        spec: federation({ services: { catalog: sharedService(), 'backend-api': service() } }),
      },
    ],
  },
  AXC1206: {
    wrong: [
      {
        title: 'two providers and no host',
        spec: catalog({ host: undefined }),
        at: 'services.catalog',
        says: 'host: catalog.xc.global',
      },
    ],
    right: [
      { title: 'two providers with a host', spec: catalog() },
      { title: 'one provider without', spec: federation() },
    ],
  },
  AXC1207: {
    wrong: [
      {
        title: 'another namespace in the second cluster',
        spec: catalog({ providers: { 'cluster-a': provider(), 'cluster-b': provider({ namespace: 'store' }) } }),
        at: 'services.catalog.providers.cluster-b.namespace',
        says: '"default" in cluster-a',
      },
      {
        title: 'another Service in the second cluster',
        spec: catalog({ providers: { 'cluster-a': provider(), 'cluster-b': provider({ service: 'catalog-v2' }) } }),
        at: 'services.catalog.providers.cluster-b.service',
      },
    ],
    right: [
      {
        title: 'the default name, written out once',
        spec: catalog({ providers: { 'cluster-a': provider(), 'cluster-b': provider({ service: 'catalog' }) } }),
      },
      {
        title: 'other names with weights, which have a host each',
        spec: catalog({
          providers: { 'cluster-a': provider(), 'cluster-b': provider({ namespace: 'store' }) },
          traffic: { weights: { 'cluster-a': 90, 'cluster-b': 10 } },
        }),
      },
    ],
  },
  AXC1208: {
    wrong: [
      {
        title: 'both',
        spec: catalog({
          traffic: { failover: ['cluster-a', 'cluster-b'], weights: { 'cluster-a': 90, 'cluster-b': 10 } },
        }),
        at: 'services.catalog.traffic.weights',
      },
    ],
    right: [
      { title: 'an order', spec: catalog({ traffic: { failover: ['cluster-a', 'cluster-b'] } }) },
      { title: 'weights', spec: catalog({ traffic: { weights: { 'cluster-a': 90, 'cluster-b': 10 } } }) },
    ],
  },
  AXC1209: {
    wrong: [
      {
        title: 'an order of one',
        spec: api({ traffic: { failover: ['cluster-b'] } }),
        at: 'services.backend-api.traffic.failover',
        says: 'a single provider',
      },
      {
        title: 'weights of one',
        spec: api({ traffic: { weights: { 'cluster-b': 100 } } }),
        at: 'services.backend-api.traffic.weights',
      },
      {
        title: 'a provider that the order leaves out',
        spec: catalog({ traffic: { failover: ['cluster-b'] } }),
        at: 'services.catalog.traffic.failover',
        says: 'leaves out "cluster-a"',
      },
      {
        title: 'a weight for a cluster that provides nothing',
        spec: federation({
          clusters: three,
          services: {
            catalog: sharedService({ traffic: { weights: { 'cluster-a': 50, 'cluster-b': 50, 'cluster-c': 0 } } }),
          },
        }),
        at: 'services.catalog.traffic.weights.cluster-c',
        says: 'its providers: cluster-a, cluster-b',
      },
    ],
    right: [{ title: 'every provider, once', spec: catalog({ traffic: { failover: ['cluster-b', 'cluster-a'] } }) }],
  },
  AXC1210: {
    wrong: [
      {
        title: 'more than everything',
        spec: catalog({ traffic: { weights: { 'cluster-a': 90, 'cluster-b': 20 } } }),
        at: 'services.catalog.traffic.weights',
        says: 'add up to 110',
      },
    ],
    right: [{ title: 'all to one', spec: catalog({ traffic: { weights: { 'cluster-a': 100, 'cluster-b': 0 } } }) }],
  },
  AXC1229: {
    wrong: [
      {
        title: 'callers beside one of three providers',
        spec: federation({
          clusters: { ...three, 'cluster-c': cluster('c', { gateway: { addresses: ['203.0.113.30'] } }) },
          services: {
            catalog: sharedService({
              providers: { 'cluster-a': provider(), 'cluster-b': provider(), 'cluster-c': provider() },
              consumers: [{ cluster: 'cluster-a', ...shop }],
            }),
          },
        }),
        at: 'services.catalog.providers',
        says: 'then cluster-b and cluster-c alike',
      },
    ],
    right: [
      {
        title: 'callers beside one of two providers',
        spec: federation({
          clusters: three,
          services: { catalog: sharedService({ consumers: [{ cluster: 'cluster-a', ...shop }] }) },
        }),
      },
    ],
  },
  AXC1211: {
    wrong: [
      {
        title: 'callers of a third cluster, and one gateway known by name',
        spec: federation({
          clusters: { ...three, 'cluster-a': cluster('a', { gateway: { addresses: ['ew.cluster-a.example.net'] } }) },
          services: { catalog: sharedService({ consumers: [{ cluster: 'cluster-c', ...shop }] }) },
        }),
        at: 'services.catalog.providers',
        says: '"ew.cluster-a.example.net" is a name',
      },
      {
        title: 'callers beside one of three providers',
        spec: federation({
          clusters: { ...three, 'cluster-c': cluster('c', { gateway: { addresses: ['ew.cluster-c.example.net'] } }) },
          services: {
            catalog: sharedService({
              providers: { 'cluster-a': provider(), 'cluster-b': provider(), 'cluster-c': provider() },
              consumers: [{ cluster: 'cluster-a', ...shop }],
            }),
          },
        }),
        at: 'services.catalog.providers',
      },
    ],
    right: [
      {
        title: 'callers of a third cluster, and addresses',
        spec: federation({
          clusters: three,
          services: { catalog: sharedService({ consumers: [{ cluster: 'cluster-c', ...shop }] }) },
        }),
      },
      {
        title: 'callers beside one of two providers: only one gateway is elsewhere',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a', { gateway: { addresses: ['ew.cluster-a.example.net'] } }),
            'cluster-b': cluster('b', { gateway: { addresses: ['ew.cluster-b.example.net'] } }),
          },
          services: { catalog: sharedService() },
        }),
      },
      {
        title: 'weights, which have no order',
        spec: federation({
          clusters: { ...three, 'cluster-a': cluster('a', { gateway: { addresses: ['ew.cluster-a.example.net'] } }) },
          services: {
            catalog: sharedService({
              consumers: [{ cluster: 'cluster-c', ...shop }],
              traffic: { weights: { 'cluster-a': 50, 'cluster-b': 50 } },
            }),
          },
        }),
      },
    ],
  },
  AXC1212: {
    wrong: [
      {
        title: 'one context',
        spec: federation({
          clusters: { 'cluster-a': cluster('a', { context: 'prod' }), 'cluster-b': cluster('b', { context: 'prod' }) },
        }),
        at: 'clusters.cluster-b.context',
      },
      {
        title: 'one UID, in two spellings',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a', { uid: '5c1d6f0e-2b7a-4c8e-9d1f-3a5b7c9d1e2f' }),
            'cluster-b': cluster('b', { uid: '5C1D6F0E-2B7A-4C8E-9D1F-3A5B7C9D1E2F' }),
          },
        }),
        at: 'clusters.cluster-b.uid',
      },
    ],
    right: [
      {
        title: 'two contexts',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a', { context: 'prod-a' }),
            'cluster-b': cluster('b', { context: 'prod-b' }),
          },
        }),
      },
    ],
  },
  AXC1213: {
    wrong: [
      {
        title: 'one address and port',
        spec: federation({
          clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway: cluster('a').gateway }) },
        }),
        at: 'clusters.cluster-b.gateway.addresses[0]',
      },
    ],
    right: [
      {
        title: 'one address with two ports',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a'),
            'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.97'], port: 15444 } }),
          },
        }),
      },
    ],
  },
  AXC1214: {
    wrong: [
      {
        title: 'no port and no preset',
        spec: api({ port: undefined }),
        at: 'services.backend-api',
        says: 'port: { number: 80, protocol: HTTP }',
      },
      {
        title: 'a preset that knows no number',
        spec: api({ port: undefined, preset: 'grpc' }),
        at: 'services.backend-api',
        says: 'the preset "grpc" knows none',
      },
      {
        title: 'a port without a number',
        spec: api({ port: { protocol: 'HTTP' } }),
        at: 'services.backend-api.port',
      },
      {
        title: 'one of several ports without a number',
        spec: api({ port: undefined, ports: { http: { number: 80, protocol: 'HTTP' }, admin: { protocol: 'HTTP' } } }),
        at: 'services.backend-api.ports.admin',
      },
      {
        title: '`port` and `ports`',
        spec: api({ ports: { http: { number: 80, protocol: 'HTTP' } } }),
        at: 'services.backend-api.ports',
        says: 'both',
      },
    ],
    right: [
      { title: 'a preset that knows its number', spec: api({ port: undefined, preset: 'postgres' }) },
      {
        title: 'a preset whose number is not the usual one',
        spec: api({ port: { number: 5433 }, preset: 'postgres' }),
      },
      { title: 'several ports', spec: api(withPorts) },
    ],
  },
  AXC1215: {
    wrong: [
      {
        title: 'a number only',
        spec: api({ port: { number: 80 } }),
        at: 'services.backend-api.port',
      },
      {
        title: 'one of several ports with a number only',
        spec: api({ port: undefined, ports: { http: { number: 80, protocol: 'HTTP' }, admin: { number: 81 } } }),
        at: 'services.backend-api.ports.admin',
      },
    ],
    right: [{ title: 'a preset speaks for the port', spec: api({ port: { number: 8080 }, preset: 'http' }) }],
  },
  AXC1216: {
    wrong: [
      {
        title: 'a database that speaks HTTP',
        spec: api({ port: { number: 5432, protocol: 'HTTP' }, preset: 'postgres' }),
        at: 'services.backend-api.port.protocol',
      },
    ],
    right: [
      { title: 'the same, said twice', spec: api({ port: { number: 5432, protocol: 'TCP' }, preset: 'postgres' }) },
    ],
  },
  AXC1217: {
    wrong: [
      {
        title: 'one number for two names',
        spec: api({
          port: undefined,
          ports: { http: { number: 80, protocol: 'HTTP' }, admin: { number: 80, protocol: 'HTTP' } },
        }),
        at: 'services.backend-api.ports.admin.number',
      },
      {
        title: 'one port of the workload as HTTP and as TCP',
        spec: api({
          port: undefined,
          ports: {
            http: { number: 80, targetPort: 8080, protocol: 'HTTP' },
            raw: { number: 81, targetPort: 8080, protocol: 'TCP' },
          },
        }),
        at: 'services.backend-api.ports.raw.targetPort',
      },
    ],
    right: [
      {
        title: 'two numbers for one HTTP port of the workload',
        spec: api({
          port: undefined,
          ports: {
            http: { number: 80, targetPort: 8080, protocol: 'HTTP' },
            alt: { number: 8080, protocol: 'HTTP' },
          },
        }),
      },
    ],
  },
  AXC1218: {
    wrong: [
      {
        title: 'a port that is not there',
        spec: api({ ...withPorts, consumers: [{ cluster: 'cluster-a', ...shop, ports: ['http', 'metric'] }] }),
        at: 'services.backend-api.consumers[0].ports[1]',
        says: 'did you mean "metrics"?',
      },
      {
        title: 'a name for the one port without a name',
        spec: api({ consumers: [{ cluster: 'cluster-a', ...shop, ports: ['http'] }] }),
        at: 'services.backend-api.consumers[0].ports[0]',
        says: 'remove `ports`',
      },
    ],
    right: [
      {
        title: 'ports that are there',
        spec: api({ ...withPorts, consumers: [{ cluster: 'cluster-a', ...shop, ports: ['metrics'] }] }),
      },
    ],
  },
  AXC1219: {
    wrong: [
      {
        title: 'methods for a database',
        spec: api({
          preset: 'postgres',
          port: undefined,
          consumers: [{ cluster: 'cluster-a', ...shop, allow: { methods: ['GET'] } }],
        }),
        at: 'services.backend-api.consumers[0].allow',
        says: 'this service speaks TCP',
      },
      {
        title: 'methods for all ports, of which one is TCP',
        spec: api({ ...withPorts, consumers: [{ cluster: 'cluster-a', ...shop, allow: { methods: ['GET'] } }] }),
        at: 'services.backend-api.consumers[0].allow',
        says: 'name the HTTP ports in `ports`',
      },
    ],
    right: [
      {
        title: 'methods for the HTTP port',
        spec: api({
          ...withPorts,
          consumers: [{ cluster: 'cluster-a', ...shop, ports: ['http'], allow: { methods: ['GET'] } }],
        }),
      },
    ],
  },
  AXC1220: {
    wrong: [
      {
        title: 'a time-out of requests to a database',
        spec: api({ preset: 'postgres', port: undefined, traffic: { timeout: '10s' } }),
        at: 'services.backend-api.traffic.timeout',
      },
      {
        title: 'retries of requests to a broker',
        spec: api({ preset: 'nats', port: undefined, traffic: { retries: { attempts: 2 } } }),
        at: 'services.backend-api.traffic.retries',
      },
    ],
    right: [
      { title: 'a time-out where one port of two is HTTP', spec: api({ ...withPorts, traffic: { timeout: '10s' } }) },
      {
        title: 'limits of connections to a database',
        spec: api({ preset: 'postgres', port: undefined, traffic: { connections: { connectTimeout: '2s' } } }),
      },
    ],
  },
  AXC1221: {
    wrong: [
      {
        title: 'kafka without brokers',
        spec: api({ preset: 'kafka', port: undefined }),
        at: 'services.backend-api',
        says: 'brokers: 3',
      },
      {
        title: 'brokers of a web server',
        spec: api({ brokers: 3 }),
        at: 'services.backend-api.brokers',
      },
      {
        title: 'a StatefulSet without kafka',
        spec: api({ providers: { 'cluster-b': provider({ statefulSet: 'backend' }) } }),
        at: 'services.backend-api.providers.cluster-b.statefulSet',
      },
      {
        title: 'one host for all brokers',
        spec: api({ preset: 'kafka', port: undefined, brokers: 3, host: 'events.xc.global' }),
        at: 'services.backend-api.host',
      },
      {
        title: 'several ports of a broker',
        spec: api({ preset: 'kafka', port: undefined, brokers: 3, ports: { clients: { number: 9094 } } }),
        at: 'services.backend-api.ports',
      },
      {
        title: 'a kafka in two clusters',
        spec: api({
          preset: 'kafka',
          port: undefined,
          brokers: 3,
          providers: { 'cluster-a': provider(), 'cluster-b': provider() },
        }),
        at: 'services.backend-api.providers',
      },
    ],
    right: [
      {
        title: 'kafka with brokers of a StatefulSet',
        spec: api({
          preset: 'kafka',
          port: undefined,
          brokers: 3,
          providers: { 'cluster-b': provider({ statefulSet: 'kafka' }) },
        }),
      },
    ],
  },
  AXC1222: {
    wrong: [
      { title: 'an address for HTTP', spec: api({ address: '241.10.0.1' }), at: 'services.backend-api.address' },
      {
        title: 'an address for a host with several',
        spec: catalog({ port: { number: 5432, protocol: 'TCP' }, address: '241.10.0.1' }),
        at: 'services.catalog.address',
        says: 'several providers',
      },
      {
        title: 'the own machine',
        spec: api({ preset: 'postgres', port: undefined, address: '127.0.0.1' }),
        at: 'services.backend-api.address',
        says: 'loopback',
      },
      {
        title: 'an address that Istio may allocate',
        spec: api({ preset: 'postgres', port: undefined, address: '240.240.0.7' }),
        at: 'services.backend-api.address',
        says: '240.240.0.0/16',
      },
      {
        title: 'the address of a gateway',
        spec: api({ preset: 'postgres', port: undefined, address: '203.0.113.98' }),
        at: 'services.backend-api.address',
        says: 'the gateway of "cluster-b"',
      },
      {
        title: 'an address among those of brokers',
        spec: federation({
          services: {
            events: service({ preset: 'kafka', port: undefined, brokers: 3, address: '241.10.0.1' }),
            'orders-db': service({ preset: 'postgres', port: undefined, address: '241.10.0.3' }),
          },
        }),
        at: 'services.orders-db.address',
        says: '"events" has this address',
      },
    ],
    right: [
      {
        title: 'neighbours',
        spec: federation({
          services: {
            events: service({ preset: 'kafka', port: undefined, brokers: 3, address: '241.10.0.1' }),
            'orders-db': service({ preset: 'postgres', port: undefined, address: '241.10.0.4' }),
          },
        }),
      },
    ],
  },
  AXC1223: {
    wrong: [
      {
        title: 'a range that begins in its middle',
        spec: federation({ addressRange: '241.1.2.3/16' }),
        at: 'addressRange',
        says: 'write 241.1.0.0/16',
      },
      { title: 'a small range', spec: federation({ addressRange: '241.1.2.0/25' }), at: 'addressRange' },
      { title: 'the range of Istio', spec: federation({ addressRange: '240.0.0.0/8' }), at: 'addressRange' },
      { title: 'everything', spec: federation({ addressRange: '0.0.0.0/0' }), at: 'addressRange' },
      { title: 'the own machine', spec: federation({ addressRange: '127.0.0.0/8' }), at: 'addressRange' },
      {
        title: 'the range of a gateway',
        spec: federation({ addressRange: '203.0.0.0/8' }),
        at: 'addressRange',
        says: 'the gateway of "cluster-a"',
      },
    ],
    right: [
      { title: 'the default', spec: federation() },
      { title: 'a private range', spec: federation({ addressRange: '10.200.0.0/16' }) },
      { title: 'a range for a few', spec: federation({ addressRange: '10.200.7.0/24' }) },
    ],
  },
  AXC1224: {
    wrong: [
      {
        title: 'one provider with one address',
        spec: api({ traffic: { outlierDetection: {} } }),
        at: 'services.backend-api.traffic.outlierDetection',
        says: '"cluster-b" as a single endpoint',
      },
      {
        title: 'weights over gateways with one address each',
        spec: catalog({ traffic: { weights: { 'cluster-a': 90, 'cluster-b': 10 }, outlierDetection: {} } }),
        at: 'services.catalog.traffic.outlierDetection',
      },
    ],
    right: [
      {
        title: 'one provider with two addresses',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a'),
            'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.20', '203.0.113.21'] } }),
          },
          services: { 'backend-api': service({ traffic: { outlierDetection: {} } }) },
        }),
      },
      { title: 'failover', spec: catalog({ traffic: { outlierDetection: { consecutiveErrors: 3 } } }) },
    ],
  },
  AXC1225: {
    wrong: [
      {
        title: 'failover with retries that take their time',
        spec: catalog({ traffic: { retries: { attempts: 2 } } }),
        at: 'services.catalog.traffic',
      },
      {
        title: 'failover of gRPC, which has no default',
        spec: catalog({ preset: 'grpc', port: { number: 9000 } }),
        at: 'services.catalog',
      },
      {
        title: 'two addresses, and retries turned off',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a'),
            'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.20', '203.0.113.21'] } }),
          },
          services: { 'backend-api': service({ traffic: { retries: { attempts: 0 } } }) },
        }),
        at: 'services.backend-api.traffic',
        says: 'several addresses',
      },
    ],
    right: [
      { title: 'failover with the default time per try', spec: catalog() },
      { title: 'failover with a time-out', spec: catalog({ traffic: { retries: { attempts: 2 }, timeout: '10s' } }) },
      { title: 'a single way', spec: api({ traffic: { retries: { attempts: 2 } } }) },
      { title: 'failover of TCP, which nothing helps', spec: catalog({ port: { number: 5432, protocol: 'TCP' } }) },
    ],
  },
  AXC1226: {
    wrong: [
      {
        title: 'three tries of 3s in 5s',
        spec: api({ traffic: { timeout: '5s', retries: { attempts: 2, perTryTimeout: '3s' } } }),
        at: 'services.backend-api.traffic.timeout',
        says: 'raise it to 9s',
      },
    ],
    right: [
      {
        title: 'three tries of 3s in 9s',
        spec: api({ traffic: { timeout: '9s', retries: { attempts: 2, perTryTimeout: '3s' } } }),
      },
      { title: 'a time-out alone', spec: api({ traffic: { timeout: '1s' } }) },
    ],
  },
  AXC1230: {
    wrong: [
      {
        title: 'pods that another service selects too, with another port',
        spec: beside({ port: { number: 81, protocol: 'HTTP' }, providers: { 'cluster-b': canary() } }),
        at: 'services.backend-v1.providers.cluster-b.workload',
        says: '"backend-api" selects them, too',
      },
      {
        title: 'the wider labels second',
        spec: federation({
          services: {
            'backend-v1': service({ port: { number: 81, protocol: 'HTTP' }, providers: { 'cluster-b': canary() } }),
            'backend-api': service(),
          },
        }),
        at: 'services.backend-v1.providers.cluster-b.workload',
      },
    ],
    right: [
      {
        title: 'the same labels',
        spec: beside({ port: { number: 81, protocol: 'HTTP' } }),
      },
      {
        title: 'labels that tell the pods apart',
        spec: beside({
          port: { number: 81, protocol: 'HTTP' },
          providers: { 'cluster-b': provider({ workload: { app: 'backend-v1', version: 'v1' } }) },
        }),
      },
      {
        title: 'some of the pods of another service, with the same port: their policies say the same of it',
        spec: beside({ providers: { 'cluster-b': canary() } }),
      },
      {
        title: 'pods of another Namespace',
        spec: beside({
          port: { number: 81, protocol: 'HTTP' },
          providers: { 'cluster-b': { ...canary(), namespace: 'store' } },
        }),
      },
      {
        title: 'pods of another cluster',
        spec: beside({
          port: { number: 81, protocol: 'HTTP' },
          providers: { 'cluster-a': canary() },
          consumers: [{ cluster: 'cluster-b', ...shop }],
        }),
      },
    ],
  },
  AXC1231: {
    wrong: [
      {
        title: 'one Service port as HTTP and as TCP',
        spec: beside({ ...ofBackendApi, port: { number: 80, targetPort: 8080, protocol: 'TCP' } }),
        at: 'services.backend-v1.port.protocol',
        says: 'HTTP for "backend-api"',
      },
      {
        title: 'one Service port as HTTP and, by its preset, as TCP',
        spec: beside({ ...ofBackendApi, preset: 'redis', port: { number: 80, targetPort: 8080 } }),
        at: 'services.backend-v1.port.protocol',
      },
      {
        title: 'one Service port with two ports of the workload',
        spec: beside({ ...ofBackendApi, port: { number: 80, targetPort: 8081, protocol: 'HTTP' } }),
        at: 'services.backend-v1.port.targetPort',
        says: 'leads to port 8081',
      },
      {
        title: 'one Service port with other pods',
        spec: beside({
          providers: { 'cluster-b': provider({ service: 'backend-api', workload: { app: 'backend-v1' } }) },
        }),
        at: 'services.backend-v1.providers.cluster-b.workload',
      },
      {
        title: 'one port of the pods as HTTP and, of another Service, as TCP',
        spec: beside({ port: { number: 81, targetPort: 8080, protocol: 'TCP' } }),
        at: 'services.backend-v1.port.protocol',
        says: 'port 8080 of the workload',
      },
      {
        title: 'a contradiction in every cluster, said once',
        spec: federation({
          services: {
            catalog: sharedService(),
            'catalog-raw': sharedService({
              host: 'raw.xc.global',
              port: { number: 80, targetPort: 8080, protocol: 'TCP' },
              providers: {
                'cluster-a': provider({ service: 'catalog' }),
                'cluster-b': provider({ service: 'catalog' }),
              },
            }),
          },
        }),
        at: 'services.catalog-raw.port.protocol',
      },
    ],
    right: [
      { title: 'one Service port under two names', spec: beside(ofBackendApi) },
      { title: 'two ports of one Service', spec: beside({ ...ofBackendApi, port: { number: 81, protocol: 'TCP' } }) },
      {
        title: 'HTTP and gRPC, which one port can speak',
        spec: beside({ ...ofBackendApi, port: { number: 80, targetPort: 8080, protocol: 'GRPC' } }),
      },
      {
        title: 'Services of other Namespaces',
        spec: beside({
          port: { number: 80, protocol: 'TCP' },
          providers: { 'cluster-b': provider({ service: 'backend-api', namespace: 'store' }) },
        }),
      },
    ],
  },
  AXC1232: {
    wrong: [
      {
        title: 'two ports of one workload port, and a caller of one of them',
        spec: api({
          port: undefined,
          ports: {
            public: { number: 80, targetPort: 8080, protocol: 'HTTP' },
            admin: { number: 8081, targetPort: 8080, protocol: 'HTTP' },
          },
          consumers: [{ cluster: 'cluster-a', ...shop, ports: ['public'] }],
        }),
        at: 'services.backend-api.ports.admin.targetPort',
        says: 'port 8080 of the workload is "public", too, and has other callers there',
      },
      {
        title: 'the same caller, and other paths',
        spec: api({
          port: undefined,
          ports: {
            public: { number: 80, targetPort: 8080, protocol: 'HTTP' },
            admin: { number: 8081, targetPort: 8080, protocol: 'HTTP' },
          },
          consumers: [
            { cluster: 'cluster-a', ...shop, ports: ['public'] },
            { cluster: 'cluster-a', ...shop, ports: ['admin'], allow: { methods: ['GET'] } },
          ],
        }),
        at: 'services.backend-api.ports.admin.targetPort',
      },
      {
        title: 'two services of one port, and only one of them has local callers',
        spec: beside({ ...ofBackendApi, localCallers: 'any' }),
        at: 'services.backend-v1.port.targetPort',
        says: '"backend-api"',
      },
      {
        title: 'two services of one port with different callers',
        spec: beside({ consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount: 'admin' }] }),
        at: 'services.backend-v1.port.targetPort',
        says: 'give both the same callers',
      },
    ],
    right: [
      {
        title: 'two ports with the same callers',
        spec: api({
          port: undefined,
          ports: {
            public: { number: 80, targetPort: 8080, protocol: 'HTTP' },
            old: { number: 8081, targetPort: 8080, protocol: 'HTTP' },
          },
        }),
      },
      {
        title: 'two services with the same callers, in another order',
        spec: federation({
          services: {
            'backend-api': service({
              consumers: [
                { cluster: 'cluster-a', ...shop },
                { cluster: 'cluster-a', namespace: 'web', serviceAccount: 'web' },
              ],
            }),
            'backend-v1': service({
              consumers: [
                { cluster: 'cluster-a', namespace: 'web', serviceAccount: 'web' },
                { cluster: 'cluster-a', ...shop },
              ],
            }),
          },
        }),
      },
      {
        title: 'a local caller of another port of the workload',
        spec: beside({ localCallers: [{ namespace: 'ops', serviceAccount: 'ops', ports: [9090] }] }),
      },
      {
        title: 'other callers of other pods',
        spec: beside({
          providers: { 'cluster-b': canary() },
          consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount: 'admin' }],
        }),
      },
      {
        title: 'other callers of another port',
        spec: api({
          ...withPorts,
          consumers: [
            { cluster: 'cluster-a', ...shop, ports: ['http'] },
            { cluster: 'cluster-a', namespace: 'ops', serviceAccount: 'ops', ports: ['metrics'] },
          ],
        }),
      },
    ],
  },
  AXC1233: {
    wrong: [
      {
        title: 'callers beside a provider, and another one in the same region',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a', { region: 'eu' }),
            'cluster-b': cluster('b', { region: 'eu' }),
          },
          services: { catalog: sharedService() },
        }),
        at: 'clusters.cluster-b.region',
        says: 'callers of "catalog" in cluster-a',
      },
      {
        title: 'the second cluster with callers has a neighbour, the first one has none',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a'),
            'cluster-b': cluster('b', { region: 'eu' }),
            'cluster-c': cluster('c', { region: 'eu' }),
          },
          services: {
            catalog: sharedService({
              providers: { 'cluster-a': provider(), 'cluster-b': provider(), 'cluster-c': provider() },
            }),
          },
        }),
        at: 'clusters.cluster-c.region',
        says: 'callers of "catalog" in cluster-b',
      },
    ],
    right: [
      {
        title: 'regions of their own',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a', { region: 'eu' }),
            'cluster-b': cluster('b', { region: 'us' }),
          },
          services: { catalog: sharedService() },
        }),
      },
      { title: 'no region', spec: catalog() },
      {
        title: 'callers beside no provider',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a', { region: 'eu' }),
            'cluster-b': cluster('b', { region: 'eu' }),
            'cluster-c': cluster('c'),
          },
          services: {
            catalog: sharedService({ consumers: [{ cluster: 'cluster-c', namespace: 'web', serviceAccount: 'web' }] }),
          },
        }),
      },
      {
        title: 'weights, which know no order',
        spec: federation({
          clusters: {
            'cluster-a': cluster('a', { region: 'eu' }),
            'cluster-b': cluster('b', { region: 'eu' }),
          },
          services: { catalog: sharedService({ traffic: { weights: { 'cluster-a': 50, 'cluster-b': 50 } } }) },
        }),
      },
    ],
  },
  AXC1234: {
    wrong: [
      {
        title: 'failover, and one try more',
        spec: catalog({ traffic: { retries: { attempts: 1, perTryTimeout: '2s' } } }),
        at: 'services.catalog.traffic.retries.attempts',
        says: 'attempts: 2',
      },
      {
        title: 'a time per try, and no tries',
        spec: api({ traffic: { retries: { attempts: 0, perTryTimeout: '2s' } } }),
        at: 'services.backend-api.traffic.retries.perTryTimeout',
        says: '`timeout`',
      },
    ],
    right: [
      {
        title: 'failover, and two tries more',
        spec: catalog({ traffic: { retries: { attempts: 2, perTryTimeout: '2s' } } }),
      },
      { title: 'failover, and nothing said', spec: catalog() },
      {
        title: 'failover, and retries turned off',
        spec: catalog({ traffic: { timeout: '5s', retries: { attempts: 0 } } }),
      },
      { title: 'one provider, and one try more', spec: api({ traffic: { retries: { attempts: 1 } } }) },
    ],
  },
  AXC1235: {
    wrong: [
      {
        title: "a local caller of the Service's port",
        spec: api({ localCallers: [{ namespace: 'ops', serviceAccount: 'ops', ports: [9090, 80] }] }),
        at: 'services.backend-api.localCallers[0].ports[1]',
        says: 'did you mean 8080?',
      },
    ],
    right: [
      {
        title: 'ports of the workload',
        spec: api({ localCallers: [{ namespace: 'ops', serviceAccount: 'ops', ports: [8080, 9090] }] }),
      },
      {
        title: 'a number that is both',
        spec: api({
          port: undefined,
          ports: {
            http: { number: 80, targetPort: 8080, protocol: 'HTTP' },
            other: { number: 8080, targetPort: 80, protocol: 'HTTP' },
          },
          localCallers: [{ namespace: 'ops', serviceAccount: 'ops', ports: [80] }],
        }),
      },
    ],
  },
  AXC1236: {
    wrong: [
      {
        title: 'a caller of gRPC that may only GET',
        spec: api({
          port: { number: 80, protocol: 'GRPC' },
          consumers: [{ cluster: 'cluster-a', ...shop, allow: { methods: ['GET'] } }],
        }),
        at: 'services.backend-api.consumers[0].allow.methods',
        says: 'POST',
      },
      {
        title: 'a preset of gRPC',
        spec: api({
          preset: 'grpc',
          port: { number: 80 },
          consumers: [{ cluster: 'cluster-a', ...shop, allow: { methods: ['GET'], paths: ['/shop.Orders/*'] } }],
        }),
        at: 'services.backend-api.consumers[0].allow.methods',
      },
    ],
    right: [
      {
        title: 'POST',
        spec: api({
          port: { number: 80, protocol: 'GRPC' },
          consumers: [{ cluster: 'cluster-a', ...shop, allow: { methods: ['POST'] } }],
        }),
      },
      {
        title: 'HTTP beside it',
        spec: api({
          port: undefined,
          ports: { grpc: { number: 80, protocol: 'GRPC' }, http: { number: 8080, protocol: 'HTTP' } },
          consumers: [{ cluster: 'cluster-a', ...shop, allow: { methods: ['GET'] } }],
        }),
      },
      {
        title: 'GET over HTTP',
        spec: api({ consumers: [{ cluster: 'cluster-a', ...shop, allow: { methods: ['GET'] } }] }),
      },
    ],
  },
  AXC1240: {
    wrong: [
      {
        title: 'two characters more than a label has',
        spec: kafka('k'.repeat(63), 3),
        at: `services.${'k'.repeat(63)}`,
        says: 'at most 61 characters',
      },
      { title: 'the eleventh broker', spec: kafka('k'.repeat(61), 11), at: `services.${'k'.repeat(61)}` },
    ],
    right: [
      { title: 'just enough', spec: kafka('k'.repeat(61), 10) },
      { title: 'a long name of one host', spec: federation({ services: { ['k'.repeat(63)]: service() } }) },
    ],
  },
  AXC1241: {
    wrong: [
      ...[15000, 15001, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090].map((targetPort) => ({
        title: `a workload on ${targetPort}`,
        spec: api({ port: { number: 80, targetPort, protocol: 'HTTP' as const } }),
        at: 'services.backend-api.port.targetPort',
        says: 'listen on another port',
      })),
      {
        title: 'the same on both sides',
        spec: api({ port: { number: 15001, protocol: 'TCP' } }),
        at: 'services.backend-api.port.number',
      },
      {
        title: 'one of several ports',
        spec: api({
          port: undefined,
          ports: { http: { number: 80, targetPort: 8080, protocol: 'HTTP' }, x: { number: 15090, protocol: 'TCP' } },
        }),
        at: 'services.backend-api.ports.x.number',
      },
      {
        title: 'an HTTP port that nobody can dial',
        spec: api({ port: { number: 15006, targetPort: 8080, protocol: 'HTTP' } }),
        at: 'services.backend-api.port.number',
        says: '`targetPort` may stay',
      },
      ...[15000, 15020, 15021, 15090].map((port) => ({
        title: `a gateway on ${port}`,
        spec: federation({ clusters: { 'cluster-a': cluster('a'), 'cluster-b': gatewayOn(port) } }),
        at: 'clusters.cluster-b.gateway.port',
        says: '15443',
      })),
    ],
    right: [
      {
        title: 'ports beside them',
        spec: api({ port: { number: 15002, targetPort: 15443, protocol: 'HTTP' } }),
      },
      {
        title: 'a TCP port, for which addresses keep it apart',
        spec: api({ port: { number: 15001, targetPort: 5432, protocol: 'TCP' } }),
      },
      // A gateway captures no calls.
      ...[15001, 15006, 15008, 15443].map((port) => ({
        title: `a gateway on ${port}`,
        spec: federation({ clusters: { 'cluster-a': cluster('a'), 'cluster-b': gatewayOn(port) } }),
      })),
    ],
  },
};
