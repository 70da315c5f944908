import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from './api.ts';
import { localTime, nextDay, reporterFor, x12Day } from './desk.ts';
import { gtin13, ordersText } from './edifact/orders.ts';
import { readEdifact } from './edifact/read.ts';
import { rememberIn } from './memory.ts';
import { type HttpPostbox, httpPostbox, type Postbox } from './postbox.ts';
import { type Host, stopped } from './process.ts';
import { DISTRIBUTOR } from './profiles.ts';
import { type Conversation, conversationsOf } from './scenarios.ts';

/** What the distributor is told at its start; plain JSON. */
export interface DistributorOptions {
  readonly memoryFile: string;
  readonly postbox: HttpPostbox;
  readonly pollIntervalMs: number;
  readonly only?: readonly string[];
}

export const isDistributorOptions = (value: unknown): value is DistributorOptions =>
  isRecord(value) &&
  typeof value.memoryFile === 'string' &&
  typeof value.pollIntervalMs === 'number' &&
  isRecord(value.postbox) &&
  typeof value.postbox.url === 'string';

const party = 'nordhandel';

/** A distributor that speaks EDIFACT: posts its order, agrees with the operator how it stands, and reads whatever comes back. */
export async function runDistributor(options: DistributorOptions, host: Host): Promise<void> {
  const memory = rememberIn(options.memoryFile);
  const postbox = httpPostbox(options.postbox);
  const runNumber = memory.take('run');
  const wanted = conversationsOf(party).filter(({ key }) => options.only?.includes(key) ?? true);
  const order = async (conversation: Conversation, index: number) => {
    const { date, time } = localTime(host.now());
    const number = `NH${String(runNumber).padStart(6, '0')}-${index + 1}`;
    const report = reporterFor({ party, host }, conversation);
    const { usage, lines, key } = conversation;
    host.tell({ kind: 'began', party, conversation: key, order: number, usage });
    const interchangeNumber = `NH${String(memory.take('interchange')).padStart(8, '0')}`;
    const text = ordersText({
      from: DISTRIBUTOR.gln,
      to: DISTRIBUTOR.supplierGln,
      date,
      time,
      interchangeNumber,
      usage,
      number,
      deliverOn: x12Day(nextDay(date, 7)),
      buyerName: DISTRIBUTOR.name,
      contact: DISTRIBUTOR.buyerContact,
      warehouse: DISTRIBUTOR.warehouseGln,
      note: "Rampe 3: 08:00 + 15:00, what's late goes back?",
      lines,
    });
    const fileName = `ORDERS-${interchangeNumber}.edi`;
    await postbox.put(fileName, text);
    report.step('ORDERS sent', { direction: 'in', message: 'ORDERS', interchangeNumber, groupNumber: null, fileName });
    await report.agreed('order stands as meant', [
      { kind: 'orders', number, usage, count: 1 },
      {
        kind: 'order-document',
        number,
        usage,
        state: ['decided'],
        currency: 'EUR',
        lines: lines.map((line) => ({
          number: line.number,
          quantity: line.quantity,
          price: line.price,
          product: gtin13(line.upc),
          promised: line.quantity,
        })),
      },
    ]);
    host.tell({ kind: 'finished', party, conversation: key, invoiced: null, paid: null });
  };
  const talks = Promise.all(wanted.map(order)).then(() => host.tell({ kind: 'closed', party }));
  await Promise.race([Promise.all([talks, readAnswers(postbox, options.pollIntervalMs, host)]), stopped(host.signal)]);
  await stopped(host.signal);
}

/** Its answers in EDIFACT come with a later message; whatever does come must be readable by a package that is not ours. */
async function readAnswers(postbox: Postbox, pollIntervalMs: number, host: Host): Promise<void> {
  while (!host.signal.aborted) {
    for (const file of await postbox.list()) {
      const bytes = await postbox.take(file);
      try {
        const types = readEdifact(bytes).messages.map(({ type }) => type);
        host.tell({ kind: 'note', party, conversation: null, text: `${file.fileName} holds ${types.join(', ')}` });
      } catch (thrown) {
        const message = `cannot read ${file.fileName}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
        host.tell({ kind: 'failed', party, conversation: null, message });
      }
    }
    await sleep(pollIntervalMs, undefined, { signal: host.signal }).catch(() => undefined);
  }
}
