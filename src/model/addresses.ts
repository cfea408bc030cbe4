import { sha256 } from '../sha256.ts';

/**
 * A stable virtual address for a TCP import: its host, hashed into the range. Without an address of its own the proxy
 * would listen on 0.0.0.0:port until Istio has allocated one, and take every connection to that port.
 */
export function virtualAddress(host: string, range: string): string {
  const { base, size } = parseRange(range);
  const hash = sha256(host).readUIntBE(0, 6);
  // The first and the last address of a range are left alone: they read like a network and its broadcast address.
  return formatIpv4(base + 1 + (hash % Math.max(1, size - 2)));
}

/** `192.0.2.7` and 3 make `192.0.2.10`. */
export const addressPlus = (address: string, offset: number): string => formatIpv4(parseIpv4(address) + offset);

function parseRange(range: string): { base: number; size: number } {
  const [address = '', prefix = '32'] = range.split('/');
  const size = 2 ** (32 - Number(prefix));
  return { base: Math.floor(parseIpv4(address) / size) * size, size };
}

const parseIpv4 = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const formatIpv4 = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
