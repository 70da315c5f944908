import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Static, TSchema } from 'typebox';
import { type ConfigurationFault, quote, type TreePath } from './fault.ts';
import type { YamlSource } from './yaml-source.ts';

/** A file of one shape: the checked value, or the faults that keep it from having one. */
export type Shaped<S extends TSchema> =
  | { readonly value: Static<S>; readonly faults: readonly [] }
  | { readonly value: null; readonly faults: readonly ConfigurationFault[] };

const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true, discriminator: true });
const compiled = new WeakMap<TSchema, ValidateFunction>();

/** Checks a file's values against its schema; tells every fault at once, each at its line. */
export function checkShape<S extends TSchema>(schema: S, source: YamlSource): Shaped<S> {
  if (source.faults.length > 0) return { value: null, faults: source.faults };
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  const value = structuredClone(source.value ?? null);
  // YAML reads `id: 850` as a number where the schema wants text: its text is then the number as written (see readYaml).
  // One round each: a value that became text is judged as text in the next.
  for (let round = 0; round < 2; round++) {
    if (validate(value)) return { value: value as Static<S>, faults: [] };
    const mistaken = (validate.errors ?? []).filter(wantsText);
    if (mistaken.length === 0) break;
    for (const { instancePath } of mistaken) becomeText(value, stepsOf(instancePath, value));
  }
  if (validate(value)) return { value: value as Static<S>, faults: [] };
  return { value: null, faults: (validate.errors ?? []).map((error) => faultOf(error, value, source)) };
}

const wantsText = ({ keyword, params, data }: ErrorObject): boolean =>
  typeof data === 'number' && keyword === 'type' && [params.type].flat().includes('string');

/** "/agreements/2/channel" → ["agreements", 2, "channel"]; an index is a number only where a list stands. */
function stepsOf(pointer: string, root: unknown): TreePath {
  let at = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(at) ? Number(key) : key;
      at = child(at, step);
      return step;
    });
}

const child = (value: unknown, step: string | number): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;

function becomeText(root: unknown, path: TreePath): void {
  const last = path.at(-1);
  const holder = path.slice(0, -1).reduce(child, root);
  if (last === undefined || typeof holder !== 'object' || holder === null) return;
  Reflect.set(holder, last, String(child(holder, last)));
}

function faultOf(error: ErrorObject, root: unknown, source: YamlSource): ConfigurationFault {
  const path = stepsOf(error.instancePath, root);
  const found = error.data === undefined ? null : quote(error.data);
  switch (error.keyword) {
    case 'required': {
      const missing = String(error.params.missingProperty);
      const expected = describeSchema(child(error.parentSchema?.properties, missing));
      const message = `'${missing}' is missing${expected === null ? '' : `: ${expected} is expected`}.`;
      return source.faultAt([...path, missing], message, { expected });
    }
    case 'additionalProperties': {
      const extra = String(error.params.additionalProperty);
      const known = Object.keys(Object(error.parentSchema?.properties));
      const secret = /token|password|secret|key/i.test(extra) && !known.includes(extra);
      const hint = secret ? ' A secret never stands in a file: name the environment variable that holds it.' : '';
      const message = `'${extra}' is not known here.${hint} Known are ${known.join(', ')}.`;
      return source.faultAt([...path, extra], message, { found: extra, expected: known.join(', '), atKey: true });
    }
    case 'discriminator': {
      const tag = String(error.params.tag);
      const kinds = [error.parentSchema?.oneOf ?? []].flat().flatMap((schema) => schema.properties?.[tag]?.enum ?? []);
      const expected = kinds.join(' or ');
      const value = quote(error.params.tagValue);
      return source.faultAt([...path, tag], `Found ${value}; expected ${expected}.`, { found: value, expected });
    }
    default: {
      const expected = describeKeyword(error);
      return source.faultAt(path, `Found ${found ?? 'nothing'}; expected ${expected}.`, { found, expected });
    }
  }
}

/** What a keyword wants, in a reader's words. */
function describeKeyword({ keyword, params, parentSchema, message }: ErrorObject): string {
  switch (keyword) {
    case 'pattern':
      return describeSchema(parentSchema) ?? `text like ${params.pattern}`;
    case 'enum':
      return describeSchema(parentSchema) ?? 'another value';
    case 'type':
      return describeSchema(parentSchema) ?? String(params.type);
    case 'minimum':
      return `${params.limit} or more`;
    case 'maximum':
      return `${params.limit} or less`;
    case 'minLength':
      return 'text';
    case 'maxLength':
      return `at most ${params.limit} characters`;
    case 'minItems':
      return `at least ${params.limit}`;
    case 'maxItems':
      return `at most ${params.limit}`;
    case 'uniqueItems':
      return `each once (${Number(params.j) + 1} and ${Number(params.i) + 1} are the same)`;
    default:
      return message ?? 'something else';
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'null',
};

function describeSchema(schema: unknown): string | null {
  const description = child(schema, 'description');
  if (typeof description === 'string') return description;
  const values = child(schema, 'enum');
  if (Array.isArray(values))
    return values.map((value) => (value === '' ? "''" : JSON.stringify(value).replaceAll('"', ''))).join(', ');
  const type = child(schema, 'type');
  if (type === undefined) return null;
  return [type]
    .flat()
    .map((word) => TYPE_WORDS[String(word)] ?? String(word))
    .join(' or ');
}
