import { acknowledged } from './acknowledged.ts';
import { type Desk, type Reporter, takeTransaction, wireOf } from './desk.ts';
import { checkChangeResponse } from './x12/check-change.ts';
import type { SentOrder } from './x12/check-response.ts';
import { change860 } from './x12/documents.ts';

/** The order with its one line at another quantity. */
export const atQuantity = (order: SentOrder, quantity: string): SentOrder => ({
  ...order,
  conversation: { ...order.conversation, lines: order.conversation.lines.map((line) => ({ ...line, quantity })) },
});

/** Sends an 860, and reads its 997 and its 865. `stands`: the order as it must stand afterwards. */
export async function change(
  desk: Desk,
  wanted: SentOrder,
  stands: SentOrder,
  { number, taken, report }: { readonly number: number; readonly taken: boolean; readonly report: Reporter },
): Promise<void> {
  const { usage } = wanted.conversation;
  const file = await desk.send({ set: '860', functionalId: 'PC', usage, body: change860(wanted, number) });
  report.step(`860 ${number} sent`, wireOf('860', file));
  await acknowledged(desk, file, report, `860 ${number} accepted by 997`);
  const answer = await takeTransaction(desk.mailroom, `865:${wanted.number}`);
  const list = checkChangeResponse(answer.transaction, stands, { change: number, taken });
  list.same('usage', answer.usage, usage);
  report.judged(`865 ${number} right`, list, answer.wire);
}
