import { defineCause } from '../cause.ts';
import { fromCodes, providersOf } from '../evidence.ts';

export const workloadHasNoSidecar = defineCause({
  name: 'workload-has-no-sidecar',
  title: 'pods of the service have no sidecar',
  explains: {
    'no-healthy-upstream': 90,
    unavailable: 56,
    reset: 61,
    'connect-failure': 56,
    'handshake-ended': 50,
    timeout: 20,
  },
  look: (one) => fromCodes(one, ['AXC4032'], 'the pods of the service have sidecars', providersOf(one)),
});
