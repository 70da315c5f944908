/**
 * Every Problem there is, with its default sentence. Never rename or reuse a code.
 * Order is precedence: when several apply to one place, the first is reported first.
 * `docs/reference/errors.md` lists exactly these (a test writes and compares it).
 */
export const PROBLEM_CODES = {
  // file
  'file/empty': 'The file is empty.',
  'file/not-edi': 'No interchange begins here: neither ISA, UNA nor UNB.',
  'file/stray-bytes': 'Bytes stand between interchanges that belong to none.',
  'file/truncated': 'The file ends inside a segment.',
  // a transaction against the tables
  'transaction/unknown-version': 'No tables are held for this version.',
  'transaction/unknown-message': 'The version has no such message.',
  // segments and loops in their places
  'segment/unknown': 'The version has no such segment.',
  'segment/not-in-message': 'The message has no such segment.',
  'segment/unexpected': 'The segment belongs to a loop that is not open here.',
  'segment/out-of-sequence': 'The segment stands after its place.',
  'segment/missing': 'A mandatory segment is absent.',
  'segment/too-many': 'The segment repeats more often than its place allows.',
  'segment/forbidden': 'The partner does not allow this segment here.',
  'segment/empty': 'The segment has no elements.',
  'loop/too-many': 'The loop repeats more often than the message allows.',
  'loop/missing': 'A mandatory loop is absent.',
  'loop/implied': 'A loop was opened though its first segment is absent.',
  'loop/identifier-mismatch': 'LE01 differs from LS01, or LS01 from the loop it bounds.',
  // elements
  'element/too-many': 'The segment has more elements than the version allows.',
  'element/too-many-components': 'The element has more components than its composite allows.',
  'element/too-many-repetitions': 'The element repeats more often than the version allows.',
  'element/missing': 'A mandatory element is absent.',
  'element/forbidden': 'The partner does not allow this element here.',
  'element/too-short': 'The value is shorter than its minimum.',
  'element/too-long': 'The value is longer than its maximum.',
  'element/invalid-character': 'The value has characters its type does not allow.',
  'element/invalid-date': 'The date does not exist.',
  'element/invalid-time': 'The time does not exist.',
  'element/invalid-code': 'The code is not in the list of this version.',
  'element/trailing-empty': 'Empty elements or components stand at the end.',
  // syntax notes
  'note/missing': 'A syntax note requires a value that is absent.',
  'note/excluded': 'A syntax note excludes one of the values that are present.',
  // sums over the whole message
  'balance/count-mismatch': 'A declared count differs from what was counted.',
  'balance/hash-mismatch': 'The hash total differs from the digits summed.',
  'balance/total-mismatch': 'A declared total differs from the sum of its parts.',
  'balance/not-a-number': 'A value that a total is made of is not a number.',
  'balance/duplicate-id': 'Two levels of the hierarchy have one number.',
  'balance/unknown-parent': 'The parent is not an earlier level of the hierarchy.',
} as const;
