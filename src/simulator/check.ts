/*
 * Check  one thing a buyer looked at in what we sent: what, what it found, what it wanted. A failed check is a value, never an exception:
 *        every difference of a file is told, not only the first.
 */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  readonly expected: string;
}

/** Gathers the checks of one file or message. */
export interface CheckList {
  readonly checks: readonly Check[];
  /** The text found must be exactly the text expected; an absent one is told as such. */
  same(what: string, found: string | undefined, expected: string): boolean;
  /** A condition that is no equality; `expected` says in words what would have been right. */
  that(what: string, ok: boolean, found: string | undefined, expected: string): boolean;
}

const told = (text: string | undefined): string =>
  text === undefined ? 'nothing' : text === '' ? 'an empty text' : text;

export function checkList(subject: string): CheckList {
  const checks: Check[] = [];
  const add = (what: string, ok: boolean, found: string | undefined, expected: string): boolean => {
    checks.push({ what: `${subject}: ${what}`, ok, found: told(found), expected: told(expected) });
    return ok;
  };
  return {
    checks,
    same: (what, found, expected) => add(what, found === expected, found, expected),
    that: add,
  };
}

export const failuresOf = (checks: readonly Check[]): readonly Check[] => checks.filter(({ ok }) => !ok);

/** "855 PO-1 line 2 ACK02: found 10, expected 12". */
export const sentenceOf = ({ what, found, expected }: Check): string => `${what}: found ${found}, expected ${expected}`;
