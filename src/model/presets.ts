import type { PresetName, Protocol } from '../spec/schema.ts';

/** What we know of the thing that speaks on a port. */
export interface Preset {
  readonly protocol: Protocol;
  /** Its usual port; `undefined` where there is none. */
  readonly port: number | undefined;
  readonly connectTimeout: string;
  /** When an idle TCP connection is closed. Envoy's own default is an hour, which kills idle pools of databases. */
  readonly idleTimeout: string | undefined;
  readonly keepalive: { readonly time: string; readonly interval: string; readonly probes: number } | undefined;
  /** Retries where the spec says nothing. */
  readonly retries: { readonly attempts: number; readonly perTryTimeout: string | undefined };
  /** The server speaks first: its greeting goes out before a policy can refuse the caller. */
  readonly serverFirst: boolean;
  /** What the mesh can't do for it, for the user's eyes; each is a sentence. */
  readonly limits: readonly string[];
}

const connectTimeout = '3s';
/** A dead peer is noticed after 300s + 3 × 60s, below the idle limits of most load balancers' connection tables. */
const keepalive = { time: '300s', interval: '60s', probes: 3 } as const;
const hour = '1h';
const workday = '8h';

const http = {
  port: undefined,
  connectTimeout,
  idleTimeout: undefined,
  keepalive: undefined,
  serverFirst: false,
  limits: [],
} as const;

const tcp = {
  protocol: 'TCP',
  port: undefined,
  connectTimeout,
  idleTimeout: hour,
  keepalive,
  retries: { attempts: 0, perTryTimeout: undefined },
  serverFirst: false,
  limits: [],
} as const;

const pooling =
  'Envoy opens one connection to the server for each one of a client: `maxPerClientPod` is a cap, not a pool. For a pool, run PgBouncer, ProxySQL or the like beside the server and export that.';
const users = 'The mesh authorizes callers, not database users: roles and tables stay with the server.';
const banner = 'The server speaks first: a caller that is refused still reads its greeting.';

/** The presets. All of them are TCP to Istio but the HTTP family: its filters for databases are off by default. */
export const presets = {
  http: { ...http, protocol: 'HTTP', retries: { attempts: 2, perTryTimeout: '5s' } },
  http2: { ...http, protocol: 'HTTP2', retries: { attempts: 2, perTryTimeout: '5s' } },
  grpc: { ...http, protocol: 'GRPC', retries: { attempts: 2, perTryTimeout: undefined } },
  tcp,
  postgres: { ...tcp, port: 5432, idleTimeout: workday, limits: [pooling, users] },
  mysql: { ...tcp, port: 3306, idleTimeout: workday, serverFirst: true, limits: [pooling, users, banner] },
  redis: {
    ...tcp,
    port: 6379,
    idleTimeout: workday,
    limits: ['Cluster and Sentinel answer with addresses of their own: export each node, or a proxy in front of them.'],
  },
  mongodb: {
    ...tcp,
    port: 27017,
    idleTimeout: workday,
    limits: [
      users,
      'Drivers dial the members that the server names: export each under its name in the replica set, or connect with `directConnection=true`.',
    ],
  },
  kafka: {
    ...tcp,
    port: 9094,
    limits: [
      'Clients dial the address that each broker advertises: give the brokers a listener on this port that advertises its federated host.',
      'Users and topics stay with the brokers; consumer groups do not fail over between clusters.',
    ],
  },
  nats: {
    ...tcp,
    port: 4222,
    serverFirst: true,
    limits: [
      banner,
      'Servers tell clients the addresses of their peers: set `cluster { no_advertise: true }`, or `client_advertise` to the federated host.',
    ],
  },
  amqp: {
    ...tcp,
    port: 5672,
    limits: ['RabbitMQ streams (5552) dial the advertised host, like Kafka; clustering ports are not for export.'],
  },
} as const satisfies Record<PresetName, Preset>;

/** The preset of a port that says only its protocol. */
export const presetOfProtocol = { HTTP: 'http', HTTP2: 'http2', GRPC: 'grpc', TCP: 'tcp' } as const satisfies Record<
  Protocol,
  PresetName
>;
