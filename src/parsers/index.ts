import { edifact } from './edifact/index.ts';
import type { Parser } from './parser.ts';
import { createFileReader } from './read.ts';
import { rewrite } from './rewrite.ts';
import type { Reader, ReaderState, SyntaxName } from './transaction.ts';
import { x12 } from './x12/index.ts';

/** Adding a format is one folder and one word here. */
export const parsers = [x12, edifact] as const satisfies readonly Parser[];

const envelopes = parsers.map(({ envelope }) => envelope);

/** The parser whose interchange begins in `head` (the first 64 bytes are enough), or undefined: then it is no EDI file. */
export const parserFor = (head: Uint8Array): Parser | undefined => parsers.find((parser) => parser.detect(head));

/** The parser of a syntax that is known already. */
export const parserNamed = (name: SyntaxName): Parser => (name === 'x12' ? x12 : edifact);

const ACKNOWLEDGMENTS: ReadonlySet<string> = new Set(['FA', '997', '999', 'TA1', 'CONTRL']);

/** Whether this GS01, ST01 or UNH 0065 is that of an acknowledgment: none is ever acknowledged itself (X12.20, ISO 9735-4). */
export const isAcknowledgment = (code: string | null | undefined): boolean => ACKNOWLEDGMENTS.has(code ?? '');

/**
 * Whether a transaction is an acknowledgment, by its group's name and its own: a 997 that stands in a group of orders is none, but a set in
 * the wrong group, and is answered as such.
 */
export const isAcknowledging = (functionalId: string | null, message: string): boolean =>
  isAcknowledgment(functionalId) || (isAcknowledgment(message) && (message === 'CONTRL' || !functionalId));

/** Reads a file of interchanges in any format, one after another. */
export const createReader = (options: { readonly state?: ReaderState } = {}): Reader =>
  createFileReader(envelopes, options);

/** Writes what was read back, in any format: `rewrite.ts` says what is not kept. */
export const rewriteFile = (chunks: Iterable<Uint8Array>): Iterable<Uint8Array> => rewrite(envelopes, chunks);
