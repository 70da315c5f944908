import type { Line } from './scenarios.ts';

/* What the buyers order: the supplier's items as they know them, at the prices they know. */
const item = (number: string, code: string, upc: string, description: string, quantity: string, price: string) => ({
  number,
  upc,
  vendorItem: code,
  buyerItem: `B${code.slice(3)}`,
  description,
  quantity,
  price,
});

/** A line that is taken as it is ordered. */
export const accepted = (line: ReturnType<typeof item>): Line => ({
  ...line,
  answer: [{ code: 'IA', quantity: line.quantity }],
});

export const hammer = (number: string, quantity: string) =>
  item(number, 'HT-1001', '614141010110', 'CLAW HAMMER 16 OZ', quantity, '12.50');
export const framingHammer = (number: string, quantity: string, price = '21.75') =>
  item(number, 'HT-1002', '614141010127', 'FRAMING HAMMER 22 OZ', quantity, price);
export const mallet = (number: string, quantity: string) =>
  item(number, 'HT-1003', '614141010134', 'RUBBER MALLET', quantity, '8.40');
export const wrench = (number: string, quantity: string, price: string) =>
  item(number, 'HT-2001', '614141010219', 'ADJUSTABLE WRENCH 10 IN', quantity, price);
export const screwdrivers = (number: string, quantity: string) =>
  item(number, 'HT-3001', '614141010318', 'SCREWDRIVER SET 8 PC', quantity, '24.00');
export const tape = (number: string, quantity: string) =>
  item(number, 'HT-4001', '614141010417', 'TAPE MEASURE 25 FT', quantity, '9.99');
export const unsold = (number: string, quantity: string) =>
  item(number, 'HT-9999', '614141019991', 'LEFT HANDED HAMMER', quantity, '19.00');
