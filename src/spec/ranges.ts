import { BlockList, isIP } from 'node:net';

/** An IPv4 range as numbers, both ends included. */
export interface Ipv4Range {
  readonly first: number;
  readonly last: number;
}

export const ipv4Number = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

export function ipv4Range(cidr: string): Ipv4Range {
  const [address = '', prefix = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(ipv4Number(address) / size) * size;
  return { first, last: first + size - 1 };
}

export const overlaps = (a: Ipv4Range, b: Ipv4Range): boolean => a.first <= b.last && b.first <= a.last;

export const ipv4Text = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** One spelling per address or host name. */
export function canonicalAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address.toLowerCase();
}

/**
 * Ranges in which no gateway and no service can be, and what they are. https://www.iana.org/assignments/iana-ipv4-special-registry
 * and its sibling for IPv6; the metadata services are those of the big clouds.
 */
const specialRanges: readonly (readonly [what: string, ...ranges: string[]])[] = [
  [
    'a metadata service of a cloud',
    '169.254.169.254/32',
    '169.254.170.2/32',
    '168.63.129.16/32',
    '100.100.100.200/32',
    'fd00:ec2::254/128',
  ],
  ['the loopback range', '127.0.0.0/8', '::1/128'],
  ['"this host", not an address', '0.0.0.0/8', '::/128'],
  ['the link-local range', '169.254.0.0/16', 'fe80::/10'],
  ['the multicast range', '224.0.0.0/4', 'ff00::/8'],
  ['the broadcast address', '255.255.255.255/32'],
];

/** What an IP address is when it can't be a gateway's. IPv4 within IPv6 is looked through. */
export function specialRange(address: string): string | undefined {
  const family = isIP(address);
  if (family === 0) return undefined;
  if (family === 4) return specialOverlap(ipv4Range(address));
  const inner = innerIpv4(address);
  const found = ipv6Blocks().find(({ block }) => block.check(address, 'ipv6'));
  return found?.what ?? (inner === undefined ? undefined : specialRange(inner));
}

/** Made when there is an address to look up: most federations have none of IPv6. */
const ipv6Blocks = () =>
  specialRanges.map(([what, ...ranges]) => {
    const block = new BlockList();
    for (const range of ranges.filter((one) => one.includes(':'))) {
      const [address = '', prefix] = range.split('/');
      block.addSubnet(address, Number(prefix), 'ipv6');
    }
    return { what, block };
  });

/** `::ffff:7f00:1`, `64:ff9b::7f00:1` and `::7f00:1` all mean 127.0.0.1 to somebody. */
function innerIpv4(address: string): string | undefined {
  const match = /^\[(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(canonicalAddress(address));
  if (!match) return undefined;
  const [, high = '0', low = '0'] = match;
  return ipv4Text(Number.parseInt(high, 16) * 65536 + Number.parseInt(low, 16));
}

/** The special IPv4 ranges that overlap another one. */
export const specialOverlap = (range: Ipv4Range): string | undefined =>
  specialRanges.find(([, ...ranges]) =>
    ranges.some((special) => !special.includes(':') && overlaps(range, ipv4Range(special))),
  )?.[0];
