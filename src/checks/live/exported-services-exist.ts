import type { Code } from '../../codes.ts';
import type { Json } from '../../json.ts';
import type { Export, Port } from '../../model/federation.ts';
import { nearest } from '../../nearest.ts';
import { type Answer, eachLiveCluster, isUnread, type WithLive } from './live-check.ts';
import { listed, selects } from './matching.ts';

/** What the spec exports is a Service in that cluster, with those ports, and the gateway may see it. */
export const exportedServicesExist = eachLiveCluster({
  title: 'exported Services',
  codes: ['AXC4028', 'AXC4029', 'AXC4030'] satisfies readonly Code[],
  when: ({ federation, own }) => federation.exports.some(({ cluster, broker }) => cluster === own && !broker),
  *find(evidence) {
    const { federation, own, live } = evidence;
    if (live.services.gap !== undefined) return yield { unread: live.services.gap };
    for (const one of federation.exports) {
      if (one.cluster === own && one.broker === undefined) yield* serviceFits(one, evidence);
    }
  },
});

type Live = WithLive['live'];
type Service = Live['services']['items'][number];

function* serviceFits(wanted: Export, { live }: WithLive): Iterable<Answer> {
  const { namespace, name, at } = wanted;
  const beside = live.services.items.filter((one) => one.namespace === namespace);
  const service = beside.find((one) => one.name === name);
  if (service === undefined) {
    const names = beside.map((one) => one.name);
    const close = nearest(name, names);
    yield {
      code: 'AXC4028',
      message: `there is no Service ${namespace}/${name} in ${live.cluster}`,
      hint: close
        ? `Did you mean "${close}"?`
        : names.length > 0
          ? `${namespace} has ${listed(names)}. Say which one with \`service:\`.`
          : `${namespace} has no Service at all.`,
      at,
    };
    return;
  }
  yield* isSeen(wanted, service, live);
  for (const port of wanted.ports) yield* portFits(port, service, wanted, live);
}

function* isSeen({ gateway, at }: Export, service: Service, { cluster, mesh }: Live): Iterable<Answer> {
  const what = `Service ${service.namespace}/${service.name} in ${cluster}`;
  const own = service.annotations['networking.istio.io/exportTo']?.split(',').map((text) => text.trim());
  const usual = isUnread(mesh) ? [] : textsIn(mesh.config.defaultServiceExportTo);
  const exportTo = own ?? (usual.length > 0 ? usual : ['*']);
  const home = service.namespace === gateway.namespace ? ['.'] : [];
  if (!exportTo.some((to) => ['*', gateway.namespace, ...home].includes(to))) {
    const said = own ? 'its annotation networking.istio.io/exportTo' : 'defaultServiceExportTo of the MeshConfig';
    yield {
      code: 'AXC4030',
      message: `${what} is hidden from the gateway: ${said} is "${exportTo.join(',')}"`,
      hint: own
        ? `Add ${gateway.namespace} to that annotation.`
        : `Annotate the Service: networking.istio.io/exportTo: "${[...exportTo, gateway.namespace].join(',')}"`,
      at,
    };
  }
  if (service.type === 'ExternalName') {
    yield {
      code: 'AXC4030',
      message: `${what} is of type ExternalName: the gateway passes connections on to pods only`,
      at,
    };
  }
}

function* portFits(wanted: Port, service: Service, { at }: Export, live: Live): Iterable<Answer> {
  const what = `Service ${service.namespace}/${service.name} in ${live.cluster}`;
  const port = service.ports.find((one) => one.port === wanted.number);
  if (port === undefined) {
    const ports = service.ports.map((one) => `${one.port}`);
    yield {
      code: 'AXC4029',
      message: `${what} has no port ${wanted.number}; it has ${listed(ports)}`,
      hint: "`port.number` is the Service's port, `port.targetPort` the one that the workload listens on.",
      at,
    };
    return;
  }
  const targets = targetsOf(port, service, live);
  const other = targets.find((target) => target !== wanted.targetPort);
  if (targets.length === 0) {
    yield {
      unread: `port ${port.port} of the ${what} leads to the port "${port.targetPort}", whose number no pod of it says`,
    };
  }
  if (other !== undefined) {
    const named = typeof port.targetPort === 'string' ? `"${port.targetPort}", which is ${other}` : `${other}`;
    yield {
      code: 'AXC4029',
      message: `${what} leads port ${port.port} to port ${named} of the workload, the spec says ${wanted.targetPort}: policies would guard the wrong one`,
      hint: `Write \`targetPort: ${other}\`.`,
      at,
    };
  }
  const spoken = protocolOf(port);
  if (spoken !== undefined && spoken !== familyOf(wanted.protocol)) {
    yield {
      code: 'AXC4029',
      message: `port ${port.port} of ${what} is ${spoken === 'http' ? 'HTTP' : 'TCP'} by its name (${port.appProtocol ?? port.name}), the spec says ${wanted.protocol}`,
      hint: 'Istio goes by the name of the port, or its appProtocol. Correct one of the two.',
      at,
    };
  }
}

/** The ports of the pods behind a port: a name stands for what each pod calls so. */
function targetsOf({ port, targetPort = port }: Service['ports'][number], service: Service, { pods }: Live): number[] {
  if (typeof targetPort === 'number') return [targetPort];
  const hasSelector = Object.keys(service.selector).length > 0;
  const behind = pods.items.filter(
    ({ namespace, labels, runs }) =>
      runs && hasSelector && namespace === service.namespace && selects(service.selector, labels),
  );
  const named = behind.flatMap(({ ports }) => ports.filter(({ name }) => name === targetPort));
  return [...new Set(named.map(({ containerPort }) => containerPort))];
}

const textsIn = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/**
 * What Istio takes a port for; undefined where it listens to the first bytes.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
function protocolOf({ name = '', appProtocol }: Service['ports'][number]): 'http' | 'tcp' | undefined {
  const said = (appProtocol?.replace(/^kubernetes\.io\//, '') ?? name.split('-', 1)[0] ?? '').toLowerCase();
  if (['http', 'http2', 'grpc', 'grpc-web', 'h2c'].includes(said)) return 'http';
  return ['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis'].includes(said) ? 'tcp' : undefined;
}

const familyOf = (protocol: string): 'http' | 'tcp' => (/^(HTTP|HTTP2|GRPC)$/.test(protocol) ? 'http' : 'tcp');
