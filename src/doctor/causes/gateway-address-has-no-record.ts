import { notChecked, ruledOut } from '../case.ts';
import { defineCause } from '../cause.ts';

export const gatewayAddressHasNoRecord = defineCause({
  name: 'gateway-address-has-no-record',
  title: "the name of the gateway's load balancer has no DNS record",
  explains: { 'no-healthy-upstream': 75, timeout: 30, unavailable: 40 },
  look: ({ providers }) => {
    const names = providers
      .flatMap(({ gateway }) => gateway.addresses)
      .filter((address) => /[a-z]/i.test(address) && !address.includes(':'));
    if (names.length === 0) return ruledOut('the addresses of the gateways are no names');
    const lookUp = `From the caller's cluster: dig ${names[0]}. A record that was gone for a moment is asked for again after a minute.`;
    return notChecked(`only the caller's cluster can tell what ${names.join(', ')} resolves to`, lookUp);
  },
});
