import type { Catalogue } from '../../objects/catalogue.ts';
import type { Field } from '../../objects/field.ts';
import { hasStrayStar } from '../../objects/policies.ts';
import { type ImpossiblePath, impossiblePath } from '../../objects/request-paths.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Istio compares methods, paths and hosts letter by letter with those of the request. */
export const policyValuesCanMatch = defineClusterCheck({
  codes: ['AXC2196'],
  *find(catalogue) {
    for (const { on, rules, action } of catalogue.policies) {
      for (const operation of rules.flatMap(({ operations }) => operations)) {
        for (const [key, problemOf] of Object.entries(problems)) {
          for (const name of [key, `not${key[0]?.toUpperCase()}${key.slice(1)}`]) {
            for (const field of operation.at(name).items) {
              const problem = problemOf(field.text ?? '', catalogue);
              if (problem) yield { ...finding(field, problem, effects[`${action} ${name === key}`]), on };
            }
          }
        }
      }
    }
  },
});

function finding(
  field: Field,
  { why, instead }: Problem,
  { severity, text }: Effect = { severity: 'warning', text: 'it does nothing' },
): Omit<ObjectFinding, 'on'> {
  return {
    code: 'AXC2196',
    severity,
    message: `no request has "${field.text}", because ${why}: ${text}`,
    ...(instead !== undefined && { hint: instead }),
    field: field.path,
  };
}

interface Effect {
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

/** By the action, and whether the value is one of those that are wanted. */
const effects: Readonly<Record<string, Effect>> = {
  'DENY true': { severity: 'error', text: 'what this should deny gets through' },
  'ALLOW false': { severity: 'error', text: 'what this should keep out gets in' },
  'CUSTOM true': { severity: 'error', text: 'the external authorizer is not asked about it' },
  'ALLOW true': { severity: 'warning', text: 'this lets nobody in' },
  'DENY false': { severity: 'warning', text: 'this excepts nobody' },
};

interface Problem {
  readonly why: string;
  /** The hint. */
  readonly instead?: string | undefined;
}

const problems: Readonly<Record<string, (text: string, catalogue: Catalogue) => Problem | undefined>> = {
  methods: methodProblem,
  paths: pathProblem,
  hosts: hostProblem,
};

function methodProblem(text: string): Problem | undefined {
  const name = text.toUpperCase();
  return name !== text && methods.has(name)
    ? { why: 'methods are compared as they are written, in capital letters', instead: `write ${name}` }
    : undefined;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE']);

function pathProblem(text: string, { mesh }: Catalogue): Problem | undefined {
  if (text === '' || text === '*' || /[{}]/.test(text)) return undefined;
  if (hasStrayStar(text))
    return { why: 'a star counts at the beginning or at the end, and not both', instead: templateFor(text) };
  const isNormal = mesh?.config.at('pathNormalization', 'normalization').text !== 'NONE';
  if (text.startsWith('*')) return withHint(impossiblePath(text.slice(1), 'end', isNormal), '*', '');
  if (text.endsWith('*')) return withHint(impossiblePath(text.slice(0, -1), 'begin', isNormal), '', '*');
  return withHint(impossiblePath(text, 'all', isNormal), '', '');
}

const withHint = (path: ImpossiblePath | undefined, before: string, behind: string): Problem | undefined =>
  path && { why: path.why, instead: `write "${before}${path.instead}${behind}"` };

/** Whole parts of a path have signs of their own, `{*}`, and any number of them at the end `{**}`. */
function templateFor(path: string): string {
  if (/^[^*]*\/\*\*$/.test(path)) return `write "${path.slice(0, -1)}", which is for everything below`;
  const isTemplate = /^(\/(\*|[\w.~!$&'()+,;:@=%-]+))+(\/\*\*)?$/.test(path);
  return isTemplate
    ? `write "${path.replace('/**', '/{**}').replaceAll('/*', '/{*}')}"`
    : 'write one entry for each path, or `{*}` for a whole part of it';
}

function hostProblem(text: string): Problem | undefined {
  if (hasStrayStar(text)) {
    return {
      why: 'a star counts at the beginning or at the end, and not both',
      instead: 'write one entry for each host, or for each port',
    };
  }
  return text.includes('/')
    ? { why: 'the Host header is a name, perhaps with a port', instead: 'write the name only' }
    : undefined;
}
