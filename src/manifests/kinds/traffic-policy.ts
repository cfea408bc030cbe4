import type { JsonObject } from '../../json.ts';
import type { Destination, OutlierDetection, Port } from '../../model/federation.ts';
import { passthroughSni } from '../../model/identity.ts';
import { isHttp } from '../../model/ports.ts';

/**
 * How the callers of an import connect. Each port has its own settings, a single one too: an SNI above them would lead a second port,
 * as soon as the host has it, to the first. Settings of a port inherit nothing from the level above, so each is written in full. What stays
 * above: the pinned identity for a port that is not listed, and the idle time-out of TCP, which Istio reads only there.
 */
export function importPolicy(ports: readonly Port[], destination: Destination): JsonObject {
  const tcp = ports.find((port) => !isHttp(port));
  return {
    tls: { mode: 'ISTIO_MUTUAL', subjectAltNames: destination.identities },
    ...(tcp && { connectionPool: connectionPool(tcp) }),
    portLevelSettings: ports.map((port) => ({ port: { number: port.number }, ...portPolicy(port, destination) })),
  };
}

const portPolicy = (port: Port, destination: Destination): JsonObject => ({
  tls: {
    mode: 'ISTIO_MUTUAL',
    sni: passthroughSni(port.number, destination.fqdn),
    subjectAltNames: destination.identities,
  },
  connectionPool: connectionPool(port),
  ...(destination.failoverPriority && {
    loadBalancer: { localityLbSetting: { enabled: true, failoverPriority: destination.failoverPriority } },
  }),
  ...(destination.outlierDetection && { outlierDetection: outlierDetection(destination.outlierDetection) }),
});

/** Limits of one client's connections. For HTTP an idle connection is one without requests. */
export function connectionPool(port: Port): JsonObject {
  const { maxConnections, connectTimeout, idleTimeout, keepalive } = port.connection;
  const http = isHttp(port);
  return {
    tcp: {
      ...(maxConnections !== undefined && { maxConnections }),
      connectTimeout,
      ...(!http && idleTimeout !== undefined && { idleTimeout }),
      ...(keepalive && { tcpKeepalive: keepalive }),
    },
    ...(http && idleTimeout !== undefined && { http: { idleTimeout } }),
  };
}

/** All endpoints may be left out: otherwise the last local one would keep the calls that should go elsewhere. */
const outlierDetection = ({ consecutiveErrors, interval, ejectFor }: OutlierDetection): JsonObject => ({
  consecutive5xxErrors: consecutiveErrors,
  interval,
  baseEjectionTime: ejectFor,
  maxEjectionPercent: 100,
});
