import { styleText } from 'node:util';
import type { Position } from '../core/position.ts';
import type { Problem, Verdict } from '../core/problem.ts';
import type { EnvelopeIdentity, InterchangeHeader, Segment, SyntaxName } from '../parsers/transaction.ts';

/*
 * The words and colours `check`, `show` and `ack` have in common.
 */
export type Style = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold';
export type Paint = (style: Style, text: string) => string;

/** Colours on a terminal, and nothing elsewhere. Whether it is one has been decided by who calls. */
export const painter = (colour: boolean): Paint =>
  colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;

const VERDICT_WORDS: Record<Verdict, string> = {
  accepted: 'accepted',
  'accepted-with-errors': 'accepted with errors',
  'partially-accepted': 'partially accepted',
  rejected: 'rejected',
};
const VERDICT_STYLES: Record<Verdict, Style> = {
  accepted: 'green',
  'accepted-with-errors': 'yellow',
  'partially-accepted': 'yellow',
  rejected: 'red',
};

export const verdictWord = (paint: Paint, verdict: Verdict): string =>
  paint(VERDICT_STYLES[verdict], VERDICT_WORDS[verdict]);

/** "ZZ:CEDARRIDGE", "4012345000009". */
export const identityText = ({ qualifier, id }: EnvelopeIdentity): string =>
  qualifier === null || qualifier === '' ? id : `${qualifier}:${id}`;

export const many = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

export const troubleText = ({ errors, warnings }: { readonly errors: number; readonly warnings: number }): string =>
  [...(errors > 0 ? [many(errors, 'error')] : []), ...(warnings > 0 ? [many(warnings, 'warning')] : [])].join(', ');

/** "N104", "C507-2" as the standards write it: "DTM01-2", "SE". */
export function placeOf({ tag, elementNumber, componentNumber, repetition }: Position): string {
  if (tag === null) return '';
  const element = elementNumber === null ? '' : String(elementNumber).padStart(2, '0');
  const component = componentNumber === null ? '' : `-${componentNumber}`;
  return `${tag}${element}${component}${repetition === null || repetition === 1 ? '' : `*${repetition}`}`;
}

/** What stands on a wire may hold control characters; a terminal must not obey them. */
export function printable(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (!isControl(text.charCodeAt(index))) continue;
    return [...text].map((one) => (isControl(one.codePointAt(0) ?? 0) ? controlPicture(one) : one)).join('');
  }
  return text;
}

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);

/** The pictures of U+2400 for what a terminal has names for, a dot for the rest. */
const controlPicture = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : '·';
};

/** "(found "XX", expected at most 2)": only what the message does not say already. */
export function detailOf({ message, found, expected }: Problem): string {
  const parts = [
    ...(found === null || found === '' || message.includes(found) ? [] : [`found "${printable(found)}"`]),
    ...(expected === null || expected === '' || message.includes(expected) ? [] : [`expected ${expected}`]),
  ];
  return parts.length === 0 ? '' : `  (${parts.join(', ')})`;
}

/** `orders.edi:412  seg 9 PO103  message  (found …, expected …)  [element/too-long]` */
export function problemLine(paint: Paint, file: string | null, problem: Problem): string {
  const { at, severity, code, message } = problem;
  const segment = at.segmentNumber === null ? '' : `seg ${at.segmentNumber} `;
  const place = `${segment}${placeOf(at)}`.trimEnd();
  const where = `${paint('bold', file === null ? `byte ${at.byteOffset}` : `${file}:${at.byteOffset}`)}${place === '' ? '' : `  ${place}`}`;
  const text = `${severity === 'warning' ? 'warning: ' : ''}${printable(message)}`;
  const styled = paint(severity === 'warning' ? 'yellow' : 'red', text);
  return `${where}  ${styled}${detailOf(problem)}  ${paint('dim', `[${code}]`)}`;
}

/** The names of envelope segments, by syntax. */
export const ENVELOPE_TAGS: Readonly<
  Record<SyntaxName, Readonly<Record<'interchange' | 'interchangeEnd' | 'group' | 'groupEnd' | 'transaction', string>>>
> = {
  x12: { interchange: 'ISA', interchangeEnd: 'IEA', group: 'GS', groupEnd: 'GE', transaction: 'ST' },
  edifact: { interchange: 'UNB', interchangeEnd: 'UNZ', group: 'UNG', groupEnd: 'UNE', transaction: 'UNH' },
};

/** "X12 00401", "EDIFACT UNOC:3". */
export const standardText = ({ syntax, version }: InterchangeHeader): string =>
  `${syntax === 'x12' ? 'X12' : 'EDIFACT'} ${version}`;

/** What a TA1 says: whose number, its letter and its note. */
export const ta1Text = (segment: Segment): string =>
  `TA1 about ${segment.value(1)}: ${segment.value(4)} ${segment.value(5)}`;
