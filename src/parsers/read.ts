import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import { decodeBytes, isLetterOrDigit, SPACE } from './byte-classes.ts';
import type { Envelope, Opening } from './envelope.ts';
import { sliceBytes } from './limits.ts';
import { TagTable } from './tag-table.ts';
import { Tokenizer } from './tokenize.ts';
import type { ReadEvent, Reader, ReaderState, SyntaxName } from './transaction.ts';
import { InterchangeWalk } from './walk.ts';
import type { WalkState } from './walk-state.ts';

/*
 * Between interchanges the reader looks for the next header; inside one, an InterchangeWalk takes the segments. Every step either yields
 * one event, or moves on, or finds that more bytes are needed.
 */

interface SavedState {
  readonly byteOffset: number;
  /** Interchanges begun so far: a file in which none begins is no EDI file. */
  readonly interchanges: number;
  readonly syntax: SyntaxName | null;
  readonly walk: WalkState | null;
}

/** Bytes that belong to no interchange. */
interface Garbage {
  readonly code: 'file/stray-bytes' | 'interchange/header-malformed';
  readonly byteOffset: number;
  /** The first bytes as text, filled up as they come. */
  found: string;
  /** Whether the byte before the next one is a letter or digit: "VISA*" begins no interchange. */
  inWord: boolean;
}

const foundInGarbageMax = 40;

/** Makes a reader of interchanges in any of the given syntaxes, one after another in one file. */
export function createFileReader(
  envelopes: readonly Envelope[],
  options: { readonly state?: ReaderState } = {},
): Reader {
  return new FileReader(envelopes, options.state);
}

class FileReader implements Reader {
  readonly #envelopes: readonly Envelope[];
  readonly #tokens: Tokenizer;
  #interchanges = 0;
  #walk: InterchangeWalk | null = null;
  #syntax: SyntaxName | null = null;
  /** UNA is read and UNB, the header itself, is the next segment. */
  #opening: { readonly opening: Opening; readonly envelope: Envelope } | null = null;
  #garbage: Garbage | null = null;
  #sawBytes = false;
  #finished = false;

  constructor(envelopes: readonly Envelope[], state: ReaderState | undefined) {
    this.#envelopes = envelopes;
    this.#tokens = new Tokenizer(state?.byteOffset ?? 0, new TagTable());
    if (state === undefined) return;
    const saved = state as ReaderState & SavedState;
    this.#sawBytes = saved.byteOffset > 0;
    this.#interchanges = saved.interchanges;
    const envelope = envelopes.find(({ syntax }) => syntax === saved.syntax);
    if (saved.walk === null || envelope === undefined) return;
    this.#begin(envelope, new InterchangeWalk(envelope, this.#tokens, saved.walk));
  }

  push(chunk: Uint8Array): readonly ReadEvent[] {
    return [...this.read(chunk)];
  }

  *read(chunk: Uint8Array): IterableIterator<ReadEvent> {
    for (let from = 0; from < chunk.length; from += sliceBytes) {
      this.#tokens.append(chunk.subarray(from, from + sliceBytes));
      yield* this.#drain();
    }
  }

  end(): readonly ReadEvent[] {
    this.#tokens.window.atEnd = true;
    return [...this.#drain()];
  }

  state(): ReaderState {
    const { window, scan } = this.#tokens;
    const pending =
      this.#opening?.opening.byteOffset ?? this.#garbage?.byteOffset ?? this.#walk?.pendingOffset ?? undefined;
    const current = this.#tokens.partial ? this.#tokens.segmentStart : scan;
    const saved: SavedState = {
      byteOffset: pending ?? window.base + current,
      interchanges: this.#interchanges,
      syntax: this.#walk === null ? null : this.#syntax,
      walk: this.#walk?.state() ?? null,
    };
    return { ...saved };
  }

  *#drain(): IterableIterator<ReadEvent> {
    for (;;) {
      const step = this.#step();
      if (step === 'more') return;
      if (step !== null) yield step;
    }
  }

  #step(): ReadEvent | 'more' | null {
    if (this.#walk === null && this.#opening === null) return this.#between();
    const token = this.#tokens.next();
    switch (token) {
      case 'segment':
        return this.#opening === null ? this.#take() : this.#openWithSegment();
      case 'too-large':
        this.#walk?.dropTransaction();
        return null;
      case 'header':
        return this.#closeOne();
      case 'more':
        return this.#tokens.window.atEnd ? this.#atEnd() : 'more';
    }
  }

  #take(): ReadEvent | null {
    const event = this.#walk?.take() ?? null;
    if (this.#walk?.ended) this.#walk = null;
    return event;
  }

  /** Closes the innermost of what is open, for it has no trailer. */
  #closeOne(): ReadEvent | null {
    const event = this.#walk?.close() ?? null;
    if (this.#walk?.ended) this.#walk = null;
    return event;
  }

  #atEnd(): ReadEvent | 'more' | null {
    const tokens = this.#tokens;
    if (this.#opening !== null) {
      const at = this.#opening.opening.byteOffset;
      this.#opening = null;
      this.#sawBytes = true;
      tokens.moveTo(tokens.window.length);
      return { kind: 'stray', problems: [problem('interchange/header-malformed', positionAt(at)), truncated(at)] };
    }
    if (!tokens.partial || this.#walk?.inTransaction) return this.#closeOne();
    if (tokens.partialTagIs(this.#walk?.endTag ?? '')) {
      tokens.completeAtEnd();
      return this.#take();
    }
    const at = tokens.window.base + tokens.segmentStart;
    tokens.moveTo(tokens.window.length);
    return { kind: 'stray', problems: [truncated(at)] };
  }

  #begin(envelope: Envelope, walk: InterchangeWalk): void {
    this.#syntax = envelope.syntax;
    this.#tokens.setDelimiters(walk.header.delimiters, envelope.syntax, false);
    this.#walk = walk;
  }

