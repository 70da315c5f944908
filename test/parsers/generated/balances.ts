import type { Dice } from './dice.ts';
import type { BalanceRow, LoopNode, Message, ParentsRow, SegmentRow, SharesRow, SumRow, Term } from './tables.ts';
import type { Made, Round } from './transaction.ts';

/*
 * What standards/balances says must add up, computed here in millionths as big integers, and written into what declares it. The gateway's own
 * arithmetic (decimals as text) has no part in it.
 */
interface Place {
  readonly area: string | null;
  readonly loops: readonly string[];
  readonly tag: string;
  readonly element: number;
  readonly component: number;
  readonly where: readonly Condition[];
}
interface Condition {
  readonly element: number;
  readonly component: number;
  readonly values: readonly string[];
}

const MILLION = 1_000_000n;

function conditionOf(text: string): Condition {
  const [place = '', values = ''] = text.split('=');
  const [, element = '', component = '1'] = /(\d\d)(?:-(\d+))?$/.exec(place) ?? [];
  return { element: Number(element), component: Number(component), values: values.split('|') };
}

function placeOf(text: string): Place {
  const [, path = '', condition] = /^([^[]+)(?:\[(.+)\])?$/.exec(text) ?? [];
  const steps = path.split('/');
  const area = ['header', 'detail', 'summary'].includes(steps[0] ?? '') ? (steps.shift() ?? null) : null;
  const [, tag = '', element = '0', component = '1'] =
    /^([A-Z][A-Z0-9]+?)(?:(\d\d)(?:-(\d+))?)?$/.exec(steps.pop() ?? '') ?? [];
  const where = condition === undefined ? [] : [conditionOf(condition)];
  return { area, loops: steps, tag, element: Number(element), component: Number(component), where };
}

const textsOfTerm = (term: Term): (string | undefined)[] =>
  typeof term === 'string'
    ? [term]
    : [term.of, term.only, term.times, term.per?.at, term.minus === true ? undefined : term.minus];

const partsOf = (rule: Exclude<BalanceRow, ParentsRow | SumRow>): string[] =>
  rule.check === 'shares' ? rule.elements.map((element) => `${rule.of}${String(element).padStart(2, '0')}`) : [rule.of];

/** Every place a rule reads, as "SAC5" or "CNT1-2". */
export function namedPlaces(rules: readonly BalanceRow[]): ReadonlySet<string> {
  const texts = rules.flatMap((rule) =>
    rule.check === 'parents'
      ? [rule.id, rule.parent]
      : [rule.declared, ...(rule.check === 'sum' ? rule.equals.flat().flatMap(textsOfTerm) : partsOf(rule))],
  );
  return new Set(
    texts.flatMap((text) => {
      const places = (text ?? '').match(/[A-Z][A-Z0-9]+?\d\d(?:-\d+)?(?=$|[[\]=])/g) ?? [];
      return places.flatMap((place) => {
        const { tag, element, component } = placeOf(place);
        return [`${tag}${element}`, `${tag}${element}-${component}`];
      });
    }),
  );
}

const valueAt = ({ elements }: Made, element: number, component: number): string =>
  elements[element - 1]?.[0]?.[component - 1] ?? '';

const pathOf = (round: Round): string[] =>
  round.parent === null ? [] : [...pathOf(round.parent), triggerOf(round.loop)];
const triggerOf = ({ children }: LoopNode): string => (children[0]?.kind === 'segment' ? children[0].tag : '');

/** The segments at a place: direct children of the last loop of its path, or triggers of loops in it. */
export function segmentsAt(message: Message, made: readonly Made[], text: string): Made[] {
  const { area, loops, tag, where } = placeOf(text);
  const wanted = loops.join('/');
  const summaryFrom = made.findIndex(
    (one) => one.tag === message.summary && (one.round.parent === null || one.round.parent.parent === null),
  );
  return made.filter((one, at) => {
    if (one.tag !== tag) return false;
    const path = pathOf(one.round);
    const isTrigger =
      one.round.parent !== null && triggerOf(one.round.loop) === tag && one.node === one.round.loop.children[0];
    const own = (isTrigger ? path.slice(0, -1) : path).join('/');
    if (own !== wanted) return false;
    if (area === 'summary' && (summaryFrom < 0 || at < summaryFrom)) return false;
    return where.every(({ element, component, values }) => values.includes(valueAt(one, element, component)));
  });
}

/** A value in millionths; N2's implied places put in. Null when it is absent or no number. */
function numberAt(one: Made, element: number, component: number): bigint | null {
  const sent = valueAt(one, element, component).replace(',', '.');
  if (!/^-?\d*\.?\d*$/.test(sent) || !/\d/.test(sent)) return null;
  const use = one.row.uses[element - 1];
  const implied = Number(/^N([1-9])$/.exec(use?.element?.type ?? '')?.[1] ?? 0);
  const [whole = '', part = ''] = sent.replace('-', '').split('.');
  const millionths =
    BigInt(`${whole}${part.padEnd(6, '0').slice(0, 6)}`) / 10n ** BigInt(sent.includes('.') ? 0 : implied);
  return sent.startsWith('-') ? -millionths : millionths;
}

function sumOf(message: Message, made: readonly Made[], terms: readonly Term[]): bigint | null {
  let sum = 0n;
  for (const [index, term] of terms.entries()) {
    const { of, only, times, per, minus } = typeof term === 'string' ? { of: term } : term;
    const { element, component } = placeOf(of);
    const parts = segmentsAt(message, made, of).filter((one) => only === undefined || fulfils(one, only));
    if (index === 0 && parts.length === 0) return null;
    for (const part of parts) {
      let value = numberAt(part, element, component);
      if (value === null) return null;
      if (times !== undefined) {
        const place = placeOf(times);
        const factor = numberAt(part, place.element, place.component);
        if (factor === null) return null;
        value = (value * factor) / MILLION;
      }
      if (per !== undefined) {
        const place = placeOf(per.at);
        const divisor = per.values[valueAt(part, place.element, place.component)];
        if (divisor === '?') return null;
        if (divisor !== undefined) value /= BigInt(divisor);
      }
      sum += minus === true || (minus !== undefined && fulfils(part, minus)) ? -value : value;
    }
  }
  return sum;
}

const fulfils = (one: Made, text: string): boolean => {
  const { element, component, values } = conditionOf(text);
  return values.includes(valueAt(one, element, component));
};

/** Every total a sum may have, in millionths; empty when nothing is compared. */
export const totalsOf = (message: Message, made: readonly Made[], rule: SumRow): bigint[] =>
  rule.equals.flatMap((terms) => sumOf(message, made, terms) ?? []);

export const countOf = (message: Message, made: readonly Made[], of: string): number =>
  segmentsAt(message, made, of).length;

export function hashOf(message: Message, made: readonly Made[], of: string): bigint | null {
  const { element, component } = placeOf(of);
  let hash = 0n;
  for (const part of segmentsAt(message, made, of)) {
    const digits = valueAt(part, element, component).replace(/[^0-9]/g, '');
    if (digits === '') return null;
    hash += BigInt(digits);
  }
  return hash;
}

/** Writes a value into a place of a segment, when something stands there. */
export function put(one: Made, declared: string, value: string): void {
  const { element, component } = placeOf(declared);
  const parts = one.elements[element - 1]?.[0];
  if (parts !== undefined && (parts[component - 1] ?? '') !== '') parts[component - 1] = value;
}

/** Millionths as the element writes them. */
export function written(row: SegmentRow, declared: string, millionths: bigint): string {
  const { element } = placeOf(declared);
  const implied = Number(/^N([1-9])$/.exec(row.uses[element - 1]?.element?.type ?? '')?.[1] ?? 0);
  const sign = millionths < 0n ? '-' : '';
  // Half a cent is rounded up.
  const cents = ((millionths < 0n ? -millionths : millionths) + 5_000n) / 10_000n;
  if (implied > 0) return `${sign}${cents / 10n ** BigInt(2 - implied)}`;
  const part = cents % 100n === 0n ? '' : `.${String(cents % 100n).padStart(2, '0')}`;
  return `${sign}${cents / 100n}${part}`;
}

/** Makes everything declared right: counts, hash totals, sums, and ids that name an earlier parent. */
export function balance(message: Message, made: readonly Made[], dice: Dice): void {
  // What a line's shares make it goes into the hash total.
  for (const rule of message.balances) if (rule.check === 'shares') shareOut(made, rule);
  for (const rule of message.balances) {
    if (rule.check === 'shares') continue;
    if (rule.check === 'parents') numberLevels(message, made, rule, dice);
    else {
      for (const one of segmentsAt(message, made, rule.declared)) {
        if (rule.check === 'sum') {
          const [total] = totalsOf(message, made, rule);
          if (total !== undefined) put(one, rule.declared, written(one.row, rule.declared, total));
        } else if (rule.check === 'count') put(one, rule.declared, String(countOf(message, made, rule.of)));
        else put(one, rule.declared, String(hashOf(message, made, rule.of) ?? 0));
      }
    }
  }
}

/** A line's quantity is what is given to its stores. */
function shareOut(made: readonly Made[], { declared, of, elements }: SharesRow): void {
  const [line, share] = [placeOf(declared), placeOf(of)];
  for (const one of made.filter(({ tag, round, node }) => tag === line.tag && node === round.loop.children[0])) {
    const parts = made.filter(({ tag, round }) => tag === share.tag && round === one.round);
    const sum = parts
      .flatMap((part) => elements.map((element) => numberAt(part, element, 1) ?? 0n))
      .reduce((total, value) => total + value, 0n);
    if (parts.length > 0) put(one, declared, written(one.row, declared, sum));
  }
}

function numberLevels(message: Message, made: readonly Made[], { id, parent }: ParentsRow, dice: Dice): void {
  const levels = segmentsAt(message, made, id);
  const known: string[] = [];
  for (const level of levels) {
    const number = String(known.length + 1);
    put(level, id, number);
    const { element } = placeOf(parent);
    if (known.length === 0) level.elements[element - 1] = [];
    else put(level, parent, dice.pick(known));
    known.push(number);
  }
}
