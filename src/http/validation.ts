import { Ajv, type ErrorObject, type Options } from 'ajv';
import type { FastifyInstance } from 'fastify';
import { PUBLISHED_SCHEMAS } from './published.ts';

/** One place of a request that is not as its schema wants it. */
export interface RequestFault {
  /** "body.lines[2].quantity", "params.id", "querystring.limit". */
  readonly at: string;
  readonly message: string;
}

/** More faults than this help nobody; and what is looked at to find them is bounded too. */
export const faultsMax = 100;
const errorsMax = 1_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function ajvWith(options: Options): Ajv {
  const ajv = new Ajv({ allErrors: true, strict: false, removeAdditional: false, ...options });
  ajv.addFormat('uuid', UUID);
  // Checked in answers only, by tests.
  ajv.addFormat('date-time', true);
  ajv.addFormat('binary', true);
  for (const schema of PUBLISHED_SCHEMAS) ajv.addSchema(schema);
  return ajv;
}

/**
 * Bodies are taken as they are: a quantity sent as a JSON number has been a float on its way, and is refused, not turned into text.
 * Paths and query strings are text by nature, so "50" may be the number 50 there.
 */
export function validateRequests(app: FastifyInstance): void {
  const bodies = ajvWith({ coerceTypes: false });
  const others = ajvWith({ coerceTypes: true, useDefaults: true });
  app.setValidatorCompiler<object>(({ schema, httpPart }) => (httpPart === 'body' ? bodies : others).compile(schema));
}

/** The faults of a request in words, each at its place. */
export function faultsOf(part: string, errors: readonly Partial<ErrorObject>[]): readonly RequestFault[] {
  const last = errors.at(-1);
  const looked = errors.length > errorsMax && last !== undefined ? [...errors.slice(0, errorsMax - 1), last] : errors;
  return chosen(looked.map(wholeError))
    .slice(0, faultsMax)
    .map((error) => ({ at: `${part}${placeOf(error)}`, message: messageOf(error) }));
}

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly message: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const wholeError = ({ keyword, instancePath, schemaPath, message, params }: Partial<ErrorObject>): Fault => ({
  keyword: keyword ?? '',
  instancePath: instancePath ?? '',
  schemaPath: schemaPath ?? '',
  message: message ?? '',
  params: params ?? {},
});

/**
 * A value that may have one of several forms fails them all, and ajv tells every failure of every form. Where the forms name themselves by a
 * constant (`decision: "lines"`), only what the form that was meant lacks is told; else what all of them lack, or one sentence about all.
 */
function chosen(errors: readonly Fault[]): readonly Fault[] {
  const unions = errors
    .filter(({ keyword }) => keyword === 'anyOf')
    .toSorted((a, b) => b.schemaPath.length - a.schemaPath.length);
  let left = errors;
  for (const union of unions) {
    const branches = new Map<string, Fault[]>();
    for (const error of left) {
      const branch = branchOf(union, error);
      if (branch !== null) branches.set(branch, [...(branches.get(branch) ?? []), error]);
    }
    const isOther = (faults: readonly Fault[]): boolean => faults.some(({ keyword }) => keyword === 'const');
    const meant = [...branches.values()].filter((faults) => !isOther(faults));
    const inBranches = new Set([...branches.values()].flat());
    const kept =
      meant.length === 1 && branches.size > 1 && meant[0] !== undefined ? meant[0] : inAll([...branches.values()]);
    const constants = [...inBranches].filter(({ keyword }) => keyword === 'const');
    const sentence = kept.length > 0 ? [] : [meant.length === 0 ? oneOf(union, constants) : union];
    left = [...left.filter((error) => error !== union && !inBranches.has(error)), ...kept, ...sentence];
  }
  return left;
}

/** "0" when the error is of the first form of the union; null when it is of none. */
function branchOf(union: Fault, error: Fault): string | null {
  if (error === union || !error.schemaPath.startsWith(`${union.schemaPath}/`)) return null;
  if (error.instancePath !== union.instancePath && !error.instancePath.startsWith(`${union.instancePath}/`))
    return null;
  return error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? null;
}

/** What every form lacks: it must be mended whichever was meant. */
const inAll = (branches: readonly (readonly Fault[])[]): readonly Fault[] =>
  (branches[0] ?? []).filter(
    ({ keyword, instancePath, message }) =>
      keyword !== 'const' &&
      branches.every((others) =>
        others.some((other) => other.instancePath === instancePath && other.message === message),
      ),
  );

const oneOf = (union: Fault, constants: readonly Fault[]): Fault => {
  const first = constants[0];
  if (first === undefined) return union;
  const words = [...new Set(constants.map(({ params }) => JSON.stringify(params.allowedValue)))];
  return { ...first, keyword: 'enum', message: `must be one of ${words.join(', ')}` };
};

function placeOf({ keyword, instancePath, params }: Fault): string {
  const steps = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (keyword === 'required') steps.push(String(params.missingProperty));
  if (keyword === 'additionalProperties') steps.push(String(params.additionalProperty));
  return steps.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)).join('');
}

function messageOf({ keyword, message, params }: Fault): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is not known here';
  if (keyword === 'anyOf') return 'has none of the forms it may have';
  if (keyword === 'enum' && Array.isArray(params.allowedValues))
    return `must be one of ${params.allowedValues.map((word) => JSON.stringify(word)).join(', ')}`;
  return message === '' ? `fails ${keyword}` : message;
}
