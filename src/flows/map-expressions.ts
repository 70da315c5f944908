import { FailureError } from '../core/failure.ts';
import type { Document } from '../documents/index.ts';
import { validateDocument } from '../documents/validate.ts';
import {
  applyReadExpressions,
  applyWriteExpressions,
  type Evaluate,
  type Evaluated,
  type MapOf,
} from '../mappers/index.ts';
import type { FlowContext } from './context.ts';

/** All expressions of one document together: a field of a list is evaluated once for each of its rows. */
const documentMsMax = 5_000;

type Evaluating = Pick<FlowContext, 'evaluate' | 'clock'>;

export const hasReadExpressions = ({ expressions }: MapOf): boolean => expressions.some(({ read }) => read !== null);
const hasWriteExpressions = ({ expressions }: MapOf): boolean => expressions.some(({ write }) => write !== null);

/**
 * What a map's `read:` expressions make of a document it has read. Throws FailureError `map-broken` when the outcome is no document of the
 * map's kind: the expression is then wrong, not the partner.
 */
export async function withReadExpressions(context: Evaluating, map: MapOf, document: Document): Promise<Evaluated> {
  return checked(map, await applyReadExpressions(map, document, bounded(context)));
}

/** The same for `write:` expressions, before writing; the document itself when the map has none. */
export async function withWriteExpressions(context: Evaluating, map: MapOf, document: Document): Promise<Evaluated> {
  if (!hasWriteExpressions(map)) return { document, problems: [] };
  return checked(map, await applyWriteExpressions(map, document, bounded(context)));
}

function bounded({ evaluate, clock }: Evaluating): Evaluate {
  const begun = clock.now().getTime();
  return async (expression, input) =>
    clock.now().getTime() - begun > documentMsMax
      ? { failed: `the expressions of one document took longer than ${documentMsMax} ms together` }
      : evaluate(expression, input);
}

function checked(map: MapOf, evaluated: Evaluated): Evaluated {
  const check = validateDocument(map.document, evaluated.document);
  if (check.valid) return evaluated;
  const what = check.faults.map(({ path, message }) => `${path} ${message}`).join('; ');
  throw new FailureError('map-broken', `The expressions of ${map.name} give no ${map.document}: ${what}`, {
    remedy: 'Mend the expression, apply the configuration, and release the work.',
  });
}
