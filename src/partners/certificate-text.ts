import { X509Certificate } from 'node:crypto';

const BLOCK = /^[ \t]*-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/gm;

/** A certificate out of a text, or what is wrong with that. */
export type CertificateText = { readonly pem: string } | { readonly fault: string };

/**
 * The one certificate in a PEM text: what stands before and after it (RFC 7468 2: `openssl x509 -text`, a line of ours) is left out. A text with several is
 * refused, for only the first of them would be used; one with a private key too, for it is read by whoever reads the configuration.
 */
export function certificateIn(text: string): CertificateText {
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text))
    return { fault: 'A private key stands here too: it belongs to nobody but its owner, and not into this file.' };
  const certificates = [...text.matchAll(BLOCK)];
  if (certificates.length > 1)
    return { fault: `${certificates.length} certificates stand here; each is an entry of its own.` };
  try {
    // Indented as in YAML, or with CRLF, OpenSSL reads none.
    const lines = (certificates[0]?.[1] ?? '').replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
    const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
    return new X509Certificate(pem).raw.length > 0 ? { pem } : { fault: unreadable };
  } catch {
    return { fault: unreadable };
  }
}

const unreadable = 'This is no certificate that can be read.';
