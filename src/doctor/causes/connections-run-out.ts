import { notChecked } from '../case.ts';
import { defineCause } from '../cause.ts';

export const connectionsRunOut = defineCause({
  name: 'connections-run-out',
  title: 'the caller has all the connections that it may have',
  explains: { overflow: 95, unavailable: 25 },
  look: ({ question: { service } }) => {
    const most = service.ports.flatMap(({ connection }) => connection.maxConnections ?? []);
    const limit =
      most.length > 0 ? `the limit is ${Math.max(...most)} for each pod of a caller` : 'the spec sets no limit';
    return notChecked(
      `how many are open only the proxy knows; ${limit}`,
      `Raise \`traffic.connections.maxPerClientPod\` of ${service.name}; UO in the access log is this.`,
    );
  },
});
