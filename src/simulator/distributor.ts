import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from './api.ts';
import { amountText } from './arithmetic.ts';
import { checkList, failuresOf } from './check.ts';
import { localTime, nextDay, type Reporter, reporterFor, x12Day } from './desk.ts';
import { checkContrl, checkDesadv, checkInvoic, checkOrdrsp, type SentOrders } from './edifact/check-answers.ts';
import { type EdifactMailroom, openEdifactMailroom } from './edifact/mailroom.ts';
import { contrlText, gtin13, ordersText, remadvText } from './edifact/orders.ts';
import type { EdifactEnvelope } from './edifact/write.ts';
import { type Memory, rememberIn } from './memory.ts';
import { type Host, stopped } from './process.ts';
import { DISTRIBUTOR } from './profiles.ts';
import type { Usage, Wire } from './protocol.ts';
import { type Conversation, conversationsOf } from './scenarios.ts';
import { type BothWays, type SftpPostbox, sftpPostbox } from './sftp/postbox.ts';

/** What the distributor is told at its start; plain JSON. */
export interface DistributorOptions {
  readonly memoryFile: string;
  readonly postbox: SftpPostbox;
  readonly pollIntervalMs: number;
  readonly only?: readonly string[];
  /** How long nothing more may come before what nobody waited for is counted. */
  readonly quietMs: number;
}

export const isDistributorOptions = (value: unknown): value is DistributorOptions =>
  isRecord(value) &&
  typeof value.memoryFile === 'string' &&
  typeof value.pollIntervalMs === 'number' &&
  typeof value.quietMs === 'number' &&
  isRecord(value.postbox) &&
  typeof value.postbox.root === 'string';

const party = 'nordhandel';

/** What the clerk of the distributor has at hand. */
interface Desk {
  readonly host: Host;
  readonly memory: Memory;
  readonly postbox: BothWays;
  readonly mailroom: EdifactMailroom;
  readonly runNumber: number;
}

/**
 * A distributor that speaks EDIFACT over SFTP, both ways: its ORDERS and REMADV wait at its own server until the gateway polls it; it fetches
 * the gateway's answers from its mailbox there, and uploads its CONTRLs into it.
 */
export async function runDistributor(options: DistributorOptions, host: Host): Promise<void> {
  const memory = rememberIn(options.memoryFile);
  const postbox = await sftpPostbox(options.postbox, host);
  const mailroom = openEdifactMailroom({
    party,
    postbox,
    host,
    pollIntervalMs: options.pollIntervalMs,
    ours: DISTRIBUTOR.gln,
    theirs: DISTRIBUTOR.supplierGln,
    isNew: (usage, reference) => memory.firstTime(`${usage} interchange`, reference),
    async acknowledge({ reference }, usage) {
      const envelope = envelopeFor({ memory, host }, usage, false);
      await postbox.upload(`CONTRL-${envelope.interchangeNumber}.edi`, contrlText(envelope, reference));
    },
  });
  const desk: Desk = { host, memory, postbox, mailroom, runNumber: memory.take('run') };
  host.whenAsked(() =>
    host.tell({ kind: 'account', party, waiting: mailroom.wanted(), leftovers: mailroom.leftovers() }),
  );
  const wanted = conversationsOf(party).filter(({ key }) => options.only?.includes(key) ?? true);
  const talks = Promise.all(wanted.map((conversation, index) => hold(desk, conversation, index))).then(() =>
    close(desk, options.quietMs),
  );
  const reading = mailroom.run();
  await Promise.race([Promise.all([talks, reading]), stopped(host.signal)]);
  await stopped(host.signal);
}

async function hold(desk: Desk, conversation: Conversation, index: number): Promise<void> {
  const { key } = conversation;
  try {
    const amount = await converse(desk, conversation, index);
    desk.host.tell({ kind: 'finished', party, conversation: key, invoiced: amount, paid: amount });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    desk.host.tell({ kind: 'failed', party, conversation: key, message });
  }
}

