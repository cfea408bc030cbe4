import { dump } from 'js-yaml';
import type * as z from 'zod';
import type { federationSpec } from '../../src/spec/schema.ts';

/** A spec as it is written: with defaults left out. */
export type FederationInput = z.input<typeof federationSpec>;
export type ServiceInput = FederationInput['services'][string];
export type ClusterInput = FederationInput['clusters'][string];

/**
 * A valid spec: `backend-api` runs in cluster-b, and the frontend of cluster-a calls it. A test states its difference: top-level
 * keys are replaced.
 */
export const federation = (difference: Partial<FederationInput> = {}): FederationInput => ({
  apiVersion: 'aegis-xc.dev/v1alpha1',
  kind: 'Federation',
  metadata: { name: 'shop' },
  clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b') },
  services: { 'backend-api': service() },
  ...difference,
});

/** Cluster `a`, `b`, …: each with a trust domain and a gateway of its own. */
export const cluster = (letter: string, difference: Partial<ClusterInput> = {}): ClusterInput => ({
  trustDomain: `cluster-${letter}.example`,
  gateway: { addresses: [`203.0.113.${letter.charCodeAt(0)}`] },
  ...difference,
});

/** HTTP on port 80, provided by cluster-b, called by the frontend of cluster-a. */
export const service = (difference: Partial<ServiceInput> = {}): ServiceInput => ({
  port: { number: 80, targetPort: 8080, protocol: 'HTTP' },
  providers: { 'cluster-b': provider() },
  consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount: 'frontend' }],
  localCallers: [],
  ...difference,
});

/** The same in cluster-a and cluster-b, called from both. */
export const sharedService = (difference: Partial<ServiceInput> = {}): ServiceInput =>
  service({
    host: 'catalog.xc.global',
    providers: { 'cluster-a': provider(), 'cluster-b': provider() },
    consumers: [
      { cluster: 'cluster-a', namespace: 'web', serviceAccount: 'web' },
      { cluster: 'cluster-b', namespace: 'web', serviceAccount: 'web' },
    ],
    ...difference,
  });

export const provider = (
  difference: Partial<ServiceInput['providers'][string]> = {},
): ServiceInput['providers'][string] => ({
  namespace: 'default',
  workload: { app: 'backend-api' },
  serviceAccounts: ['backend'],
  ...difference,
});

/** One Kafka broker in cluster-b, on pods with these labels. */
export const kafkaFederation = (workload: Record<string, string>, targetPort = 9092): FederationInput =>
  federation({
    services: {
      kafka: service({
        preset: 'kafka',
        brokers: 1,
        port: { number: 9092, targetPort },
        providers: { 'cluster-b': provider({ service: 'kafka', workload }) },
      }),
    },
  });

export const specText = (spec: unknown): string => dump(spec, { lineWidth: -1, noRefs: true });
