import type { ByteReader } from '../byte-reader.ts';
import { As2Fault } from '../fault.ts';
import { headBytesMax, headerCountMax } from '../limits.ts';

/** The header block of a MIME entity. */
export interface Head {
  /** In the order they stand; names in small letters, values unfolded, one character per octet. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The octets as they came, with the blank line: what a signature covers. */
  readonly raw: Buffer;
}

/** The first field of that name. */
export const fieldOf = (head: Head, name: string): string | undefined =>
  head.fields.find(([candidate]) => candidate === name)?.[1];

/** Whether it stands there more than once: then every reader may go by another of them. */
export const isRepeated = (head: Head, name: string): boolean =>
  head.fields.filter(([candidate]) => candidate === name).length > 1;

export const emptyHead: Head = Object.freeze({ fields: [], raw: Buffer.alloc(0) });

const LF = 10;
const CR = 13;

/**
 * Takes the header block off a stream. Null, and nothing taken, when there is none: mendelson encrypts payloads without any header, and then
 * the bytes are the payload. "UNA:" looks like a header and is not one, so a block counts only with a Content- or MIME-Version field in it.
 */
export async function readHead(reader: ByteReader): Promise<Head | null> {
  for (;;) {
    const { here } = reader;
    const length = headLength(here);
    if (length !== undefined && length <= headBytesMax) {
      const fields = parseFields(here.subarray(0, length));
      if (fields === null || (length > 2 && !fields.some(([name]) => /^(?:content-|mime-version$)/.test(name))))
        return null;
      return { fields, raw: Buffer.from(reader.take(length)) };
    }
    if (here.length > headBytesMax && beginsOverlong(here.subarray(0, headBytesMax)))
      throw new As2Fault('unsupported format', `More than ${headBytesMax} bytes of headers.`);
    if (here.length > headBytesMax || !beginsLikeHead(here) || !(await reader.more())) return null;
  }
}

/** Where the body begins: after the first empty line. */
function headLength(bytes: Buffer): number | undefined {
  if (bytes[0] === LF) return 1;
  if (bytes[0] === CR && bytes[1] === LF) return 2;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return undefined;
}

/** Whether it is headers all the same, without an end: taken for a payload they would be kept as somebody's file. */
function beginsOverlong(bytes: Buffer): boolean {
  const lines = bytes.toString('latin1').split('\n');
  // The last is cut: its name counts, its value not.
  const isField = (line: string): boolean => /^(?:[!-9;-~]{1,200}[ \t]*:|[ \t])/.test(line);
  return lines.every(isField) && lines.some((line) => /^(?:content-[a-z-]+|mime-version)[ \t]*:/i.test(line));
}

/** False as soon as the first line cannot be a header field any more. */
function beginsLikeHead(bytes: Buffer): boolean {
  for (const octet of bytes.subarray(0, 200)) {
    if (octet === 0x3a) return true;
    const isNameLike = (octet > 0x20 && octet < 0x7f) || octet === 0x20 || octet === 0x09 || octet === CR;
    if (!isNameLike) return false;
  }
  return bytes.length < 200;
}

/** The fields of a block; null when a line is none. Throws As2Fault when there are too many. */
export function parseFields(bytes: Buffer): readonly (readonly [string, string])[] | null {
  const fields: [string, string][] = [];
  for (const line of bytes.toString('latin1').split('\n')) {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text === '') continue;
    const last = fields.at(-1);
    if (/^[ \t]/.test(text)) {
      if (last === undefined) return null;
      last[1] = `${last[1]} ${text.trim()}`.trim();
      continue;
    }
    const colon = text.indexOf(':');
    const name = colon > 0 ? text.slice(0, colon).trimEnd() : '';
    if (!/^[!-9;-~]{1,200}$/.test(name)) return null;
    if (fields.length === headerCountMax)
      throw new As2Fault('unsupported format', `More than ${headerCountMax} headers.`);
    fields.push([name.toLowerCase(), text.slice(colon + 1).trim()]);
  }
  return fields;
}
