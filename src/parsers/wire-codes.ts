import type { Problem, ProblemCode } from '../core/problem.ts';

/*
 * What each Problem is called on the wire. Every table is total over its codes, so a new code cannot ship unanswered.
 * Code lists: TA105 I18, AK304 720, AK403 723, AK502 718, AK905 716, as of 004010; `x12CodeOf` follows later versions.
 */
type Layer<Code> = Code extends `${infer Prefix}/${string}` ? Prefix : never;
type CodesOf<Prefix extends Layer<ProblemCode>> = Extract<ProblemCode, `${Prefix}/${string}`>;

/** Which part of an acknowledgment answers a Problem. */
export type AnswerLevel = 'interchange' | 'group' | 'transaction' | 'segment' | 'element';

const LEVELS: Record<Layer<ProblemCode>, AnswerLevel> = {
  file: 'interchange',
  interchange: 'interchange',
  group: 'group',
  transaction: 'transaction',
  segment: 'segment',
  loop: 'segment',
  element: 'element',
  note: 'element',
  balance: 'element',
  map: 'element',
};

/** TA105, the interchange note code. */
export const TA1_NOTE: Record<CodesOf<'file' | 'interchange'>, string> = {
  'file/empty': '023',
  'file/not-edi': '022',
  'file/stray-bytes': '022',
  'file/too-many-interchanges': '022',
  'file/truncated': '023',
  'interchange/header-malformed': '022',
  'interchange/header-unpadded': '022',
  'interchange/delimiters-invalid': '026',
  'interchange/field-invalid': '022',
  'interchange/control-number-invalid': '018',
  'interchange/sender-unknown': '006',
  'interchange/sender-not-allowed': '006',
  'interchange/receiver-unknown': '009',
  'interchange/control-number-used': '025',
  'interchange/character-set-unknown': '022',
  'interchange/trailer-missing': '023',
  'interchange/control-number-mismatch': '001',
  'interchange/count-mismatch': '021',
  'interchange/mixed-groups': '022',
  'interchange/too-many-groups': '021',
  'interchange/segment-unexpected': '022',
  'interchange/empty': '024',
  'interchange/unanswered': '022',
};

/** The TA1 note for an ISA element whose value is wrong, by its place from ISA01. */
const TA1_NOTE_OF_ISA = '010 011 012 013 005 006 007 008 014 015 016 017 018 019 020 027'.split(' ');

/** AK905, the functional group syntax error code. */
export const AK905: Record<CodesOf<'group'>, string> = {
  'group/header-invalid': '1',
  'group/control-number-invalid': '6',
  'group/control-number-duplicate': '19',
  'group/control-number-used': '19',
  'group/trailer-missing': '3',
  'group/control-number-mismatch': '4',
  'group/count-mismatch': '5',
  'group/empty': '5',
  'group/too-many-transactions': '5',
};

/** AK502, the transaction set syntax error code. */
export const AK502: Record<CodesOf<'transaction'>, string> = {
  'transaction/too-large': '1',
  'transaction/not-agreed': '1',
  'transaction/outside-group': '6',
  'transaction/identifier-missing': '6',
  'transaction/control-number-invalid': '7',
  'transaction/control-number-duplicate': '23',
  // 18, "not in functional group", came with 005010.
  'transaction/not-in-group': '6',
  'transaction/trailer-missing': '2',
  'transaction/control-number-mismatch': '3',
  'transaction/segment-count-mismatch': '4',
  'transaction/sequence-broken': '1',
  'transaction/part-of-sequence': '1',
  'transaction/character-set-differs': '1',
  'transaction/unknown-version': '1',
  'transaction/unknown-message': '1',
  'transaction/too-many-problems': '5',
};

/** AK304, the segment syntax error code. */
export const AK304: Record<CodesOf<'segment' | 'loop'>, string> = {
  'segment/binary-length': '8',
  'segment/line-break': '8',
  'segment/padding': '8',
  'segment/unknown': '1',
  'segment/not-in-message': '6',
  'segment/unexpected': '2',
  'segment/out-of-sequence': '7',
  'segment/missing': '3',
  'segment/too-many': '5',
  'segment/forbidden': '2',
  'segment/fused': '8',
  'segment/empty': '8',
  'loop/too-many': '4',
  'loop/missing': '3',
  // What is missing is the mandatory first segment of the loop that was opened without it.
  'loop/implied': '3',
  'loop/identifier-mismatch': '2',
};

