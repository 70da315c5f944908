import { mailboxFor } from '../../src/flows/outbound/mailbox.ts';
import { openStandards } from '../../src/library/standards.ts';
import { createReader } from '../../src/parsers/index.ts';
import { validate } from '../../src/parsers/validate.ts';
import { type EdifactInterchange, misplacedSegment, readEdifact } from '../../src/simulator/edifact/read.ts';
import type { TestGateway } from './gateway.ts';

/*
 * Files of the example distributor, as text: tests must not write them with the code they test. What we answer is read strictly with the
 * edifact package, held against that package's own table of the message, and judged by our own reader and checks.
 */
export const distributor = '4012345000009';
export const supplier = '0614141000012';
export const distributorChannel = 'nordhandel/web';

/** One message in one interchange; UNB, UNH, UNT and UNZ are counted here. `head` is all of S009: "ORDERS:D:96A:UN:EAN008". */
export function fromDistributor(
  reference: string,
  head: string,
  segments: readonly string[],
  { asks = true, usage = 'production' }: { asks?: boolean; usage?: 'production' | 'test' } = {},
): string {
  const tail = usage === 'test' ? `++++${asks ? '1' : ''}++1` : asks ? '++++1' : '';
  return [
    `UNB+UNOC:3+${distributor}:14+${supplier}:14+361122:0900+${reference}${tail}`,
    `UNH+1+${head}`,
    ...segments,
    `UNT+${segments.length + 2}+1`,
    `UNZ+1+${reference}`,
    '',
  ].join("'");
}

export interface OrderLine {
  readonly gtin: string;
  readonly quantity: number;
  readonly price: string;
}

export const twoLines: readonly OrderLine[] = [
  { gtin: '0614141001001', quantity: 10, price: '12.5' },
  { gtin: '0614141001018', quantity: 4, price: '610:::100:PCE' },
];

const heading = (kind: string, number: string, purpose: number, reference: readonly string[]) => [
  `BGM+${kind}+${number}+${purpose}`,
  'DTM+137:20361122:102',
  ...reference,
  `NAD+BY+${distributor}::9`,
  `NAD+SU+${supplier}::9`,
  'NAD+DP+4012345000016::9',
  'CUX+2:EUR:9',
];

export const orders = (
  reference: string,
  number: string,
  lines: readonly OrderLine[] = twoLines,
  dates: readonly string[] = [],
): string =>
  fromDistributor(reference, 'ORDERS:D:96A:UN:EAN008', [
    ...heading('220', number, 9, dates),
    ...lines.flatMap(({ gtin, quantity, price }, index) => [
      `LIN+${index + 1}++${gtin}:EN`,
      `QTY+21:${quantity}:PCE`,
      `PRI+AAA:${price}`,
    ]),
    'UNS+S',
    `CNT+2:${lines.length}`,
  ]);

/** `lines` are segments: LIN+1+3 changes, LIN+2+2 takes away. */
export const ordchg = (
  reference: string,
  change: string,
  number: string,
  lines: readonly string[],
  purpose = 4,
): string =>
  fromDistributor(reference, 'ORDCHG:D:96A:UN:EAN008', [
    ...heading('230', change, purpose, [`RFF+ON:${number}`]),
    ...lines,
    'UNS+S',
    `CNT+2:${lines.filter((line) => line.startsWith('LIN')).length}`,
  ]);

/** One invoice paid in full. */
export const remadv = (reference: string, payment: string, invoice: string, amount: string): string =>
  fromDistributor(reference, 'REMADV:D:96A:UN:EAN003', [
    `BGM+481+${payment}+9`,
    'DTM+137:20361223:102',
    `RFF+PQ:${payment}`,
    `NAD+PR+${distributor}::9`,
    `NAD+PE+${supplier}::9`,
    'CUX+2:EUR:11',
    `DOC+380+${invoice}`,
    `MOA+9:${amount}`,
    `MOA+12:${amount}`,
    'UNS+S',
    `MOA+12:${amount}`,
  ]);

/** The distributor's CONTRL for an interchange of ours: 7 accepts it; `notes` are UCM, UCS and UCD. */
export const contrl = (reference: string, ours: string, action: 4 | 7 | 8 = 7, notes: readonly string[] = []): string =>
  fromDistributor(reference, 'CONTRL:D:3:UN', [`UCI+${ours}+${supplier}:14+${distributor}:14+${action}`, ...notes], {
    asks: false,
  });

export interface DistributorAnswer extends EdifactInterchange {
  /** "CONTRL", "ORDRSP"… */
  readonly type: string;
  /** As it left, decoded as its UNB says. */
  readonly text: string;
  /** Its data segments, without UNH and UNT. */
  readonly data: readonly string[];
}

const standards = openStandards();

/** What lies ready for the distributor, oldest first; it is fetched and confirmed as the distributor would. Fails where a reader finds fault. */
export async function answersOf(on: TestGateway): Promise<readonly DistributorAnswer[]> {
  await on.settle();
  if (on.failures.length > 0) throw new Error(on.failures.splice(0).join('; '));
  const mailbox = mailboxFor(on.context);
  const answers: DistributorAnswer[] = [];
  for (const { id } of await mailbox.list(distributorChannel, 100)) {
    const opened = await mailbox.open(distributorChannel, id);
    if (opened === undefined) throw new Error(`${id} is listed and cannot be opened.`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of opened.bytes) chunks.push(chunk);
    answers.push(answerOf(Buffer.concat(chunks)));
    await mailbox.confirm(distributorChannel, id, { kind: 'fetched', detail: 'confirmed by the partner' });
  }
  return answers;
}

/**
 * Of what we send the edifact package has a table of INVOIC that fits D.96A. Its DESADV is of a later directory, where GIN under PCI has become
 * GIR, and of ORDRSP and CONTRL it has none: those it reads without.
 */
const TABLED: ReadonlySet<string> = new Set(['INVOIC']);

function answerOf(bytes: Buffer): DistributorAnswer {
  const text = bytes.toString('latin1');
  const interchange = readEdifact(bytes);
  const [message, ...more] = interchange.messages;
  if (message === undefined || more.length > 0) throw new Error('An answer holds one message.');
  const misplaced = TABLED.has(message.type) ? misplacedSegment(message) : null;
  const faults = [...faultsOf(bytes), ...(misplaced === null ? [] : [misplaced])];
  if (faults.length > 0) throw new Error(`${message.type}: ${faults.join('; ')}\n${text}`);
  const data = text.split("'").slice(2, -3);
  return { ...interchange, type: message.type, text, data };
}

function faultsOf(bytes: Buffer): readonly string[] {
  const reader = createReader();
  return [...reader.push(bytes), ...reader.end()]
    .flatMap((event) => {
      if (event.kind !== 'transaction') return event.problems;
      const { syntax, version, message } = event.transaction;
      if (message === 'CONTRL') return event.transaction.problems;
      const table = standards.table(syntax, version, message);
      if (table === undefined) throw new Error(`we hold no table for ${message} ${version}`);
      const more = { implied: standards.implied(message), balances: standards.balances(message) };
      return validate(event.transaction, table, more).problems;
    })
    .map(({ message }) => message);
}
