import type { OutboundEnvelope, OutboundTransaction, WriteOptions } from '../draft.ts';
import { SegmentSink } from '../sink.ts';
import { requireEnvelope, requireMoment, writeTransactions } from '../write.ts';

/** ISA01 to ISA16 have fixed widths (ASC X12.5): a reader finds the delimiters by counting bytes. */
const ISA_WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1] as const;

/**
 * Writes one interchange: ISA, one group, its transactions, GE, IEA. Streams: nothing is held but the chunk being filled.
 * Throws FailureError 'document-unwritable' naming segment and element when a value cannot be written (X12 has no release
 * character), and 'config-invalid' when the envelope itself cannot.
 */
export function* writeX12(
  envelope: OutboundEnvelope,
  transactions: Iterable<OutboundTransaction>,
  options: WriteOptions = {},
): Generator<Uint8Array> {
  const { group, delimiters } = envelope;
  requireEnvelope(envelope.syntax === 'x12', `its syntax is ${envelope.syntax}`);
  requireEnvelope(group !== null, 'X12 has no transactions outside a functional group');
  requireMoment(envelope);
  // Up to 00401 ISA11 names the standards body, and there is no repetition separator whatever the agreement lists.
  const repetition = envelope.version >= '00402' ? delimiters.repetition : null;
  const sink = new SegmentSink({ ...envelope, delimiters: { ...delimiters, repetition, release: null } });
  writeIsa(sink, envelope, repetition);
  sink.place.element = 0;
  sink.segment({
    tag: 'GS',
    elements: [
      group.functionalId,
      group.sender,
      group.receiver,
      // Data element 373 grew a century with 004010.
      group.version.slice(0, 6) >= '004010' ? envelope.date : envelope.date.slice(2),
      envelope.time.slice(0, 4),
      group.controlNumber,
      'X',
      group.version,
    ],
  });
  const frame = {
    startTag: 'ST',
    endTag: 'SE',
    header: ({ draft, controlNumber }: OutboundTransaction) => {
      requireEnvelope(
        /^.{4,9}$/.test(controlNumber),
        `ST02 ${JSON.stringify(controlNumber)} has not 4 to 9 characters`,
      );
      // ST03 came with 005010; before, what GS08 says behind its version is all there is.
      return [draft.message, controlNumber, draft.version >= '005010' ? (draft.association ?? '') : ''];
    },
  };
  const count = yield* writeTransactions(sink, frame, transactions, options);
  sink.segment({ tag: 'GE', elements: [String(count), group.controlNumber] });
  sink.segment({ tag: 'IEA', elements: ['1', nineDigits(envelope.interchangeControlNumber)] });
  yield* sink.chunks(true);
}

/** Writes an interchange that holds only a TA1 and no group: IEA01 is then 0. */
export function* writeTa1Interchange(envelope: OutboundEnvelope, ta1: readonly string[]): Generator<Uint8Array> {
  requireMoment(envelope);
  const repetition = envelope.version >= '00402' ? envelope.delimiters.repetition : null;
  const sink = new SegmentSink({ ...envelope, delimiters: { ...envelope.delimiters, repetition, release: null } });
  writeIsa(sink, envelope, repetition);
  sink.segment({ tag: 'TA1', elements: ta1 });
  sink.segment({ tag: 'IEA', elements: ['0', nineDigits(envelope.interchangeControlNumber)] });
  yield* sink.chunks(true);
}

function nineDigits(controlNumber: string): string {
  requireEnvelope(/^\d{1,9}$/.test(controlNumber), `control number ${JSON.stringify(controlNumber)} is no number`);
  return controlNumber.padStart(9, '0');
}

function writeIsa(sink: SegmentSink, envelope: OutboundEnvelope, repetition: number | null): void {
  const { sender, receiver, delimiters } = envelope;
  const values = [
    '00',
    '',
    '00',
    '',
    sender.qualifier ?? 'ZZ',
    sender.id,
    receiver.qualifier ?? 'ZZ',
    receiver.id,
    envelope.date.slice(2),
    envelope.time.slice(0, 4),
    'U',
    envelope.version,
    nineDigits(envelope.interchangeControlNumber),
    envelope.acknowledgmentRequested ? '1' : '0',
    envelope.usage === 'test' ? 'T' : 'P',
  ];
  sink.tag('ISA');
  for (const [index, value] of values.entries()) {
    const width = ISA_WIDTHS[index] ?? 0;
    const name = `ISA${String(index + 1).padStart(2, '0')}`;
    requireEnvelope(value.length <= width, `${name} ${JSON.stringify(value)} is longer than ${width}`);
    if (index === 10 && repetition !== null) {
      sink.raw(delimiters.element);
      sink.raw(repetition);
    } else sink.element(index + 1, value.padEnd(width));
  }
  sink.raw(delimiters.element);
  sink.raw(delimiters.component);
  sink.endSegment();
}
