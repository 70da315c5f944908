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
} as const;
