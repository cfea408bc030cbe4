import { createHash, X509Certificate } from 'node:crypto';

/** What matters of a certificate of a CA. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 of the whole, in hexadecimal. */
  readonly fingerprint: string;
  /** The name and the key: what a chain is verified by. Two certificates of one key are one anchor. */
  readonly anchor: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The certificates of a PEM file, in its order; undefined when a block is none. */
export function certificatesIn(pem: string): Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map(toCertificate);
  } catch {
    return undefined;
  }
}

function toCertificate(block: string): Certificate {
  const x509 = new X509Certificate(block);
  const key = x509.publicKey.export({ type: 'spki', format: 'der' });
  return {
    subject: oneLine(x509.subject),
    issuer: oneLine(x509.issuer),
    fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    anchor: createHash('sha256').update(x509.subject).update(key).digest('hex'),
    notBefore: new Date(x509.validFrom),
    notAfter: new Date(x509.validTo),
  };
}

/** `CN=shop root, O=platform`: Node has a line for each part. */
const oneLine = (name: string): string => name.split('\n').filter(Boolean).reverse().join(', ');
