import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Document } from '../documents/index.ts';
import { visitAlong } from './balance.ts';
import type { MapOf } from './compile.ts';

/*
 * Expressions  the last resort of a map: JSONata over the document, after reading or before writing. They are evaluated by whoever is handed in
 *              (a worker thread with limits), for a mapper is pure and synchronous and an expression is neither. What they touch is outside the
 *              round-trip promise.
 */
export interface ExpressionInput {
  /** What stands at the field's path, if anything does. */
  readonly value: unknown;
  /** The list item the field belongs to; the document itself outside lists. */
  readonly item: unknown;
  readonly document: unknown;
}

/** An expression's value, or the reason there is none: it failed, or took too much time or memory. Never thrown. */
export type Evaluation = { readonly value: unknown } | { readonly failed: string };
export type Evaluate = (expression: string, input: ExpressionInput) => Promise<Evaluation>;

export interface Evaluated {
  readonly document: Document;
  readonly problems: readonly Problem[];
}

/** After reading: every field with `read:` takes the value of its expression. The document given is left as it is. */
export const applyReadExpressions = (map: MapOf, document: Document, evaluate: Evaluate): Promise<Evaluated> =>
  apply(map, document, evaluate, 'read');

/** Before writing: every field with `write:` takes the value of its expression, and that is what is written. */
export const applyWriteExpressions = (map: MapOf, document: Document, evaluate: Evaluate): Promise<Evaluated> =>
  apply(map, document, evaluate, 'write');

async function apply(map: MapOf, given: Document, evaluate: Evaluate, side: 'read' | 'write'): Promise<Evaluated> {
  const wanted = map.expressions.filter((field) => field[side] !== null);
  if (wanted.length === 0) return { document: given, problems: [] };
  const document = structuredClone(given);
  const problems: Problem[] = [];
  for (const field of wanted) {
    const places: { here: unknown; holder: Record<string, unknown>; key: string; path: string }[] = [];
    visitAlong(document, field.path.split('.'), ({ here, holder, key, path }) =>
      places.push({ here, holder, key, path: path() }),
    );
    for (const { here, holder, key, path } of places) {
      const evaluation = await evaluate(field[side] ?? '', { value: holder[key], item: here, document });
      const refused = refusal(evaluation);
      if (refused !== null)
        problems.push(problem('map/expression-failed', positionAt(0), { message: `${path}: ${refused}` }));
      else if ('value' in evaluation && evaluation.value !== undefined && evaluation.value !== null)
        holder[key] = evaluation.value;
      else delete holder[key];
    }
  }
  return { document, problems };
}

/** JSONata's numbers are floats; what it computes must come back as text to count as exact. */
function refusal(evaluation: Evaluation): string | null {
  if ('failed' in evaluation) return evaluation.failed;
  return holdsNumber(evaluation.value, 0)
    ? 'the expression gives a number: $string() makes it the text a document holds.'
    : null;
}

const depthMax = 20;
function holdsNumber(value: unknown, depth: number): boolean {
  if (typeof value === 'number' || depth > depthMax) return true;
  if (Array.isArray(value)) return value.some((item) => holdsNumber(item, depth + 1));
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((inner) => holdsNumber(inner, depth + 1))
  );
}
