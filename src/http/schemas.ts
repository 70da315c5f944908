import { Type } from 'typebox';
import { object } from '../documents/parts.ts';

export const IdParams = object({ id: Type.String({ format: 'uuid' }) });
/** A person's own name for what is asked, so that asking twice is asking once. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
});
export const Page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  before: Type.Optional(Type.String({ format: 'uuid' })),
};
export const Problem = Type.Object(
  { type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.String() },
  { additionalProperties: true },
);
export const problems = { 400: Problem, 401: Problem, 404: Problem, 409: Problem, 422: Problem, 503: Problem };
/** Rows and documents as they are: their own schemas are published beside. */
export const Anything = Type.Object({}, { additionalProperties: true });
