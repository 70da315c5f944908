import { DOCUMENT_SCHEMAS, type DocumentKind } from '../../documents/index.ts';

/*
 * DocumentType  what a path of a canonical document holds, taken from its schema: it decides the form a value takes, so that maps need not say it.
 */
export interface ObjectType {
  readonly kind: 'object';
  readonly properties: ReadonlyMap<string, DocumentType>;
  readonly required: ReadonlySet<string>;
}
export interface ArrayType {
  readonly kind: 'array';
  readonly items: DocumentType;
}
export interface LeafType {
  /** `when` takes a day, a moment or a period {from, to}; `moment` a day or a moment. */
  readonly kind: 'text' | 'decimal' | 'date' | 'moment' | 'when' | 'coded';
  /** The only texts allowed, when the schema lists them. */
  readonly words: readonly string[] | null;
  /** What a text must match beyond what its kind says: three capitals of a currency. */
  readonly pattern: RegExp | null;
}
export type DocumentType = ObjectType | ArrayType | LeafType;

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly const?: unknown;
}

const leaf = (
  kind: LeafType['kind'],
  words: readonly string[] | null = null,
  pattern: RegExp | null = null,
): LeafType => ({
  kind,
  words,
  pattern,
});

/** The type of a whole document. */
export function documentTypeOf(document: DocumentKind): ObjectType {
  const type = typeOf(DOCUMENT_SCHEMAS[document] as JsonSchema);
  if (type.kind !== 'object') throw new TypeError(`the schema of ${document} is not an object`);
  return type;
}

function typeOf(schema: JsonSchema): DocumentType {
  if (schema.anyOf !== undefined) return unionOf(schema.anyOf);
  if (schema.type === 'array') return { kind: 'array', items: typeOf(schema.items ?? {}) };
  if (schema.type === 'object') {
    const properties = Object.entries(schema.properties ?? {});
    if (isCoded(properties.map(([name]) => name))) return leaf('coded');
    return {
      kind: 'object',
      properties: new Map(properties.map(([name, property]) => [name, typeOf(property)])),
      required: new Set(schema.required ?? []),
    };
  }
  if (typeof schema.const === 'string') return leaf('text', [schema.const]);
  const { pattern = '' } = schema;
  const kind = kindOfText(pattern);
  return leaf(kind, null, kind === 'text' && pattern !== '' ? new RegExp(pattern) : null);
}

/** {code, original}: our code beside the one that was sent. */
const isCoded = (names: readonly string[]) =>
  names.length === 2 && names.includes('code') && names.includes('original');

/** Told by an example: what a pattern allows is what it means. */
function kindOfText(pattern: string): LeafType['kind'] {
  if (pattern === '') return 'text';
  const allows = (text: string) => new RegExp(pattern).test(text);
  if (allows('2026-11-22T13:45')) return 'moment';
  if (allows('2026-11-22')) return 'date';
  return allows('12.50') ? 'decimal' : 'text';
}

function unionOf(schemas: readonly JsonSchema[]): DocumentType {
  const words = schemas.flatMap(({ const: word }) => (typeof word === 'string' ? [word] : []));
  if (words.length === schemas.length) return leaf('text', words);
  if (schemas.some(({ type }) => type === 'object')) return leaf('when');
  return leaf(schemas.some(({ pattern }) => kindOfText(pattern ?? '') === 'moment') ? 'moment' : 'text');
}

/** The word a fault uses for a type. */
export function describeType(type: DocumentType): string {
  if (type.kind === 'coded') return 'a code {code, original}';
  if (type.kind === 'array') return 'a list';
  return type.kind === 'object' ? 'an object' : `a ${type.kind}`;
}
