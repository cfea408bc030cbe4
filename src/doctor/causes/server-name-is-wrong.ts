import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { applyAgain, endingAt, otherwise, strangeRules } from '../evidence.ts';

/** The DestinationRule of this federation asks the gateway for something else than the spec says. */
export const serverNameIsWrong = defineCause({
  name: 'server-name-is-wrong',
  title: 'the caller asks the gateway for the wrong name',
  explains: {
    'no-filter-chain': 91,
    'no-route': 70,
    'connect-failure': 60,
    reset: 60,
    'handshake-ended': 45,
    unavailable: 44,
  },
  look: (one) => {
    const end = endingAt(one, 'server-name', 'no-port', 'another-service', 'tls-mode');
    const wanted = one.meant.ways.map(({ sni }) => sni);
    if (end === undefined || strangeRules(one).length > 0 || wanted.includes(end.sni)) {
      return otherwise(one, 'gateway', 'the caller asks for the name that the gateway knows');
    }
    const names = wanted.filter((sni) => sni !== undefined).join(' or ');
    return confirmed(
      `the DestinationRule asks for the SNI ${end.sni}, the spec says ${names || 'something else'}`,
      applyAgain(one),
    );
  },
});
