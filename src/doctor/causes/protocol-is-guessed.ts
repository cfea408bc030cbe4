import { serverFirstPorts } from '../../objects/services.ts';
import { type Case, confirmed, notChecked, type Outcome, ruledOut } from '../case.ts';
import { defineCause } from '../cause.ts';
import { isUnreadCluster, otherwise, waysFound } from '../evidence.ts';

/**
 * Where the name of a port says nothing Istio waits for the client's first bytes, and a server that speaks first waits, too. Callers
 * of a federated host are spared: its ServiceEntry says what the port is, and what arrives is mTLS, which tells the rest.
 */
export const protocolIsGuessed = defineCause({
  name: 'protocol-is-guessed',
  title: 'Istio waits for the client to speak first, and so does the client',
  explains: { timeout: 84, reset: 48 },
  look: (one) => {
    if (one.question.port.http) return ruledOut('the port is HTTP: clients speak first');
    const straight = waysFound(one).find(({ through }) => !through.some(({ kind }) => kind === 'ServiceEntry'));
    const own = one.providers.find(({ cluster }) => cluster.name === one.question.caller.cluster);
    if (straight === undefined || own === undefined)
      return otherwise(one, 'caller', 'the ServiceEntry of the host says what the port is');
    return guessedPort(one, own);
  },
});

function guessedPort(
  { question: { port }, liveOf }: Case,
  { cluster, namespace, service }: Case['providers'][number],
): Outcome {
  const live = liveOf(cluster.name);
  if (live === undefined) return notChecked(isUnreadCluster(cluster.name));
  const found = live.services.items.find((one) => one.namespace === namespace && one.name === service);
  const said = found?.ports.find((one) => one.port === port.number);
  if (said === undefined) return notChecked(`the port of ${namespace}/${service} is not known`);
  if (serverFirstPorts.has(said.port)) return ruledOut(`Istio takes port ${said.port} for TCP, whatever its name`);
  const name = said.appProtocol ?? said.name ?? '';
  if (/^(?:kubernetes\.io\/)?(?:tcp|tls|https|mongo|mysql|redis)(?:-|$)/i.test(name))
    return ruledOut(`the port says what it is: ${name}`);
  return confirmed(
    `the port ${port.number} of the Service ${namespace}/${service} in ${cluster.name} does not say that it is TCP (${name === '' ? 'it has no name' : name})`,
    `Name it tcp-${name === '' ? 'something' : name}, or give it \`appProtocol: tcp\`.`,
  );
}
