import type { SyntaxName } from '../parsers/transaction.ts';
import { Faults, type MapFault } from './fault.ts';
import { type MapNode, type MapSource, parseMap } from './language/source.ts';

/** Our code beside the one that was sent; an unknown code has only `original`. */
export interface CodedValue {
  readonly code?: string;
  readonly original?: string;
}

/** One table of codes in one syntax, both ways. */
export interface CodeTable {
  readonly name: string;
  /** Wire code → what the document holds, made once and shared. */
  readonly byOriginal: ReadonlyMap<string, CodedValue & { readonly code: string; readonly original: string }>;
  /** Our word → the wire code written for it: the first of its row. */
  readonly byCode: ReadonlyMap<string, string>;
  /** Words this syntax has no code for → the word that stands for them in writing. */
  readonly wider: ReadonlyMap<string, string>;
}

/** What is written for a word of ours: its own code, else that of the wider word. */
export const codeWrittenFor = ({ byCode, wider }: CodeTable, word: string): string | undefined =>
  byCode.get(word) ?? byCode.get(wider.get(word) ?? '');

/**
 * Takes a parsed table file and a syntax; gives the table of that syntax.
 *   x12: { buyer: BY, ship-to: [ST, DA] }     # word: code, or codes of which the first is written
 * A code twice in one syntax is a fault: reading could not choose.
 */
export function codeTableOf(source: MapSource, name: string, syntax: SyntaxName, faults: Faults): CodeTable {
  for (const fault of source.faults) faults.add(fault, fault.message, fault.severity);
  const byOriginal = new Map<string, CodedValue & { readonly code: string; readonly original: string }>();
  const byCode = new Map<string, string>();
  const rows = source.root?.entries.get(syntax);
  for (const [key, node] of source.root?.entries ?? [])
    if (key !== 'x12' && key !== 'edifact' && key !== 'wider')
      faults.add(node, `'${key}' is no syntax: a code table has x12 and edifact, and wider.`);
  if (rows !== undefined && rows.kind !== 'mapping') faults.add(rows, `${syntax}: wants rows of word: code.`);
  if (rows?.kind === 'mapping')
    for (const [code, node] of rows.entries) {
      const originals = codesOf(node, faults);
      const [first] = originals;
      if (first !== undefined) byCode.set(code, first);
      for (const original of originals) {
        const known = byOriginal.get(original);
        if (known !== undefined)
          faults.add(node, `'${original}' already means ${known.code}: a code stands once in its syntax.`);
        else byOriginal.set(original, Object.freeze({ code, original }));
      }
    }
  return { name, byOriginal, byCode, wider: widerOf(source, syntax, byCode, faults) };
}

/** `wider: { edifact: { price-changed: accepted-with-changes } }`: a word is written as one with a code of its own, and reads back as that one. */
function widerOf(
  source: MapSource,
  syntax: SyntaxName,
  byCode: ReadonlyMap<string, string>,
  faults: Faults,
): ReadonlyMap<string, string> {
  const all = source.root?.entries.get('wider');
  const rows = all?.kind === 'mapping' ? all.entries.get(syntax) : undefined;
  const wider = new Map<string, string>();
  for (const [word, node] of rows?.kind === 'mapping' ? rows.entries : []) {
    const stands = node.kind === 'scalar' ? node.text : '';
    if (byCode.has(word)) faults.add(node, `'${word}' has a code of its own in ${syntax}: nothing stands for it.`);
    else if (!byCode.has(stands))
      faults.add(node, `'${stands}' has no code in ${syntax}, so it cannot stand for '${word}'.`);
    else wider.set(word, stands);
  }
  return wider;
}

/** All that is wrong with a code table by itself, in either syntax. */
export function checkCodeTable(text: string, file: string): readonly MapFault[] {
  const faults = new Faults();
  const source = parseMap(text, file);
  for (const syntax of ['x12', 'edifact'] as const) codeTableOf(source, file, syntax, faults);
  return faults.list;
}

function codesOf(node: MapNode, faults: Faults): string[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    if (item.kind === 'scalar' && !item.isNull) return [item.text];
    faults.add(item, 'A row wants a code or a list of codes.');
    return [];
  });
}
