import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckList } from './check.ts';
import { failuresOf } from './check.ts';
import { openPigeonholes, type Pigeonholes } from './pigeonholes.ts';
import type { Postbox, WaitingFile } from './postbox.ts';
import type { Host } from './process.ts';
import type { Usage, Wire } from './protocol.ts';
import { usageOf } from './x12/check-envelope.ts';
import { element, type Group, type Interchange, readX12, type Segment, type Transaction } from './x12/read.ts';

/** One transaction or TA1 the gateway sent, with everything around it. */
export interface Arrived {
  readonly fileName: string;
  readonly interchange: Interchange;
  readonly usage: Usage;
  /** ISA13 as a number: the order in which the gateway made them. */
  readonly sequence: number;
  readonly wire: Wire;
  readonly content:
    | { readonly kind: 'transaction'; readonly group: Group; readonly transaction: Transaction }
    | { readonly kind: 'ta1'; readonly ta1: Segment };
}

export interface Mailroom extends Omit<Pigeonholes<Arrived>, 'deliver'> {
  /** How many files came a second time with the same bytes. */
  repeats(): number;
  /** Reads until the signal is aborted. */
  run(): Promise<void>;
}

export interface MailroomParts {
  readonly party: string;
  readonly postbox: Postbox;
  readonly host: Host;
  /** A strict look at the envelope of each new interchange. */
  readonly checkEnvelope: (interchange: Interchange) => CheckList;
  /** Sends a 997 for each group that is not one itself. */
  readonly acknowledge: (interchange: Interchange, group: Group) => Promise<void>;
  readonly pollIntervalMs: number;
}

/** Under what a buyer waits for a transaction: what it answers. */
export function keyOf(transaction: Transaction): string {
  const at = (tag: string, number: number) =>
    element(
      transaction.segments.find((one) => one.tag === tag),
      number,
    ) ?? '?';
  switch (transaction.set) {
    case '997':
      return `997:${at('AK1', 1)}:${at('AK1', 2)}`;
    case '855':
      return `855:${at('BAK', 3)}`;
    case '865':
      return `865:${at('BCA', 3)}`;
    case '856':
      return `856:${at('PRF', 1)}`;
    case '810':
      return `810:${at('BIG', 4)}`;
    default:
      return `${transaction.set}:?`;
  }
}

/** Takes every file from the postbox, reads it, looks at its envelope, answers its groups and hands its transactions to who waits. */
export function openMailroom(parts: MailroomParts): Mailroom {
  const { party, postbox, host } = parts;
  const holes = openPigeonholes<Arrived>();
  const digests = new Map<string, string>();
  let repeated = 0;

  /** True when this very interchange was read before: a retry on the wire carries the same bytes and numbers, and counts once. */
  const isRepeat = (fileName: string, interchange: Interchange, bytes: Uint8Array): boolean => {
    const number = `${usageOf(interchange)} ${element(interchange.header, 13)}`;
    const digest = createHash('sha256').update(bytes).digest('hex');
    const before = digests.get(number);
    digests.set(number, before ?? digest);
    if (before !== digest) return false;
    repeated += 1;
    host.tell({
      kind: 'note',
      party,
      conversation: null,
      text: `${fileName} is interchange ${number} again, byte for byte`,
    });
    return true;
  };

  const open = async (file: WaitingFile): Promise<{ interchange: Interchange; fileName: string } | null> => {
    const { fileName } = file;
    const bytes = await postbox.take(file);
    try {
      const interchange = await readX12(bytes);
      return isRepeat(fileName, interchange, bytes) ? null : { interchange, fileName };
    } catch (thrown) {
      const message = `cannot read ${fileName}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      host.tell({ kind: 'failed', party, conversation: null, message });
      return null;
    }
  };

  const sort = async ({ interchange, fileName }: { interchange: Interchange; fileName: string }) => {
    const list = parts.checkEnvelope(interchange);
    const failed = failuresOf(list.checks);
    const subject = `envelope of ${fileName}`;
    host.tell({
      kind: 'checked',
      party,
      conversation: null,
      subject,
      passed: list.checks.length - failed.length,
      failed,
    });
    for (const [key, one] of arrivalsOf(interchange, fileName)) holes.deliver(key, one);
    for (const group of interchange.groups) {
      if (element(group.header, 1) !== 'FA') await parts.acknowledge(interchange, group);
    }
  };

  return {
    take: holes.take,
    leftovers: holes.leftovers,
    wanted: holes.wanted,
    repeats: () => repeated,
    async run() {
      while (!host.signal.aborted) {
        const opened = [];
        for (const file of await postbox.list()) opened.push(await open(file));
        // A folder lists by name; the gateway's numbers tell what it made first.
        const inOrder = opened.filter((one) => one !== null).sort((a, b) => sequenceOf(a) - sequenceOf(b));
        for (const one of inOrder) await sort(one);
        await sleep(parts.pollIntervalMs, undefined, { signal: host.signal }).catch(() => undefined);
      }
    },
  };
}

const sequenceOf = ({ interchange }: { readonly interchange: Interchange }): number =>
  Number(element(interchange.header, 13));

function arrivalsOf(interchange: Interchange, fileName: string): readonly (readonly [string, Arrived])[] {
  const base = { fileName, interchange, usage: usageOf(interchange), sequence: sequenceOf({ interchange }) };
  const interchangeNumber = element(interchange.header, 13) ?? '';
  const ta1s = interchange.acknowledgments.map((ta1) => {
    const wire: Wire = { direction: 'out', message: 'TA1', interchangeNumber, groupNumber: null, fileName };
    return [`TA1:${element(ta1, 1)}`, { ...base, wire, content: { kind: 'ta1', ta1 } }] as const;
  });
  const transactions = interchange.groups.flatMap((group) =>
    group.transactions.map((transaction) => {
      const groupNumber = element(group.header, 6) ?? null;
      const wire: Wire = { direction: 'out', message: transaction.set, interchangeNumber, groupNumber, fileName };
      return [keyOf(transaction), { ...base, wire, content: { kind: 'transaction', group, transaction } }] as const;
    }),
  );
  return [...ta1s, ...transactions];
}
