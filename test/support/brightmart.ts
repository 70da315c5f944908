/** Files of the example retailer, as text: tests must not write them with the code they test. */
const pad = (text: string, width: number) => text.padEnd(width);

export interface Envelope {
  readonly usage?: 'P' | 'T';
  readonly sender?: string;
  readonly qualifier?: string;
  readonly receiver?: string;
  readonly asksTa1?: boolean;
}

export const isa = (
  control: number,
  { usage = 'P', sender = '6112390000', qualifier = '08', receiver = 'HARBORTOOLS', asksTa1 = false }: Envelope = {},
) =>
  `ISA*00*          *00*          *${qualifier}*${pad(sender, 15)}*ZZ*${pad(receiver, 15)}*261122*0900*U*00401*${String(control).padStart(9, '0')}*${asksTa1 ? 1 : 0}*${usage}*>~`;

/** One set in one group in one interchange; ST, SE, GE and IEA are counted here. */
export function interchange(
  functionalId: string,
  control: number,
  set: string,
  segments: readonly string[],
  envelope: Envelope = {},
): string {
  const body = [`ST*${set}*0001`, ...segments, `SE*${segments.length + 2}*0001`];
  return `${isa(control, envelope)}GS*${functionalId}*${envelope.sender ?? '6112390000'}*HARBORTOOLS*20261122*0900*${control}*X*004010~${body.join('~')}~GE*1*${control}~IEA*1*${String(control).padStart(9, '0')}~`;
}

export const line850 = (number: number, quantity: number, price: string, item: string) =>
  `PO1*${number}*${quantity}*EA*${price}**VN*${item}`;

export const order850 = (
  number: string,
  control: number,
  lines: readonly string[] = [line850(1, 10, '12.5', 'HT-1001')],
  envelope: Envelope & { readonly purpose?: string } = {},
) =>
  interchange(
    'PO',
    control,
    '850',
    [
      `BEG*${envelope.purpose ?? '00'}*SA*${number}**20261122`,
      'N1*ST*Store 12*92*0012',
      'N3*1 Main St',
      'N4*Columbus*OH*43004*US',
      ...lines,
      `CTT*${lines.length}`,
    ],
    envelope,
  );

/** The buyer's 997 for a group of ours: accepted, or what `verdict` and `notes` say. */
export function acknowledgmentOf(
  ours: string,
  control: number,
  verdict = 'A',
  notes: readonly string[] = [],
  envelope: Envelope = {},
): string {
  const [, functionalId = '', , , , , groupNumber = ''] = /GS\*([^~]*)/.exec(ours)?.[0].split(/[*~]/) ?? [];
  const [, set = '', setNumber = ''] = /ST\*[^~]*/.exec(ours)?.[0].split('*') ?? [];
  return interchange(
    'FA',
    control,
    '997',
    [
      `AK1*${functionalId}*${groupNumber}`,
      `AK2*${set}*${setNumber}`,
      ...notes,
      `AK5*${verdict}`,
      `AK9*${verdict}*1*1*${verdict === 'R' ? 0 : 1}`,
    ],
    envelope,
  );
}

/** A claim of the buyer's on an invoice of ours; the amount in cents, as an 812 has it. */
export const claim812 = (control: number, number: string, cents: string, invoice: string) =>
  interchange('CD', control, '812', [
    `BCD*20361128*${number}*O*${cents}*D*20361122*${invoice}**20261122*PO-1*00**IV*${invoice}`,
    'N1*BY*BRIGHTMART STORES',
    `CDD*06*D*1*${cents}***2*EA**INV*12.5`,
    'LIN**VN*HT-1001',
  ]);
