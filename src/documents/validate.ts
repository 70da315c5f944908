import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { DOCUMENT_SCHEMAS, type DocumentKind, type DocumentOf } from './index.ts';

/** One place where a value is not the document it should be. */
export interface DocumentFault {
  /** "lines[2].quantity.value"; "" for the whole. */
  readonly path: string;
  /** "must match pattern …", "is missing", "is not a field of a document of this kind". */
  readonly message: string;
}

export type DocumentCheck<K extends DocumentKind> =
  | { readonly valid: true; readonly document: DocumentOf[K] }
  | { readonly valid: false; readonly faults: readonly DocumentFault[] };

/** Enough to mend a document by; a list of ten thousand equal faults helps nobody. */
export const documentFaultsMax = 100;

// All faults are told, not only the first: a back office mends its document in one go. Values are never coerced: "12" is not 12.
const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const compiled = new Map<DocumentKind, ValidateFunction>();

/** Compiled at first use: a command that touches no document pays nothing. */
function validatorOf(kind: DocumentKind): ValidateFunction {
  const known = compiled.get(kind);
  if (known !== undefined) return known;
  const made = ajv.compile(publishedSchema(kind));
  compiled.set(kind, made);
  return made;
}

/** The published JSON Schema of a document kind: plain JSON, without the marks of the library it is written in. */
export const publishedSchema = (kind: DocumentKind): Readonly<Record<string, unknown>> => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: kind,
  ...(JSON.parse(JSON.stringify(DOCUMENT_SCHEMAS[kind])) as Record<string, unknown>),
});

/** Takes any value; gives it back as the document it is, or every place where it is not one. Never throws. */
export function validateDocument<K extends DocumentKind>(kind: K, value: unknown): DocumentCheck<K> {
  const validate = validatorOf(kind);
  if (validate(value)) return { valid: true, document: value as DocumentOf[K] };
  return { valid: false, faults: readable(validate.errors ?? []).slice(0, documentFaultsMax) };
}

/** An alternative that failed says less than the one sentence about all of them, so the branches of an `anyOf` are left out. */
function readable(errors: readonly ErrorObject[]): DocumentFault[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => schemaPath);
  return errors
    .filter(({ schemaPath }) => !unions.some((union) => schemaPath.startsWith(`${union}/`)))
    .map((error) => ({ path: pathOf(error), message: messageOf(error) }));
}

function pathOf({ instancePath, keyword, params }: ErrorObject): string {
  const steps = instancePath.split('/').slice(1).map(unescapePointer);
  if (keyword === 'required') steps.push(String(params.missingProperty));
  if (keyword === 'additionalProperties') steps.push(String(params.additionalProperty));
  return steps.reduce(
    (path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`),
    '',
  );
}

/** RFC 6901, section 4: ~1 first, else "~01" would become "/". */
const unescapePointer = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

function messageOf({ keyword, message }: ErrorObject): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is not a field of a document of this kind';
  if (keyword === 'anyOf') return 'has none of the forms it may have';
  return message ?? `fails ${keyword}`;
}
