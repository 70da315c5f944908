/*
 * Writing X12 the plain way: text templates, one segment a line, with {names} to fill. The buyer chooses its delimiters, counts its
 * segments by counting lines, and refuses values that would break them.
 */
export interface Delimiters {
  readonly element: string;
  readonly component: string;
  readonly terminator: string;
  /** What follows a terminator: nothing or a line break. */
  readonly suffix: string;
}

export const usualDelimiters: Delimiters = { element: '*', component: '>', terminator: '~', suffix: '' };

/** Who sends to whom, as ISA05–08 say it. */
export interface Address {
  readonly qualifier: string;
  readonly id: string;
}

export interface Envelope {
  readonly from: Address;
  readonly to: Address;
  /** Local wall clock: "2026-11-22" and "13:45:10". */
  readonly date: string;
  readonly time: string;
  readonly interchangeNumber: number;
  readonly groupNumber: number;
  /** GS01: "PO", "RA", "FA". */
  readonly functionalId: string;
  readonly usage: 'production' | 'test';
  /** ISA14: whether a TA1 is asked for. */
  readonly wantTa1: boolean;
  readonly delimiters: Delimiters;
}

export interface SetText {
  /** ST01. */
  readonly set: string;
  readonly controlNumber: string;
  /** Segments between ST and SE: a template filled with values. */
  readonly body: readonly string[];
}

/** A text fills its hole; lines, already filled, take the place of a line that holds nothing but their name. */
export type Values = Readonly<Record<string, string | readonly string[]>>;

/**
 * The lines of a template with its {names} filled in. Empty lines are left out. Templates are written with `*` and `>`, whatever the
 * interchange then uses. Throws RangeError for a name without a value and for a value that holds `*`, `>`, `~` or a line break.
 */
export function fill(template: string, values: Values): readonly string[] {
  return template
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .flatMap((line) => {
      const block = values[line.slice(1, -1)];
      return line.startsWith('{') && line.endsWith('}') && typeof block === 'object' ? block : filledLine(line, values);
    });
}

const filledLine = (line: string, values: Values): string =>
  line.replace(/\{(\w+)\}/g, (_whole, name: string) => textFor(values, name)).replace(/\*+$/, '');

function textFor(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== 'string') throw new RangeError(`the template wants {${name}}, which has no text`);
  if (/[*>~\r\n]/.test(value)) throw new RangeError(`{${name}} is ${JSON.stringify(value)}, which holds a delimiter`);
  return value;
}

/** One interchange of one group, whole: ISA, GS, each ST…SE with its count, GE, IEA. */
export function interchangeText(envelope: Envelope, sets: readonly SetText[]): string {
  const { delimiters, usage } = envelope;
  const number = String(envelope.interchangeNumber).padStart(9, '0');
  const day = envelope.date.replaceAll('-', '');
  const clock = envelope.time.replaceAll(':', '').slice(0, 4);
  const { from, to } = envelope;
  const isa = `ISA*00*${' '.repeat(10)}*00*${' '.repeat(10)}*${from.qualifier}*${from.id.padEnd(15)}*${to.qualifier}*${to.id.padEnd(15)}*${day.slice(2)}*${clock}*U*00401*${number}*${envelope.wantTa1 ? '1' : '0'}*${usage === 'test' ? 'T' : 'P'}*>`;
  const lines = [
    isa,
    `GS*${envelope.functionalId}*${from.id}*${to.id}*${day}*${clock}*${envelope.groupNumber}*X*004010`,
    ...sets.flatMap(({ set, controlNumber, body }) => [
      `ST*${set}*${controlNumber}`,
      ...body,
      `SE*${body.length + 2}*${controlNumber}`,
    ]),
    `GE*${sets.length}*${envelope.groupNumber}`,
    `IEA*1*${number}`,
  ];
  return lines.map((line) => inDelimiters(line, delimiters) + delimiters.terminator + delimiters.suffix).join('');
}

function inDelimiters(line: string, { element, component, terminator }: Delimiters): string {
  const clash = [element, component, terminator].find(
    (delimiter) => !'*>'.includes(delimiter) && line.includes(delimiter),
  );
  if (clash !== undefined) throw new RangeError(`${JSON.stringify(line)} holds the delimiter ${JSON.stringify(clash)}`);
  return line.replace(/[*>]/g, (mark) => (mark === '*' ? element : component));
}
