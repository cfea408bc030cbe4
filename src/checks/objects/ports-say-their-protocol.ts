import { defineClusterCheck } from './object-check.ts';

/** Where Istio has to guess, it waits for the first bytes of the client; said of Services that something here is about. */
export const portsSayTheirProtocol = defineClusterCheck({
  codes: ['AXC2114'],
  analyzers: { AXC2114: 'IST0118' },
  *find({ services, rulesFor, virtualServices, exposed }) {
    const routed = new Set(
      virtualServices.flatMap(({ hosts, destinations }) => [...hosts, ...destinations.map(({ host }) => host)]),
    );
    for (const { on, hosts, ports, isExternalName } of services) {
      const [host] = hosts;
      if (isExternalName || !(routed.has(host) || exposed.has(host) || rulesFor(host).length > 0)) continue;
      for (const { protocol, field, name, number } of ports) {
        if (protocol !== 'unknown') continue;
        yield {
          code: 'AXC2114',
          severity: 'info',
          message: `${name === undefined ? 'a port without a name' : `the name "${name}"`} does not say what port ${number} speaks: Istio guesses from the first bytes, and where the server speaks first (MySQL, SMTP, NATS) the connection hangs`,
          hint: 'name it after its protocol, as `http-web` or `tcp-mysql`, or write `appProtocol`',
          on,
          field: field.path,
        };
      }
    }
  },
});
