/*
 * Character sets. Bytes are read as Latin-1, one character a byte, so that places in the text are places in the file (byte-classes.ts). What has
 * bytes beyond ASCII is then turned by one of these; what has none, nearly all of the traffic, is its text as it stands.
 * Only sets in which the bytes of ASCII mean ASCII: UTF-16, EBCDIC and ISO 2022 would need another tokenizer, and no partner of the field sends them.
 */
export const CHARACTER_SETS = [
  'unoa',
  'unob',
  'ascii',
  'latin1',
  'iso-8859-2',
  'iso-8859-3',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'iso-8859-8',
  'iso-8859-9',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'cp850',
  'euc-kr',
  'utf-8',
] as const;
export type CharacterSetName = (typeof CHARACTER_SETS)[number];

export interface CharacterSet {
  readonly name: CharacterSetName;
  /** As people call it. */
  readonly title: string;
  /** A character may take several bytes, so a decoded text has other places than the file. */
  readonly multibyte: boolean;
  /** The characters of bytes read as Latin-1; U+FFFD for bytes the set has no character for. */
  decode(bytes: string): string;
  /** The bytes of a character, or null when the set has none for it. */
  encode(codePoint: number): readonly number[] | null;
  /** Whether a character stands in the set; control characters are judged elsewhere. */
  has(codePoint: number): boolean;
}

/** UNB 0001 (ISO 9735-1 annex A, levels A to K; W came with version 4). */
const LEVELS: Readonly<Record<string, CharacterSetName>> = {
  UNOA: 'unoa',
  UNOB: 'unob',
  UNOC: 'latin1',
  UNOD: 'iso-8859-2',
  UNOE: 'iso-8859-5',
  UNOF: 'iso-8859-7',
  UNOG: 'iso-8859-3',
  UNOH: 'iso-8859-4',
  UNOI: 'iso-8859-6',
  UNOJ: 'iso-8859-8',
  UNOK: 'iso-8859-9',
  UNOL: 'iso-8859-15',
  UNOW: 'utf-8',
  UNOY: 'utf-8',
  KECA: 'euc-kr',
};

/** UNB 0133 of version 4: how the repertoire of 0001 is encoded; what it does not name is the repertoire's own. */
const ENCODINGS: Readonly<Record<string, CharacterSetName | null>> = {
  1: 'ascii',
  3: 'cp850',
  4: null, // EBCDIC
  5: null, // UCS-2
  6: null, // UCS-4
  7: 'utf-8',
  8: null, // UTF-16
};

/** The set UNB names by 0001 and, from version 4, 0133; null when it is none we can read (UNOX, code extension by ISO 2022). */
export function characterSetOfUnb(level: string, encoding: string): CharacterSetName | null {
  const own = Object.hasOwn(LEVELS, level) ? (LEVELS[level] ?? null) : null;
  if (!Object.hasOwn(ENCODINGS, encoding)) return own;
  const named = ENCODINGS[encoding] ?? null;
  // Level A in seven bits is level A still, without its lower case.
  return named === 'ascii' && own !== null ? own : named;
}

/** Level A: capitals, digits, blank and these (ISO 9735, 5.1); level B has small letters too. The separators are data when released. */
const LEVEL_A = new Set(' ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-()/=\'+:?!"%&*;<>');
const LEVEL_B = new Set([...LEVEL_A, ...'abcdefghijklmnopqrstuvwxyz']);

const CP850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';

