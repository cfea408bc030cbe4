import { sha256 } from '../sha256.ts';
import { type Labels, labelsKey } from './labels.ts';

/** A Service's name becomes a label of a host, so none of our names is longer. */
const longest = 63;

/**
 * The name of an object: its parts joined by "-". One that would be too long is cut and ends in a hash of the whole, so
 * that it stays the same from run to run and different from its neighbours.
 */
export function objectName(...parts: readonly (string | number)[]): string {
  const name = parts.join('-');
  return name.length <= longest ? name : withHash(name, name);
}

/**
 * The name of the objects of an imported host, whoever provides it: one host is one object, which changes. One that is called after a
 * cluster has the cluster in its name, so that with another cluster, which makes another host of it, it is another object.
 */
export function importName(federation: string, service: string, host: string): string {
  const [name, cluster = '', top, ...more] = host.split('.');
  const isAfterCluster = name === service && top === 'local' && more.length === 0;
  return isAfterCluster ? objectName(federation, service, cluster) : objectName(federation, service);
}

/**
 * A workload has no name of its own: it is called by the value of its label `app`. Where there are other labels, or the value
 * is no name, a hash of the whole set keeps two workloads apart.
 */
export function workloadName(labels: Labels): string {
  const keys = Object.keys(labels).sort();
  const values = keys.map((key) => labels[key] ?? '').join('-');
  const name = values
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const plain = keys.length === 1 && keys[0] === 'app' && name === values;
  return plain ? name : withHash(name, labelsKey(labels));
}

/**
 * The name of an object that selects pods and is one of its kind: a hash of any labels but the usual ones. With other pods it is
 * another object, which comes before the old one goes; one object that changes its pods would leave the old ones at once.
 */
export const nameBySelector = (name: string, labels: Labels, usual: Labels): string =>
  labelsKey(labels) === labelsKey(usual) ? name : withHash(name, labelsKey(labels));

const withHash = (name: string, of: string): string => {
  const hash = sha256(of).toString('hex').slice(0, 8);
  return `${name.slice(0, longest - 9).replace(/-+$/, '')}-${hash}`;
};
