import { expect } from 'vitest';
import type { Mesh } from './mesh.ts';
import type { PodPlace } from './pods.ts';

/** No proxy of the mesh has refused what istiod sent it, and no istiod has heard of a refusal since it started. */
export async function expectNoRejection(mesh: Mesh): Promise<void> {
  for (const cluster of mesh.names) {
    const stats = await Promise.all(mesh.pods(cluster).map((pod) => statsOf(mesh, cluster, pod)));
    const counts = stats.filter(Boolean).map((text) => text.trim().split('\n').sort());
    expect(counts.length, `proxies of ${cluster}`).toBeGreaterThan(0);
    for (const count of counts) expect(count).toEqual(none);
    const answer = await fetch(`http://127.0.0.1:${mesh.istiodPorts(cluster).monitoring}/metrics`);
    const metrics = await answer.text();
    expect(metrics).toContain('pilot_xds_pushes'); // these are the metrics of istiod
    expect(metrics.match(/^pilot_total_xds_rejects.*$/gm) ?? [], `what istiod of ${cluster} heard of`).toEqual([]);
  }
}

/** Nothing of one without a proxy, and of one that was replaced a moment ago and goes while it is asked. */
async function statsOf(mesh: Mesh, cluster: string, { namespace, name: pod }: PodPlace): Promise<string> {
  try {
    return await mesh.envoy(cluster, { namespace, pod }, '/stats?filter=(lds|cds).update_rejected');
  } catch (error) {
    if (mesh.pods(cluster, { namespace, pod }).length > 0) throw error;
    return '';
  }
}

const none = ['cluster_manager.cds.update_rejected: 0', 'listener_manager.lds.update_rejected: 0'];