  #openWithSegment(): ReadEvent | null {
    const { opening, envelope } = this.#opening ?? raise();
    this.#opening = null;
    const tokens = this.#tokens;
    if (tokens.overlong) {
      this.#garbage = {
        code: 'interchange/header-malformed',
        byteOffset: opening.byteOffset,
        found: '',
        inWord: false,
      };
      return null;
    }
    const segment = opening.segment ?? tokens.rows().segment(0);
    if (opening.segment === null) tokens.letGo();
    const { header, problems } = envelope.interchange(segment, opening);
    this.#interchanges++;
    this.#begin(envelope, new InterchangeWalk(envelope, tokens, header));
    const { serviceAdvice } = opening;
    return { kind: 'interchange', header, segment, serviceAdvice, problems: [...opening.problems, ...problems] };
  }

  #between(): ReadEvent | 'more' | null {
    const tokens = this.#tokens;
    const { window } = tokens;
    if (this.#garbage === null) {
      const at = this.#afterNoise();
      tokens.moveTo(at);
      if (at === window.length) return window.atEnd ? this.#endOfFile() : 'more';
      if (at + 4 > window.length && !window.atEnd) return 'more';
      return this.#open(at, false);
    }
    return this.#findInGarbage(this.#garbage);
  }

  /** Behind what may stand between interchanges: line breaks, blanks, NUL, Ctrl-Z, and byte order marks, for files that begin with one are joined. */
  #afterNoise(): number {
    const { window, scan } = this.#tokens;
    const { bytes } = window;
    let at = scan;
    for (;;) {
      while (at < window.length && (bytes[at] ?? 0) <= SPACE) at++;
      if (at + 3 > window.length || bytes[at] !== 0xef || bytes[at + 1] !== 0xbb || bytes[at + 2] !== 0xbf) return at;
      at += 3;
    }
  }

  #open(at: number, strict: boolean): ReadEvent | 'more' | null {
    const { window } = this.#tokens;
    for (const envelope of this.#envelopes) {
      const opening = envelope.open(window, at, strict);
      if (opening === 'more') return 'more';
      if (opening === null || (opening === 'malformed' && strict)) continue;
      if (opening === 'malformed') {
        this.#startGarbage('interchange/header-malformed', at);
        return null;
      }
      this.#tokens.moveTo(opening.next);
      this.#opening = { opening, envelope };
      if (opening.segment !== null) return this.#openWithSegment();
      this.#tokens.setDelimiters(opening.delimiters, envelope.syntax, true);
      return null;
    }
    if (!strict) this.#startGarbage('file/stray-bytes', at);
    return null;
  }

  #startGarbage(code: Garbage['code'], at: number): void {
    const { window } = this.#tokens;
    const first = decodeBytes(window.bytes, at, at + 1);
    this.#garbage = { code, byteOffset: window.base + at, found: first, inWord: isLetterOrDigit(window.bytes[at]) };
    this.#tokens.moveTo(at + 1);
  }

  /** Looks for the next interchange byte by byte; what was passed is one Problem. */
  #findInGarbage(garbage: Garbage): ReadEvent | 'more' | null {
    const tokens = this.#tokens;
    const { window } = tokens;
    const { bytes, length } = window;
    for (let at = tokens.scan; at < length; at++) {
      const byte = bytes[at] ?? 0;
      if (!garbage.inWord && (byte === 0x49 || byte === 0x55)) {
        const found = this.#headerIn(at);
        if (found === 'more') {
          tokens.moveTo(at);
          return 'more';
        }
        if (found) {
          tokens.moveTo(at);
          return this.#endGarbage(garbage, at);
        }
      }
      garbage.inWord = isLetterOrDigit(byte);
      if (garbage.found.length < foundInGarbageMax) garbage.found += decodeBytes(bytes, at, at + 1);
    }
    tokens.moveTo(length);
    return window.atEnd ? this.#endGarbage(garbage, length) : 'more';
  }

  #headerIn(at: number): boolean | 'more' {
    for (const envelope of this.#envelopes) {
      const opening = envelope.open(this.#tokens.window, at, true);
      if (opening === 'more') return 'more';
      if (opening !== null && opening !== 'malformed') return true;
    }
    return false;
  }

  #endGarbage(garbage: Garbage, end: number): ReadEvent {
    this.#garbage = null;
    this.#sawBytes = true;
    const { window } = this.#tokens;
    const nothingFound = window.atEnd && end === window.length && this.#interchanges === 0;
    const code = garbage.code === 'file/stray-bytes' && nothingFound ? 'file/not-edi' : garbage.code;
    if (nothingFound) this.#finished = true;
    const count = window.base + end - garbage.byteOffset;
    const at = positionAt(garbage.byteOffset);
    const message =
      code === 'file/stray-bytes' ? `${count} bytes stand here that belong to no interchange.` : undefined;
    const more = message === undefined ? {} : { message };
    return { kind: 'stray', problems: [problem(code, at, { ...more, found: garbage.found })] };
  }

  #endOfFile(): ReadEvent | 'more' {
    if (this.#finished || this.#interchanges > 0 || this.#sawBytes) return 'more';
    this.#finished = true;
    return { kind: 'stray', problems: [problem('file/empty', positionAt(0))] };
  }
}

const truncated = (byteOffset: number): Problem => problem('file/truncated', positionAt(byteOffset));

function raise(): never {
  throw new Error('no interchange was opened');
}
