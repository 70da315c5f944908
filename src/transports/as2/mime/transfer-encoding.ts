import type { SizedContent } from '../content.ts';
import { As2Fault } from '../fault.ts';

/** The bytes behind a Content-Transfer-Encoding. Absent it is binary: Sterling leaves it out, and AS2 knows no lines. */
export function decodedBytes(
  encoding: string | undefined,
  source: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  switch (encoding?.trim().toLowerCase() ?? '') {
    case 'base64':
      return fromBase64(source);
    case 'quoted-printable':
      return fromQuotedPrintable(source);
    default:
      return source;
  }
}

/** Characters outside the alphabet are passed over (RFC 2045 6.8). */
async function* fromBase64(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let carried = '';
  for await (const piece of source) {
    const text =
      carried +
      Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
        .toString('latin1')
        .replaceAll(/[^A-Za-z0-9+/]/g, '');
    const whole = text.length - (text.length % 4);
    carried = text.slice(whole);
    if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64');
  }
  if (carried !== '') yield Buffer.from(carried, 'base64');
}

/** A line of quoted-printable has 76 characters; one of 64 KiB is none. */
const lineBytesMax = 64 * 1024;

async function* fromQuotedPrintable(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let carried = '';
  for await (const piece of source) {
    const text = carried + Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    carried = text.slice(end);
    if (carried.length > lineBytesMax)
      throw new As2Fault('unsupported format', 'A line of quoted-printable without an end.');
    if (end > 0) yield quotedPrintable(text.slice(0, end));
  }
  if (carried !== '') yield quotedPrintable(carried);
}

const quotedPrintable = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll(/=[ \t]*\r?\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

/** 57 octets make a line of 76 characters. */
const lineOctets = 57;

/** A content in lines of base64, each ended by CRLF. */
export function base64(content: SizedContent): SizedContent {
  const lineCount = Math.ceil(content.byteLength / lineOctets);
  return {
    byteLength: Math.ceil(content.byteLength / 3) * 4 + 2 * lineCount,
    async *bytes() {
      let carried: Buffer = Buffer.alloc(0);
      for await (const piece of content.bytes()) {
        const bytes = Buffer.concat([carried, piece]);
        const whole = bytes.length - (bytes.length % lineOctets);
        carried = bytes.subarray(whole);
        if (whole > 0) yield base64Lines(bytes.subarray(0, whole));
      }
      if (carried.length > 0) yield base64Lines(carried);
    },
  };
}

/** Lines of base64 with their CRLF. */
export const base64Lines = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('base64').replaceAll(/.{1,76}/g, '$&\r\n'), 'latin1');
