export interface TunnelTarget {
  readonly hostname: string;
  readonly port: number;
}

/** The proxy said no. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError';
}

export const loginOf = ({ username, password }: URL): { user: string; password: string } => ({
  user: decodeURIComponent(username),
  password: decodeURIComponent(password),
});

/** A URL has an IPv6 address in brackets, a socket does not. */
export const unbracketed = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
