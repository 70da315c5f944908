import type { CodecSpec } from '../codecs/codec.ts';
import { parseFormula } from '../formula/formula.ts';
import { type Context, onlyKeys } from './context.ts';
import { type MapNode, textOf } from './source.ts';
import type { Fit, Given } from './spec.ts';

const PLAIN = ['trim', 'date', 'date-time', 'edifact-date', 'percent-or-fraction'] as const;
const NAMES = [...PLAIN, 'sscc', 'strip', 'prefix', 'table', 'sign'];

/** `as:` as a list of codecs; what is none is told as a fault and left out. */
export function resolveCodecs(context: Context, node: MapNode | undefined): CodecSpec[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const codec = item.kind === 'mapping' ? codecWithOptions(context, item) : plainCodec(textOf(item) ?? '');
    if (codec === null) context.faults.add(item, `This is no codec: ${NAMES.join(', ')} are.`);
    return codec === null ? [] : [codec];
  });
}

function plainCodec(name: string): CodecSpec | null {
  if (name === 'sscc') return { kind: 'sscc', withIdentifier: false };
  const plain = PLAIN.find((known) => known === name);
  return plain === undefined ? null : { kind: plain };
}

function codecWithOptions(context: Context, node: MapNode & { kind: 'mapping' }): CodecSpec | null {
  const [name] = node.entries.keys();
  const value = name === undefined ? undefined : node.entries.get(name);
  const text = textOf(value);
  if (value === undefined || text === undefined) return null;
  switch (name) {
    case 'strip': {
      onlyKeys(node, ['strip', 'width'], context.faults, '`strip`');
      const width = Number(textOf(node.entries.get('width')) ?? '0');
      if (text.length !== 1 || !Number.isInteger(width) || width < 0 || width > 100) {
        context.faults.add(value, '`strip` wants one character, and a `width` to pad to on writing.');
        return null;
      }
      return { kind: 'strip', character: text, width };
    }
    case 'prefix':
      onlyKeys(node, ['prefix'], context.faults, '`prefix`');
      return { kind: 'prefix', text };
    case 'table': {
      onlyKeys(node, ['table'], context.faults, '`table`');
      const table = context.codes(text, value);
      return table === null ? { kind: 'trim' } : { kind: 'table', table };
    }
    case 'sscc':
      onlyKeys(node, ['sscc'], context.faults, '`sscc`');
      return text === '00' ? { kind: 'sscc', withIdentifier: true } : null;
    case 'sign': {
      onlyKeys(node, ['sign', 'when'], context.faults, '`sign`');
      const given = resolveGiven(context, value);
      if (given === null || !('agreement' in given)) {
        context.faults.add(value, '`sign` wants a value of the agreement that is keep or negate: $agreement.adxSign.');
        return null;
      }
      return { kind: 'sign', agreement: given.agreement, when: resolveFormula(context, node.entries.get('when')) };
    }
    default:
      return null;
  }
}

/** `$agreement.x.y` or a constant. */
export function resolveGiven(context: Context, node: MapNode | undefined): Given | null {
  if (node === undefined) return null;
  const text = textOf(node);
  if (text === undefined) {
    context.faults.add(node, 'A value or $agreement.<name> was expected.');
    return null;
  }
  if (!text.startsWith('$')) return { text };
  const match = /^\$agreement\.([A-Za-z][\w.]{0,100})$/.exec(text);
  if (match !== null) return { agreement: match[1] ?? '' };
  context.faults.add(node, `'${text}': only $agreement.<name> stands for something.`);
  return null;
}

export function resolveFit(context: Context, node: MapNode | undefined): Fit {
  const text = textOf(node);
  if (text === 'truncate' || text === 'split' || text === 'reject') return text;
  if (node !== undefined) context.faults.add(node, '`fit:` is reject, truncate or split.');
  return 'reject';
}

export function resolveFormula(context: Context, node: MapNode | undefined) {
  if (node === undefined) return null;
  const text = textOf(node);
  const formula = text === undefined ? 'A formula was expected: count(lines), for instance.' : parseFormula(text);
  if (typeof formula !== 'string') return formula;
  context.faults.add(node, formula);
  return null;
}
