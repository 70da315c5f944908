import {
  absoluteDecimal,
  type Decimal,
  divideDecimals,
  isDecimal,
  multiplyDecimals,
  negateDecimal,
  normalDecimal,
  roundDecimal,
  sameDecimal,
} from '../core/decimal.ts';
import { positionAt } from '../core/position.ts';
import { type ProblemCode, problem, type Severity } from '../core/problem.ts';
import type { BalanceRule, BalanceRules, BalanceTerm } from './balance-rules.ts';
import { ExactSum, isDigits, placesOf } from './exact-sum.ts';
import { type Condition, fulfils, loopsAt, type PlaceText, segmentsAt, segmentsIn } from './place-text.ts';
import type { ProblemList } from './problem-list.ts';
import type { PlacedLoop, PlacedSegment } from './transaction.ts';

/**
 * Takes a placed tree and its message's rules; adds a Problem for each declared count or total that its parts do not bear out. What is not
 * declared is not judged, nor what a part of which cannot be read: that part has its own Problem.
 */
export function checkBalances(root: PlacedLoop, rules: BalanceRules, list: ProblemList): void {
  for (const rule of rules) {
    switch (rule.check) {
      case 'count':
        checkCount(root, rule, list);
        break;
      case 'hash':
        checkHash(root, rule, list);
        break;
      case 'sum':
        checkSum(root, rule, list);
        break;
      case 'shares':
        checkShares(root, rule, list);
        break;
      case 'parents':
        checkParents(root, rule, list);
        break;
    }
  }
}

type RuleOf<Check> = Extract<BalanceRule, { check: Check }>;

function checkCount(root: PlacedLoop, { declared, of }: RuleOf<'count'>, list: ProblemList): void {
  for (const placed of segmentsAt(root, declared)) {
    const claimed = numberAt(placed, declared);
    if (claimed === null) continue;
    const counted = String(countOf(root, of));
    if (isSame(claimed, counted)) continue;
    const message = `${nameOf(declared)} is ${claimed}, and there are ${counted} ${of.tag}.`;
    tell(list, 'balance/count-mismatch', placed, declared, message, counted, 'error');
  }
}

/** Loops by their trigger, and loops whose trigger was left out: they are there. */
const countOf = (root: PlacedLoop, of: PlaceText): number => {
  let count = 0;
  for (const group of loopsAt(root, of)) {
    for (const child of group.children)
      if (child.kind === 'loop' ? child.definition.trigger === of.tag : child.use.tag === of.tag) count++;
  }
  return count;
};

/** Trap 25: digits summed without points and signs, cut on the left to the element's size; many senders send the plain sum instead. */
function checkHash(root: PlacedLoop, { declared, of }: RuleOf<'hash'>, list: ProblemList): void {
  for (const placed of segmentsAt(root, declared)) {
    const claimed = numberAt(placed, declared);
    if (claimed === null) continue;
    const hash = new ExactSum();
    const plain = new ExactSum();
    for (const part of segmentsAt(root, of)) {
      const value = numberAt(part, of);
      if (value === null) return;
      hash.add(digitsOf(value));
      plain.add(value);
    }
    const size = placed.use.definition.elements[declared.element - 1]?.element?.max ?? 10;
    const cut = BigInt(hash.total()) % 10n ** BigInt(size);
    if (BigInt(digitsOf(claimed)) === cut || isSame(plain.total(), claimed)) continue;
    const message = `${nameOf(declared)} is ${claimed}, and the digits of ${nameOf(of)} add up to ${cut}.`;
    tell(list, 'balance/hash-mismatch', placed, declared, message, String(cut), 'warning');
  }
}

const digitsOf = (value: Decimal): string => (isDigits(value) ? value : value.replace('.', '').replace('-', '') || '0');

/** Nearly always in the same digits: comparing decimals takes a microsecond. */
const isSame = (a: Decimal, b: Decimal): boolean => a === b || sameDecimal(a, b);

function checkSum(root: PlacedLoop, { declared, anySign, equals }: RuleOf<'sum'>, list: ProblemList): void {
  for (const placed of segmentsAt(root, declared)) {
    const claimed = numberAt(placed, declared);
    if (claimed === null) continue;
    const shown = new Set<Decimal>();
    const borneOut = equals.some((terms) => {
      const sum = sumOf(root, terms);
      if (sum === null) return false;
      if (sum.exact === claimed) return true;
      const rounded = roundDecimal(sum.exact, 2);
      shown.add(normalDecimal(rounded));
      // Rounded to cents at the end, or each part by itself: partners do either.
      return [sum.exact, rounded, sum.termwise].some(
        (total) =>
          sameDecimal(total, claimed) || (anySign && sameDecimal(absoluteDecimal(total), absoluteDecimal(claimed))),
      );
    });
    if (borneOut || shown.size === 0) continue;
    // Senders differ in what they add: every sum that could have been meant is named.
    const sums = [...shown].slice(0, sumsShownMax).join(' or ');
    const message = `${nameOf(declared)} is ${claimed}, and its parts add up to ${sums}.`;
    tell(list, 'balance/total-mismatch', placed, declared, message, sums, 'error');
  }
}

/** A total of an INVOIC has some fifty ways to come about, of which senders mean one of the first. */
const sumsShownMax = 4;

