import type { JsonObject } from '../../../../src/json.ts';
import type { NodeContext } from './context.ts';
import { type Container, isSidecar, type Pod, pathOf } from './pod.ts';

/** How a pod is doing, in the words of the agent. */
export interface Report {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly ready: boolean;
  readonly podIP: string;
  readonly hostIP: string;
  /** Of the containers that have ended. */
  readonly exitCodes: ReadonlyMap<string, number>;
  readonly restarts: ReadonlyMap<string, number>;
  /** Why no container runs, as `ErrImagePull`. */
  readonly waiting?: { readonly reason: string; readonly message: string };
}

/**
 * Writes what a kubelet would write. A pod that is gone by now is no failure; one that somebody else has changed in this
 * very moment (409) is, so that it is told again.
 */
export async function reportStatus({ access }: NodeContext, pod: Pod, report: Report): Promise<void> {
  const { spec, metadata } = pod;
  const { phase, ready, podIP, hostIP } = report;
  const started = phase !== 'Pending';
  const conditions = [
    condition('PodScheduled', true),
    condition('PodReadyToStartContainers', podIP !== ''),
    condition('Initialized', started),
    condition('ContainersReady', ready),
    condition('Ready', ready),
  ];
  const status = {
    phase,
    conditions,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === '' ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: new Date().toISOString(),
    containerStatuses: spec.containers.map((container) => containerStatus(container, report, started)),
    initContainerStatuses: spec.initContainers.map((container) => initStatus(container, report, started)),
  };
  const { status: code, text } = await access.request('PATCH', `${pathOf(pod)}/status`, {
    body: { metadata: { uid: metadata.uid }, status },
    contentType: 'application/strategic-merge-patch+json',
  });
  if (code >= 400 && code !== 404) throw new Error(`status of ${pathOf(pod)}: ${code} ${text}`);
}

function condition(type: string, holds: boolean): JsonObject {
  return { type, status: holds ? 'True' : 'False', lastTransitionTime: new Date().toISOString() };
}

function containerStatus({ name, image }: Container, report: Report, started: boolean): JsonObject {
  const { ready, exitCodes, restarts, waiting } = report;
  const exitCode = exitCodes.get(name);
  const running = started && exitCode === undefined && waiting === undefined;
  return {
    name,
    image,
    imageID: '',
    restartCount: restarts.get(name) ?? 0,
    ready: running && ready,
    started: running,
    state: exitCode === undefined ? stateOf(running, waiting) : ended(exitCode),
  };
}

/** A sidecar runs on; the others have done their work once the pod has started. */
function initStatus(container: Container, report: Report, started: boolean): JsonObject {
  if (isSidecar(container)) return containerStatus(container, report, started);
  const { name, image } = container;
  const state = started ? ended(0) : stateOf(false, undefined);
  return { name, image, imageID: '', restartCount: 0, ready: started, started: false, state };
}

function stateOf(running: boolean, waiting: Report['waiting']): JsonObject {
  if (running) return { running: { startedAt: new Date().toISOString() } };
  return { waiting: waiting ? { ...waiting } : { reason: 'PodInitializing' } };
}

const ended = (exitCode: number): JsonObject => ({
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: new Date().toISOString() },
});
