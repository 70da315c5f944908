import { type CheckList, failuresOf } from './check.ts';
import type { Arrived, Mailroom } from './mailroom.ts';
import type { Memory } from './memory.ts';
import type { Postbox } from './postbox.ts';
import type { Host } from './process.ts';
import type { BuyerProfile } from './profiles.ts';
import type { Fact, Usage, Wire } from './protocol.ts';
import type { Conversation } from './scenarios.ts';
import type { SentGroup } from './x12/check-acknowledgment.ts';
import type { Segment, Transaction } from './x12/read.ts';
import { type Delimiters, interchangeText, usualDelimiters } from './x12/write.ts';

/** A file as it went out: to be sent again, or to be looked for in what comes back. */
export interface SentFile extends SentGroup {
  readonly fileName: string;
  readonly text: string;
  readonly usage: Usage;
}

export interface Outgoing {
  readonly set: string;
  readonly functionalId: string;
  readonly usage: Usage;
  readonly body: readonly string[];
  readonly wantTa1?: boolean;
  readonly delimiters?: Delimiters;
}

/** Where a buyer's clerk sits: numbers, the way out, the way in, and the report of what was seen. */
export interface Desk {
  readonly party: string;
  readonly profile: BuyerProfile;
  readonly memory: Memory;
  readonly mailroom: Mailroom;
  readonly host: Host;
  /** How many times this company has been simulated on this data folder, from 1. */
  readonly runNumber: number;
  /** The last numbers of the runs before: what answers one of them was asked for then. */
  readonly before: { readonly interchange: number; readonly group: number };
  readonly today: string;
  /** Receipts that are still to come for what was sent. */
  unanswered(): readonly string[];
  send(outgoing: Outgoing): Promise<SentFile>;
  /** The bytes of a file under another name, as a partner's system does when it is not sure of the first try. */
  sendAgain(file: SentFile, text: string): Promise<string>;
}

export interface DeskParts {
  readonly party: string;
  readonly profile: BuyerProfile;
  readonly memory: Memory;
  readonly postbox: Postbox;
  readonly host: Host;
}

/** Local day and time of day: "2026-11-22", "13:45:10". */
export function localTime(now: Date): { readonly date: string; readonly time: string } {
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    date: `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`,
    time: [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':'),
  };
}

export const nextDay = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

/** "2026-11-22" → "20261122". */
export const x12Day = (day: string): string => day.replaceAll('-', '');

/** Writes one set in an interchange of its own and hands it over; the numbers are new and written down first. */
export async function sendFile(parts: DeskParts, outgoing: Outgoing): Promise<SentFile> {
  const { memory, profile, postbox, host } = parts;
  const { date, time } = localTime(host.now());
  const interchangeNumber = memory.take('interchange');
  const groupNumber = memory.take('group');
  const controlNumber = String(memory.take('set')).padStart(4, '0');
  const text = interchangeText(
    {
      from: profile.self,
      to: profile.supplier,
      date,
      time,
      interchangeNumber,
      groupNumber,
      functionalId: outgoing.functionalId,
      usage: outgoing.usage,
      wantTa1: outgoing.wantTa1 ?? false,
      delimiters: outgoing.delimiters ?? usualDelimiters,
    },
    [{ set: outgoing.set, controlNumber, body: outgoing.body }],
  );
  const number = String(interchangeNumber).padStart(9, '0');
  const fileName = `${outgoing.set}-${number}.edi`;
  await postbox.put(fileName, text);
  return {
    fileName,
    text,
    usage: outgoing.usage,
    interchangeNumber: number,
    date: x12Day(date).slice(2),
    time: time.replaceAll(':', '').slice(0, 4),
    functionalId: outgoing.functionalId,
    groupNumber: String(groupNumber),
    sets: [{ set: outgoing.set, controlNumber }],
  };
}

export const wireOf = (message: string, file: SentFile): Wire => ({
  direction: 'in',
  message,
  interchangeNumber: file.interchangeNumber,
  groupNumber: file.groupNumber,
  fileName: file.fileName,
});

/** The beginning of every order number of this run: an order number is never used twice on a data folder. */
export const orderNumberBase = ({ profile, runNumber }: Pick<Desk, 'profile' | 'runNumber'>): string =>
  `${profile.orderPrefix}${String(runNumber).padStart(6, '0')}`;

/** Whether a key of the mailroom answers something of this run. What an earlier one left behind, broken off, may come at any time. */
export function isOfThisRun(desk: Pick<Desk, 'profile' | 'runNumber' | 'before'>, key: string): boolean {
  const [kind, first = '', second = ''] = key.split(':');
  switch (kind) {
    case '997':
      return !(Number(second) <= desk.before.group);
    case 'TA1':
      return !(Number(first) <= desk.before.interchange);
    case '855':
    case '865':
    case '856':
    case '810':
      return !first.startsWith(desk.profile.orderPrefix) || first.startsWith(orderNumberBase(desk));
    default:
      return true;
  }
}

/** The clerk's reports on one conversation. */
export interface Reporter {
  step(step: string, wire: Wire | null): void;
  /** Reports every check, and the step only when all of them hold. */
  judged(step: string, list: CheckList, wire: Wire | null): void;
  /** Asks the operator to find the facts, waits until it has, and reports the step. */
  agreed(step: string, facts: readonly Fact[]): Promise<void>;
}

export function reporterFor({ party, host }: Pick<Desk, 'party' | 'host'>, { key }: Conversation): Reporter {
  const step = (name: string, wire: Wire | null) =>
    host.tell({ kind: 'step', party, conversation: key, step: name, wire });
  return {
    step,
    judged(name, list, wire) {
      const failed = failuresOf(list.checks);
      const passed = list.checks.length - failed.length;
      host.tell({ kind: 'checked', party, conversation: key, subject: name, passed, failed });
      if (failed.length === 0) step(name, wire);
    },
    async agreed(name, facts) {
      const id = `${party}/${key}/${name}`;
      host.tell({ kind: 'checkpoint', party, conversation: key, id, step: name, facts });
      await host.metCheckpoint(id);
      step(name, null);
    },
  };
}

/** The next transaction under a key; a TA1 under such a key is a mistake of ours. */
export async function takeTransaction(
  mailroom: Mailroom,
  key: string,
): Promise<Arrived & { readonly transaction: Transaction }> {
  const arrived = await mailroom.take(key);
  if (arrived.content.kind !== 'transaction') throw new Error(`${key} is no transaction`);
  return { ...arrived, transaction: arrived.content.transaction };
}

export async function takeTa1(
  mailroom: Mailroom,
  interchangeNumber: string,
): Promise<Arrived & { readonly ta1: Segment }> {
  const arrived = await mailroom.take(`TA1:${interchangeNumber}`);
  if (arrived.content.kind !== 'ta1') throw new Error(`TA1:${interchangeNumber} is no TA1`);
  return { ...arrived, ta1: arrived.content.ta1 };
}
