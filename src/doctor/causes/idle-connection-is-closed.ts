import { notChecked } from '../case.ts';
import { defineCause } from '../cause.ts';

export const idleConnectionIsClosed = defineCause({
  name: 'idle-connection-is-closed',
  title: 'a connection was closed that was idle for long, or older than a change of its policy',
  explains: { reset: 42 },
  look: ({ question: { service, port } }) => {
    const idle = service.ports.find(({ number }) => number === port.number)?.connection.idleTimeout ?? '1h';
    return notChecked(
      'how long it was idle is not known here',
      `The smallest limit on the way counts: ${idle} in the spec, and those of load balancers (often 350 s). Open connections also end 45 s after a change of the policy of their workload.`,
    );
  },
});
