import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { endingAt, fromCodes } from '../evidence.ts';

export const sidecarHidesHost = defineCause({
  name: 'sidecar-hides-host',
  title: "a Sidecar of the caller's Namespace leaves the host out",
  explains: { 'name-unknown': 80, 'black-hole': 85, 'no-route': 58, timeout: 25 },
  look: (one) => {
    const end = endingAt(one, 'hidden');
    if (end === undefined)
      return fromCodes(one, ['AXC4041'], 'no Sidecar hides the host', [one.question.caller.cluster]);
    const { host, caller } = one.question;
    const [entry] = one.live.of(caller.cluster)?.about('ServiceEntry', host) ?? [];
    const home = entry?.metadata.namespace ?? '*';
    return confirmed(`${end.why}`, `Add "${home}/${host}" to the hosts of its \`egress\`.`);
  },
});
