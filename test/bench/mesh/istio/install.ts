import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import * as z from 'zod';
import type { JsonObject } from '../../../../src/json.ts';
import type { ClusterAccess } from '../../access.ts';
import { until } from '../../until.ts';
import type { IstiodPorts } from '../node/context.ts';
import { must } from '../shell.ts';
import { istioVersion, type MeshTools } from '../tools.ts';
import type { Site } from '../topology.ts';

/** Installs the control plane of one mesh with Istio's own charts; its Deployment is for the node agent to run. */
export async function installIstio({ site, access, tools, ports, meshConfig, cacerts }: Install): Promise<void> {
  const { name, network } = site;
  const labels = { 'topology.istio.io/network': network };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'istio-system', labels } };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'cacerts', namespace: 'istio-system' },
    stringData: cacerts,
  };
  const operator = join(site.folder, 'istio-operator.json');
  await writeFile(operator, JSON.stringify(operatorFor(name, network, meshConfig)));
  const env = { ...(process.env.PATH ? { PATH: process.env.PATH } : {}), KUBECONFIG: access.kubeconfig };
  const manifest = await must([tools.istioctl, 'manifest', 'generate', '--context', name, '-f', operator], { env });
  const objects = loadAll(manifest).flatMap((document) => adapt(document, ports));
  await applyAll(access, [namespace]);
  await applyAll(access, [secret, ...objects]);
}

interface Install {
  readonly site: Site;
  readonly access: ClusterAccess;
  readonly tools: MeshTools;
  readonly ports: IstiodPorts;
  readonly meshConfig: JsonObject;
  readonly cacerts: Readonly<Record<string, string>>;
}

/** istiod answers, proxies can be injected, and its validation refuses what is wrong. */
export async function untilIstioReady(access: ClusterAccess, { http }: IstiodPorts): Promise<void> {
  await until(`istiod of ${access.context}`, async () => (await fetch(`http://127.0.0.1:${http}/ready`)).ok);
  await until(`the webhooks of ${access.context}`, async () => {
    const [validating, mutating] = await Promise.all(
      ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'].map(async (kind) => {
        const answer = await access.request('GET', `/apis/admissionregistration.k8s.io/v1/${kind}`);
        return webhookLists.parse(answer.json()).items.flatMap(({ webhooks }) => webhooks);
      }),
    );
    const isComplete = (hooks: Webhook[] = []) => hooks.length > 0 && hooks.every((hook) => hook.clientConfig.caBundle);
    return (
      isComplete(mutating) && isComplete(validating) && !!validating?.every((hook) => hook.failurePolicy === 'Fail')
    );
  });
}

const webhookSchema = z.object({
  failurePolicy: z.string(),
  clientConfig: z.object({ caBundle: z.string().optional() }),
});
type Webhook = z.infer<typeof webhookSchema>;
const webhookLists = z.object({ items: z.array(z.object({ webhooks: z.array(webhookSchema).default([]) })) });

/**
 * Envoy's plain release lacks Istio's own filters for metadata exchange, ALPN and metrics, and refuses a listener that
 * names one; all three can be switched off. Leader election would cost half a minute of waiting for nobody.
 */
function operatorFor(cluster: string, network: string, meshConfig: JsonObject): JsonObject {
  const env = {
    PILOT_ENABLE_METADATA_EXCHANGE: 'false',
    PILOT_ENABLE_ALPN_FILTER: 'false',
    PILOT_DISABLE_MX_ALPN: 'true',
    PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: 'false',
    PILOT_DEBOUNCE_AFTER: '10ms',
    ENABLE_LEADER_ELECTION: 'false',
  };
  return {
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    spec: {
      profile: 'minimal',
      meshConfig,
      values: {
        telemetry: { enabled: false },
        defaultRevision: 'default',
        pilot: { env },
        global: {
          hub: 'docker.io/istio',
          tag: istioVersion,
          multiCluster: { clusterName: cluster },
          network,
          meshID: cluster,
        },
      },
    },
  };
}

/** Leaves out what needs more than we run, and has the webhooks call istiod where it listens. */
function adapt(document: unknown, { webhooks }: IstiodPorts): JsonObject[] {
  if (document === null || document === undefined) return [];
  const object = document as JsonObject; // YAML of Istio's own charts
  const kind = String(object.kind);
  if (['HorizontalPodAutoscaler', 'CustomResourceDefinition', 'PodDisruptionBudget'].includes(kind)) return [];
  if (!kind.endsWith('WebhookConfiguration')) return [object];
  const { webhooks: hooks } = z.object({ webhooks: z.array(hookSchema) }).parse(object);
  const moved = hooks.map(({ clientConfig: { service, ...rest }, ...hook }) => ({
    ...hook,
    clientConfig: { ...rest, url: `https://127.0.0.1:${webhooks}${service.path}` },
  }));
  return [{ ...object, webhooks: moved as unknown as JsonObject[] }]; // what came in, with another address
}

const hookSchema = z.looseObject({ clientConfig: z.looseObject({ service: z.object({ path: z.string() }) }) });

export async function applyAll(access: ClusterAccess, objects: readonly JsonObject[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: [...objects] };
  await access.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], JSON.stringify(list));
}
