import type { Faults } from '../fault.ts';
import { type Context, type Frame, onlyKeys } from './context.ts';
import type { DocumentType, ObjectType } from './document-type.ts';
import { parsePlace } from './place.ts';
import { resolveFormula } from './resolve-codecs.ts';
import { elementPlace, resolveTarget } from './resolve-target.ts';
import { type MapNode, type MappingNode, textOf } from './source.ts';
import type { BalanceSpec } from './spec.ts';

const POLICIES = ['reject', 'accept-with-errors', 'warn', 'off'] as const;

/** `balances:`: places or document paths, and the formula each must equal. */
export function resolveBalances(
  context: Context,
  node: MapNode | undefined,
  frame: Frame,
  type: ObjectType,
): BalanceSpec[] {
  if (node === undefined) return [];
  if (node.kind !== 'mapping') {
    context.faults.add(node, '`balances:` wants places or paths, and what each must be.');
    return [];
  }
  return [...node.entries].flatMap(([name, value]) => balanceOf(context, name, value, frame, type) ?? []);
}

function balanceOf(context: Context, name: string, value: MapNode, frame: Frame, type: ObjectType): BalanceSpec | null {
  const options: MappingNode | null = value.kind === 'mapping' ? value : null;
  if (options !== null) onlyKeys(options, ['is', 'when', 'policy', 'where'], context.faults, 'a balance');
  const is = options === null ? value : options.entries.get('is');
  const formula = resolveFormula(context, is);
  if (formula === null) {
    if (is === undefined) context.faults.add(value, 'A balance wants `is:`.');
    return null;
  }
  const base = {
    formula,
    when: resolveFormula(context, options?.entries.get('when')),
    policy: policyOf(context, options?.entries.get('policy')),
    name,
    at: value,
  };
  const place = parsePlace(name);
  if (place === null || place.element === 0) {
    const path = pathOf(context.faults, name, value, type);
    return path === null ? null : { ...base, place: null, path };
  }
  const nameNode: MapNode = { ...value, kind: 'scalar', text: name, isNull: false };
  const target = resolveTarget(context, frame, place, nameNode, options?.entries.get('where'), false);
  const element = target === null ? null : elementPlace(context, target.segment, place, nameNode);
  return target === null || element === null ? null : { ...base, place: { target, place: element }, path: null };
}

function policyOf(context: Context, node: MapNode | undefined): BalanceSpec['policy'] {
  if (node === undefined) return 'reject';
  const policy = POLICIES.find((known) => known === textOf(node));
  if (policy === undefined) context.faults.add(node, `\`policy:\` is ${POLICIES.join(', ')}.`);
  return policy ?? 'reject';
}

/** A dotted document path as steps, lists marked: lines.quantity.value → ["lines[]", "quantity", "value"]. */
export function pathOf(faults: Faults, name: string, node: MapNode, type: ObjectType): string[] | null {
  const steps: string[] = [];
  let here: DocumentType = type;
  for (const step of name.split('.')) {
    const inner: DocumentType | undefined = here.kind === 'object' ? here.properties.get(step) : undefined;
    if (inner === undefined) {
      faults.add(node, `'${name}' is neither a place nor a path of the document.`);
      return null;
    }
    steps.push(inner.kind === 'array' ? `${step}[]` : step);
    here = inner.kind === 'array' ? inner.items : inner;
  }
  return steps;
}
