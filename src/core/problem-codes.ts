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
  // interchange
  'interchange/header-malformed': 'The interchange header cannot be read.',
  'interchange/header-unpadded': 'ISA is not 106 bytes: it was read by counting its separators.',
  'interchange/delimiters-invalid': 'Two delimiters are the same byte, or one is a letter or digit.',
  'interchange/field-invalid': 'A value of the interchange header is not one the standard allows.',
  'interchange/control-number-invalid': 'The interchange control number is missing or malformed.',
  // whom it is from and for, and whether it was here before
  'interchange/sender-unknown': 'No partner has the identity of the sender.',
  'interchange/sender-not-allowed': 'The channel may not speak for this sender.',
  'interchange/receiver-unknown': 'No company of ours has the identity of the receiver.',
  'interchange/control-number-used':
    'An interchange of this sender with this control number was entered before, with other bytes.',
  'interchange/trailer-missing': 'IEA or UNZ is missing.',
  'interchange/control-number-mismatch': 'IEA02 differs from ISA13, or UNZ 0020 from UNB 0020.',
  'interchange/count-mismatch': 'IEA01 or UNZ 0036 differs from what was counted.',
  'interchange/mixed-groups': 'Messages stand outside a group in an interchange that uses groups.',
  'interchange/too-many-groups': 'The interchange has more groups than its trailer can count.',
  'interchange/segment-unexpected': 'A segment stands where the envelope allows none.',
  'interchange/empty': 'The interchange holds nothing.',
  // group
  'group/header-invalid': 'A value of the group header is missing or malformed.',
  'group/control-number-invalid': 'The group control number is missing or malformed.',
  'group/control-number-duplicate': 'Another group of this interchange has the same control number.',
  'group/control-number-used': 'A group of this sender with this control number was entered before.',
  'group/trailer-missing': 'GE or UNE is missing.',
  'group/control-number-mismatch': 'GE02 differs from GS06, or UNE 0048 from UNG 0048.',
  'group/count-mismatch': 'GE01 or UNE 0060 differs from the transactions counted.',
  'group/too-many-transactions': 'The group has more transactions than its trailer can count.',
  // transaction
  'transaction/too-large': 'The transaction is larger than a gateway holds.',
  'transaction/not-agreed': 'No agreement covers this message, version and usage.',
  'transaction/outside-group': 'The transaction set stands outside any functional group.',
  'transaction/identifier-missing': 'ST01 or UNH 0065 is missing.',
  'transaction/control-number-invalid': 'The transaction control number is missing or malformed.',
  'transaction/control-number-duplicate': 'An earlier transaction has the same control number.',
  'transaction/not-in-group': 'The transaction set does not belong in a group of this kind.',
  'transaction/trailer-missing': 'SE or UNT is missing.',
  'transaction/control-number-mismatch': 'SE02 differs from ST02, or UNT 0062 from UNH 0062.',
  'transaction/segment-count-mismatch': 'SE01 or UNT 0074 differs from the segments counted.',
  'segment/binary-length': 'The declared length of binary data does not lead to a segment terminator.',
  'segment/line-break': 'Line breaks stand inside segments: they were taken out.',
  // a transaction against the tables
  'transaction/unknown-version': 'No tables are held for this version.',
  'transaction/unknown-message': 'The version has no such message.',
  'transaction/too-many-problems': 'The transaction has more problems than are reported.',
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
  'balance/duplicate-id': 'Two levels of the hierarchy have one number.',
  'balance/unknown-parent': 'The parent is not an earlier level of the hierarchy.',
} as const;
