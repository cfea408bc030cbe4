import { defineClusterCheck } from './object-check.ts';

/** Some ports belong to the gateway's own proxy; istiod's belong to nobody outside. */
export const gatewayPortsAreFree = defineClusterCheck({
  codes: ['AXC2141', 'AXC2142'],
  *find({ servers }) {
    for (const { on, field, port, tlsMode } of servers.all) {
      const at = { on, field: field.at('port', 'number').path };
      const owner = port === undefined ? undefined : gatewayPorts.get(port);
      if (owner) {
        yield {
          code: 'AXC2141',
          message: `port ${port} of a gateway's pods is taken: there the proxy itself ${owner}`,
          hint: 'remove the server; the Service may name the port without it',
          ...at,
        };
      }
      const service = port === undefined ? undefined : istiodPorts.get(port);
      if (!service || tlsMode !== 'AUTO_PASSTHROUGH') continue;
      yield {
        code: 'AXC2142',
        message: `${service} does not speak mesh TLS, which AUTO_PASSTHROUGH routes by: no connection to it gets through`,
        hint: 'remove the server: meshes with an istiod each need no access to the other one',
        ...at,
      };
    }
  },
});

/** What a proxy listens on that takes no calls for others: a server on the same port gets none. */
export const gatewayPorts: ReadonlyMap<number, string> = new Map([
  [15000, 'has its administration'],
  [15020, 'serves its merged metrics'],
  [15021, 'answers health checks'],
  [15090, 'serves its metrics'],
]);

const istiodPorts: ReadonlyMap<number, string> = new Map([
  [15010, "istiod's plaintext port"],
  [15012, "istiod's port for proxies"],
  [15014, "istiod's port for metrics"],
  [15017, "istiod's webhook"],
]);
