import { setTimeout as sleep } from 'node:timers/promises';
import { checkList, failuresOf } from '../check.ts';
import { openPigeonholes, type Pigeonholes } from '../pigeonholes.ts';
import type { Postbox, WaitingFile } from '../postbox.ts';
import type { Host } from '../process.ts';
import type { Usage, Wire } from '../protocol.ts';
import { componentOf, type EdifactInterchange, type EdifactMessage, readEdifact } from './read.ts';

/** One message the gateway sent. */
export interface ArrivedMessage {
  readonly message: EdifactMessage;
  readonly interchange: EdifactInterchange;
  readonly usage: Usage;
  readonly wire: Wire;
}

export interface EdifactMailroom extends Omit<Pigeonholes<ArrivedMessage>, 'deliver'> {
  /** Reads until the signal is aborted. */
  run(): Promise<void>;
}

export interface EdifactMailroomParts {
  readonly party: string;
  readonly postbox: Postbox;
  readonly host: Host;
  readonly pollIntervalMs: number;
  /** Our GLN and theirs. */
  readonly ours: string;
  readonly theirs: string;
  /** Whether a UNB 0020 of theirs is new to us: remembered across runs. */
  readonly isNew: (usage: Usage, reference: string) => boolean;
  /** Answers an interchange that asks for it. */
  readonly acknowledge: (interchange: EdifactInterchange, usage: Usage) => Promise<void>;
}

/** Under what a buyer waits for a message: the interchange a CONTRL answers, the order of every other. */
export function keyOfMessage({ type, segments }: EdifactMessage): string {
  if (type === 'CONTRL') return `CONTRL:${componentOf(segments[1], 1) ?? '?'}`;
  const reference = segments.find((one) => one.tag === 'RFF' && componentOf(one, 1) === 'ON');
  return `${type}:${componentOf(reference, 1, 2) ?? '?'}`;
}

/** Takes every file from the postbox, reads it, looks at its envelope, answers it and hands its messages to who waits. */
export function openEdifactMailroom(parts: EdifactMailroomParts): EdifactMailroom {
  const { party, postbox, host } = parts;
  const holes = openPigeonholes<ArrivedMessage>();

  const checkEnvelope = (fileName: string, { header, reference }: EdifactInterchange, usage: Usage): void => {
    const list = checkList(`interchange ${reference}`);
    list.same('UNB S001', `${componentOf(header, 1)}:${componentOf(header, 1, 2)}`, 'UNOC:3');
    list.same('UNB S002', componentOf(header, 2), parts.theirs);
    list.same('UNB S003', componentOf(header, 3), parts.ours);
    list.that('UNB 0020', parts.isNew(usage, reference), reference, 'a number never used before');
    const failed = failuresOf(list.checks);
    const passed = list.checks.length - failed.length;
    host.tell({ kind: 'checked', party, conversation: null, subject: `envelope of ${fileName}`, passed, failed });
  };

  const open = async (file: WaitingFile): Promise<void> => {
    const { fileName } = file;
    const bytes = await postbox.take(file);
    try {
      const interchange = readEdifact(bytes);
      const usage = componentOf(interchange.header, 11) === '1' ? 'test' : 'production';
      checkEnvelope(fileName, interchange, usage);
      for (const message of interchange.messages) {
        const { type } = message;
        const interchangeNumber = interchange.reference;
        const wire: Wire = { direction: 'out', message: type, interchangeNumber, groupNumber: null, fileName };
        holes.deliver(keyOfMessage(message), { message, interchange, usage, wire });
      }
      const asks = componentOf(interchange.header, 9) === '1';
      if (asks && interchange.messages.every(({ type }) => type !== 'CONTRL'))
        await parts.acknowledge(interchange, usage);
    } catch (thrown) {
      const message = `cannot read ${fileName}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      host.tell({ kind: 'failed', party, conversation: null, message });
    }
  };

  return {
    take: holes.take,
    leftovers: holes.leftovers,
    wanted: holes.wanted,
    async run() {
      while (!host.signal.aborted) {
        for (const file of await postbox.list()) await open(file);
        await sleep(parts.pollIntervalMs, undefined, { signal: host.signal }).catch(() => undefined);
      }
    },
  };
}
