import type { Field } from '../../objects/field.ts';
import { isWildcard } from '../../objects/hosts.ts';
import { hasStrayStar, type Policy } from '../../objects/policies.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** A policy is as good as what it looks at: names with a port are other names, and headers are the caller's words. */
export const policiesHoldWhatTheySay = defineClusterCheck({
  codes: ['AXC2210', 'AXC2211', 'AXC2212'],
  *find({ policies, virtualServices }) {
    for (const policy of policies) {
      yield* hostsWithoutPort(policy);
      yield* callersWords(policy);
      yield* ruleForAll(policy);
    }
    for (const { on, spec } of virtualServices) {
      const matches = spec.at('http').items.flatMap((route) => route.at('match').items);
      for (const [name, field] of matches.flatMap((match) => match.at('headers').entries)) {
        if (identityHeader.test(name)) yield { ...callersWord(name, 'info'), on, field: field.path };
      }
    }
  },
});

/** Envoy compares the whole Host header, and clients may put any port into it: routes are found without it. */
function* hostsWithoutPort({ on, rules, action }: Policy): Generator<ObjectFinding> {
  for (const hosts of rules.flatMap(({ operations }) => operations.map((operation) => operation.at('hosts')))) {
    const all = hosts.texts;
    const bare = hosts.items.find(({ text }) => text !== undefined && leavesPortsOut(text, all));
    if (bare?.text === undefined) continue;
    const isDenied = action === 'DENY';
    const called = `${bare.text.replace(/^\*\.?/, 'www.')}:80`;
    yield {
      code: 'AXC2210',
      severity: isDenied ? 'warning' : 'info',
      message: isDenied
        ? `"${bare.text}" is compared with the whole Host header: with a port in it ("${called}") the call is not denied`
        : `"${bare.text}" is compared with the whole Host header: clients that put the port into it ("${called}") are denied`,
      hint: isWildcard(bare.text) ? portsOfWildcard(bare.text, isDenied) : `add "${bare.text}:*"`,
      on,
      field: bare.path,
    };
  }
}

function leavesPortsOut(host: string, all: readonly string[]): boolean {
  if (host.endsWith('*') || host.includes(':')) return false;
  return !all.some((other) => (other.startsWith(`${host}:`) && !hasStrayStar(other)) || other === `${host}*`);
}

/** Behind a star at the beginning a second one is a letter like any other, so that no pattern leaves the port open. */
const portsOfWildcard = (host: string, isDenied: boolean): string =>
  isDenied
    ? `no entry has a star at both ends, and a client may write any port: name each host ("www${host.slice(1)}", "www${host.slice(1)}:*"), or deny all but some by \`notHosts\``
    : `add each port that clients write, as "${host}:443"; an entry can't have a star at both ends`;

function* callersWords({ on, rules, action }: Policy): Generator<ObjectFinding> {
  for (const condition of action === 'ALLOW' ? rules.flatMap(({ conditions }) => conditions) : []) {
    const name = /^request\.headers\[(.+)\]$/.exec(condition.at('key').text ?? '')?.[1];
    if (name !== undefined && identityHeader.test(name)) {
      yield { ...callersWord(name, 'warning'), on, field: condition.at('key').path };
    }
  }
}

const identityHeader =
  /^x-(source|from|origin|client|caller|peer)-(cluster|mesh|namespace|ns|service|workload|principal|identity|account|id)$|^x-(cluster|mesh|namespace)$/i;

const callersWord = (name: string, severity: 'info' | 'warning') => ({
  code: 'AXC2211' as const,
  severity,
  message: `"${name}" is what the caller writes: anybody can, so it tells nothing about who calls`,
  hint: 'use `source.principals` of an AuthorizationPolicy, which come from the certificate',
});

function* ruleForAll({ on, rules, action }: Policy): Generator<ObjectFinding> {
  const all: Field | undefined = rules.find(
    ({ sources, operations, conditions }) => sources.length + operations.length + conditions.length === 0,
  )?.field;
  if (action !== 'ALLOW' || rules.length < 2 || !all) return;
  yield {
    code: 'AXC2212',
    severity: 'warning',
    message: 'a rule without conditions allows everybody everything: the other rules of this policy mean nothing',
    hint: 'remove this rule, or say whom it allows what',
    on,
    field: all.path,
  };
}
