import { kinds } from '../../objects/kind-names.ts';
import { defineClusterCheck } from './object-check.ts';

/** Only STRICT turns callers without mesh TLS away. */
export const meshTlsIsDemanded = defineClusterCheck({
  codes: ['AXC2202'],
  *find({ of }) {
    for (const { on, spec } of of(kinds.peerAuthentication)) {
      const modes = [spec.at('mtls', 'mode'), ...spec.at('portLevelMtls').entries.map(([, port]) => port.at('mode'))];
      for (const mode of modes) {
        if (mode.text !== 'PERMISSIVE' && mode.text !== 'DISABLE') continue;
        const isOff = mode.text === 'DISABLE';
        yield {
          code: 'AXC2202',
          severity: isOff ? 'warning' : 'info',
          message: isOff
            ? 'calls arrive without TLS, and nobody who calls has an identity'
            : 'callers without mesh TLS are let in too: they have no identity, and only a policy can keep them out',
          hint: 'write `mode: STRICT` when all callers are in the mesh',
          on,
          field: mode.path,
        };
      }
    }
  },
});
