import { FailureError } from '../core/failure.ts';
import type { Area } from './standards/definitions.ts';

/*
 * What must add up in a message, as declared in standards/balances/<message>.json. Places are written as in maps:
 * `[area/]LOOP/…/SEGnn[-c][[SEGnn[-c]=A|B|…]]`: loops by their triggers from the root; the segment is a direct child of the last loop or the
 * trigger of one; the brackets select segments by another of their values, where an empty alternative means absent.
 *
 *   count      the declared number is how often loops or segments occur
 *   hash       the declared number is the digits of a place summed, points and signs passed over (trap 25)
 *   sum        the declared amount equals one of several sums of terms; several, because senders differ (order-to-cash practice)
 *   parents    ids are unique, and each parent is an earlier one (HL, CPS)
 */
export interface BalancePlace {
  readonly text: string;
  readonly area: Area | null;
  readonly loops: readonly string[];
  readonly tag: string;
  /** 0 when the place is a whole segment. */
  readonly element: number;
  readonly component: number;
  readonly where: readonly BalanceCondition[];
}

export interface BalanceCondition {
  readonly element: number;
  readonly component: number;
  readonly values: readonly string[];
}

export interface BalanceTerm {
  readonly of: BalancePlace;
  /** Another place of the same segment to multiply with. */
  readonly times: BalancePlace | null;
  /** Divides by what a code of the same segment stands for: a price per hundred. */
  readonly per: { readonly at: BalancePlace; readonly values: ReadonlyMap<string, string> } | null;
  /** The term is subtracted where the segment fulfils this. */
  readonly minus: readonly BalanceCondition[];
}

export type BalanceRule =
  | { readonly check: 'count'; readonly declared: BalancePlace; readonly of: readonly BalancePlace[] }
  | { readonly check: 'hash'; readonly declared: BalancePlace; readonly of: BalancePlace }
  | { readonly check: 'sum'; readonly declared: BalancePlace; readonly equals: readonly (readonly BalanceTerm[])[] }
  | { readonly check: 'parents'; readonly id: BalancePlace; readonly parent: BalancePlace };

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

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  if (!Array.isArray(list)) throw new TypeError(`"${name}" is not a list`);
  return list;
}

function ruleOf(rule: unknown): BalanceRule {
  const check = textOf(rule, 'check');
  switch (check) {
    case 'count':
      return {
        check,
        declared: balancePlace(textOf(rule, 'declared')),
        of: listOf(rule, 'of').map((one) => balancePlace(String(one))),
      };
    case 'hash':
      return { check, declared: balancePlace(textOf(rule, 'declared')), of: balancePlace(textOf(rule, 'of')) };
    case 'sum': {
      const equals = listOf(rule, 'equals').map((terms) =>
        Array.isArray(terms) ? terms.map(termOf) : [termOf(terms)],
      );
      return { check, declared: balancePlace(textOf(rule, 'declared')), equals };
    }
    case 'parents':
      return { check, id: balancePlace(textOf(rule, 'id')), parent: balancePlace(textOf(rule, 'parent')) };
    default:
      throw new TypeError(`"${check}" is no check`);
  }
}

function termOf(term: unknown): BalanceTerm {
  if (typeof term === 'string') return { of: balancePlace(term), times: null, per: null, minus: [] };
  const per = field(term, 'per');
  const times = field(term, 'times');
  const minus = field(term, 'minus');
  const values = Object.entries(Object(field(per, 'values') ?? {})).map(([code, by]): [string, string] => [
    code,
    String(by),
  ]);
  return {
    of: balancePlace(textOf(term, 'of')),
    times: times === undefined ? null : balancePlace(String(times)),
    per: per === undefined ? null : { at: balancePlace(textOf(per, 'at')), values: new Map(values) },
    minus: minus === undefined ? [] : [conditionOf(String(minus))],
  };
}

const AREAS: Readonly<Record<string, Area>> = { header: 'header', detail: 'detail', summary: 'summary' };

/** Reads the text form of a place; TypeError when it is none. */
export function balancePlace(text: string): BalancePlace {
  const [, path = '', condition] = /^([^[\]]+)(?:\[([^[\]]+)\])?$/.exec(text) ?? [];
  const steps = path.split('/');
  const area = AREAS[steps[0] ?? ''] ?? null;
  const last = steps.at(-1) ?? '';
  const loops = steps.slice(area === null ? 0 : 1, -1);
  const [, tag, element = '0', component = '1'] = /^([A-Z][A-Z0-9]{1,2}?)(?:(\d\d)(?:-(\d+))?)?$/.exec(last) ?? [];
  if (tag === undefined || !loops.every((loop) => /^[A-Z][A-Z0-9]{1,2}$/.test(loop)))
    throw new TypeError(`"${text}" is no place`);
  const where = condition === undefined ? [] : [conditionOf(condition)];
  return { text, area, loops, tag, element: Number(element), component: Number(component), where };
}

function conditionOf(text: string): BalanceCondition {
  const [, element, component = '1', values = ''] = /^[A-Z][A-Z0-9]{1,2}?(\d\d)(?:-(\d+))?=(.*)$/.exec(text) ?? [];
  if (element === undefined) throw new TypeError(`"${text}" is no condition`);
  return { element: Number(element), component: Number(component), values: values.split('|') };
}
