import type { KubeObject } from '../../manifests/manifest.ts';
import { specOf, textsOf } from '../../manifests/transition.ts';
import type { Index } from './index-of.ts';
import type { Frame, Scope } from './scope.ts';
import type { World } from './world.ts';

/**
 * One scope for every virtual address that changes hands in a cluster. While two hosts have it, connections to the one may go out as
 * those to the other: a proxy has one listener for an address and a port.
 */
export function addressScopes(index: Index, frame: Frame): Scope[] {
  const clusters = [...new Set(index.all.map(({ cluster }) => cluster))];
  return clusters.flatMap((cluster) =>
    [...entriesByAddress(index, cluster)].flatMap(([address, keys]) => addressScope({ cluster, address, keys, frame })),
  );
}

interface Input {
  readonly cluster: string;
  readonly address: string;
  /** ServiceEntries that have it at some time. */
  readonly keys: readonly string[];
  readonly frame: Frame;
}

function addressScope({ cluster, address, keys, frame }: Input): Scope[] {
  const hostsIn = (world: World): string[] => {
    const having = keys.flatMap((key) => world.get(key) ?? []).filter((one) => addressesOf(one).includes(address));
    return [...new Set(having.flatMap((one) => textsOf(specOf(one).hosts)))];
  };
  // Where two have it before, it can only be mended.
  if (keys.length < 2 || !keys.some((key) => frame.changed.has(key)) || hostsIn(frame.before).length > 1) return [];
  return [
    {
      keys,
      check: (state) => {
        const hosts = hostsIn(state);
        return hosts.length > 1
          ? `${cluster}: ${address} would be the address of ${hosts.join(' and ')} at once; take it from the one and apply, then give it to the other`
          : undefined;
      },
    },
  ];
}

function entriesByAddress(index: Index, cluster: string): Map<string, string[]> {
  const byAddress = new Map<string, string[]>();
  for (const { key, versions } of index.of('ServiceEntry', cluster)) {
    for (const address of new Set(versions.flatMap(addressesOf))) {
      const others = byAddress.get(address);
      if (others) others.push(key);
      else byAddress.set(address, [key]);
    }
  }
  return byAddress;
}

const addressesOf = (entry: KubeObject): readonly string[] => textsOf(specOf(entry).addresses);
