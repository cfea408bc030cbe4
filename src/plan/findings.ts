import type { Diagnostic } from '../diagnostics.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import { importNamespace } from '../model/imports.ts';
import { nearest } from '../nearest.ts';
import { objectRef } from './object-key.ts';
import type { Observation } from './observation.ts';
import type { PlanInput } from './plan.ts';
import type { Step } from './step.ts';

/** What is wrong with the clusters as a whole. Each of these forbids the run. */
export function planFindings(input: PlanInput): Diagnostic[] {
  const { federation, manifests, observations, forget = [], without = [] } = input;
  return [
    ...sameCluster(observations),
    ...observations.flatMap((observation) =>
      [
        ...pinned(federation, observation),
        ...tooOld(observation),
        ...notServed(observation),
        ...otherFederation(federation, observation),
        ...missingNamespaces(manifests, observation),
      ].map((found) => ({ ...found, cluster: observation.cluster })),
    ),
    ...leftOut(federation, observations, [...forget, ...without]),
  ];
}

const tooOldBelow = { major: 1, minor: 30 } as const;

function sameCluster(observations: readonly Observation[]): Diagnostic[] {
  return observations.flatMap((one, n) => {
    const first = observations.slice(0, n).find(({ uid }) => uid === one.uid);
    if (first === undefined) return [];
    return [
      {
        code: 'AXC4001',
        severity: 'error',
        message: `${first.cluster} (context ${first.context}) and ${one.cluster} (context ${one.context}) are the same cluster`,
        hint: 'Name another context with --context <cluster>=<context>.',
        at: ['clusters', one.cluster],
        cluster: one.cluster,
      },
    ];
  });
}

function pinned({ clusters }: Federation, { cluster, uid, context }: Observation): Diagnostic[] {
  const pin = clusters.find(({ name }) => name === cluster)?.uid;
  if (pin === undefined || pin === uid) return [];
  return [
    {
      code: 'AXC4002',
      severity: 'error',
      message: `context ${context} is not ${cluster}: its UID is ${uid}, the spec pins ${pin}`,
      hint: `Name the right context with --context ${cluster}=<context>, or correct the pin if the cluster was made anew.`,
      at: ['clusters', cluster, 'uid'],
    },
  ];
}

function tooOld({ cluster, version: { major, minor, gitVersion } }: Observation): Diagnostic[] {
  if (major > tooOldBelow.major || (major === tooOldBelow.major && minor >= tooOldBelow.minor)) return [];
  return [
    {
      code: 'AXC4003',
      severity: 'error',
      message: `${cluster} runs Kubernetes ${gitVersion}; ${tooOldBelow.major}.${tooOldBelow.minor} or newer is needed`,
      at: ['clusters', cluster],
    },
  ];
}

const notServed = ({ cluster, notServed: resources }: Observation): Diagnostic[] =>
  resources.map(({ apiVersion, kind }) => ({
    code: 'AXC4004',
    severity: 'error',
    message: `${cluster} does not know ${kind} (${apiVersion})`,
    hint: apiVersion.startsWith('cert-manager')
      ? 'Install cert-manager 1.18 or newer, or leave `trust.certManager` out.'
      : 'Install Istio 1.25 or newer in that cluster.',
    at: ['clusters', cluster],
  }));

function otherFederation({ id, name }: Federation, { cluster, inventory }: Observation): Diagnostic[] {
  if (inventory?.id === undefined || id === undefined || inventory.id === id) return [];
  return [
    {
      code: 'AXC4005',
      severity: 'error',
      message: `${cluster} has another federation of the name "${name}" (metadata.id ${inventory.id})`,
      hint: 'Give this one another name.',
      at: ['metadata', 'id'],
    },
  ];
}

/** Namespaces of applications are never made: one that is missing is a mistake, in the spec or of the context. */
function missingNamespaces(manifests: readonly Manifest[], { cluster, namespaces }: Observation): Diagnostic[] {
  const needed = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const { namespace } = manifest.object.metadata;
    if (manifest.cluster !== cluster || namespace === undefined || namespace === importNamespace) continue;
    if (namespaces.get(namespace) !== 'active' && !needed.has(namespace)) needed.set(namespace, manifest);
  }
  return [...needed].map(([namespace, { source }]) => {
    const near = nearest(namespace, [...namespaces.keys()]);
    return {
      code: 'AXC4006',
      severity: 'error',
      message:
        namespaces.get(namespace) === 'terminating'
          ? `Namespace ${namespace} in ${cluster} is being deleted`
          : `Namespace ${namespace} does not exist in ${cluster}`,
      hint: near
        ? `Did you mean "${near}"? Otherwise create it first.`
        : 'Create it first: Namespaces of applications are never made.',
      at: source,
    };
  });
}

/** A cluster that took part and is no longer in the spec keeps what it has: nobody may forget it by accident. */
function leftOut(
  { clusters }: Federation,
  observations: readonly Observation[],
  forget: readonly string[],
): Diagnostic[] {
  const participants = new Map(
    observations.flatMap(({ inventory }) =>
      (inventory?.participants ?? []).map(({ name, uid }) => [uid, name] as const),
    ),
  );
  const present = new Set(observations.map(({ uid }) => uid));
  const named = new Set(clusters.map(({ name }) => name));
  return [...participants]
    .filter(([uid, name]) => !present.has(uid) && !forget.includes(name))
    .map(([uid, name]) => ({
      code: 'AXC4007',
      severity: 'error',
      message: named.has(name)
        ? `${name} was another cluster when this federation was last applied (UID ${uid})`
        : `${name} takes part in this federation, but is no longer in the spec`,
      hint: `Its objects would stay behind. \`aegis-xc delete --cluster ${name} --context ${name}=<context>\` removes them; \`aegis-xc apply --forget ${name}\` leaves them as they are, when it is gone for good.`,
      at: ['clusters'],
    }));
}

/** Fields that somebody else has set since: to take them back, or to delete them, has to be said with `--take-over`. */
export function heldByOthers(step: Step): Diagnostic[] {
  if (step.op === 'create' || step.heldBy.length === 0) return [];
  const { id, cluster, op } = step;
  const held = op === 'delete' ? step.taken : step.changes.filter(({ kind }) => kind === 'set');
  const fields = held.filter(({ managers }) => managers.length > 0).map(({ path }) => path);
  return [
    {
      code: 'AXC5004',
      severity: 'warning',
      message: `${fields.join(', ')} of ${id.kind} ${id.namespace}/${id.name} in ${cluster} was changed by ${step.heldBy.join(', ')}`,
      hint:
        op === 'delete'
          ? 'This would delete it. `--take-over` does so all the same; without it, nothing is changed.'
          : '`aegis-xc apply --take-over` sets it back; without it, apply refuses.',
      ...(op === 'update' && { at: step.source }),
      object: objectRef(cluster, id, fields[0]),
    },
  ];
}
