import type { PresetName, Protocol } from '../spec/schema.ts';

/** How connections to the thing that speaks on a port behave; which port and protocol it has, `spec/ports.ts` says. */
export interface Preset {
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
  connectTimeout,
  idleTimeout: undefined,
  keepalive: undefined,
  serverFirst: false,
  limits: [],
} as const;

const tcp = {
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

/** The presets. All of them are TCP to Istio but the HTTP family: its filters for databases are off by default. */
export const presets = {
  http: { ...http, retries: { attempts: 2, perTryTimeout: '5s' } },
  http2: { ...http, retries: { attempts: 2, perTryTimeout: '5s' } },
  grpc: { ...http, retries: { attempts: 2, perTryTimeout: undefined } },
  tcp,
  postgres: { ...tcp, idleTimeout: workday, limits: [pooling, users] },
  mysql: { ...tcp, idleTimeout: workday, serverFirst: true, limits: [pooling, users] },
  redis: {
    ...tcp,
    idleTimeout: workday,
    limits: ['Cluster and Sentinel answer with addresses of their own: export each node, or a proxy in front of them.'],
  },
  mongodb: {
    ...tcp,
    idleTimeout: workday,
    limits: [
      users,
      'Drivers dial the members that the server names: export each under its name in the replica set, or connect with `directConnection=true`.',
    ],
  },
  kafka: {
    ...tcp,
    limits: [
      'Clients dial the address that each broker advertises: give the brokers a listener on this port that advertises its federated host.',
      'Users and topics stay with the brokers; consumer groups do not fail over between clusters.',
    ],
  },
  nats: {
    ...tcp,
    serverFirst: true,
    limits: [
      'Servers tell clients the addresses of their peers: set `cluster { no_advertise: true }`, or `client_advertise` to the federated host.',
    ],
  },
  amqp: {
    ...tcp,
    limits: ['RabbitMQ streams (5552) dial the advertised host, like Kafka; clustering ports are not for export.'],
  },
} as const satisfies Record<PresetName, Preset>;

/** The preset of a port that says only its protocol. */
export const presetOfProtocol = { HTTP: 'http', HTTP2: 'http2', GRPC: 'grpc', TCP: 'tcp' } as const satisfies Record<
  Protocol,
  PresetName
>;

/** What a user of a preset has to know, in sentences. */
export const limitsOf = (name: PresetName): readonly string[] => {
  const { limits, serverFirst } = presets[name];
  const banner = 'The server speaks first: a caller that is refused still reads its greeting.';
  return serverFirst ? [...limits, banner] : limits;
};
