import { FailureError } from '../core/failure.ts';
import { type Condition, conditionText, type PlaceText, placeText } from './place-text.ts';

/*
 * What must add up in a message, as declared in standards/balances/<message>.json. Places are
 * written as place-text.ts says.
 *
 *   count      the declared number is how often loops or segments occur
 *   hash       the declared number is the digits of a place summed, points and signs passed over (trap 25)
 *   sum        the declared amount equals one of several sums of terms; several, because senders differ (order-to-cash practice)
 *   shares     in each loop, the declared number of its first segment is what the elements of another add up to (SDQ: trap 33)
 *   parents    ids are unique, and each parent is an earlier one (HL, CPS)
 */
export interface BalanceTerm {
  readonly of: PlaceText;
  /** Another place of the same segment to multiply with. */
  readonly times: PlaceText | null;
  /** Divides by what a code of the same segment stands for (a price per hundred); null where it cannot be told: then nothing is compared. */
  readonly per: { readonly at: PlaceText; readonly values: ReadonlyMap<string, string | null> } | null;
  /** The term is subtracted where the segment fulfils these, or the first of its loop where they name that: always when there are none. Null: never. */
  readonly minus: readonly Condition[] | null;
  /** Every occurrence of the loop has one, and there is one: else the sum cannot be told. */
  readonly each: boolean;
}

export type BalanceRule =
  | { readonly check: 'count'; readonly declared: PlaceText; readonly of: PlaceText }
  | { readonly check: 'hash'; readonly declared: PlaceText; readonly of: PlaceText }
  | {
      readonly check: 'sum';
      readonly declared: PlaceText;
      /** A credit's total comes positive and negative (trap 27). */
      readonly anySign: boolean;
      /** The first term of each is what the total is made of: where it has no segment, that sum is not compared. */
      readonly equals: readonly (readonly BalanceTerm[])[];
    }
  | {
      readonly check: 'shares';
      /** In the trigger of a loop. */
      readonly declared: PlaceText;
      /** A segment of that loop, and its elements that are the shares. */
      readonly of: PlaceText;
      readonly elements: readonly number[];
    }
  | { readonly check: 'parents'; readonly id: PlaceText; readonly parent: PlaceText };

export type BalanceRules = readonly BalanceRule[];

/** Takes a parsed balance file, or undefined when a message has none; gives its rules. FailureError `config-invalid` names the rule it cannot read. */
export function balanceRulesOf(file: unknown, message: string): BalanceRules {
  if (file === undefined) return [];
  const rules = field(file, 'rules');
  if (!Array.isArray(rules)) throw broken(message, 'has no list of rules');
  return rules.map((rule: unknown, index) => {
    try {
      return ruleOf(rule);
    } catch (cause) {
      throw broken(message, `rule ${index + 1}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    }
  });
}

const broken = (message: string, what: string, cause?: unknown) =>
  new FailureError('config-invalid', `standards/balances/${message}.json ${what}`, { cause });

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

function textOf(value: unknown, name: string): string {
  const text = field(value, name);
  if (typeof text !== 'string') throw new TypeError(`"${name}" is not a text`);
  return text;
}

function ruleOf(rule: unknown): BalanceRule {
  const check = textOf(rule, 'check');
  switch (check) {
    case 'count':
    case 'hash':
      return { check, declared: placeText(textOf(rule, 'declared')), of: placeText(textOf(rule, 'of')) };
    case 'sum': {
      const sums = field(rule, 'equals');
      if (!Array.isArray(sums) || !sums.every((terms) => Array.isArray(terms) && terms.length > 0))
        throw new TypeError('"equals" is no list of lists');
      const equals = sums.map((terms: readonly unknown[]) => terms.map(termOf));
      return { check, declared: placeText(textOf(rule, 'declared')), anySign: field(rule, 'anySign') === true, equals };
    }
    case 'shares': {
      const elements = field(rule, 'elements');
      if (!Array.isArray(elements) || !elements.every((one): one is number => Number.isInteger(one)))
        throw new TypeError('"elements" is no list of numbers');
      return { check, declared: placeText(textOf(rule, 'declared')), of: placeText(textOf(rule, 'of')), elements };
    }
    case 'parents':
      return { check, id: placeText(textOf(rule, 'id')), parent: placeText(textOf(rule, 'parent')) };
    default:
      throw new TypeError(`"${check}" is no check`);
  }
}

function termOf(term: unknown): BalanceTerm {
  if (typeof term === 'string') return { of: placeText(term), times: null, per: null, minus: null, each: false };
  const [of, only, times, per, minus] = [
    textOf(term, 'of'),
    field(term, 'only'),
    field(term, 'times'),
    field(term, 'per'),
    field(term, 'minus'),
  ];
  const place = placeText(of);
  return {
    of: only === undefined ? place : { ...place, where: [...place.where, conditionText(String(only))] },
    times: times === undefined ? null : placeText(String(times)),
    per: per === undefined ? null : { at: placeText(textOf(per, 'at')), values: divisorsOf(field(per, 'values')) },
    minus: minus === undefined ? null : minus === true ? [] : [conditionText(String(minus))],
    each: field(term, 'each') === true,
  };
}

const divisorsOf = (values: unknown): ReadonlyMap<string, string | null> =>
  new Map(Object.entries(Object(values)).map(([code, by]) => [code, by === '?' ? null : String(by)]));
