import type { Answer, WayAnswer } from '../../access/answer.ts';
import { callerText } from '../../access/callers.ts';
import type { Question } from '../../access/question.ts';
import { limitsOfWay, type Requests, requestLimits } from '../../access/requests.ts';
import type { Sites } from '../../access/sites.ts';
import { isOpen, type Truth } from '../../access/truth.ts';
import type { RuleRef } from '../../access/verdict.ts';
import type { Position } from '../../diagnostics.ts';
import type { Paint } from './colour.ts';
import { table } from './table.ts';
import { visible } from './text.ts';

/** `some`: it hangs on method and path, of which nobody has asked. */
export type May = 'yes' | 'some' | 'depends' | 'no';

export function mayOf(truth: Truth): May {
  if (isOpen(truth)) return truth.on.length === 0 ? 'some' : 'depends';
  return truth ? 'yes' : 'no';
}

/** One answer in full: the sentence, and for every way what decides there. */
export function answerText({ question, allowed, ways }: Answer, sites: Sites, paint: Paint): string {
  const may = mayOf(allowed);
  const facts = isOpen(allowed) && allowed.on.length > 0 ? [`  it depends on ${allowed.on.join('; and on ')}`] : [];
  return [
    `${signs(paint)[may]} ${sentence(question, may)}`,
    ...facts,
    ...ways.flatMap((way) => wayText(way, question, sites, paint, ways.length > 1)),
  ].join('\n');
}

const signs = (paint: Paint): Readonly<Record<May, string>> => ({
  yes: paint.green('✔'),
  some: paint.green('✔'),
  depends: paint.yellow('?'),
  no: paint.red('✖'),
});

function sentence(question: Question, may: May): string {
  const { caller, port, method, path } = question;
  const verb = { yes: 'may call', some: 'may call', depends: 'may or may not call', no: 'may not call' }[may];
  const what = `${calledText(question)}${port.name === undefined ? '' : ` (${port.name})`}`;
  const request = [method, path].filter((part) => part !== undefined).join(' ');
  const rest = may === 'some' ? ', for some requests' : '';
  return visible(`${callerText(caller)} ${verb} ${what}${request === '' ? '' : ` with ${request}`}${rest}`);
}

/** A service with several hosts is called by one of them. */
const calledText = ({ service, host, port }: Question): string =>
  `${service.sharing.kind === 'brokers' ? host : service.name}:${port.number}`;

function wayText(way: WayAnswer, question: Question, sites: Sites, paint: Paint, several: boolean): string[] {
  const head = several ? `in ${way.to ?? 'no cluster'}: ` : '';
  const refs = way.otherwise.length > 0 ? way.otherwise : way.by;
  const limits = limitsOf(way, question);
  return [
    `  ${head}${visible(reasonOf(way, sites))}${limits.length > 0 ? ':' : ''}`,
    ...limits.map((line) => `    ${visible(line)}`),
    ...refs.slice(0, 3).flatMap((ref) => placeText(ref, sites, paint)),
  ];
}

/** Why, in words. */
export function reasonOf(way: WayAnswer, sites: Sites): string {
  const names = list(way.by.map((ref) => refText(ref, sites)));
  const others = list(way.otherwise.map((ref) => refText(ref, sites)));
  switch (way.decided) {
    case 'no-way':
    case 'mtls':
      return names === '' ? (way.why ?? '') : `${way.why}; see ${names}`;
    case 'deny-rule':
      return `${names} refuses it`;
    case 'allow-rule':
      return `${names} lets it in`;
    case 'no-allow-rule':
      return others === '' ? `no rule of ${names} lets it in` : `${others} lets other requests in`;
    case 'no-policy':
      return 'no policy restricts the workload';
    case 'open':
      return mayOf(way.allowed) === 'some' ? `${names} says which` : `${names} decides`;
  }
}

/** `rule 0 of AuthorizationPolicy backend/shop-backend-api in cluster-b` */
function refText({ policy, rule }: RuleRef, sites: Sites): string {
  const { kind, metadata } = policy;
  const where = sites.sourceOf(policy)?.cluster;
  const object = `${kind} ${metadata.namespace}/${metadata.name}${where === undefined ? '' : ` in ${where}`}`;
  return rule === undefined ? object : `rule ${rule} of ${object}`;
}

function list(names: readonly string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return shown.length <= 1 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** The line of the spec or file that it comes from. */
function placeText(ref: RuleRef, sites: Sites, paint: Paint): string[] {
  const position = positionOf(ref, sites);
  if (position === undefined) return [];
  const { file, line, column, text } = position;
  return [`    ${paint.cyan(`${visible(file)}:${line}:${column}`)}  ${paint.dim(visible(text.trim()))}`];
}

export const positionOf = ({ policy, rule }: RuleRef, sites: Sites): Position | undefined =>
  sites.sourceOf(policy)?.locate(rule === undefined ? ['spec'] : ['spec', 'rules', rule]);

/** Which requests are meant, where only some are let in. */
function limitsOf(way: WayAnswer, { port }: Question): string[] {
  const { allowed, refused } = limitsOfWay(way, port.targetPort) ?? requestLimits(way.otherwise, port.targetPort);
  return [...allowed.map(requestsText), ...refused.map((one) => `not ${requestsText(one)}`)];
}

/** `GET, POST /api/*, /health` */
function requestsText({ methods, notMethods, paths, notPaths }: Requests): string {
  const parts = [
    methods.length > 0 ? methods.join(', ') : 'any method',
    ...(notMethods.length > 0 ? [`but ${notMethods.join(', ')}`] : []),
    paths.length > 0 ? paths.join(', ') : 'on any path',
    ...(notPaths.length > 0 ? [`but ${notPaths.join(', ')}`] : []),
  ];
  return parts.join(' ');
}

/** All that is not refused, a row for each; what is refused is counted. */
export function answersText(answers: readonly Answer[], sites: Sites): string {
  const open = answers.filter(({ allowed }) => allowed !== false);
  const rows = open.map((one) => rowOf(one, sites).map(visible));
  const refused = answers.length - open.length;
  const head = ['CALLER', 'CALLS', 'MAY', 'REQUESTS', 'BY'];
  return [
    ...(rows.length > 0 ? [table(head, rows)] : ['Nothing may be called.']),
    ...(refused > 0 && rows.length > 0
      ? [`Everything else is refused: ${refused} of ${answers.length} that were looked at.`]
      : []),
  ].join('\n');
}

function rowOf({ question, allowed, ways }: Answer, sites: Sites): string[] {
  const { caller, port } = question;
  const limits = ways.flatMap((way) => limitsOf(way, question));
  const by = ways.flatMap((way) => (way.allowed === false ? [] : way.by.map((ref) => refText(ref, sites))));
  const may = mayOf(allowed);
  const others = may === 'some' ? 'those that have a route' : 'all';
  const requests = port.http ? list([...new Set(limits)]) || others : '-';
  return [callerText(caller), calledText(question), may, requests, list([...new Set(by)]) || 'no policy'];
}