/** AK403, the data element syntax error code. */
export const AK403: Record<CodesOf<'element' | 'note' | 'balance'>, string> = {
  'element/too-many': '3',
  'element/too-many-components': '13',
  'element/too-many-repetitions': '12',
  'element/missing': '1',
  'element/forbidden': '10',
  'element/too-short': '4',
  'element/too-long': '5',
  'element/invalid-character': '6',
  'element/decimal-mark': '6',
  'element/character-set': '6',
  'element/invalid-date': '8',
  'element/invalid-time': '9',
  'element/invalid-code': '7',
  'element/trailing-empty': '3',
  'note/missing': '2',
  'note/excluded': '10',
  // A 997 has no word for sums; 7, a value that is not acceptable, names the element that disagrees. The 824 says the rest.
  'balance/count-mismatch': '7',
  'balance/hash-mismatch': '7',
  'balance/total-mismatch': '7',
  'balance/duplicate-id': '7',
  'balance/unknown-parent': '7',
};

/** A map's verdict is an application's: the 824 tells it. Where a 997 must, it is a value that is not acceptable. */
const AK403_OF_MAPS: Record<CodesOf<'map'>, string> = {
  'map/value-required': '2',
  'map/value-invalid': '7',
  'map/value-differs': '7',
  'map/value-cut': '7',
  'map/code-unknown': '7',
  'map/alternative-read': '7',
  'map/level-unknown': '7',
  'map/level-repeated': '7',
  'map/parent-missing': '7',
  'map/parent-cycle': '7',
  'map/balance-differs': '7',
  'map/unwritable': '7',
  'map/unwritten': '7',
  'map/element-missing': '7',
  'map/segment-missing': '7',
  'map/segment-too-many': '7',
  'map/note-violated': '7',
  'map/hierarchy-unfit': '7',
  'map/expression-failed': '7',
  'map/quantities-summed': '7',
};

const ALL: Record<ProblemCode, string> = { ...TA1_NOTE, ...AK905, ...AK502, ...AK304, ...AK403, ...AK403_OF_MAPS };

/** The part of an acknowledgment in which this Problem is told. */
export const answerLevelOf = (code: ProblemCode): AnswerLevel =>
  LEVELS[code.slice(0, code.indexOf('/')) as Layer<ProblemCode>];

/** The X12 code of a Problem, in the code lists of `version` ("004010"). `isaElement`: which ISA element it is about. */
export function x12CodeOf(code: ProblemCode, version: string, isaElement: number | null = null): string {
  if (code === 'interchange/field-invalid' && isaElement !== null) return TA1_NOTE_OF_ISA[isaElement - 1] ?? '022';
  if (code === 'transaction/not-in-group' && version >= '005010') return '18';
  const wire = ALL[code];
  // 723 knew neither components nor repetitions before 004030.
  return version < '004030' && (wire === '12' || wire === '13') && answerLevelOf(code) === 'element' ? '3' : wire;
}

/** What a 999 says that a 997 cannot: that it is the guide which is not kept (code lists 620 and 621). */
const IMPLEMENTATION_CODE: Partial<Record<ProblemCode, string>> = {
  'segment/forbidden': 'I4',
  'segment/missing': 'I8',
  'loop/missing': 'I7',
  'element/forbidden': 'I10',
  'element/missing': 'I9',
  'element/invalid-code': 'I6',
};

/** IK304, IK403 and IK502: the codes of a 997 in 005010, but for what only the partner's guide forbids. */
export const implementationCodeOf = ({ code, source }: Pick<Problem, 'code' | 'source'>): string =>
  (source === 'guide' ? IMPLEMENTATION_CODE[code] : undefined) ?? x12CodeOf(code, '005010');
