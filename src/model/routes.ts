import { milliseconds } from '../spec/names.ts';
import type { Port, Route, Service } from './federation.ts';
import { isHttp } from './ports.ts';
import { presetOfProtocol, presets } from './presets.ts';

export interface RouteOptions {
  /** Retries may go to another cluster. */
  readonly retryElsewhere?: boolean;
  /** TCP ports need a route too: they are split by weights. */
  readonly tcp?: boolean;
}

/** The calls of each port: where they go, how long they may take, how often they are tried. */
export function routesOf(service: Service, destinations: Route['destinations'], options: RouteOptions): Route[] {
  return service.ports
    .filter((port) => isHttp(port) || options.tcp === true)
    .map((port) => ({
      port,
      destinations,
      timeout: isHttp(port) ? service.traffic.timeout : undefined,
      retries: retriesOf(service, port),
      retryElsewhere: options.retryElsewhere ?? false,
    }));
}

/** What the spec says is taken as it is; the default time-out per try never outlasts the whole request. */
function retriesOf({ traffic }: Service, port: Port): Route['retries'] {
  if (traffic.retries !== undefined) return traffic.retries;
  const { attempts, perTryTimeout } = presets[presetOfProtocol[port.protocol]].retries;
  const { timeout } = traffic;
  const cut =
    perTryTimeout !== undefined && timeout !== undefined && milliseconds(timeout) < milliseconds(perTryTimeout);
  return { attempts, perTryTimeout: cut ? timeout : perTryTimeout };
}
