import { countOf, hashOf, put, segmentsAt, totalsOf, written } from './balances.ts';
import { copyOf, type Expected, expectedAt, type Mutation } from './mutant.ts';
import type { BalanceRow, Message } from './tables.ts';
import type { Made } from './transaction.ts';

const placeIn = (text: string) => {
  const [, element = '', component] = /(\d\d)(?:-(\d+))?(?:\[|$)/.exec(text) ?? [];
  return { element: Number(element), component: component === undefined ? null : Number(component) };
};

const hasValue = (one: Made, declared: string): boolean => {
  const { element, component } = placeIn(declared);
  return (one.elements[element - 1]?.[0]?.[(component ?? 1) - 1] ?? '') !== '';
};

/** Of balances no loop is told. */
const at = (declared: string, more: Partial<Expected> = {}): Partial<Expected> => ({
  ...placeIn(declared),
  loop: null,
  ...more,
});

function wrongValue(message: Message, made: readonly Made[], rule: BalanceRow, one: Made): string | null {
  if (rule.check === 'parents' || rule.check === 'shares') return null;
  if (rule.check !== 'sum') {
    const right = rule.check === 'count' ? BigInt(countOf(message, made, rule.of)) : hashOf(message, made, rule.of);
    return right === null ? null : String(right + 7n);
  }
  const totals = totalsOf(message, made, rule);
  if (totals.length === 0) return null;
  // Far from any total, of either sign.
  const far = totals.reduce((sum, total) => sum + (total < 0n ? -total : total), 1_000_000n);
  return written(one.row, rule.declared, far);
}

const CODES = {
  count: 'balance/count-mismatch',
  hash: 'balance/hash-mismatch',
  sum: 'balance/total-mismatch',
} as const;

/** A declared count, hash total or sum made wrong, where no other rule reads it. */
export const breakBalance: Mutation = (message, made, dice) => {
  for (const rule of dice.shuffled(message.balances)) {
    if (rule.check === 'parents' || rule.check === 'shares') continue;
    const isRead = message.balances.some(
      (other) => other.check === 'sum' && JSON.stringify(other.equals).includes(rule.declared),
    );
    const mutant = copyOf(made);
    const one = segmentsAt(message, mutant, rule.declared).find((each) => hasValue(each, rule.declared));
    const value = one === undefined || isRead ? null : wrongValue(message, mutant, rule, one);
    if (one === undefined || value === null) continue;
    put(one, rule.declared, value);
    const more = at(rule.declared, { severity: 'warning' });
    return { made: mutant, expected: expectedAt(mutant, mutant.indexOf(one), CODES[rule.check], more) };
  }
  return null;
};

const parentsOf = ({ balances }: Message) => balances.find((rule) => rule.check === 'parents');

/** HL02 or CPS 7166 names no earlier level. */
export const loseParent: Mutation = (message, made, dice) => {
  const rule = parentsOf(message);
  if (rule?.check !== 'parents') return null;
  const mutant = copyOf(made);
  const levels = segmentsAt(message, mutant, rule.id).filter((each) => hasValue(each, rule.parent));
  if (levels.length === 0) return null;
  const one = dice.pick(levels);
  put(one, rule.parent, '99');
  const more = at(rule.parent, { severity: 'warning' });
  return { made: mutant, expected: expectedAt(mutant, mutant.indexOf(one), 'balance/unknown-parent', more) };
};

/** The last level has the number of an earlier one: no later one names it. */
export const repeatLevel: Mutation = (message, made) => {
  const rule = parentsOf(message);
  if (rule?.check !== 'parents') return null;
  const mutant = copyOf(made);
  const one = segmentsAt(message, mutant, rule.id).at(-1);
  if (one === undefined || segmentsAt(message, mutant, rule.id).length < 2) return null;
  put(one, rule.id, '1');
  const more = at(rule.id, { severity: 'warning' });
  return { made: mutant, expected: expectedAt(mutant, mutant.indexOf(one), 'balance/duplicate-id', more) };
};

/** SE01 or UNT 0074. */
export const miscount: Mutation = (_message, made, dice) => {
  const mutant = copyOf(made);
  const last = mutant.at(-1);
  if (last === undefined) return null;
  last.elements = [[[String(made.length + dice.pick([-1, 1, 10]))]], last.elements[1] ?? []];
  const more = { element: 1, loop: null };
  return { made: mutant, expected: expectedAt(mutant, made.length - 1, 'transaction/segment-count-mismatch', more) };
};

/** SE02 or UNT 0062. */
export const misreference: Mutation = (_message, made) => {
  const mutant = copyOf(made);
  const last = mutant.at(-1);
  if (last === undefined) return null;
  last.elements = [last.elements[0] ?? [], [['9999']]];
  const more = { element: 2, loop: null };
  return { made: mutant, expected: expectedAt(mutant, made.length - 1, 'transaction/control-number-mismatch', more) };
};

/** A trailer of group or interchange. */
const trailer =
  (tags: readonly [x12: string, edifact: string], element: 1 | 2, code: Expected['code']): Mutation =>
  ({ syntax }, made, dice) => {
    const tag = tags[syntax === 'x12' ? 0 : 1];
    if (tag === '') return null;
    const right = tag === 'GE' ? ['1', '17'] : tag === 'IEA' ? ['1', '000000042'] : ['1', 'REF42'];
    const wrong = element === 1 ? dice.pick(['2', '0', '99', '1x', '']) : dice.pick(['999999999', '']);
    const [count = '', reference = ''] = right.map((value, at) => (at === element - 1 ? wrong : value));
    const expected: Expected = { code, severity: 'error', tag, segment: null, element, component: null, loop: null };
    return { made, expected, changes: { trailers: { [tag]: [count, reference] } } };
  };

export const groupCount = trailer(['GE', ''], 1, 'group/count-mismatch');
export const groupReference = trailer(['GE', ''], 2, 'group/control-number-mismatch');
export const interchangeCount = trailer(['IEA', 'UNZ'], 1, 'interchange/count-mismatch');
export const interchangeReference = trailer(['IEA', 'UNZ'], 2, 'interchange/control-number-mismatch');

/** GS01 of another kind of document. */
export const misgroup: Mutation = ({ syntax, functionalId }, made) => {
  if (syntax !== 'x12') return null;
  const more = { element: 1, loop: null };
  const expected = expectedAt(made, 0, 'transaction/not-in-group', more);
  return { made, expected, changes: { functionalId: functionalId === 'PO' ? 'IN' : 'PO' } };
};

/** The transaction has no trailer at all. */
export const dropTrailer: Mutation = (_message, made) => {
  const mutant = copyOf(made).slice(0, -1);
  const nowhere = { tag: null, segment: null, element: null, component: null, loop: null };
  return { made: mutant, expected: { code: 'transaction/trailer-missing', severity: 'error', ...nowhere } };
};