/** After a quiet while: nothing of this run may have come that no conversation waited for. */
async function close({ host, mailroom, runNumber }: Desk, quietMs: number): Promise<void> {
  await sleep(quietMs, undefined, { signal: host.signal });
  const list = checkList('mailroom');
  const left = mailroom.leftovers().filter((key) => key.includes(`:${orderBase(runNumber)}`) || key.endsWith(':?'));
  list.that('files nobody waited for', left.length === 0, left.join(', '), 'none');
  const failed = failuresOf(list.checks);
  const passed = list.checks.length - failed.length;
  host.tell({ kind: 'checked', party, conversation: null, subject: 'mailroom', passed, failed });
  host.tell({ kind: 'closed', party });
}

const orderBase = (runNumber: number): string => `NH${String(runNumber).padStart(6, '0')}-`;

function envelopeFor({ memory, host }: Pick<Desk, 'memory' | 'host'>, usage: Usage, asks: boolean): EdifactEnvelope {
  return {
    from: DISTRIBUTOR.gln,
    to: DISTRIBUTOR.supplierGln,
    ...localTime(host.now()),
    interchangeNumber: `NH${String(memory.take('interchange')).padStart(8, '0')}`,
    usage,
    wantControl: asks,
  };
}

/** From ORDERS to cash; gives what was billed and paid. */
async function converse(desk: Desk, conversation: Conversation, index: number): Promise<string> {
  const { usage, lines, key } = conversation;
  const report = reporterFor({ party, host: desk.host }, conversation);
  const order: SentOrders = { number: `${orderBase(desk.runNumber)}${index + 1}`, lines };
  desk.host.tell({ kind: 'began', party, conversation: key, order: order.number, usage });
  await send(desk, report, 'ORDERS', usage, (envelope) =>
    ordersText({
      envelope,
      number: order.number,
      deliverOn: x12Day(nextDay(envelope.date, 7)),
      buyerName: DISTRIBUTOR.name,
      contact: DISTRIBUTOR.buyerContact,
      warehouse: DISTRIBUTOR.warehouseGln,
      note: "Rampe 3: 08:00 + 15:00, what's late goes back?",
      lines,
    }),
  );
  await report.agreed('order stands as meant', [
    { kind: 'orders', number: order.number, usage, count: 1 },
    {
      kind: 'order-document',
      number: order.number,
      usage,
      state: ['decided', 'partly-shipped', 'shipped', 'invoiced'],
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
  const { memory, mailroom } = desk;
  const response = await mailroom.take(`ORDRSP:${order.number}`);
  report.judged('ORDRSP right', checkOrdrsp(response.message, order), response.wire);
  const notice = await mailroom.take(`DESADV:${order.number}`);
  const isNewLabel = (sscc: string) => memory.firstTime('sscc', sscc);
  report.judged('DESADV right', checkDesadv(notice.message, order, isNewLabel), notice.wire);
  const billed = await mailroom.take(`INVOIC:${order.number}`);
  const invoice = checkInvoic(billed.message, order, (number) => memory.firstTime('invoice', `${usage} ${number}`));
  report.judged('INVOIC right', invoice.list, billed.wire);
  const amount = amountText(invoice.cents);
  const payment = `NHP${String(memory.take('payment')).padStart(6, '0')}`;
  await send(desk, report, 'REMADV', usage, (envelope) =>
    remadvText(envelope, { payment, invoice: invoice.number, amount }),
  );
  await report.agreed('cash agreed', [{ kind: 'open-item', number: invoice.number, usage, amount, remaining: '0.00' }]);
  return amount;
}

/** Puts a message where the gateway polls, and waits for the CONTRL that accepts it. */
async function send(
  desk: Desk,
  report: Reporter,
  message: 'ORDERS' | 'REMADV',
  usage: Usage,
  textOf: (envelope: EdifactEnvelope) => string,
): Promise<void> {
  const envelope = envelopeFor(desk, usage, true);
  const { interchangeNumber } = envelope;
  const fileName = `${message}-${interchangeNumber}.edi`;
  await desk.postbox.put(fileName, textOf(envelope));
  const wire: Wire = { direction: 'in', message, interchangeNumber, groupNumber: null, fileName };
  report.step(`${message} sent`, wire);
  const contrl = await desk.mailroom.take(`CONTRL:${interchangeNumber}`);
  const list = checkContrl(contrl.message, envelope);
  list.same('usage', contrl.usage, usage);
  report.judged(`${message} accepted by CONTRL`, list, contrl.wire);
}
