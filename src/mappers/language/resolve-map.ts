import { DOCUMENT_KINDS } from '../../documents/index.ts';
import type { MessageTable } from '../../parsers/standards/definitions.ts';
import type { SyntaxName } from '../../parsers/transaction.ts';
import { type CodeTable, codeTableOf } from '../code-table.ts';
import type { Faults, SourcePlace } from '../fault.ts';
import { type Context, type Frame, onlyKeys } from './context.ts';
import { documentTypeOf, type ObjectType } from './document-type.ts';
import { pathOf, resolveBalances } from './resolve-balances.ts';
import { resolveFields } from './resolve-field.ts';
import { resolveFixed } from './resolve-group.ts';
import { listsOf, resolveHierarchy } from './resolve-hierarchy.ts';
import { type MapNode, type MappingNode, type MapSource, textOf } from './source.ts';
import type { MapSpec } from './spec.ts';

/** Where a map's tables and neighbours come from: handed in, for the mapper reads no files. */
export interface MapLookups {
  /** The source of the map an overlay extends. */
  base(name: string): MapSource | undefined;
  /** The source of a code table. */
  codes(name: string): MapSource | undefined;
  table(syntax: SyntaxName, version: string, message: string): MessageTable | undefined;
}

// Ours: the largest base map has some 250 fields; an anchor used in each of its loops ten times that.
const fieldCountMax = 5_000;

const TOP_KEYS = [
  'document',
  'message',
  'association',
  'extends',
  'shapes',
  'fields',
  'fixed',
  'hierarchy',
  'balances',
  'derived',
];

/** Takes a map's tree, overlays already laid; gives the map understood, or null when `document:` or `message:` fails. Faults are collected. */
export function resolveMap(root: MappingNode, lookups: MapLookups, faults: Faults): MapSpec | null {
  onlyKeys(root, TOP_KEYS, faults, 'a map');
  const document = DOCUMENT_KINDS.find((kind) => kind === textOf(root.entries.get('document')));
  if (document === undefined)
    faults.add(root.entries.get('document') ?? root, `\`document:\` is one of ${DOCUMENT_KINDS.join(', ')}.`);
  const message = messageOf(root, lookups, faults);
  if (document === undefined || message === null) return null;
  const { syntax, table } = message;
  const type = documentTypeOf(document);
  const shapes = mappingOf(root.entries.get('shapes'), '`shapes:`', faults);
  const context: Context = {
    faults,
    table,
    syntax,
    shapes: shapes?.entries ?? new Map(),
    usedShapes: new Set(),
    expressions: [],
    unsaid: [],
    lists: listsOf(root.entries.get('hierarchy')),
    codes: codesWith(lookups, syntax, faults),
    enter: counter(faults),
  };
  const frame: Frame = { loop: table.root, own: null, slots: null };
  const spec: MapSpec = {
    document,
    type,
    syntax,
    version: table.version,
    message: table.message,
    association: associationOf(root, syntax, faults),
    table,
    fields: resolveFields(context, root.entries.get('fields'), frame, type, ''),
    fixed: resolveFixed(context, root.entries.get('fixed'), frame),
    hierarchy: resolveHierarchy(context, root.entries.get('hierarchy'), frame, type),
    balances: resolveBalances(context, root.entries.get('balances'), frame, type),
    expressions: context.expressions,
    unsaid: context.unsaid,
    derived: resolveDerived(context, root.entries.get('derived'), type),
  };
  for (const [name, node] of context.shapes)
    if (!context.usedShapes.has(name)) faults.add(node, `The shape '${name}' is used nowhere.`, 'warning');
  return spec;
}

/** `derived:` paths with no place of their own, for the rest of the message says them: no field, and not `unwritten` either. */
function resolveDerived({ faults }: Context, node: MapNode | undefined, type: ObjectType): string[] {
  if (node === undefined) return [];
  if (node.kind !== 'list') {
    faults.add(node, '`derived:` wants a list of document paths.');
    return [];
  }
  return node.items.flatMap((item) => {
    const path = textOf(item) ?? '';
    return pathOf(faults, path, item, type) === null ? [] : [path];
  });
}

/** `association: EAN008` of EDIFACT: the association's code for its use of the message, as UNH 0057 has it. */
function associationOf(root: MappingNode, syntax: SyntaxName, faults: Faults): string | null {
  const node = root.entries.get('association');
  if (node === undefined) return null;
  const code = textOf(node) ?? '';
  if (syntax === 'edifact' && /^[A-Z0-9]{1,6}$/.test(code)) return code;
  faults.add(
    node,
    syntax === 'edifact'
      ? '`association:` is at most six letters and digits (UNH 0057).'
      : 'X12 has no `association:`.',
  );
  return null;
}

const mappingOf = (node: MapNode | undefined, what: string, faults: Faults): MappingNode | null => {
  if (node?.kind === 'mapping' || node === undefined) return node ?? null;
  faults.add(node, `${what} wants a mapping.`);
  return null;
};

/** `message: x12/004010/850`. */
function messageOf(root: MappingNode, lookups: MapLookups, faults: Faults) {
  const node = root.entries.get('message');
  const match = /^(x12|edifact)\/([A-Za-z0-9]{1,12})\/([A-Za-z0-9]{1,12})$/.exec(textOf(node) ?? '');
  if (match === null) {
    faults.add(node ?? root, '`message:` is syntax/version/message: x12/004010/850 or edifact/D96A/ORDERS.');
    return null;
  }
  const syntax = match[1] as SyntaxName;
  const table = lookups.table(syntax, match[2] ?? '', match[3] ?? '');
  if (table === undefined) {
    faults.add(node ?? root, `No tables are held for ${match[0]}.`);
    return null;
  }
  return { syntax, table };
}

function codesWith(lookups: MapLookups, syntax: SyntaxName, faults: Faults) {
  const known = new Map<string, CodeTable | null>();
  return (name: string, at: SourcePlace): CodeTable | null => {
    const kept = known.get(name);
    if (kept !== undefined) return kept;
    const source = /^[a-z0-9][a-z0-9-]{0,60}$/.test(name) ? lookups.codes(name) : undefined;
    const table = source === undefined ? null : codeTableOf(source, name, syntax, faults);
    if (table === null) faults.add(at, `There is no code table '${name}'.`);
    known.set(name, table);
    return table;
  };
}

function counter(faults: Faults) {
  let count = 0;
  return (at: SourcePlace): boolean => {
    count++;
    if (count === fieldCountMax + 1) faults.add(at, `The map expands to more than ${fieldCountMax} fields.`);
    return count <= fieldCountMax;
  };
}
