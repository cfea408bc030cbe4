import { isIP } from 'node:net';
import { nanoseconds } from '../../../objects/durations.ts';
import type { Field } from '../../../objects/field.ts';
import { formed, type Said, textOf } from '../said.ts';

/** Why a text has not the form that Istio wants; undefined where it has. Sources: `agent/validation.go`, `labels/instance.go`. */
export type Form = (text: string) => string | undefined;

const labelPattern = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
export const isLabel = (text: string): boolean => text.length <= 63 && labelPattern.test(text);

/** A label, `*`, or a label behind `*` or `*-`. */
const isWildcardLabel = (text: string): boolean =>
  text.length <= 63 && (text === '*' || labelPattern.test(text.replace(/^\*-?/, '')));

export const fqdn: Form = (domain) => lengthProblem(domain) ?? labelsProblem(domain);

export const wildcardDomain: Form = (domain) => {
  const length = lengthProblem(domain);
  if (length !== undefined) return length;
  const dot = domain.indexOf('.');
  const first = dot < 0 ? domain : domain.slice(0, dot);
  if (!isWildcardLabel(first)) return `domain name ${quoted(domain)} invalid (label ${quoted(first)} invalid)`;
  return dot < 0 ? undefined : labelsProblem(domain.slice(dot + 1));
};

function lengthProblem(name: string): string | undefined {
  if (name.length > 255) return `domain name ${quoted(name)} too long (max 255)`;
  return name === '' ? 'empty domain name not allowed' : undefined;
}

function labelsProblem(domain: string): string | undefined {
  const labels = domain.split('.');
  const top = labels.at(-1) ?? '';
  if (/^[-+]?\d+$/.test(top)) {
    return `domain name ${quoted(domain)} invalid (top level domain ${quoted(top)} cannot be all-numeric)`;
  }
  // A dot at the end says that the name is whole.
  const wrong = labels.find((label, index) => !isLabel(label) && !(label === '' && index === labels.length - 1));
  return wrong === undefined ? undefined : `domain name ${quoted(domain)} invalid (label ${quoted(wrong)} invalid)`;
}

export const isAddress = (text: string): boolean => isIP(text) !== 0;
export const address: Form = (text) => (isAddress(text) ? undefined : `${text} is not a valid IP`);

export const subnet: Form = (text) => {
  if (!text.includes('/')) return address(text);
  return isRange(text) ? undefined : `${text} is not a valid CIDR block`;
};

export function isRange(text: string): boolean {
  const [base = '', bits = '', ...more] = text.split('/');
  const version = base.includes('%') ? 0 : isIP(base);
  return (
    version !== 0 && more.length === 0 && /^(?:0|[1-9]\d*)$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
  );
}

export const portNumber = (port: number): string | undefined =>
  Number.isInteger(port) && port >= 1 && port <= 65535
    ? undefined
    : `port number ${port} must be in the range 1..65535`;

export const portName: Form = (name) => (isLabel(name) ? undefined : `invalid port name: ${name}`);

const protocols = 'tcp udp grpc grpc-web http http_proxy http2 https tls mongo redis mysql'.split(' ');
export const isProtocol = (text: string): boolean => protocols.includes(text.toLowerCase());
export const protocol: Form = (text) => (text === '' || isProtocol(text) ? undefined : `unsupported protocol: ${text}`);
export const isHttp = (text: string): boolean => /^(?:http|http2|http_proxy|grpc|grpc-web)$/i.test(text);
export const isTls = (text: string): boolean => /^(?:https|tls)$/i.test(text);
export const isTcp = (text: string): boolean => /^(?:tcp|https|tls|mongo|redis|mysql)$/i.test(text);

export const unixPrefix = 'unix://';

export const unixPath: Form = (path) => {
  if (path === '') return 'unix address must not be empty';
  const isFile = path.startsWith('@') || (path.startsWith('/') && !path.endsWith('/'));
  return isFile ? undefined : `${path} is not an absolute path to a file`;
};

export const duration: Form = (text) => {
  const length = nanoseconds(text);
  if (length === undefined) return `invalid duration ${quoted(text)}`;
  if (length < 1e6) return 'duration must be greater than 1ms';
  return Math.round(length) % 1e6 === 0 ? undefined : 'only durations to ms precision are supported';
};

/** Every duration that is there has the form. */
export function* durations(...fields: readonly Field[]): Generator<Said> {
  for (const field of fields) if (field.isSet) yield* formed(field, duration(textOf(field)));
}

const qualifiedName = '(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const tagKey = new RegExp(`^(?:([a-zA-Z0-9](?:[-a-zA-Z0-9.]*[a-zA-Z0-9])?)/)?(${qualifiedName})$`);
const tagValue = new RegExp(`^(?:${qualifiedName})?$`);

/** Labels by which workloads are chosen. */
export function* tags(labels: Field): Generator<Said> {
  for (const [key, field] of labels.entries) {
    const [, prefix = '', name = ''] = tagKey.exec(key) ?? [];
    if (name === '' || prefix.length > 253 || name.length > 63) yield* formed(field, `invalid tag key: ${quoted(key)}`);
    if (!tagValue.test(textOf(field))) yield* formed(field, `invalid tag value: ${quoted(textOf(field))}`);
  }
}

/**
 * A pattern in the syntax of RE2. JavaScript's is close to it: what is told is what both refuse, and what only JavaScript knows.
 */
export function pattern(text: string, where: string): string | undefined {
  if (text === '') return `${quoted(where)}: regex string match should not be empty`;
  if (text.length > 1024) return `${quoted(where)}: regex is too large, max length allowed is 1024`;
  const syntax = '; Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)';
  const foreign = /\(\?<?[=!]|\\[1-9]/.exec(text.replaceAll(/\\[^1-9]/g, ''))?.[0];
  if (foreign !== undefined) return `${quoted(where)}: invalid or unsupported Perl syntax: \`${foreign}\`${syntax}`;
  try {
    new RegExp(asJavaScript(text));
    return undefined;
  } catch (error) {
    return `${quoted(where)}: ${error instanceof Error ? error.message : String(error)}${syntax}`;
  }
}

const asJavaScript = (re2: string): string =>
  re2
    .replaceAll(/\(\?[imsU-]+\)/g, '')
    .replaceAll(/\(\?[imsU-]+:/g, '(?:')
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\[:\^?[a-z]+:\]/g, 'a')
    .replaceAll(/\\Q.*?(?:\\E|$)/g, 'a');

/** As Go prints it with `%q`. */
export const quoted = (text: string): string => JSON.stringify(text);
