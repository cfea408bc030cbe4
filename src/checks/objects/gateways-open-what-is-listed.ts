import { isWildcard } from '../../objects/hosts.ts';
import { defineClusterCheck } from './object-check.ts';

/** No policy is asked at a gateway that hands TLS on: its list of hosts is all that limits it. */
export const gatewaysOpenWhatIsListed = defineClusterCheck({
  codes: ['AXC2201'],
  *find({ exposed }) {
    for (const { host, field, server } of [...exposed.values()].flat()) {
      if (!isWildcard(host)) continue;
      yield {
        code: 'AXC2201',
        severity: 'warning',
        message: `"${host}" opens every service of the mesh that fits to other meshes: those of today and of tomorrow, and no policy is asked at this gateway`,
        hint: 'list the services that are meant: `- backend-api.default.svc.cluster.local`',
        on: server.on,
        field: field.path,
      };
    }
  },
});
