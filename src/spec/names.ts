import * as z from 'zod';

/**
 * The alphabets of the words in a spec. They are narrow on purpose: a value that passes here can't change the
 * meaning of a SPIFFE URI, a host pattern or an SNI that it later becomes a part of.
 */

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';

/** Text of one form. `expected` is what a message says after "must be", whatever is wrong with the value. */
const text = (expected: string, pattern: RegExp, longest: number) =>
  z.string(expected).max(longest).regex(pattern, { error: expected, abort: true });

export const dnsLabel = text(
  'lower-case letters, digits and "-", beginning and ending with a letter or digit',
  new RegExp(`^${label}$`),
  63,
);

/** Names that people type in flags and hosts: a DNS label that starts with a letter, so that it is never a position. */
export const plainName = text(
  'lower-case letters, digits and "-", beginning with a letter',
  /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
  63,
);

/** Service accounts and Namespaces are DNS subdomains in Kubernetes; Istio's identities carry them as they are. */
export const dnsSubdomain = text(
  'lower-case letters, digits, "-" and ".", each part beginning and ending with a letter or digit',
  new RegExp(`^${label}(?:\\.${label})*$`),
  253,
);

/**
 * A host name with labels of at most 63 characters; at least two labels, so that no search domain changes its meaning. The last
 * one begins with a letter: `127.1` and `0x7f.1` are addresses to many resolvers.
 */
export const hostName = text(
  'an exact host name of two or more labels of at most 63 characters, in lower case',
  /^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
  253,
);

export const ipv4 = z.ipv4('an IPv4 address such as 203.0.113.20');
export const ipAddress = z.union([ipv4, z.ipv6()], { error: 'an IP address' });

/** https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md section 2.1: lower case, digits, `.`, `-`, `_`. */
export const trustDomain = text(
  'lower-case letters, digits, ".", "-" and "_"',
  /^[a-z0-9](?:[-a-z0-9._]*[a-z0-9])?$/,
  255,
);

const aPort = 'a whole number from 1 to 65535';
export const portNumber = z.int(aPort).min(1, aPort).max(65535, aPort);

/** Kubernetes allows 15 characters for a port's name, with at least one letter. */
export const portName = text(
  'lower-case letters, digits and "-", with at least one letter',
  /^(?=.*[a-z])[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  15,
);

/** A duration as Istio takes it: whole hours, minutes, seconds and milliseconds, at least 1ms. */
export const duration = text(
  'a duration such as 500ms, 10s or 1h30m',
  /^(?=\d)(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?$/,
  20,
).refine((value) => milliseconds(value) >= 1 && milliseconds(value) <= year, 'a duration from 1ms to 8760h');
const year = 8760 * 3_600_000;

const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** The length in milliseconds of a text that `duration` takes. */
export function milliseconds(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[hms])/g)) {
    sum += Number(count) * units[unit as keyof typeof units];
  }
  return sum;
}

export const labelKey = text(
  'a Kubernetes label key such as app or app.kubernetes.io/name',
  /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
  317,
);
export const labelValue = text(
  'a Kubernetes label value of letters, digits, "-", "_" and "."',
  /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  63,
);
