import { providersIn } from '../../objects/calls.ts';
import type { Catalogue } from '../../objects/catalogue.ts';
import { patternsOf } from '../../objects/hosts.ts';
import { nameOf } from '../../objects/located.ts';
import { defineObjectCheck } from './object-check.ts';

/** A Service that several clusters share behind gateways: each gateway knows the subsets of its own cluster's rules (istio#34992). */
export const subsetsAreOnBothSides = defineObjectCheck({
  codes: ['AXC3004'],
  *find(set) {
    const sharing = providersIn(set).filter(({ catalogue }) => catalogue.exposed.size > 0);
    for (const { name, catalogue } of sharing) {
      for (const { on, destinations } of catalogue.virtualServices) {
        for (const { host, subset, field } of destinations) {
          if (subset === undefined || !shares(catalogue, host) || !hasSubset(catalogue, host, subset)) continue;
          const lacking = sharing.find(
            (other) =>
              other.name !== name && shares(other.catalogue, host) && !hasSubset(other.catalogue, host, subset),
          );
          if (!lacking) continue;
          const [rule] = catalogue.rulesFor(host);
          yield {
            code: 'AXC3004',
            severity: 'warning',
            message: `${lacking.name} has the Service "${host}" too, and no subset "${subset}": calls that leave for it are reset by its gateway`,
            hint: `apply ${rule ? nameOf(rule) : 'the DestinationRule'} in ${lacking.name} too`,
            on,
            field: field.at('subset').path,
          };
        }
      }
    }
  },
});

const shares = ({ exposed, definitions }: Catalogue, host: string): boolean =>
  definitions.has(host) && patternsOf(host).some((pattern) => exposed.has(pattern));

const hasSubset = ({ rulesFor }: Catalogue, host: string, subset: string): boolean =>
  rulesFor(host).some(({ spec }) => spec.at('subsets').items.some((item) => item.at('name').text === subset));
