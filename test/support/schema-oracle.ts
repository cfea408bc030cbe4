import { Certificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import {
  DestinationRule,
  Gateway,
  ServiceEntry,
  VirtualService,
} from '@kubernetes-models/istio/networking.istio.io/v1';
import { ProxyConfig } from '@kubernetes-models/istio/networking.istio.io/v1beta1';
import { AuthorizationPolicy, PeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1';
import { Telemetry } from '@kubernetes-models/istio/telemetry.istio.io/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { Namespace, Service } from 'kubernetes-models/v1';
import type { KubeObject } from '../../src/manifests/manifest.ts';

/**
 * Schemas that others made from the CRDs of Istio and cert-manager. They know required fields, types and enums; unknown
 * fields are for the real API server (`golden.cluster.test.ts`).
 */
const models = {
  AuthorizationPolicy,
  Certificate,
  DestinationRule,
  Gateway,
  Namespace,
  NetworkPolicy,
  PeerAuthentication,
  ProxyConfig,
  Service,
  ServiceEntry,
  Telemetry,
  VirtualService,
} as const;

/** What the schema of an object's kind says against it. */
export function schemaErrors(object: KubeObject): string[] {
  const Model = Object.entries(models).find(([kind]) => kind === object.kind)?.[1];
  if (Model === undefined) return [`no schema for ${object.kind}`];
  try {
    // The oracle's own types are stricter than JSON; it is asked to judge, so anything may go in.
    new Model(object as never).validate();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
