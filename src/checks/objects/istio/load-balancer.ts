import type { Field } from '../../../objects/field.ts';
import { numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import { durations } from './forms.ts';

/** `validateLoadBalancer`, but for its warning of failover without outlier detection: `failover-can-happen.ts` tells that. */
export function* loadBalancer(settings: Field): Generator<Said> {
  if (!settings.isSet) return;
  yield* consistentHash(settings.at('consistentHash'));
  const [locality, zone] = [settings.at('localityLbSetting'), settings.at('zoneAwareLbSetting')];
  if (locality.isSet && zone.isSet) {
    yield refusal(settings, 'only one of localityLbSetting and zoneAwareLbSetting can be set');
  }
  yield* localityLb(locality);
  yield* zoneAwareLb(zone);
  const warmup = settings.at('warmup');
  if (!warmup.isSet) return;
  if (warmup.at('duration').isSet) yield* durations(warmup.at('duration'));
  else yield refusal(warmup, 'duration is required');
  if (numberOf(warmup.at('minimumPercent')) > 100) {
    yield refusal(warmup.at('minimumPercent'), 'minimumPercent value should be less than or equal to 100');
  }
  if (warmup.at('aggression').isSet && numberOf(warmup.at('aggression')) <= 0) {
    yield refusal(warmup.at('aggression'), 'aggression should be greater than 0');
  }
}

function* consistentHash(hash: Field): Generator<Said> {
  const cookie = hash.at('httpCookie');
  if (cookie.isSet && textOf(cookie.at('name')) === '') yield refusal(cookie, 'name required for HttpCookie');
  const seen = new Set<string>();
  for (const attribute of cookie.at('attributes').items) {
    const name = textOf(attribute.at('name'));
    if (name === '') yield refusal(attribute, 'cookie attribute name cannot be empty');
    else if (seen.has(name)) yield refusal(attribute, `duplicate cookie attribute name: ${name}`);
    seen.add(name);
  }
  const [ring, maglev] = [hash.at('minimumRingSize'), hash.at('maglev')];
  if (numberOf(ring) !== 0) {
    yield warning(
      ring,
      "consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead",
    );
    if (maglev.isSet || hash.at('ringHash').isSet) {
      yield refusal(ring, 'only one of MinimumRingSize or Maglev/Ringhash can be specified');
    }
  }
  if (!maglev.isSet) return;
  const size = numberOf(maglev.at('tableSize'));
  if (size === 0) yield refusal(maglev, 'tableSize must be set for maglev');
  if (size >= 5_000_011) yield refusal(maglev.at('tableSize'), 'tableSize must be less than 5000011 for maglev');
  else if (!isPrime(size)) yield refusal(maglev.at('tableSize'), 'tableSize must be a prime number for maglev');
}

/** Of numbers up to five million. Envoy takes 1 for one, too. */
function isPrime(number: number): boolean {
  if (number > 0 && number < 4) return true;
  if (number % 2 === 0) return false;
  for (let factor = 3; factor * factor <= number; factor += 2) if (number % factor === 0) return false;
  return true;
}

const topology = /^(?:topology\.kubernetes\.io\/(?:region|zone)|topology\.istio\.io\/subzone)$/;

function* localityLb(setting: Field): Generator<Said> {
  const [distribute, failover] = [setting.at('distribute').items, setting.at('failover').items];
  if (distribute.length > 0 && failover.length > 0) {
    yield refusal(setting, "can not simultaneously specify 'distribute' and 'failover'");
    return;
  }
  const key = setting.at('failoverPriority').items.find((one) => topology.test(textOf(one)));
  if (failover.length > 0 && key) {
    const message = `can not simultaneously set 'failover' and topology label '${textOf(key)}' in 'failover_priority'`;
    yield refusal(key, message);
    return;
  }
  for (const one of distribute) {
    const weights = one.at('to').entries;
    const total = weights.reduce((sum, [, weight]) => sum + numberOf(weight), 0);
    const [, wrong] = weights.find(([, weight]) => numberOf(weight) < 1 || numberOf(weight) > 100) ?? [];
    if (wrong || total !== 100) {
      const message = wrong ? 'locality weight must be in range [1, 100]' : `total locality weight ${total} != 100`;
      yield refusal(wrong ?? one.at('to'), message);
      return;
    }
    yield* localities(weights.map(([name, field]) => ({ name, field })));
  }
  yield* localities(distribute.map((one) => ({ name: textOf(one.at('from')), field: one.at('from') })));
  yield* failovers(setting, 'locality lb failover', 'only specify region');
}

function* zoneAwareLb(setting: Field): Generator<Said> {
  for (const key of setting.at('failoverPriority').items) {
    if (!topology.test(textOf(key))) continue;
    const message = `'failover_priority' for zone aware lb must not use topology label '${textOf(key)}'; region- and zone-level routing are handled automatically`;
    yield refusal(key, message);
  }
  const regions = 'only specifies region; zone and subzone failover are handled automatically';
  yield* failovers(setting, 'zone aware lb failover', regions);
}

function* failovers(setting: Field, name: string, regions: string): Generator<Said> {
  for (const one of setting.at('failover').items) {
    const [from, to] = [textOf(one.at('from')), textOf(one.at('to'))];
    if (from === to) yield refusal(one, `${name} settings must specify different regions`);
    if (`${from}${to}`.includes('/')) yield refusal(one, `${name} ${regions}`);
    if (`${from}${to}`.includes('*')) yield refusal(one, `${name} region should not contain '*' wildcard`);
  }
}

interface Locality {
  readonly name: string;
  readonly field: Field;
}

/** `region/zone/subzone`: none is there twice, and none within another. */
function* localities(all: readonly Locality[]): Generator<Said> {
  const seen: string[] = [];
  for (const { name, field } of all) {
    const stars = name.split('*').length - 1;
    if (stars > 1 || (stars === 1 && !name.endsWith('*'))) {
      yield refusal(field, `locality ${name} wildcard '*' number can not exceed 1 and must be in the end`);
      return;
    }
    if (name.split('/', 3).includes('')) {
      yield refusal(field, `locality ${name} must not contain empty region/zone/subzone info`);
      return;
    }
    if (seen.includes('*') || seen.some((other) => overlap(name, other))) {
      yield refusal(field, `locality ${name} overlap with previous specified ones`);
      return;
    }
    seen.push(name);
  }
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [one.replace(/\/\*$/, ''), other.replace(/\/\*$/, '')];
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
