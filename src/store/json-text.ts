/*
 * What PostgreSQL's text and jsonb cannot hold, on its way in. bigint has no JSON form: minor units are kept as text, which every reader of
 * ours takes back as bigint. And neither type has NUL, which a partner may well send inside a value: it is kept as U+FFFD; the bytes
 * themselves stand in the RawFile.
 */

/** A plain value as the text of a json or jsonb parameter. Looking at every part of it takes twice as long, and hardly ever finds one. */
export function jsonText(value: unknown): string {
  try {
    const text = JSON.stringify(value);
    if (!text.includes('\\u0000')) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // a bigint
  }
  return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? part.toString() : withoutNul(part)));
}

/** Any parameter as it is, text without NUL. */
export function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
  return Array.isArray(value) ? value.map(withoutNul) : value;
}
