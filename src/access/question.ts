import type { Service } from '../model/federation.ts';
import { principal } from '../model/identity.ts';
import { isHttp } from '../model/ports.ts';
import type { Site } from './sites.ts';

/** Who calls. `*` stands for anybody whom no object names. */
export interface Caller {
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Without one it calls in plaintext, and has no identity. */
  readonly sidecar: boolean;
}

/** What is called. */
export interface AskedPort {
  /** What the caller dials, and what the workload listens on. */
  readonly number: number;
  readonly targetPort: number;
  readonly name: string | undefined;
  readonly http: boolean;
  /** The spec has it; of another port only the workload's number is known. */
  readonly exported: boolean;
}

export interface Question {
  readonly caller: Caller;
  readonly service: Service;
  /** As callers in other clusters know it. */
  readonly host: string;
  readonly port: AskedPort;
  readonly method: string | undefined;
  readonly path: string | undefined;
}

export const exportedPorts = ({ ports }: Service): AskedPort[] =>
  ports.map((port) => ({
    number: port.number,
    targetPort: port.targetPort,
    name: port.name,
    http: isHttp(port),
    exported: true,
  }));

/** A port of the workload that the spec doesn't have: Istio looks at the bytes to see what is spoken. */
export const otherPort = (number: number, http: boolean): AskedPort => ({
  number,
  targetPort: number,
  name: undefined,
  http,
  exported: false,
});

/** Whoever it is, it is nobody whom an object names. */
const anybody = 'anybody-else';

export function principalOf({ namespace, serviceAccount }: Caller, { cluster }: Site): string {
  const name = (text: string): string => (text === '*' ? anybody : text);
  return principal(cluster.trustDomain, name(namespace), name(serviceAccount));
}
