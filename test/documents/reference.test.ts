import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DOCUMENT_KINDS, DOCUMENT_SCHEMAS } from '../../src/documents/index.ts';
import * as parts from '../../src/documents/parts.ts';

const page = readFileSync(new URL('../../docs/reference/documents.md', import.meta.url), 'utf8');
const sections = new Map(page.split('\n## ').map((section) => [section.split('\n')[0] ?? '', section]));
const wordsIn = (text: string | undefined) => [...(text ?? '').matchAll(/`([A-Za-z]+)`/g)].map(([, word]) => word);

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Fields of a schema and of the objects in it, but for the pieces, which the last section describes. */
function fieldsOf(schema: Schema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const inner = property.items ?? property;
    return isPiece(inner) ? [name] : [name, ...fieldsOf(inner)];
  });
}

const pieces = Object.values(parts).filter((part): part is typeof part & Schema => typeof part === 'object');
const shapes = new Set(pieces.map((piece) => JSON.stringify(piece)));
const isPiece = (schema: Schema) => shapes.has(JSON.stringify(schema));

test.each(DOCUMENT_KINDS)('the page tells every field of %s', (kind) => {
  const told = wordsIn(sections.get(kind));
  expect(fieldsOf(DOCUMENT_SCHEMAS[kind] as Schema).filter((field) => !told.includes(field))).toEqual([]);
});

test.each([
  ['identifier', parts.ProductId],
  ['quantity', parts.Quantity],
  ['price', parts.Price],
  ['party', parts.Party],
  ['address', parts.Address],
  ['contact', parts.Contact],
  ['charge', parts.Charge],
  ['tax', parts.Tax],
  ['payment term', parts.PaymentTerm],
  ['carriage', parts.Carriage],
  ['pack specification', parts.PackSpec],
  ['reference', parts.Reference],
  ['text', parts.FreeText],
])('the page tells every field of a %s', (name, schema) => {
  const row = sections
    .get('The pieces')
    ?.split('\n')
    .find((line) => line.startsWith(`| ${name} |`));
  const told = wordsIn(row);
  expect(Object.keys(schema.properties).filter((field) => !told.includes(field))).toEqual([]);
});
