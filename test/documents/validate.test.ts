import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { DOCUMENT_KINDS } from '../../src/documents/index.ts';
import { documentFaultsMax, publishedSchema, validateDocument } from '../../src/documents/validate.ts';

const order = { number: '4500012', purpose: { code: 'original', original: '00' }, lines: [{ number: '1' }] };

test.each(DOCUMENT_KINDS)('the published schema of %s is a JSON Schema, closed at every object', (kind) => {
  const schema = publishedSchema(kind);
  expect(new Ajv({ strict: true, allowUnionTypes: true }).validateSchema(schema)).toBe(true);
  expect(openObjects(schema, kind)).toEqual([]);
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});

test('a document is given back as it came', () => {
  const check = validateDocument('order', order);
  expect(check).toEqual({ valid: true, document: order });
  expect(check.valid && check.document).toBe(order);
});

describe('every place that is wrong is named', () => {
  test.each`
    change                                                   | path                          | message
    ${{ number: undefined }}                                 | ${'number'}                   | ${'is missing'}
    ${{ number: '' }}                                        | ${'number'}                   | ${'must NOT have fewer than 1 characters'}
    ${{ lines: [{ quantity: { value: 12 } }] }}              | ${'lines[0].quantity.value'}  | ${'must be string'}
    ${{ lines: [{}, { quantity: { value: '1e3' } }] }}       | ${'lines[1].quantity.value'}  | ${/^must match pattern/}
    ${{ lines: [{ products: [{ value: 'A', 'x/y': 1 }] }] }} | ${'lines[0].products[0].x/y'} | ${'is not a field of a document of this kind'}
    ${{ dates: [{ kind: {}, at: '22.11.2026' }] }}           | ${'dates[0].at'}              | ${'has none of the forms it may have'}
    ${{ orderedOn: '20261122' }}                             | ${'orderedOn'}                | ${'has none of the forms it may have'}
    ${{ currency: 'usd' }}                                   | ${'currency'}                 | ${/^must match pattern/}
    ${{ BEG03: '1' }}                                        | ${'BEG03'}                    | ${'is not a field of a document of this kind'}
  `('$path: $message', ({ change, path, message }) => {
    const check = validateDocument('order', { ...order, ...change });
    const faults = check.valid ? [] : check.faults;
    expect(faults).toEqual([{ path, message: typeof message === 'string' ? message : expect.stringMatching(message) }]);
  });

  test('all at once, but not without end', () => {
    const lines = Array.from({ length: 500 }, () => ({ quantity: {} }));
    const check = validateDocument('order', { ...order, lines, kind: 'SA' });
    expect(check.valid ? [] : check.faults).toHaveLength(documentFaultsMax);
  });

  test.each([null, undefined, 3, 'order', []])('%j is no document', (value) => {
    expect(validateDocument('invoice', value)).toEqual({
      valid: false,
      faults: [{ path: '', message: 'must be object' }],
    });
  });
});

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
}

/** An open object would swallow a misspelt field, and what it said would be lost in silence. */
function openObjects(schema: Schema, path: string): string[] {
  const inner = [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => openObjects(property, `${path}.${name}`)),
    ...(schema.items === undefined ? [] : openObjects(schema.items, `${path}[]`)),
    ...(schema.anyOf ?? []).flatMap((one) => openObjects(one, path)),
  ];
  return schema.type === 'object' && schema.additionalProperties !== false ? [path, ...inner] : inner;
}
