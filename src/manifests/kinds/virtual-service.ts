import * as z from 'zod';
import type { JsonObject } from '../../json.ts';
import type { Import, Route } from '../../model/federation.ts';
import { isHttp } from '../../model/ports.ts';
import { defineKind } from '../kind.ts';
import { exportToOf, withSpec } from '../transition.ts';
import { texts, trees } from './values.ts';

export const virtualService = defineKind({
  summary: 'Where the calls to a host go',
  template: 'istio/virtual-service.yaml',
  plural: 'virtualservices',
  stage: 'route',
  transition: {
    late: 'unroute',
    union: (before, after) => withSpec(after, { exportTo: exportToOf(before, after) }),
  },
  values: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    host: z.string(),
    exportTo: texts,
    http: trees.optional(),
    tcp: trees.optional(),
  }),
  instances: ({ imports }) =>
    imports
      .filter(({ routes }) => routes.length > 0)
      .map((one) => ({ cluster: one.cluster.name, at: one.at, values: toValues(one) })),
});

function toValues({ name, namespace, host, exportTo, ports, routes }: Import) {
  const several = ports.length > 1;
  const http = routes.filter(({ port }) => isHttp(port)).flatMap((route) => httpRoutes(route, several));
  const tcp = routes.filter(({ port }) => !isHttp(port)).map(tcpRoute);
  return {
    name,
    namespace,
    host,
    exportTo,
    http: http.length > 0 ? http : undefined,
    tcp: tcp.length > 0 ? tcp : undefined,
  };
}

/** Only the connection failed: the server has not seen the request. */
const connectionFailed = 'connect-failure,refused-stream';
/** The server, or the way to it, failed: 502, 503, 504 and a try that took too long (`503` alone would miss the last). */
const serverFailed = `${connectionFailed},unavailable,gateway-error`;

/**
 * Reads may be repeated whatever failed; other methods, and all of gRPC's, only while the server has not seen them. Each names its
 * port, a single one too: without it a second port, as soon as the host has it, would lead to the first.
 */
function httpRoutes(route: Route, several: boolean): JsonObject[] {
  const port = { port: route.port.number };
  const any = { match: [port] };
  const to = destinations(route);
  const { perTryTimeout } = route.retries;
  if (route.port.protocol === 'GRPC') {
    return [
      { name: routeName(route, several, 'call'), ...any, ...to, ...limits(route, connectionFailed, perTryTimeout) },
    ];
  }
  const reads = { match: [{ ...port, method: { regex: 'GET|HEAD|OPTIONS' } }] };
  return [
    { name: routeName(route, several, 'read'), ...reads, ...to, ...limits(route, serverFailed, perTryTimeout) },
    { name: routeName(route, several, 'write'), ...any, ...to, ...limits(route, connectionFailed, undefined) },
  ];
}

const routeName = ({ port }: Route, several: boolean, name: string): string =>
  several ? `${port.name}-${name}` : name;

function limits(
  { timeout, retries: { attempts }, retryElsewhere }: Route,
  retryOn: string,
  perTryTimeout: string | undefined,
): JsonObject {
  return {
    ...(timeout !== undefined && { timeout }),
    retries:
      attempts === 0
        ? { attempts }
        : {
            attempts,
            ...(perTryTimeout !== undefined && { perTryTimeout }),
            retryOn,
            ...(retryElsewhere && { retryRemoteLocalities: true }),
          },
  };
}

const tcpRoute = (route: Route): JsonObject => ({
  match: [{ port: route.port.number }],
  ...destinations(route),
});

const destinations = ({ port, destinations: all }: Route): JsonObject => ({
  route: all.map(({ host, weight }) => ({
    destination: { host, port: { number: port.number } },
    ...(weight !== undefined && { weight }),
  })),
});
