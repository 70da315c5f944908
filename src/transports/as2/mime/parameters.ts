/** "multipart/signed; micalg=sha-256; boundary=x": the value in small letters, and its parameters by their names in small letters. */
export interface Parameterized {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a Content-Type or Content-Disposition, quoted or not, with continuations and charsets of RFC 2231. Never fails: what cannot be read is left out. */
export function parseParameterized(header: string | undefined): Parameterized {
  const text = header ?? '';
  const semicolon = text.indexOf(';');
  const value = (semicolon < 0 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const raw = semicolon < 0 ? new Map<string, string>() : rawParameters(text, semicolon);
  return { value, parameters: joinedParameters(raw) };
}

/** One pass over the characters: a quoted string may hold semicolons. The first of two parameters with one name counts. */
function rawParameters(text: string, from: number): Map<string, string> {
  const found = new Map<string, string>();
  let at = from;
  while (at < text.length) {
    at++; // the semicolon
    const equals = endOf(text, at, '=;');
    const name = text.slice(at, equals).trim().toLowerCase();
    if (text[equals] !== '=') {
      at = equals;
      continue;
    }
    at = equals + 1;
    while (text[at] === ' ' || text[at] === '\t') at++;
    let value = '';
    if (text[at] === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === '\\' && at + 1 < text.length) at++;
        value += text[at];
      }
      at = endOf(text, at, ';');
    } else {
      const end = endOf(text, at, ';');
      value = text.slice(at, end).trim();
      at = end;
    }
    if (name !== '' && !found.has(name)) found.set(name, value);
  }
  return found;
}

function endOf(text: string, from: number, stops: string): number {
  let at = from;
  while (at < text.length && !stops.includes(text.charAt(at))) at++;
  return at;
}

const sectionCountMax = 50;

/** title*0*, title*1, … → title. A name with an asterisk carries a charset and percent signs. */
function joinedParameters(raw: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of raw) if (!name.includes('*')) parameters.set(name, value);
  for (const name of new Set(
    [...raw.keys()].filter((key) => key.includes('*')).map((key) => key.slice(0, key.indexOf('*'))),
  )) {
    const sections = [...sectionsOf(raw, name)];
    if (sections.length > 0) parameters.set(name, decodedSections(sections)); // it is the better one of the two when both are there
  }
  return parameters;
}

interface Section {
  readonly value: string;
  readonly isEncoded: boolean;
}

function* sectionsOf(raw: ReadonlyMap<string, string>, name: string): Generator<Section> {
  const whole = raw.get(`${name}*`);
  if (whole !== undefined) return yield { value: whole, isEncoded: true };
  for (let number = 0; number < sectionCountMax; number++) {
    const encoded = raw.get(`${name}*${number}*`);
    const plain = raw.get(`${name}*${number}`);
    if (encoded === undefined && plain === undefined) return;
    yield { value: encoded ?? plain ?? '', isEncoded: encoded !== undefined };
  }
}

function decodedSections(sections: readonly Section[]): string {
  const [first] = sections;
  const [charset, , ...rest] =
    first?.isEncoded === true ? first.value.split("'") : ['us-ascii', '', first?.value ?? ''];
  const values = [{ value: rest.join("'"), isEncoded: first?.isEncoded ?? false }, ...sections.slice(1)];
  const octets = values.map(({ value, isEncoded }) =>
    isEncoded ? percentDecoded(value) : Buffer.from(value, 'latin1'),
  );
  return textOf(Buffer.concat(octets), charset ?? '');
}

const percentDecoded = (text: string): Buffer =>
  Buffer.from(
    text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

/** Text of octets in a named charset; of an unknown one, as Latin-1. */
export function textOf(octets: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset === '' ? 'utf-8' : charset).decode(octets);
  } catch {
    return Buffer.from(octets).toString('latin1'); // a charset nobody knows: the name is a label, not content
  }
}

/** RFC 2047 words in a value: "=?utf-8?B?…?=". What is no such word stays. */
export function decodedWords(text: string): string {
  return text
    .replaceAll(/(\?=)\s+(?==\?)/g, '$1')
    .replaceAll(/=\?([\w-]{1,40})\?([bq])\?([^?]{0,400})\?=/gi, (_, charset: string, encoding: string, body: string) =>
      textOf(
        encoding.toLowerCase() === 'b'
          ? Buffer.from(body, 'base64')
          : percentDecoded(body.replaceAll('_', ' ').replaceAll('=', '%')),
        charset,
      ),
    );
}

/** Octets that were read one character each: as UTF-8 when they are, else as they stand. */
export function utf8IfSo(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text; // Latin-1, or who knows
  }
}

/** A file name as a parameter: quoted ASCII, and beside it UTF-8 when it has more than that (RFC 6266 4.3, RFC 2231). Raw 8-bit characters break peers' signatures. */
export function fileNameParameter(name: string): string {
  const safe = name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '-');
  const ascii = [...safe].map((character) => (/^[\x20-\x7e]$/.test(character) ? character : '-')).join('');
  const quoted = `filename="${ascii.replaceAll(/(["\\])/g, '\\$1')}"`;
  return ascii === safe
    ? quoted
    : `${quoted}; filename*=UTF-8''${encodeURIComponent(safe).replaceAll(/['()*]/g, percentEncoded)}`;
}

const percentEncoded = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