/** 80 to 9F of Windows-1252, by hand: some releases of Node 20 and 22 decode that label as Latin-1. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const isAscii = (codePoint: number): boolean => codePoint < 0x80;

/** Whether a text has nothing beyond ASCII. */
export function isAsciiText(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** The upper half of a set of one byte a character: 128 characters, U+FFFD where there is none. */
function upperHalf(name: CharacterSetName): string {
  if (name === 'cp850') return CP850;
  const all = Uint8Array.from({ length: 128 }, (_, index) => index + 128);
  const decoded = new TextDecoder(name === 'latin1' ? 'iso-8859-1' : name).decode(all);
  if (name === 'windows-1252') return WINDOWS_1252 + decoded.slice(32);
  if (!name.startsWith('iso') && name !== 'latin1') return decoded;
  // To the Encoding standard iso-8859-1 and -9 are the Windows sets; in the ISO sets 80 to 9F are control characters, whichever the label.
  return `${Array.from({ length: 32 }, (_, index) => String.fromCharCode(0x80 + index)).join('')}${decoded.slice(32)}`;
}

function singleByte(name: CharacterSetName): CharacterSet {
  const upper = upperHalf(name);
  const bytes = new Map<number, readonly number[]>();
  for (let index = 0; index < 128; index++) {
    const code = upper.charCodeAt(index);
    if (code !== 0xfffd && !isC1(code)) bytes.set(code, [index + 128]);
  }
  return {
    name,
    title: titleOf(name),
    multibyte: false,
    decode: name === 'latin1' ? (text) => text : (text) => decodedBy(upper, text),
    encode: (code) => (isAscii(code) ? [code] : (bytes.get(code) ?? null)),
    has: (code) => isAscii(code) || bytes.has(code),
  };
}

const isC1 = (code: number): boolean => code >= 0x80 && code < 0xa0;

function decodedBy(upper: string, text: string): string {
  let decoded = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    decoded += text.slice(from, at) + upper.charAt(code - 0x80);
    from = at + 1;
  }
  return decoded + text.slice(from);
}

/** ASCII and the parts of it that UNOA and UNOB are. What goes beyond is read as Latin-1, which is what it nearly always is. */
function level(name: 'unoa' | 'unob' | 'ascii'): CharacterSet {
  const repertoire = name === 'ascii' ? null : name === 'unoa' ? LEVEL_A : LEVEL_B;
  const has = (code: number) => isAscii(code) && (repertoire === null || repertoire.has(String.fromCharCode(code)));
  return {
    name,
    title: titleOf(name),
    multibyte: false,
    decode: (text) => text,
    encode: (code) => (has(code) ? [code] : null),
    has,
  };
}

const utf8: CharacterSet = {
  name: 'utf-8',
  title: 'UTF-8',
  multibyte: true,
  decode: (text) => (isAsciiText(text) ? text : Buffer.from(text, 'latin1').toString('utf8')),
  // A surrogate alone is no character.
  encode: (code) => (code >= 0xd800 && code <= 0xdfff ? null : [...Buffer.from(String.fromCodePoint(code), 'utf8')]),
  has: (code) => code !== 0xfffd && !isC1(code),
};

/** KS X 1001: two bytes from A1 to FE, which no delimiter is. */
function eucKr(): CharacterSet {
  const decoder = new TextDecoder('euc-kr');
  const bytes = new Map<number, readonly number[]>();
  for (let lead = 0xa1; lead <= 0xfe; lead++) {
    for (let trail = 0xa1; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (character.length === 1 && character !== '\ufffd') bytes.set(character.charCodeAt(0), [lead, trail]);
    }
  }
  return {
    name: 'euc-kr',
    title: titleOf('euc-kr'),
    multibyte: true,
    decode: (text) => (isAsciiText(text) ? text : decoder.decode(Buffer.from(text, 'latin1'))),
    encode: (code) => (isAscii(code) ? [code] : (bytes.get(code) ?? null)),
    has: (code) => isAscii(code) || bytes.has(code),
  };
}

function titleOf(name: CharacterSetName): string {
  if (name.startsWith('iso-')) return name.replace('iso-', 'ISO ');
  if (name.startsWith('windows-')) return name.replace('w', 'W');
  const titles: Partial<Record<CharacterSetName, string>> = {
    unoa: 'UNOA',
    unob: 'UNOB',
    ascii: 'ASCII',
    latin1: 'ISO 8859-1',
    cp850: 'code page 850',
    'euc-kr': 'EUC-KR',
    'utf-8': 'UTF-8',
  };
  return titles[name] ?? name;
}

function make(name: CharacterSetName): CharacterSet {
  switch (name) {
    case 'unoa':
    case 'unob':
    case 'ascii':
      return level(name);
    case 'utf-8':
      return utf8;
    case 'euc-kr':
      return eucKr();
    default:
      return singleByte(name);
  }
}

const made = new Map<CharacterSetName, CharacterSet>();

/** A set by its name; its tables are made when it is first asked for. */
export function characterSet(name: CharacterSetName): CharacterSet {
  const known = made.get(name);
  if (known !== undefined) return known;
  const one = make(name);
  made.set(name, one);
  return one;
}
