import type { Survey } from '../../clusters/survey.ts';
import { portName } from '../../spec/names.ts';
import { presetPorts } from '../../spec/ports.ts';
import { addressesOf, gatewaysOf, haveEqualDomains } from './draft-cluster.ts';
import { comment, inline, todo } from './draft-text.ts';
import { type Exportable, type ExportablePort, exportableServices, identitiesOf } from './exportable.ts';

/** More than these are only named: nobody reads a file of a thousand proposals. */
const mostProposals = 10;
/** Nobody has this name, so nobody is let in by it. */
const unknownName = 'change-me';

/** The service that the draft begins with; it is made up where no cluster has one. */
export function bestProvider(surveys: readonly Survey[]): Exportable {
  return candidates(surveys)[0] ?? madeUp(surveys.at(-1)?.cluster ?? unknownName);
}

/** Those whose gateway is known come first. */
function candidates(surveys: readonly Survey[]): Exportable[] {
  const reached = surveys.filter((survey) => gatewaysOf(survey).some((gateway) => addressesOf(gateway).length > 0));
  return [...reached, ...surveys.filter((survey) => !reached.includes(survey))].flatMap(exportableServices);
}

const madeUp = (cluster: string): Exportable => ({
  cluster,
  namespace: unknownName,
  service: unknownName,
  labels: { app: unknownName },
  serviceAccounts: [unknownName],
  ports: [{ name: undefined, number: 80, targetPort: 8080, preset: undefined, protocol: 'HTTP' }],
});

export function serviceText(service: Exportable, surveys: readonly Survey[]): string[] {
  const { cluster, namespace, service: name, labels, serviceAccounts } = service;
  const isMadeUp = namespace === unknownName;
  return [
    ...(isMadeUp ? [todo(2, 'no Service was found that pods of the mesh stand behind: replace change-me')] : []),
    `  ${name}: # dialled as ${name}.${cluster}.local`,
    ...portText(service),
    '    providers:',
    `      ${cluster}:`,
    `        namespace: ${inline(namespace)}`,
    `        workload: ${inline(labels)}`,
    ...(serviceAccounts.includes('default')
      ? [todo(8, '`default` is the account of every pod that names none: give these pods one of their own')]
      : []),
    `        serviceAccounts: ${inline(serviceAccounts)}`,
    ...consumerText(service, surveys),
    ...localCallerText(service, surveys),
  ];
}

function portText({ ports }: Exportable): string[] {
  const [port, ...others] = ports;
  if (port === undefined) return [];
  if (others.length > 0) {
    return [
      '    ports:',
      ...ports.flatMap((one) => [...guess(one, 6), `      ${nameOf(one)}: ${inline(bodyOf(one))}`]),
    ];
  }
  const { preset, number, targetPort } = port;
  if (preset !== undefined && targetPort === number && port.protocol === presetPorts[preset].protocol) {
    return [`    preset: ${preset} # port ${number}`];
  }
  return [...guess(port, 4), `    port: ${inline(bodyOf(port))}`];
}

const bodyOf = ({ number, targetPort, protocol = 'TCP' }: ExportablePort) => ({
  number,
  ...(targetPort !== number && { targetPort }),
  protocol,
});

const nameOf = ({ name, number }: ExportablePort): string =>
  inline(portName.safeParse(name).success ? name : `port-${number}`);

const guess = ({ protocol, number }: ExportablePort, indent: number): string[] =>
  protocol === undefined
    ? [
        todo(
          indent,
          `what is spoken on port ${number}: neither its name nor its appProtocol tells; TCP has no time-outs or retries`,
        ),
      ]
    : [];

function consumerText({ cluster }: Exportable, surveys: readonly Survey[]): string[] {
  const others = surveys.filter((survey) => survey.cluster !== cluster);
  const seen = others.flatMap((survey) =>
    identitiesOf(survey).map(({ namespace, serviceAccount }) => `${survey.cluster}: ${namespace}/${serviceAccount}`),
  );
  const known = seen.length === 0 ? 'none were found' : some(seen);
  return [
    '    consumers:',
    todo(6, `who calls it: cluster, namespace and service account of each caller; in the mesh there: ${known}`),
    `      - { cluster: ${others[0]?.cluster ?? unknownName}, namespace: ${unknownName}, serviceAccount: ${unknownName} }`,
  ];
}

/** `any` cuts nobody off; with one trust domain it would let the other clusters in, so the identities that were seen are listed. */
function localCallerText(service: Exportable, surveys: readonly Survey[]): string[] {
  const what = 'who calls it within its own cluster: everyone who is not listed will be refused';
  if (!haveEqualDomains(surveys)) {
    return [todo(4, `${what}. \`any\` lets in the whole mesh, as before`), '    localCallers: any'];
  }
  const own = surveys.filter(({ cluster }) => cluster === service.cluster).flatMap(identitiesOf);
  if (own.length === 0) return [todo(4, what), '    localCallers: []'];
  return [
    todo(4, `${what}. These are in the mesh now`),
    '    localCallers:',
    ...own.map((identity) => `      - ${inline(identity)}`),
  ];
}

/** The others, as comments: to take one in, remove the signs before its lines. */
export function moreServicesText(chosen: Exportable, surveys: readonly Survey[]): string[] {
  const more = candidates(surveys).filter((one) => !isSame(one, chosen));
  const taken = new Set([chosen.service]);
  const shown = more.slice(0, mostProposals).flatMap((one) => {
    if (taken.has(one.service))
      return [`  # ${one.service} in ${one.cluster}, ${one.namespace}: a service of that name is above.`];
    taken.add(one.service);
    return serviceText(one, surveys).map((line) => `  # ${line.slice(2)}`);
  });
  const left = more
    .slice(mostProposals)
    .map(({ cluster, namespace, service }) => `${cluster}: ${namespace}/${service}`);
  return [
    ...(shown.length > 0
      ? [
          '  #',
          '  # These could be called from other clusters, too: remove the "# " before the lines of one.',
          ...shown,
        ]
      : []),
    ...(left.length > 0 ? [`  # And ${comment(some(left))}`] : []),
  ];
}

const isSame = (one: Exportable, other: Exportable): boolean =>
  one.cluster === other.cluster && one.namespace === other.namespace && one.service === other.service;

const some = (names: readonly string[]): string =>
  names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`;
