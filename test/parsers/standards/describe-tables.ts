import { openStandards } from '../../../src/library/standards.ts';
import type { LoopDefinition, SegmentUse } from '../../../src/parsers/standards/definitions.ts';
import type { SyntaxName } from '../../../src/parsers/transaction.ts';

const standards = openStandards();
const times = (max: number) => (max === Number.POSITIVE_INFINITY ? '>1' : String(max));

/** Says what a table has, in a line a person can hold against the standard. */
export function tellTable(syntax: SyntaxName, version: string) {
  const tables = standards.version(syntax, version);
  if (tables === undefined) throw new Error(`no ${version}`);
  return {
    /** "REF" → "REF O >1"; "PO1/PID" → "loop PID O 1000"; a bare tag is the first child that has it. */
    place(message: string, path: string): string {
      let node: SegmentUse | LoopDefinition | undefined = tables.message(message)?.root;
      for (const step of path.split('/')) {
        if (node?.kind !== 'loop') return 'nothing';
        node = node.children.find((child) => (child.kind === 'segment' ? child.tag : child.trigger) === step);
      }
      if (node === undefined) return 'nothing';
      return node.kind === 'segment'
        ? `${node.tag} ${node.requirement} ${times(node.max)}`
        : `loop ${node.id} ${node.requirement} ${times(node.max)}`;
    },
    /** "355" → "ID 2 2". */
    element(id: string): string {
      const element = tables.elements.get(id);
      if (element === undefined) return 'nothing';
      return `${element.type}${element.type === 'N' ? element.places : ''} ${element.min} ${element.max}`;
    },
    /** "N1" → "98 M, 93 X, 66 X, 67 X, 706 O, 98 O". */
    segment: (tag: string): string =>
      tables.segments
        .get(tag)
        ?.elements.map(({ element, composite, requirement }) => `${element?.id ?? composite?.id} ${requirement}`)
        .join(', ') ?? 'nothing',
    notes: (tag: string): string =>
      tables.segments
        .get(tag)
        ?.notes.map(({ text }) => text)
        .join(' ') ?? 'nothing',
    hasCode: (id: string, code: string): boolean => tables.elements.get(id)?.codes?.has(code) ?? false,
    codesOf: (id: string) => tables.elements.get(id)?.codes ?? null,
    message: (name: string) => tables.message(name),
  };
}
