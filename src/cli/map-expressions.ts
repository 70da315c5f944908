import { systemClock } from '../core/clock.ts';
import type { Document } from '../documents/index.ts';
import type { Evaluated, MapOf, MapReading } from '../mappers/index.ts';

/** What a map's `read:` expressions make of a reading, as in the gateway. What evaluates is loaded for a map that has some. */
export async function withExpressions(map: MapOf, reading: MapReading): Promise<MapReading> {
  if (reading.document === null || map.expressions.length === 0) return reading;
  const { withReadExpressions, evaluating } = await evaluator();
  try {
    const { document, problems } = await withReadExpressions(evaluating, map, reading.document);
    return { ...reading, document, problems: [...reading.problems, ...problems] };
  } finally {
    await evaluating.close();
  }
}

/** The document a map's `write:` expressions make, which is what is written. */
export async function beforeWriting(map: MapOf, document: Document): Promise<Evaluated> {
  if (map.expressions.length === 0) return { document, problems: [] };
  const { withWriteExpressions, evaluating } = await evaluator();
  try {
    return await withWriteExpressions(evaluating, map, document);
  } finally {
    await evaluating.close();
  }
}

async function evaluator() {
  const { openExpressions } = await import('../library/expressions.ts');
  const flows = await import('../flows/map-expressions.ts');
  const { evaluate, close } = openExpressions();
  return { ...flows, evaluating: { evaluate, close, clock: systemClock } };
}
