import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { PUBLISHED } from '../../src/http/published.ts';
import { testGateway } from '../support/gateway.ts';
import { operator } from './operator.ts';
import { referencePage } from './reference-page.ts';

type Json = Readonly<Record<string, unknown>>;
const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** "GET /orders/:id" for every line of fastify's own tree of routes. */
function routesIn(tree: string): readonly string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const match = /^(.*?)[├└]── (\S+) \((.*)\)$/.exec(line);
    if (match === null) return [];
    const depth = (match[1] ?? '').length / 4;
    above.length = depth;
    above.push(match[2] ?? '');
    return (match[3] ?? '')
      .split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${above.join('')}`);
  });
}

describe('the published description', async () => {
  const { app, get } = await operator(await testGateway());
  const document = (await get('/openapi.json')).body;
  const operations = Object.entries(record(document.paths)).flatMap(([path, methods]) =>
    Object.entries(record(methods)).map(([method, operation]) => ({ path, method, operation: record(operation) })),
  );
  const name = ({ path, method }: { path: string; method: string }) =>
    `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`;

  test('is OpenAPI 3.1 with a title, a key and tags', () =>
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d$/),
      info: { title: expect.any(String), version: expect.any(String), license: { identifier: 'Apache-2.0' } },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    }));

  test('tells every route there is, and no other', () => {
    const routes = routesIn(app.printRoutes({ commonPrefix: false })).filter((route) => route !== 'GET /openapi.json');
    expect(routes.length).toBeGreaterThan(40);
    expect(operations.map(name).toSorted()).toEqual(routes.toSorted());
  });

  test('every operation has a name of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });

  test.each(operations.map((one) => ({ ...one, name: name(one) })))('$name says what it is', ({ path, operation }) => {
    expect(operation.summary).toMatch(/^[A-Z]/);
    const tags = list(document.tags).map((tag) => record(tag).name);
    expect(tags).toContain(list(operation.tags)[0]);
    const parameters = list(operation.parameters).map(record);
    expect(parameters.filter((one) => one.in === 'path').map((one) => `{${String(one.name)}}`)).toEqual(
      path.match(/\{\w+\}/g) ?? [],
    );
    for (const one of parameters)
      expect(record(one.schema).type ?? record(one.schema).$ref, String(one.name)).toBeDefined();
    const responses = Object.entries(record(operation.responses));
    expect(responses.some(([status]) => status.startsWith('2'))).toBe(true);
    for (const [status, response] of responses) {
      expect(record(response).description).toMatch(/\S/);
      const [media] = Object.keys(record(record(response).content));
      expect(media === 'application/problem+json').toBe(Number(status) >= 400);
    }
    const isOpen = path === '/livez' || path === '/readyz';
    expect(operation.security).toEqual(isOpen ? [] : undefined);
    expect(responses.map(([status]) => status).includes('401')).toBe(!isOpen);
  });

  test('no answer is just anything', () => {
    for (const { operation } of operations) {
      for (const response of Object.values(record(operation.responses))) {
        for (const media of Object.values(record(record(response).content))) {
          const schema = record(record(media).schema);
          const says =
            schema.$ref ??
            schema.format ??
            (schema.type === 'string' ? 'text' : Object.keys(record(schema.properties))[0]);
          expect(says, String(operation.operationId)).toBeDefined();
        }
      }
    }
  });

  test('every schema it names is there, is valid JSON Schema, and is used', () => {
    const schemas = record(record(document.components).schemas);
    expect(Object.keys(schemas).toSorted()).toEqual(Object.keys(PUBLISHED).toSorted());
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    for (const reference of references) expect(reference).toMatch(/^#\/components\/schemas\/\w+$/);
    expect(new Set(references.map((reference) => reference?.split('/').at(-1)))).toEqual(new Set(Object.keys(schemas)));
    const ajv = new Ajv2020({ strict: false, formats: { uuid: true, 'date-time': true, binary: true } });
    ajv.addSchema({ $id: 'openapi', ...document });
    for (const key of Object.keys(schemas))
      expect(ajv.getSchema(`openapi#/components/schemas/${key}`)).toBeTypeOf('function');
  });

  test('docs/reference/api.md is made from it', async () =>
    await expect(referencePage(document)).toMatchFileSnapshot('../../docs/reference/api.md'));
});
