import { type FileInfo, FileType, parseList } from 'basic-ftp';
import type { RemoteEntry, RemoteStat } from '../remote/remote-files.ts';

/*
 * MLSD (RFC 3659) tells a file's size and time to the second. Older servers (vsftpd, IIS) have only LIST, which is for people: minutes, for
 * older files days, in the server's own zone. What becomes of a file hangs on its time, so there each is asked for with MDTM.
 */

/** 1,000 lines a page: some hundred KB, however long the listing. */
const pageLines = 1_000;
/** 8 KiB: a name has 255 bytes and its facts a hundred or two; a "line" beyond that is no listing. */
const lineBytesMax = 8 * 1024;

/** Cuts a listing into lines as it comes. Throws when a line has no end. */
export class Lines {
  // Not fatal: a name in another character set is seen to be one by its U+FFFD, and is then passed by.
  readonly #decoder = new TextDecoder('utf-8');
  #rest = '';

  push(bytes: Uint8Array | undefined): readonly string[] {
    const text =
      this.#rest + (bytes === undefined ? this.#decoder.decode() : this.#decoder.decode(bytes, { stream: true }));
    const lines = text.split('\n');
    this.#rest = bytes === undefined ? '' : (lines.pop() ?? '');
    if (this.#rest.length > lineBytesMax) throw new Error(`a listing with a line of more than ${lineBytesMax} bytes`);
    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)).filter((line) => line !== '');
  }
}

/** Lines in pages. */
export async function* pagesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const lines = new Lines();
  let page: string[] = [];
  for await (const bytes of source) {
    for (const line of lines.push(bytes)) page.push(line);
    for (; page.length >= pageLines; page = page.slice(pageLines)) yield page.slice(0, pageLines);
  }
  page.push(...lines.push(undefined));
  if (page.length > 0) yield page;
}

/** One line of MLSD or MLST, "type=file;size=12;modify=20261201101500; NAME"; undefined: the folder itself or its parent, or no such line. */
export function entryOfFacts(line: string): RemoteEntry | undefined {
  const space = line.indexOf(' ');
  const name = line.slice(space + 1);
  if (space < 0 || name === '' || name === '.' || name === '..') return undefined;
  const facts = new Map(
    line
      .slice(0, space)
      .split(';')
      .map((fact) => {
        const equals = fact.indexOf('=');
        return [fact.slice(0, equals).toLowerCase(), fact.slice(equals + 1)] as const;
      }),
  );
  const type = facts.get('type')?.toLowerCase();
  if (type === 'cdir' || type === 'pdir') return undefined;
  const kind = type === 'file' ? 'file' : type === 'dir' ? 'folder' : type === undefined ? 'unknown' : 'other';
  return { name, kind, byteLength: sizeOf(facts.get('size')), modifiedS: secondsOf(facts.get('modify') ?? '') };
}

const sizeOf = (text: string | undefined): number => {
  const size = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(size) ? size : 0;
};

/** RFC 3659, 2.3: YYYYMMDDHHMMSS and perhaps a fraction, in UTC; 0 when it is none. */
export function secondsOf(text: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?$/.exec(text.trim());
  if (found === null) return 0;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  return Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1_000);
}

/** An entry of LIST: `listedAt` is its time as people read it. */
export interface ListedEntry extends RemoteEntry {
  readonly listedAt: string;
}

/**
 * A page of LIST, as Unix or DOS writes it; line by line, for one that is none (the rest of a name with a line's end in it) must not spoil
 * the others. Throws when none of them can be read.
 */
export function entriesOfList(page: readonly string[]): readonly ListedEntry[] {
  let read = 0;
  const entries = page.flatMap((line) => {
    try {
      const found = parseList(line);
      read += 1;
      return found;
    } catch {
      return []; // what the library throws says only that it knows no such line
    }
  });
  if (page.length > 0 && read === 0)
    throw new Error(`a listing that is neither Unix nor DOS: ${page[0]?.slice(0, 60)}`);
  return entries.map(listed);
}

const KINDS: Readonly<Record<FileType, RemoteStat['kind']>> = {
  [FileType.File]: 'file',
  [FileType.Directory]: 'folder',
  [FileType.SymbolicLink]: 'unknown',
  [FileType.Unknown]: 'unknown',
};
const listed = ({ name, type, size, rawModifiedAt }: FileInfo): ListedEntry => ({
  name,
  kind: KINDS[type],
  byteLength: Number.isSafeInteger(size) ? size : 0,
  modifiedS: 0,
  listedAt: rawModifiedAt,
});

/** 61 s after a time was asked for, another file under that name shows another minute. */
const sureAfterMs = 61_000;
/** 100,000 names: so many files left in one folder are not asked for again at every look. */
const knownTimesMax = 100_000;

/**
 * Times that were asked for with MDTM, by path. One is taken for true without asking once it has stood for over a minute: until then the
 * file might be written anew within the minute that LIST shows.
 */
export class KnownTimes {
  readonly #known = new Map<
    string,
    { readonly listed: string; readonly modifiedS: number; readonly sinceMs: number }
  >();

  of(path: string, { byteLength, listedAt }: ListedEntry, nowMs: number): number | undefined {
    const found = this.#known.get(path);
    const isSure = found?.listed === `${byteLength} ${listedAt}` && nowMs - found.sinceMs >= sureAfterMs;
    return isSure ? found.modifiedS : undefined;
  }

  learn(path: string, { byteLength, listedAt }: ListedEntry, modifiedS: number, nowMs: number): void {
    const listed = `${byteLength} ${listedAt}`;
    const before = this.#known.get(path);
    const isSame = before?.listed === listed && before.modifiedS === modifiedS;
    this.#known.delete(path);
    this.#known.set(path, { listed, modifiedS, sinceMs: isSame ? before.sinceMs : nowMs });
    const [eldest] = this.#known.keys();
    if (this.#known.size > knownTimesMax && eldest !== undefined) this.#known.delete(eldest);
  }
}
