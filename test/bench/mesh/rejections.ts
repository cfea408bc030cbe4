import { expect } from 'vitest';
import type { Mesh } from './mesh.ts';

/** No proxy of the mesh has refused what istiod sent it, and no istiod has heard of a refusal since it started. */
export async function expectNoRejection(mesh: Mesh): Promise<void> {
  for (const cluster of mesh.names) {
    const pods = mesh.pods(cluster);
    const stats = await Promise.all(
      pods.map(({ namespace, name }) =>
        mesh.envoy(cluster, { namespace, pod: name }, '/stats?filter=(lds|cds).update_rejected'),
      ),
    );
    const counts = stats.filter(Boolean).map((text) => text.trim().split('\n').sort());
    expect(counts.length, `proxies of ${cluster}`).toBeGreaterThan(0);
    for (const count of counts) expect(count).toEqual(none);
    const answer = await fetch(`http://127.0.0.1:${mesh.istiodPorts(cluster).monitoring}/metrics`);
    const metrics = await answer.text();
    expect(metrics).toContain('pilot_xds_pushes'); // these are the metrics of istiod
    expect(metrics.match(/^pilot_total_xds_rejects.*$/gm) ?? [], `what istiod of ${cluster} heard of`).toEqual([]);
  }
}

const none = ['cluster_manager.cds.update_rejected: 0', 'listener_manager.lds.update_rejected: 0'];
