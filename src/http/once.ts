import type { FastifyReply } from 'fastify';
import type { FlowContext } from '../flows/context.ts';
import type { ActResult } from '../flows/orders/act.ts';
import type { Tx } from '../store/database.ts';
import { answerGiven, keepAnswer } from '../store/idempotency.ts';
import { Refused } from './problem-details.ts';

export interface Asked {
  /** What is asked for, and of what: a key is one only within it. */
  readonly scope: string;
  /** The caller's Idempotency-Key. */
  readonly key: string | null;
  readonly posted: object;
  /** What makes two requests without a key the same. */
  readonly impliedKey: (tx: Tx) => Promise<string>;
  /** What a request that was done is answered with; 201 when absent. */
  readonly status?: 200 | 201;
}

/**
 * Runs an act in one transaction with the keeping of its answer: the same key gives the same answer, and the act happens once. A refusal
 * is not kept: the same key may be used again with what it lacked.
 */
export async function once(
  { database, clock }: Pick<FlowContext, 'database' | 'clock'>,
  reply: FastifyReply,
  { scope, key, posted, impliedKey, status = 201 }: Asked,
  run: (tx: Tx) => Promise<ActResult<object>>,
): Promise<FastifyReply> {
  const answer = await database.inTransaction(async (tx) => {
    const idempotencyKey = key ?? (await impliedKey(tx));
    const given = await answerGiven(tx, scope, idempotencyKey, posted, clock.now());
    if (given !== undefined) return given;
    const result = await run(tx);
    if (!result.ok) throw new Refused(result.findings);
    const made = { status, text: JSON.stringify(result.value) };
    await keepAnswer(tx, scope, idempotencyKey, made);
    return made;
  });
  return reply.code(answer.status).type('application/json; charset=utf-8').send(answer.text);
}
