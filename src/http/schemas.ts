import { type TSchema, Type } from 'typebox';
import { object } from '../documents/parts.ts';

/** Text of a caller's that goes to the database, which has no NUL. */
export const plainText = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000]*$' });

/** One of a few words. */
export const oneOf = <const Word extends string>(words: readonly Word[]) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...words] });

export const Id = Type.String({ format: 'uuid' });
export const IdParams = object({ id: Id });
/** Who asks, as the Event names them: `operator:<by>`. */
export const By = Type.Optional(plainText(200));
export const Reason = object({ reason: plainText(1_000), by: By });
export const actorOf = (by: string | undefined): string => `operator:${by ?? 'api'}`;

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[\\x20-\\x7e]+$',
      description: 'The same key with the same body is the same act: it is answered as it was, and not done again.',
    }),
  ),
});

const limit = (most: number, usual: number) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: most, default: usual, description: 'So many at most.' }));
export const Page = {
  limit: limit(500, 50),
  before: Type.Optional(Type.String({ format: 'uuid', description: 'The `next` of the page before.' })),
};
const EventId = Type.String({ pattern: '^\\d{1,18}$' });
export const EventsAfter = {
  limit: limit(1_000, 200),
  after: Type.Optional(EventId),
};
export const EventsBefore = object({ limit: limit(1_000, 200), before: Type.Optional(EventId) });
export const limitOf = limit;

/** A schema published under this name: see `published.ts`. */
export const named = (name: string) => Type.Unsafe<object>({ $ref: `${name}#` });
/** A page of a list: `next` is what the following page asks `before` (or `after`) with; null on the last. */
export const pageOf = (row: TSchema) =>
  Type.Unsafe<object>(object({ items: Type.Array(row), next: Type.Union([Type.String(), Type.Null()]) }));

export type Tag =
  | 'keys'
  | 'orders'
  | 'items'
  | 'wire'
  | 'documents'
  | 'money'
  | 'expectations'
  | 'work'
  | 'history'
  | 'configuration'
  | 'health';

/** What a route is, for the published description of the API. */
export const told = (tag: Tag, operationId: string, summary: string, description?: string) => ({
  tags: [tag],
  operationId,
  summary,
  ...(description === undefined ? {} : { description }),
});

const REFUSALS = {
  400: 'The request is not as the schema wants it; `faults` says where.',
  401: 'No API key, or a wrong one.',
  404: 'There is nothing with this id.',
  409: 'It cannot be done as things stand.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'Refused by a rule; `findings` or `faults` says every reason.',
  500: 'The gateway failed; its log says why.',
  503: 'The database does not answer now; try again.',
} as const;

const problem = { 'application/problem+json': { schema: named('ProblemDetails') } };

export type Refusal = keyof typeof REFUSALS;

/** The answers of a route: its own, and the problems it may answer instead. Every route but those of health may answer 401, 500 and 503. */
export const answers = (
  description: string,
  schema: TSchema,
  refusals: readonly Refusal[] = [],
  { status = 200, type = 'application/json' }: { readonly status?: 200 | 201; readonly type?: string } = {},
): Readonly<Record<string, { description: string; content: Record<string, { schema: TSchema }> }>> => ({
  [status]: { description, content: { [type]: { schema } } },
  ...Object.fromEntries(
    [...refusals, 401 as const, 500 as const, 503 as const].map((code) => [
      code,
      { description: REFUSALS[code], content: problem },
    ]),
  ),
});

/** What a POST or PUT with a body may be refused with. */
export const forBodies: readonly Refusal[] = [400, 404, 409, 413, 415];
/** Bytes as they are. */
export const Bytes = Type.String({ format: 'binary' });