function sumOf(root: PlacedLoop, terms: readonly BalanceTerm[]): { exact: Decimal; termwise: Decimal } | null {
  const exact = new ExactSum();
  // The same until a value has more than cents.
  let termwise = exact;
  for (let index = 0; index < terms.length; index++) {
    const term = terms[index];
    if (term === undefined) break;
    let partCount = 0;
    const groups = loopsAt(root, term.of);
    if (groups.length === 0 && term.each) return null;
    for (const group of groups) {
      const parts = segmentsIn(group, term.of);
      if (parts.length === 0 && term.each) return null;
      partCount += parts.length;
      for (const part of parts) {
        const value = termValue(part, term, group);
        if (value === null) return null;
        const isLonger = placesOf(value) > 2;
        if (isLonger && termwise === exact) termwise = exact.copy();
        exact.add(value);
        if (termwise !== exact) termwise.add(isLonger ? roundDecimal(value, 2) : value);
      }
    }
    if (index === 0 && partCount === 0) return null;
  }
  const total = exact.total();
  return { exact: total, termwise: termwise === exact ? total : termwise.total() };
}

function termValue(part: PlacedSegment, { of, times, per, minus }: BalanceTerm, group: PlacedLoop): Decimal | null {
  let value = numberAt(part, of);
  const factor = times === null ? '1' : numberAt(part, times);
  if (value === null || factor === null) return null;
  if (times !== null) value = multiplyDecimals(value, factor);
  const divisor = per === null ? undefined : per.values.get(part.segment.value(per.at.element, per.at.component));
  if (divisor === null) return null;
  if (divisor !== undefined) value = divideDecimals(value, divisor, 10);
  return minus !== null && isSubtracted(part, minus, group) ? negateDecimal(value) : value;
}

/** An allowance is told by the ALC above its MOA, a credit by its DOC. */
function isSubtracted({ segment }: PlacedSegment, minus: readonly Condition[], { children }: PlacedLoop): boolean {
  const [first] = children;
  const isAbove = first?.kind === 'segment' && minus[0] !== undefined && minus[0].tag !== segment.tag;
  return fulfils(isAbove ? first.segment : segment, minus);
}

/** What one segment of a loop gives to many is what the loop's first segment has: SDQ's quantities, in pairs with their stores, and PO102. */
function checkShares(root: PlacedLoop, { declared, of, elements }: RuleOf<'shares'>, list: ProblemList): void {
  for (const group of loopsAt(root, declared)) {
    const parts = segmentsIn(group, of);
    const [placed] = parts.length === 0 ? [] : segmentsIn(group, declared);
    const claimed = placed === undefined ? null : numberAt(placed, declared);
    if (placed === undefined || claimed === null) continue;
    const sum = new ExactSum();
    for (const part of parts) {
      for (const element of elements) {
        const value = numberAt(part, { ...of, element });
        if (value !== null) sum.add(value);
      }
    }
    const total = sum.total();
    if (isSame(total, claimed)) continue;
    const message = `${nameOf(declared)} is ${claimed}, and what ${of.tag} gives adds up to ${total}.`;
    tell(list, 'balance/total-mismatch', placed, declared, message, total, 'error');
  }
}

/** HL02 and CPS 7166 name an earlier level; ids are unique (traps 24, 61). */
function checkParents(root: PlacedLoop, { id, parent }: RuleOf<'parents'>, list: ProblemList): void {
  const seen = new Set<string>();
  for (const group of loopsAt(root, id)) {
    for (const placed of segmentsIn(group, id)) {
      const own = placed.segment.value(id.element, id.component);
      const above = placed.segment.value(parent.element, parent.component);
      if (above !== '' && !seen.has(above)) {
        const message = `${nameOf(parent)} is "${above}", and no earlier ${parent.tag} has that number.`;
        tell(list, 'balance/unknown-parent', placed, parent, message, null, 'error');
      }
      if (own !== '' && seen.has(own)) {
        const message = `${nameOf(id)} is "${own}", as that of an earlier ${id.tag}.`;
        tell(list, 'balance/duplicate-id', placed, id, message, null, 'error');
      }
      seen.add(own);
    }
  }
}

/** A place's value as a decimal, its implied places put in (N2) and a decimal comma turned; null when absent or no number. */
function numberAt({ segment, use }: PlacedSegment, { element, component }: PlaceText): Decimal | null {
  const sent = segment.value(element, component);
  const definition = use.definition.elements[element - 1]?.element;
  const isImplied = definition?.type === 'N' && definition.places > 0;
  if (!isImplied && isDigits(sent)) return sent;
  const raw = sent.replace(',', '.');
  if (raw === '' || !isDecimal(raw)) return null;
  if (!isImplied || raw.includes('.')) return raw;
  const digits = raw.replace('-', '').padStart(definition.places + 1, '0');
  const at = digits.length - definition.places;
  return `${raw.startsWith('-') ? '-' : ''}${digits.slice(0, at)}.${digits.slice(at)}`;
}

const nameOf = ({ tag, element, component, inComposite }: PlaceText): string =>
  element === 0 ? tag : `${tag}${String(element).padStart(2, '0')}${inComposite ? `-${component}` : ''}`;

function tell(
  list: ProblemList,
  code: ProblemCode,
  { segment }: PlacedSegment,
  place: PlaceText,
  message: string,
  expected: string | null,
  severity: Severity,
): void {
  const at = positionAt(segment.byteOffsetOf(place.element, place.component), {
    segmentNumber: segment.number,
    tag: segment.tag,
    elementNumber: place.element,
    componentNumber: place.inComposite ? place.component : null,
    loop: null,
  });
  list.add(problem(code, at, { message, found: segment.value(place.element, place.component), expected, severity }));
}
