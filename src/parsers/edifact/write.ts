import { characterSetOfUnb } from '../character-sets.ts';
import type { DraftElement, OutboundEnvelope, OutboundTransaction, WriteOptions } from '../draft.ts';
import { SegmentSink } from '../sink.ts';
import type { Delimiters } from '../transaction.ts';
import { requireEnvelope, requireMoment, writeTransactions } from '../write.ts';
import { DEFAULT_DELIMITERS, DEFAULT_REPETITION } from './syntax.ts';

/**
 * Writes one interchange: UNA when a reader could not do without it, UNB, a group if the envelope has one, the messages, UNZ.
 * Delimiters in data are released. Throws FailureError as `writeX12` does: for characters that cannot be encoded, line breaks
 * and control characters (no EDIFACT character set has them), and delimiters where UNA names no release character.
 */
export function* writeEdifact(
  envelope: OutboundEnvelope,
  transactions: Iterable<OutboundTransaction>,
  options: WriteOptions = {},
): Generator<Uint8Array> {
  const { group } = envelope;
  requireEnvelope(envelope.syntax === 'edifact', `its syntax is ${envelope.syntax}`);
  requireEnvelope(/^[A-Z]{4}:[1-4]$/.test(envelope.version), `version ${envelope.version} is not like UNOC:3`);
  requireMoment(envelope);
  const isVersion4 = envelope.version.endsWith(':4');
  const delimiters = { ...envelope.delimiters, repetition: isVersion4 ? envelope.delimiters.repetition : null };
  const characterSet = characterSetOfUnb(envelope.version.slice(0, 4), '');
  requireEnvelope(characterSet !== null, `the character set of ${envelope.version} cannot be written`);
  const sink = new SegmentSink({ ...envelope, delimiters, characterSet });
  writeUna(sink, delimiters, isVersion4, envelope.segmentSuffix);
  sink.segment({ tag: 'UNB', elements: unbElements(envelope, isVersion4) });
  const date = isVersion4 ? envelope.date : envelope.date.slice(2);
  if (group !== null) {
    const { functionalId, sender, receiver, controlNumber, version } = group;
    const moment = [date, envelope.time.slice(0, 4)];
    const parts = [version.slice(0, 1), version.slice(1)];
    sink.segment({ tag: 'UNG', elements: [functionalId, [sender], [receiver], moment, controlNumber, 'UN', parts] });
  }
  const frame = {
    startTag: 'UNH',
    endTag: 'UNT',
    header: ({ draft, controlNumber }: OutboundTransaction) => {
      requireEnvelope(
        /^.{1,14}$/.test(controlNumber),
        `UNH 0062 ${JSON.stringify(controlNumber)} has not 1 to 14 characters`,
      );
      const { message, version, association } = draft;
      return [controlNumber, [message, version.slice(0, 1), version.slice(1), 'UN', association ?? '']];
    },
  };
  const count = yield* writeTransactions(sink, frame, transactions, options);
  if (group !== null) sink.segment({ tag: 'UNE', elements: [String(count), group.controlNumber] });
  const groups = group === null ? count : 1;
  sink.segment({ tag: 'UNZ', elements: [String(groups), envelope.interchangeControlNumber] });
  yield* sink.chunks(true);
}

/** UNA may be left out when everything is as ISO 9735 has it without one. */
function writeUna(sink: SegmentSink, delimiters: Delimiters, isVersion4: boolean, suffix: string): void {
  const usual = { ...DEFAULT_DELIMITERS, repetition: isVersion4 ? DEFAULT_REPETITION : null };
  const { component, element, decimalMark, release, repetition, terminator } = delimiters;
  const same =
    component === usual.component &&
    element === usual.element &&
    decimalMark === usual.decimalMark &&
    release === usual.release &&
    repetition === usual.repetition &&
    terminator === usual.terminator;
  if (same) return;
  for (const byte of [
    0x55,
    0x4e,
    0x41,
    component,
    element,
    decimalMark,
    release ?? 0x20,
    repetition ?? 0x20,
    terminator,
  ]) {
    sink.raw(byte);
  }
  for (let index = 0; index < suffix.length; index++) sink.raw(suffix.charCodeAt(index));
}

function unbElements(envelope: OutboundEnvelope, isVersion4: boolean): DraftElement[] {
  const { sender, receiver, interchangeControlNumber } = envelope;
  requireEnvelope(
    /^.{1,14}$/.test(interchangeControlNumber),
    `UNB 0020 ${JSON.stringify(interchangeControlNumber)} has not 1 to 14 characters`,
  );
  return [
    envelope.version.split(':'),
    [sender.id, sender.qualifier ?? ''],
    [receiver.id, receiver.qualifier ?? ''],
    [isVersion4 ? envelope.date : envelope.date.slice(2), envelope.time.slice(0, 4)],
    interchangeControlNumber,
    '',
    '',
    '',
    envelope.acknowledgmentRequested ? '1' : '',
    '',
    envelope.usage === 'test' ? '1' : '',
  ];
}
