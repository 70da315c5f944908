import Reader from 'edifact/reader.js';
import { X12Parser, type X12Segment } from 'node-x12';
import type { Delimiters, SyntaxName } from '../parsers/transaction.ts';

/*
 * The independent readers: node-x12 1.7.1 and edifact 1.2.12, which share no line with ours. Each is given one small, whole interchange and a
 * fresh instance, the only way they read reliably; what they are known to get wrong even then stands in KNOWN, and goes into no count.
 */
export interface OtherSegment {
  readonly tag: string;
  /** Elements as text, components parted by `componentMark`. */
  readonly elements: readonly string[];
}

/** What an independent reader makes of one interchange. */
export interface Reading {
  readonly reader: 'node-x12' | 'edifact';
  readonly segments: readonly OtherSegment[] | null;
  /** Why it does not take it, in its own words; null when it has nothing against it. */
  readonly refusal: string | null;
}

/** Stands between components on both sides of a comparison: no character set of X12 or EDIFACT has it as data. */
export const componentMark = '\u001f';

export async function readOtherwise(syntax: SyntaxName, text: string, delimiters: Delimiters): Promise<Reading> {
  return syntax === 'x12' ? readWithNodeX12(text, delimiters) : readWithEdifact(text);
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Segments from its stream, which takes what its strict parser refuses; the verdict from the strict one. */
async function readWithNodeX12(text: string, { component }: Delimiters): Promise<Reading> {
  let segments: OtherSegment[] | null = null;
  let refusal: string | null = null;
  const mark = String.fromCharCode(component);
  try {
    const parser = new X12Parser(false, 'utf8');
    parser.end(text);
    segments = [];
    for await (const segment of parser) {
      const { tag, elements }: X12Segment = segment;
      // ISA16 is the component separator itself.
      const values = elements.map(({ value }) => (tag === 'ISA' ? value : value.replaceAll(mark, componentMark)));
      segments.push({ tag, elements: values });
    }
  } catch (thrown) {
    segments = null;
    refusal = messageOf(thrown);
  }
  try {
    new X12Parser(true).parse(text);
  } catch (thrown) {
    refusal = messageOf(thrown);
  }
  return { reader: 'node-x12', segments, refusal };
}

function readWithEdifact(text: string): Reading {
  try {
    const segments = new Reader({ autoDetectEncoding: true })
      .parse(text)
      .map(({ name, elements }) => ({ tag: name, elements: elements.map((parts) => parts.join(componentMark)) }));
    return { reader: 'edifact', segments, refusal: null };
  } catch (thrown) {
    return { reader: 'edifact', segments: null, refusal: messageOf(thrown) };
  }
}

/** What is asked about when a reader sees something otherwise. */
export interface Doubt {
  readonly reader: Reading['reader'];
  readonly serviceAdvice: string | null;
  readonly delimiters: Delimiters;
  /** In its words; null when it read the interchange. */
  readonly refusal: string | null;
  /** The group's trailer agrees with its header, as we read them. */
  readonly trailers: boolean;
  /** A terminator stands at the end. */
  readonly terminated: boolean;
  /** Segments there are in ours. */
  readonly tags: ReadonlySet<string>;
  /** The value it reads otherwise, as we read it and as it does; null when the doubt is about the whole. */
  readonly value: { readonly tag: string; readonly ours: string; readonly theirs: string } | null;
}

/** A fault of theirs, found by trying: when it shows, and the sentence that says so. First fit. */
const KNOWN: readonly {
  readonly reader: Reading['reader'];
  readonly shows: (doubt: Doubt) => boolean;
  readonly because: string;
}[] = [
  {
    reader: 'node-x12',
    shows: ({ refusal, tags }) => refusal?.includes('TA1') === true && tags.has('TA1'),
    because: 'node-x12 knows no TA1, which stands between ISA and GS (X12.5)',
  },
  {
    reader: 'node-x12',
    shows: ({ tags }) => tags.has('BIN') || tags.has('BDS'),
    because: 'node-x12 ends binary data at the first terminator in it; its length says where it ends (X12.6)',
  },
  {
    reader: 'node-x12',
    shows: ({ value }) => value !== null && sameButBlanks(value.ours, value.theirs),
    because: 'node-x12 takes line breaks out of data, and leaves the CR of a CR LF terminator in it',
  },
  {
    reader: 'node-x12',
    shows: ({ refusal, value }) =>
      value === null
        ? refusal?.includes("'range'") === true || refusal?.includes('correct length') === true
        : value.tag === '',
    because: 'node-x12 reads no ISA that is not padded, and no empty segment',
  },
  {
    reader: 'node-x12',
    shows: ({ refusal }) => refusal?.includes('at least one functional group') === true,
    because: 'node-x12 wants a group in every interchange; one that holds nothing, or a TA1 alone, has none',
  },
  {
    reader: 'node-x12',
    shows: ({ refusal, trailers }) => trailers && isSameNumberTwice(refusal ?? ''),
    because: 'node-x12 compares GS06 and GE02 as text; they are numbers (X12.6)',
  },
  {
    reader: 'node-x12',
    shows: ({ terminated, value }) => !terminated && value?.tag === 'IEA',
    because: 'node-x12 drops a last segment that no terminator ends',
  },
  {
    reader: 'edifact',
    shows: ({ serviceAdvice, delimiters }) =>
      delimiters.repetition !== null || (serviceAdvice !== null && serviceAdvice.charAt(7) !== ' '),
    because: 'edifact reads no repetition separator (syntax 4), in UNA or without one',
  },
  {
    reader: 'edifact',
    shows: ({ refusal }) =>
      /after reading segment name [A-Z]{3}$/.test(refusal ?? '') && /Invalid character :/.test(refusal ?? ''),
    because: 'edifact reads no explicit nesting behind a tag (LIN:1)',
  },
  {
    reader: 'edifact',
    shows: ({ delimiters }) => delimiters.release === null && delimiters.terminator !== 0x1c,
    because: 'edifact takes the blank of a UNA without release character for one',
  },
  {
    reader: 'edifact',
    shows: ({ delimiters }) =>
      [delimiters.element, delimiters.component, delimiters.terminator].some((byte) => byte < 0x20),
    because: 'edifact does not read the control separators of UNOB (IS1, IS3, IS4)',
  },
  {
    reader: 'edifact',
    shows: ({ refusal }) => /^Invalid character \s/.test(refusal ?? ''),
    because: 'edifact does not read segments wrapped over lines',
  },
  {
    reader: 'edifact',
    shows: ({ refusal }) => refusal?.includes('character encoding level') === true,
    because: 'edifact knows the character sets UNOA, UNOB, UNOC and UNOY only',
  },
  {
    reader: 'edifact',
    shows: ({ delimiters }) =>
      [delimiters.element, delimiters.component, delimiters.terminator].some((byte) =>
        '^]\\'.includes(String.fromCharCode(byte)),
      ),
    because: 'edifact fails on ^, ] or \\ as a delimiter',
  },
  {
    reader: 'edifact',
    shows: ({ value }) => value !== null && sameButBlanks(value.ours, value.theirs),
    because: 'edifact takes line breaks and control characters out of data',
  },
  {
    reader: 'edifact',
    shows: ({ value }) => value !== null && value.ours.replaceAll(',', '.') === value.theirs.replaceAll(',', '.'),
    because: 'edifact rewrites a decimal comma as a point',
  },
];

/** Why a reader is known to be wrong here; null when it is not known to be. */
export const knownFault = (doubt: Doubt): string | null =>
  KNOWN.find(({ reader, shows }) => reader === doubt.reader && shows(doubt))?.because ?? null;

/** "…GE02 (7) does not match … GS06 (0007)": by the numbers it names, for a "1~" is no number that only looks otherwise. */
function isSameNumberTwice(refusal: string): boolean {
  const [, trailer, header] = /GE02 \((\d{1,9})\)[^(]*\((\d{1,9})\)/.exec(refusal) ?? [];
  return trailer !== undefined && header !== undefined && Number(trailer) === Number(header);
}

const sameButBlanks = (ours: string, theirs: string): boolean =>
  ours !== theirs && ours.replaceAll(/[\s\p{Cc}]/gu, '') === theirs.replaceAll(/[\s\p{Cc}]/gu, '');
