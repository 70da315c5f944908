import type { TransactionDraft } from '../../src/parsers/draft.ts';
import { createReader, parserNamed } from '../../src/parsers/index.ts';
import type { PlacedTransaction } from '../../src/parsers/transaction.ts';
import { validate } from '../../src/parsers/validate.ts';
import { standards } from './world.ts';

const code = (text: string) => text.charCodeAt(0);
const DELIMITERS = {
  x12: {
    element: code('*'),
    component: code('>'),
    repetition: code('^'),
    release: null,
    terminator: code('~'),
    decimalMark: code('.'),
  },
  edifact: {
    element: code('+'),
    component: code(':'),
    repetition: null,
    release: code('?'),
    terminator: code("'"),
    decimalMark: code('.'),
  },
};

/** A draft as the bytes of an interchange of its own. */
export function bytesOf(draft: TransactionDraft): Uint8Array {
  const { syntax, message, version } = draft;
  const functionalId = standards.table(syntax, version, message)?.functionalId ?? null;
  const chunks = parserNamed(syntax).writeInterchange(
    {
      syntax,
      delimiters: DELIMITERS[syntax],
      segmentSuffix: '\n',
      onDelimiterInData: 'refuse',
      version: syntax === 'x12' ? '00401' : 'UNOC:3',
      sender: { qualifier: 'ZZ', id: 'NORTHFIELD' },
      receiver: { qualifier: 'ZZ', id: 'CEDARRIDGE' },
      date: '20261122',
      time: '1345',
      interchangeControlNumber: '000000101',
      acknowledgmentRequested: false,
      usage: 'production',
      group:
        functionalId === null
          ? null
          : { functionalId, sender: 'NORTHFIELD', receiver: 'CEDARRIDGE', controlNumber: '1', version },
    },
    [{ draft, controlNumber: '0001' }],
  );
  return Buffer.concat([...chunks]);
}

/** The one transaction of some bytes, in its place in the tables. */
export function placedOf(bytes: Uint8Array): PlacedTransaction {
  const reader = createReader();
  const events = [...reader.push(bytes), ...reader.end()];
  const [transaction, ...more] = events.flatMap((event) => (event.kind === 'transaction' ? [event.transaction] : []));
  if (transaction === undefined || more.length > 0)
    throw new Error(`${more.length + (transaction ? 1 : 0)} transactions`);
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined) throw new Error(`no table for ${syntax} ${version} ${message}`);
  return validate(transaction, table, { implied: standards.implied(message), balances: standards.balances(message) });
}

/** An 850 of some segments, in an envelope: the shortest way to a placed transaction. */
export function placedX12(message: string, functionalId: string, segments: readonly string[]): PlacedTransaction {
  const isa =
    'ISA*00*          *00*          *ZZ*NORTHFIELD     *ZZ*CEDARRIDGE     *261122*1345*U*00401*000000101*0*P*>~';
  const gs = `GS*${functionalId}*NORTHFIELD*CEDARRIDGE*20261122*1345*1*X*004010~`;
  const body = [`ST*${message}*0001`, ...segments, `SE*${segments.length + 2}*0001`]
    .map((segment) => `${segment}~`)
    .join('');
  return placedOf(Buffer.from(`${isa}${gs}${body}GE*1*1~IEA*1*000000101~`, 'latin1'));
}

export function placedEdifact(message: string, segments: readonly string[]): PlacedTransaction {
  const body = [`UNH+1+${message}:D:96A:UN`, ...segments, `UNT+${segments.length + 2}+1`]
    .map((segment) => `${segment}'`)
    .join('');
  return placedOf(Buffer.from(`UNA:+.? 'UNB+UNOC:3+NORTHFIELD+CEDARRIDGE+261122:1345+1'${body}UNZ+1+1'`, 'latin1'));
}
