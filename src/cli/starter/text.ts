import { load } from 'js-yaml';
import { isJsonObject } from '../../json.ts';

/** The words of a scenario's spec that a user has own ones for. */
export interface Words {
  readonly federation: string;
  /** In the order of the file. */
  readonly clusters: readonly ClusterWords[];
}

export interface ClusterWords {
  readonly name: string;
  readonly trustDomain: string | undefined;
  readonly gateway: string | undefined;
}

/** The line that tells editors which schema the file has. */
export const modeline = '# yaml-language-server: $schema=./node_modules/aegis-xc/schema.json';

/** The text of a new spec: the scenario's own, with its comments, in the words of the user. */
export function starterText(scenario: string, { to, id }: { readonly to: Words; readonly id: string }): string {
  const from = wordsOf(scenario);
  const renamed = replaceWords(scenario, pairsOf(from, to));
  const name = new RegExp(`\\b(name|federation): ${from.federation}\\b`, 'g');
  const named = renamed.replace(name, `$1: ${to.federation}`);
  return `${modeline}\n${named.replace(/^metadata:\n {2}name: .*\n/m, `$&  id: ${id}\n`)}`;
}

/** The words as the scenario has them. */
export function wordsOf(scenario: string): Words {
  const spec = load(scenario);
  if (!isJsonObject(spec) || !isJsonObject(spec.metadata) || !isJsonObject(spec.clusters)) {
    throw new TypeError('a scenario is a spec');
  }
  const clusters = Object.entries(spec.clusters).map(([name, cluster]) => {
    const { trustDomain, gateway } = isJsonObject(cluster) ? cluster : {};
    const addresses = isJsonObject(gateway) && Array.isArray(gateway.addresses) ? gateway.addresses : [];
    return { name, trustDomain: textOrNothing(trustDomain), gateway: textOrNothing(addresses[0]) };
  });
  return { federation: String(spec.metadata.name), clusters };
}

const textOrNothing = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function pairsOf(from: Words, to: Words): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const [index, old] of from.clusters.entries()) {
    const own = to.clusters[index] ?? old;
    pairs.set(old.name, own.name);
    if (old.trustDomain && own.trustDomain) pairs.set(old.trustDomain, own.trustDomain);
    if (old.gateway && own.gateway) pairs.set(old.gateway, own.gateway);
  }
  return pairs;
}

/** All at once, so that two names can be swapped; `cluster-a.example` is found before the `cluster-a` in it. */
function replaceWords(text: string, pairs: ReadonlyMap<string, string>): string {
  const words = [...pairs.keys()]
    .sort((one, other) => other.length - one.length)
    .map((word) => word.replaceAll('.', '\\.'));
  return text.replace(
    new RegExp(`(?<![\\w-])(?:${words.join('|')})(?![\\w-])`, 'g'),
    (word) => pairs.get(word) ?? word,
  );
}
