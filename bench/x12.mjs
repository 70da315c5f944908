// Orders as X12 850 004010, from the example retailer to the example company.
const day = '20260115';
const sender = '6112390000';
const receiver = 'HARBORTOOLS';

/** The segments of one order, ST to SE, each a list of elements. */
export function x12Transaction(order, controlNumber) {
  const body = [
    ['BEG', '00', 'SA', order.number, '', order.date],
    ['CUR', 'BY', 'USD'],
    ['REF', 'DP', order.department],
    ['REF', 'IA', order.vendor],
    ...order.references.map((value) => ['REF', 'CO', value]),
    ['PER', 'BD', order.buyer, 'TE', order.telephone],
    ['FOB', 'PP'],
    ['ITD', '01', '3', '2', '', '10', '', '30', '', '', '', '', '2% 10 NET 30'],
    ['DTM', '010', order.shipOn],
    ['DTM', '001', order.cancelOn],
    ['TD5', 'O', '2', 'UPSN', 'M', 'UPS GROUND'],
  ];
  if (order.dock !== null)
    body.push(
      ['N9', 'L1', 'SPECIAL INSTRUCTIONS'],
      ['MSG', `DELIVER TO DOCK ${order.dock} BETWEEN 0800 AND 1500 CALL AHEAD`],
    );
  for (const { role, name, id, street, city } of order.parties)
    body.push(['N1', role, name, 'UL', id], ['N3', street], ['N4', ...city, 'US']);
  for (const line of order.lines) body.push(...lineSegments(line));
  const total = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  body.push(['CTT', String(order.lines.length), String(total)]);
  return [['ST', '850', controlNumber], ...body, ['SE', String(body.length + 2), controlNumber]];
}

function lineSegments({ number, item, quantity, buyerItem, pack, lot, due, stores }) {
  const segments = [
    ['PO1', String(number), String(quantity), 'EA', item.price, 'PE', 'UP', item.upc, 'VN', item.id, 'IN', buyerItem],
    ['PID', 'F', '08', '', '', item.text],
  ];
  if (pack !== null) segments.push(['PO4', String(pack), '1', 'EA']);
  if (lot !== null) segments.push(['REF', 'LT', lot, '', `ZZ>${buyerItem}`]);
  if (stores.length > 0)
    segments.push(['SDQ', 'EA', '92', ...stores.flatMap(([store, count]) => [store, String(count)])]);
  if (due !== null) segments.push(['DTM', '002', due]);
  return segments;
}

const blank = (width) => ' '.repeat(width);

export const x12Envelope = (controlNumber) => {
  const number = String(controlNumber).padStart(9, '0');
  const isa = ['ISA', '00', blank(10), '00', blank(10), '08', sender.padEnd(15), 'ZZ', receiver.padEnd(15)];
  return {
    head: [...isa, day.slice(2), '1030', 'U', '00401', number, '0', 'P', '>'],
    foot: (groupCount) => ['IEA', String(groupCount), number],
    groupHead: (number_) => ['GS', 'PO', sender, receiver, day, '1030', String(number_), 'X', '004010'],
    groupFoot: (count, number_) => ['GE', String(count), String(number_)],
  };
};

export const x12Text = (segments) => segments.map((elements) => `${elements.join('*')}~`).join('');

/** One interchange of one group, whole. */
export function x12Interchange(controlNumber, orders) {
  const envelope = x12Envelope(controlNumber);
  const sets = orders.flatMap((order, at) => x12Transaction(order, String(at + 1).padStart(4, '0')));
  return x12Text([
    envelope.head,
    envelope.groupHead(controlNumber),
    ...sets,
    envelope.groupFoot(orders.length, controlNumber),
    envelope.foot(1),
  ]);
}
