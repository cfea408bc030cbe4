import { notChecked } from '../case.ts';
import { defineCause } from '../cause.ts';

/** Nothing here reads NetworkPolicies, and what they do is the business of the network plugin. */
export const networkPolicyIsInTheWay = defineCause({
  name: 'network-policy-is-in-the-way',
  title: 'a NetworkPolicy, or a firewall, keeps the connection from the gateway',
  explains: { timeout: 68, 'connect-failure': 59, refused: 40, unavailable: 42 },
  look: ({ question: { caller }, providers }) => {
    const remote = providers.filter(({ cluster }) => cluster.name !== caller.cluster);
    const goals = remote.flatMap(({ gateway: { addresses, port } }) =>
      addresses.map((address) => `${address}:${port}`),
    );
    return notChecked(
      'NetworkPolicies and firewalls are not read',
      `The pods of ${caller.namespace} in ${caller.cluster} have to get out to ${goals.join(', ') || 'the pods of the service'}: \`kubectl -n ${caller.namespace} get networkpolicy\` there. The gateway has to let them in, and get to the pods of the service.`,
    );
  },
});
