import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from './api.ts';
import { amountText } from './arithmetic.ts';
import { type As2Postbox, as2Postbox } from './as2/postbox.ts';
import { failuresOf } from './check.ts';
import { type Desk, type DeskParts, localTime, sendFile } from './desk.ts';
import { openMailroom } from './mailroom.ts';
import { rememberIn } from './memory.ts';
import { type FolderPostbox, folderPostbox, type HttpPostbox, httpPostbox, type Postbox } from './postbox.ts';
import { type Host, stopped } from './process.ts';
import { BUYERS } from './profiles.ts';
import { type Conversation, conversationsOf } from './scenarios.ts';
import { checkLeftovers, converse } from './stories.ts';
import { checkEnvelope, usageOf } from './x12/check-envelope.ts';
import { accepting997 } from './x12/documents.ts';
import { element, type Group, type Interchange } from './x12/read.ts';

/** What a buyer is told at its start; plain JSON. */
export interface BuyerOptions {
  readonly party: 'brightmart' | 'cedarsupply';
  readonly memoryFile: string;
  readonly postbox:
    | ({ readonly kind: 'folder' } & FolderPostbox)
    | ({ readonly kind: 'http' } & HttpPostbox)
    | ({ readonly kind: 'as2' } & As2Postbox);
  readonly pollIntervalMs: number;
  /** Keys of the conversations to hold; absent: all of the party's. */
  readonly only?: readonly string[];
  /** How long nothing more may come before what nobody waited for is counted. */
  readonly quietMs: number;
}

/** The fields without which nothing works; the postbox checks its own. */
export const isBuyerOptions = (value: unknown): value is BuyerOptions =>
  isRecord(value) &&
  (value.party === 'brightmart' || value.party === 'cedarsupply') &&
  typeof value.memoryFile === 'string' &&
  typeof value.pollIntervalMs === 'number' &&
  typeof value.quietMs === 'number' &&
  isRecord(value.postbox) &&
  typeof value.postbox.taken === 'string';

/** A buyer that speaks X12: holds its conversations all at once, then goes on reading and answering until it is stopped. */
export async function runBuyer(options: BuyerOptions, host: Host): Promise<void> {
  const { party } = options;
  const memory = rememberIn(options.memoryFile);
  const postbox = await openPostbox(options.postbox, host);
  const parts: DeskParts = { party, profile: BUYERS[party], memory, postbox, host };
  const mailroom = openMailroom({
    party,
    postbox,
    host,
    pollIntervalMs: options.pollIntervalMs,
    acknowledge: (interchange, group) => acknowledgeGroup(parts, interchange, group),
    checkEnvelope: (interchange) =>
      checkEnvelope(interchange, {
        from: parts.profile.supplier,
        to: parts.profile.self,
        today: localTime(host.now()).date,
        isNew: (kind, usage, number) => memory.firstTime(`${usage} ${kind}`, number),
      }),
  });
  const before = { interchange: memory.last('interchange'), group: memory.last('group') };
  const desk: Desk = {
    ...parts,
    before,
    mailroom,
    runNumber: memory.take('run'),
    today: localTime(host.now()).date,
    unanswered: () => postbox.unanswered?.() ?? [],
    send: (outgoing) => sendFile(parts, outgoing),
    sendAgain: async (file, text) => {
      const fileName = file.fileName.replace('.edi', `-again-${memory.take('again')}.edi`);
      await postbox.put(fileName, text);
      return fileName;
    },
  };
  const wanted = conversationsOf(party).filter(({ key }) => options.only?.includes(key) ?? true);
  const talks = Promise.all(wanted.map((conversation) => hold(desk, conversation))).then(() =>
    close(desk, options.quietMs),
  );
  host.whenAsked(() =>
    host.tell({ kind: 'account', party, waiting: mailroom.wanted(), leftovers: mailroom.leftovers() }),
  );
  const reading = mailroom.run();
  await Promise.race([Promise.all([reading, talks]), stopped(host.signal)]);
  await stopped(host.signal);
  // A file half taken is taken whole before the process ends.
  await reading;
}

async function hold(desk: Desk, conversation: Conversation): Promise<void> {
  const { party, host } = desk;
  try {
    const settled = await converse(desk, conversation);
    const [invoiced, paid] =
      settled === null ? [null, null] : [amountText(settled.invoicedCents), amountText(settled.paidCents)];
    host.tell({ kind: 'finished', party, conversation: conversation.key, invoiced, paid });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    host.tell({ kind: 'failed', party, conversation: conversation.key, message });
  }
}

/** After a quiet while: nothing may have come that no conversation waited for. */
async function close(desk: Desk, quietMs: number): Promise<void> {
  await sleep(quietMs, undefined, { signal: desk.host.signal });
  const list = checkLeftovers(desk);
  const open = desk.unanswered();
  list.that('receipts that never came', open.length === 0, open.join(', '), 'none');
  const failed = failuresOf(list.checks);
  const passed = list.checks.length - failed.length;
  desk.host.tell({ kind: 'checked', party: desk.party, conversation: null, subject: 'mailroom', passed, failed });
  desk.host.tell({ kind: 'closed', party: desk.party });
}

async function acknowledgeGroup(parts: DeskParts, interchange: Interchange, group: Group): Promise<void> {
  const [functionalId, groupNumber] = [element(group.header, 1) ?? '', element(group.header, 6) ?? ''];
  await sendFile(parts, {
    set: '997',
    functionalId: 'FA',
    usage: usageOf(interchange),
    body: accepting997(functionalId, groupNumber, group.transactions),
  });
}

async function openPostbox(options: BuyerOptions['postbox'], host: Host): Promise<Postbox> {
  if (options.kind === 'as2') return as2Postbox(options, host);
  return options.kind === 'folder' ? folderPostbox(options) : httpPostbox(options);
}
