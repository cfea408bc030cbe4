import type { Field } from './field.ts';
import type { Located } from './located.ts';

/** An AuthorizationPolicy. */
export interface Policy extends Located {
  readonly action: string;
  readonly selector: ReadonlyMap<string, string>;
  /** Whether `targetRefs` say where it applies. */
  readonly isAttached: boolean;
  readonly rules: readonly PolicyRule[];
}

export interface PolicyRule {
  readonly field: Field;
  readonly sources: readonly Field[];
  readonly operations: readonly Field[];
  readonly conditions: readonly Field[];
}

export function policyOf(located: Located): Policy {
  const { spec } = located;
  return {
    ...located,
    action: spec.at('action').text ?? 'ALLOW',
    selector: spec.at('selector', 'matchLabels').labels,
    isAttached: spec.at('targetRef').isSet || spec.at('targetRefs').isSet,
    rules: spec.at('rules').items.map((field) => ({
      field,
      sources: field.at('from').items.map((item) => item.at('source')),
      operations: field.at('to').items.map((item) => item.at('operation')),
      conditions: field.at('when').items,
    })),
  };
}

/** Every identity that a rule names, wanted or not. */
export const principalsOf = ({ sources, conditions }: PolicyRule): Field[] => [
  ...sources.flatMap((source) => [...source.at('principals').items, ...source.at('notPrincipals').items]),
  ...conditions
    .filter((condition) => condition.at('key').text === 'source.principal')
    .flatMap((condition) => [...condition.at('values').items, ...condition.at('notValues').items]),
];

/** What only HTTP has; on other ports Istio drops it, and an ALLOW rule with it. */
export function httpFieldOf({ sources, operations, conditions }: PolicyRule): Field | undefined {
  const fields = [
    ...operations.flatMap((operation) => operationFields.map((name) => operation.at(name))),
    ...sources.flatMap((source) => sourceFields.map((name) => source.at(name))),
    ...conditions.filter((condition) => condition.at('key').text?.startsWith('request.')),
  ];
  return fields.find(({ isSet }) => isSet);
}

const operationFields = ['methods', 'notMethods', 'paths', 'notPaths', 'hosts', 'notHosts'];
const sourceFields = ['requestPrincipals', 'notRequestPrincipals', 'remoteIpBlocks', 'notRemoteIpBlocks'];

/** The ports that a rule is for; undefined where it is for all. */
export function portsOf({ operations }: PolicyRule): Field[] | undefined {
  const ports = operations.map((operation) => operation.at('ports').items);
  return ports.length === 0 || ports.some((list) => list.length === 0) ? undefined : ports.flat();
}

/**
 * Whether a value of a policy has a star that stands for itself: one counts at the beginning or at the end, and Istio looks at
 * the beginning first (`pilot/pkg/security/authz/matcher/string.go`).
 */
export function hasStrayStar(value: string): boolean {
  const rest = value.startsWith('*') ? value.slice(1) : value.replace(/\*$/, '');
  return rest.includes('*');
}

export interface Identity {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The parts of `cluster-a.example/ns/shop/sa/frontend`. */
export function identityOf(principal: string): Identity | undefined {
  const [, trustDomain = '', namespace = '', serviceAccount = ''] =
    /^([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(principal) ?? [];
  return trustDomain === '' ? undefined : { trustDomain, namespace, serviceAccount };
}
