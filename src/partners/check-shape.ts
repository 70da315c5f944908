import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Static, TSchema } from 'typebox';
import { type ConfigurationFault, quote, type TreePath } from './fault.ts';
import { Trimmed } from './trimmed.ts';
import type { YamlSource } from './yaml-source.ts';

/** A file of one shape: what of it has that shape, and the faults of the rest. */
export interface Shaped<S extends TSchema> {
  /** Without what is at fault; null when too little is left to be of the shape at all. */
  readonly value: Static<S> | null;
  /** Gives places in `value` their lines, though what was at fault before them is left out. */
  readonly source: YamlSource;
  readonly faults: readonly ConfigurationFault[];
  /** Whether something at this place of `value`, below it, or one of its properties was left out. */
  lacks(path: TreePath): boolean;
}

const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true, discriminator: true });
const compiled = new WeakMap<TSchema, ValidateFunction>();

/** A value that is left out may be one its object cannot do without, and so on upwards: no file nests as deep. */
const roundsMax = 30;

/**
 * Checks a file's values against its schema; tells every fault at once, each at its line. What is at fault is left out of the value, so that
 * what the rest means can be judged in the same pass. `standIns` take the place of properties of the whole file that are missing or wrong.
 */
export function checkShape<S extends TSchema>(
  schema: S,
  source: YamlSource,
  standIns: Readonly<Record<string, unknown>> = {},
): Shaped<S> {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  const trimmed = new Trimmed(structuredClone(source.value ?? null), source);
  const shaped = (value: Static<S> | null, faults: readonly ConfigurationFault[]): Shaped<S> => ({
    value,
    faults,
    source: trimmed.source(),
    lacks: (path) => trimmed.lacks(path),
  });
  if (source.faults.length > 0) return shaped(null, source.faults);
  // YAML reads `id: 850` as a number where the schema wants text: its text is then the number as written (see readYaml).
  // One round each: a value that became text is judged as text in the next.
  for (let round = 0; round < 2; round++) {
    if (validate(trimmed.value)) return shaped(trimmed.value as Static<S>, []);
    const mistaken = (validate.errors ?? []).filter(wantsText);
    if (mistaken.length === 0) break;
    for (const { instancePath } of mistaken) becomeText(trimmed.value, stepsOf(instancePath, trimmed.value));
  }
  if (validate(trimmed.value)) return shaped(trimmed.value as Static<S>, []);
  const faults = (validate.errors ?? []).map((error) => faultOf(error, trimmed.value, source));
  for (let round = 0; round < roundsMax; round++) {
    const places = (validate.errors ?? []).map((error) => excessOf(error, trimmed.value, standIns));
    if (places.some((place) => place !== null && place.length === 0)) break;
    trimmed.leaveOut(places.filter((place) => place !== null));
    if (validate(trimmed.value)) return shaped(trimmed.value as Static<S>, faults);
  }
  return shaped(null, faults);
}

/** What must go for an error to go: a value, or the object that lacks one it needs; null when a stand-in was put there instead. */
function excessOf(error: ErrorObject, root: unknown, standIns: Readonly<Record<string, unknown>>): TreePath | null {
  const path = stepsOf(error.instancePath, root);
  if (error.keyword === 'additionalProperties') return [...path, String(error.params.additionalProperty)];
  const missing = error.keyword === 'required' ? String(error.params.missingProperty) : '';
  if (path.length > 0 || !Object.hasOwn(standIns, missing)) return path;
  Reflect.set(Object(root), missing, standIns[missing]);
  return null;
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
