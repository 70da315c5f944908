// Orders as EDIFACT ORDERS D96A, from the example distributor to the example company.
const partyRoles = { ST: 'DP', BT: 'IV', VN: 'SU' };
const sender = '4012345000009';
const receiver = '0614141000012';

const released = (text) => text.replace(/[?+:']/g, '?$&');
const dateSegment = (kind, date) => `DTM+${kind}:${date}:102`;

/** The segments of one order, UNH to UNT, as text without terminators. */
export function edifactMessage(order, reference) {
  const segments = [
    `UNH+${reference}+ORDERS:D:96A:UN:EAN008`,
    `BGM+220+${order.number}+9`,
    dateSegment(137, order.date),
    dateSegment(2, order.shipOn),
    dateSegment(61, order.cancelOn),
    `FTX+ZZZ+++${released("TERMS: 2% 10 NET 30 (BUYER'S COPY) Q+A?")}`,
  ];
  if (order.dock !== null) segments.push(`FTX+DIN+++DELIVER TO DOCK ${order.dock} BETWEEN 0800 AND 1500 CALL AHEAD`);
  segments.push(`RFF+CR:${order.department}`, `RFF+IA:${order.vendor}`);
  for (const value of order.references) segments.push(`RFF+CO:${value}`);
  segments.push(`NAD+BY+${sender}::9`, `CTA+OC+:${order.buyer}`, `COM+${order.telephone}:TE`);
  for (const { role, name, id, street, city } of order.parties)
    segments.push(`NAD+${partyRoles[role]}+${id}::9++${released(name)}+${released(street)}+${city.join('+')}+US`);
  segments.push('CUX+2:EUR:9', 'TDT+20++30+31+UPSN:::UPS GROUND');
  for (const line of order.lines) segments.push(...lineSegments(line));
  const total = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  segments.push('UNS+S', `CNT+1:${total}`, `CNT+2:${order.lines.length}`);
  segments.push(`UNT+${segments.length + 1}+${reference}`);
  return segments;
}

function lineSegments({ number, item, quantity, buyerItem, pack, lot, due, stores }) {
  const segments = [
    `LIN+${number}++${item.upc}:UP`,
    `PIA+1+${item.id}:SA+${buyerItem}:IN`,
    `IMD+F++:::${released(item.text)}`,
    `QTY+21:${quantity}:PCE`,
  ];
  if (pack !== null) segments.push(`QTY+52:${pack}:PCE`);
  if (due !== null) segments.push(dateSegment(2, due));
  // Cents are whole numbers: a product of floats would differ between machines' printing of it.
  const cents = BigInt(item.price.replace('.', '')) * BigInt(quantity);
  segments.push(`MOA+203:${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`, `PRI+AAA:${item.price}:CT::1:PCE`);
  if (lot !== null) segments.push(`RFF+LI:${lot}`);
  for (const [store, count] of stores) segments.push(`LOC+7+${store}::92`, `QTY+11:${count}:PCE`);
  return segments;
}

export const edifactHead = `UNA:+.? 'UNB+UNOC:3+${sender}:14+${receiver}:14+260115:1030+REF000101++ORDERS'`;
export const edifactFoot = (count) => `UNZ+${count}+REF000101'`;
export const edifactText = (segments) => segments.map((segment) => `${segment}'`).join('');
