import type { Problem, ProblemCode } from '../../core/problem.ts';

/*
 * What each Problem is called in a CONTRL: data element 0085 of ISO 9735 (syntax 3) and ISO 9735-4 (syntax 4). The table is total, so a new
 * code cannot ship unanswered. It keeps to what both lists hold (2, 7, 12 to 43), but for what `SINCE_4` adds.
 */
const SYNTAX_ERROR: Record<ProblemCode, string> = {
  'file/empty': '18',
  'file/not-edi': '18',
  'file/stray-bytes': '33',
  'file/too-many-interchanges': '33',
  'file/truncated': '13',
  'interchange/header-malformed': '12',
  'interchange/header-unpadded': '12',
  'interchange/delimiters-invalid': '20',
  'interchange/field-invalid': '12',
  'interchange/control-number-invalid': '12',
  'interchange/sender-unknown': '23',
  'interchange/sender-not-allowed': '23',
  'interchange/receiver-unknown': '43',
  'interchange/control-number-used': '26',
  'interchange/character-set-unknown': '2',
  'interchange/trailer-missing': '13',
  'interchange/control-number-mismatch': '28',
  'interchange/count-mismatch': '29',
  'interchange/mixed-groups': '30',
  'interchange/too-many-groups': '29',
  'interchange/segment-unexpected': '33',
  'interchange/empty': '32',
  'interchange/unanswered': '18',
  'group/header-invalid': '12',
  'group/control-number-invalid': '12',
  'group/control-number-duplicate': '26',
  'group/control-number-used': '26',
  'group/trailer-missing': '13',
  'group/control-number-mismatch': '28',
  'group/count-mismatch': '29',
  'group/empty': '32',
  'group/too-many-transactions': '29',
  'transaction/too-large': '18',
  'transaction/not-agreed': '17',
  'transaction/outside-group': '33',
  'transaction/identifier-missing': '12',
  'transaction/control-number-invalid': '12',
  'transaction/control-number-duplicate': '26',
  'transaction/not-in-group': '31',
  'transaction/trailer-missing': '13',
  'transaction/control-number-mismatch': '28',
  'transaction/segment-count-mismatch': '29',
  'transaction/sequence-broken': '12',
  'transaction/part-of-sequence': '18',
  'transaction/character-set-differs': '21',
  'transaction/unknown-version': '14',
  'transaction/unknown-message': '14',
  'transaction/too-many-problems': '18',
  'segment/binary-length': '18',
  'segment/line-break': '21',
  'segment/padding': '21',
  'segment/unknown': '15',
  'segment/not-in-message': '15',
  'segment/unexpected': '15',
  'segment/out-of-sequence': '15',
  'segment/missing': '13',
  'segment/too-many': '35',
  'segment/forbidden': '15',
  'segment/fused': '21',
  'segment/empty': '13',
  'loop/too-many': '36',
  'loop/missing': '13',
  'loop/implied': '13',
  'loop/identifier-mismatch': '28',
  'element/too-many': '16',
  'element/too-many-components': '16',
  'element/too-many-repetitions': '35',
  'element/missing': '13',
  'element/forbidden': '15',
  'element/too-short': '40',
  'element/too-long': '39',
  'element/invalid-character': '37',
  'element/decimal-mark': '19',
  'element/character-set': '21',
  'element/invalid-date': '12',
  'element/invalid-time': '12',
  'element/invalid-code': '12',
  'element/trailing-empty': '16',
  'note/missing': '13',
  'note/excluded': '15',
  // A CONTRL has no word for sums: what was declared is not a value that fits here.
  'balance/count-mismatch': '29',
  'balance/hash-mismatch': '29',
  'balance/total-mismatch': '12',
  'balance/duplicate-id': '12',
  'balance/unknown-parent': '12',
  // A map's verdict is an application's, and APERAK tells it. Where a CONTRL must, it is a value that is not acceptable.
  'map/value-required': '13',
  'map/value-invalid': '12',
  'map/value-differs': '12',
  'map/value-cut': '12',
  'map/code-unknown': '12',
  'map/alternative-read': '12',
  'map/level-unknown': '12',
  'map/level-repeated': '12',
  'map/parent-missing': '12',
  'map/parent-cycle': '12',
  'map/balance-differs': '12',
  'map/unwritable': '12',
  'map/unwritten': '12',
  'map/element-missing': '13',
  'map/segment-missing': '13',
  'map/segment-too-many': '35',
  'map/note-violated': '12',
  'map/hierarchy-unfit': '12',
  'map/expression-failed': '12',
  'map/quantities-summed': '12',
};

/** What syntax 4 has a word of its own for: 45 trailing separator, 48 dependency condition violated. */
const SINCE_4: Partial<Record<ProblemCode, string>> = {
  'element/trailing-empty': '45',
  'note/missing': '48',
  'note/excluded': '48',
};

/** UNB's S001 (element 1) is what is supported or not, and 0035 (element 11) is the test indicator. */
const OF_UNB_ELEMENT: Readonly<Record<number, string>> = { 1: '2', 11: '25' };

/** The 0085 of a Problem, in the code list of syntax 3 or 4. */
export function contrlCodeOf(
  { code, at, found, expected }: Pick<Problem, 'code' | 'at' | 'found' | 'expected'>,
  syntaxVersion: string,
): string {
  if (code === 'interchange/field-invalid' && at.tag === 'UNB' && at.elementNumber !== null) {
    const own = OF_UNB_ELEMENT[at.elementNumber];
    if (own !== undefined) return own;
  }
  const wire = (syntaxVersion === '4' ? SINCE_4[code] : undefined) ?? SYNTAX_ERROR[code];
  // A number that has its mark and lacks the digits on one side of it (trap 45).
  if (code === 'element/invalid-character' && expected === 'n' && found !== null) {
    if (/^-?[.,]\d+$/.test(found)) return '38';
    if (/^-?\d+[.,]$/.test(found)) return '19';
  }
  // A value that is not there is missing, not invalid.
  return wire === '12' && found === '' ? '13' : wire;
}
