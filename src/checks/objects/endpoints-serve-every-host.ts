import type { Entry } from '../../objects/entries.ts';
import type { Field } from '../../objects/field.ts';
import { defineClusterCheck } from './object-check.ts';

/** Hosts and endpoints of a ServiceEntry are no pairs: every host goes to every endpoint. */
export const endpointsServeEveryHost = defineClusterCheck({
  codes: ['AXC2104'],
  *find({ entries }) {
    for (const entry of entries) {
      const pair = pairOf(entry);
      if (!pair) continue;
      const [host, other] = pair;
      yield {
        code: 'AXC2104',
        severity: 'warning',
        message: `calls to "${host}" go to ${addressOf(other)} as well: every host of a ServiceEntry has all of its endpoints`,
        hint: 'write a ServiceEntry for each host, with the endpoints that serve it',
        on: entry.on,
        field: entry.spec.at('endpoints').path,
        mark: 'key',
      };
    }
  },
});

/** A host, and an endpoint that is named after another host; a word belongs to a host that alone has it. */
function pairOf({ hosts, endpoints }: Entry): [string, Field] | undefined {
  if (hosts.length < 2 || endpoints.length < 2) return undefined;
  const words = hosts.map((host) => host.split('.').filter((word) => word.length > 2));
  const count = new Map<string, number>();
  for (const word of words.flatMap((list) => [...new Set(list)])) count.set(word, (count.get(word) ?? 0) + 1);
  const own = words.map((list) => list.filter((word) => count.get(word) === 1));
  const matches = endpoints.map((endpoint) => own.map((list) => list.some((word) => mentions(endpoint, word))));
  const onlyFor = (index: number) => matches.findIndex((match) => match.filter(Boolean).length === 1 && match[index]);
  const named = hosts.map((_, index) => onlyFor(index));
  const [first, second] = named.flatMap((endpoint, host) => (endpoint < 0 ? [] : [{ endpoint, host }]));
  const host = first && hosts[first.host];
  const endpoint = second && endpoints[second.endpoint];
  return host !== undefined && endpoint ? [host, endpoint] : undefined;
}

const addressOf = (endpoint: Field): string => JSON.stringify(endpoint.at('address').text ?? 'another endpoint');

const mentions = (endpoint: Field, word: string): boolean =>
  [endpoint.at('address'), endpoint.at('network'), endpoint.at('locality')].some(({ text }) =>
    text?.split(/[./]/).some((part) => part === word || part.startsWith(`${word}-`) || part.endsWith(`-${word}`)),
  );
