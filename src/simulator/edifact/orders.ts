import { sumOf } from '../arithmetic.ts';
import type { Usage } from '../protocol.ts';
import type { Line } from '../scenarios.ts';

/*
 * What the distributor writes: ORDERS D96A as its EDI department would keep it. {names} are filled and escaped, one line is one segment.
 */
const ORDERS = `
  UNH+{message}+ORDERS:D:96A:UN:EAN008
  BGM+220+{number}+9
  DTM+137:{orderedOn}:102
  DTM+2:{deliverOn}:102
  FTX+ZZZ+++{note}
  NAD+BY+{buyer}::9++{buyerName}
  CTA+OC+:{contact}
  NAD+SU+{supplier}::9
  NAD+DP+{warehouse}::9
  CUX+2:EUR:9
  {lines}
  UNS+S
  CNT+2:{lineCount}
`;

const ORDERS_LINE = `
  LIN+{line}++{gtin}:EN
  PIA+1+{supplierItem}:SA+{buyerItem}:IN
  IMD+F++:::{description}
  QTY+21:{quantity}:PCE
  PRI+AAA:{price}
`;

export interface OrdersText {
  readonly from: string;
  readonly to: string;
  readonly date: string;
  readonly time: string;
  readonly interchangeNumber: string;
  readonly usage: Usage;
  readonly number: string;
  readonly deliverOn: string;
  readonly buyerName: string;
  readonly contact: string;
  readonly warehouse: string;
  readonly note: string;
  readonly lines: readonly Line[];
}

/** A UPC-12 is the GTIN-13 with a zero before it (GS1 General Specifications, 3.3). */
export const gtin13 = (upc: string): string => upc.padStart(13, '0');

/** One interchange with one ORDERS. Throws RangeError for a line break in a value. */
export function ordersText(orders: OrdersText): string {
  const day = orders.date.replaceAll('-', '');
  const values = {
    message: '1',
    number: orders.number,
    orderedOn: day,
    deliverOn: orders.deliverOn,
    note: orders.note,
    buyer: orders.from,
    buyerName: orders.buyerName,
    contact: orders.contact,
    supplier: orders.to,
    warehouse: orders.warehouse,
    lineCount: String(orders.lines.length),
  };
  const lines = orders.lines.flatMap((line) =>
    filled(ORDERS_LINE, {
      line: line.number,
      gtin: gtin13(line.upc),
      supplierItem: line.vendorItem,
      buyerItem: line.buyerItem,
      description: line.description,
      quantity: sumOf([line.quantity]),
      price: line.price,
    }),
  );
  const message = filled(ORDERS, values).flatMap((line) => (line === '{lines}' ? lines : [line]));
  const clock = orders.time.replaceAll(':', '').slice(0, 4);
  const isTest = orders.usage === 'test' ? '++++++1' : '';
  const segments = [
    `UNB+UNOC:3+${orders.from}:14+${orders.to}:14+${day.slice(2)}:${clock}+${orders.interchangeNumber}${isTest}`,
    ...message,
    `UNT+${message.length + 1}+1`,
    `UNZ+1+${orders.interchangeNumber}`,
  ];
  return `UNA:+.? '${segments.map((segment) => `${segment}'`).join('')}`;
}

function filled(template: string, values: Readonly<Record<string, string>>): readonly string[] {
  return template
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) =>
      line === '{lines}' ? line : line.replace(/\{(\w+)\}/g, (_whole, name: string) => escaped(values[name], name)),
    );
}

function escaped(value: string | undefined, name: string): string {
  if (value === undefined) throw new RangeError(`the template wants {${name}}, which has no value`);
  if (/[\r\n]/.test(value)) throw new RangeError(`{${name}} holds a line break`);
  return value.replace(/[?+:']/g, '?$&');
}
