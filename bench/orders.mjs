// Purchase orders that look like a retailer's and are the same everywhere: a seed decides every one of them.
// All items are those of company/items.yaml, so that the example configuration takes the orders.

const items = [
  { id: 'HT-1001', upc: '614141010110', price: '12.50', text: 'CLAW HAMMER 16 OZ' },
  { id: 'HT-1002', upc: '614141010127', price: '21.75', text: 'FRAMING HAMMER 22 OZ' },
  { id: 'HT-1003', upc: '614141010134', price: '8.40', text: 'RUBBER MALLET' },
  { id: 'HT-2001', upc: '614141010219', price: '17.95', text: 'ADJUSTABLE WRENCH 10 IN' },
  { id: 'HT-3001', upc: '614141010318', price: '24.00', text: 'SCREWDRIVER SET 8 PIECES' },
  { id: 'HT-4001', upc: '614141010417', price: '9.99', text: 'TAPE MEASURE 25 FT' },
];
const stores = [
  'BRIGHTMART STORE 0042',
  'BRIGHTMART STORE 0107',
  'BRIGHTMART GARDEN CENTER',
  'BRIGHTMART DISTRIBUTION CENTER 3',
];
const streets = [
  '1200 INDUSTRIAL PKWY',
  '77 HARBOR BLVD STE 400',
  '9 MAIN ST',
  '4501 COMMERCE DR BLDG C',
  '18 RIVER RD',
];
const cities = [
  ['COLUMBUS', 'OH', '43215'],
  ['RENO', 'NV', '89502'],
  ['DALLAS', 'TX', '75201'],
  ['ATLANTA', 'GA', '30301'],
  ['NEWARK', 'NJ', '071021234'],
];
const buyers = ['JOHN SMITH', 'MARIA GARCIA', 'WEI CHEN'];

/** A source of chance that repeats itself: mulberry32. */
function chanceOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low, high) => low + Math.floor(next() * (high - low + 1));
  const padded = (number, width) => String(number).padStart(width, '0');
  return {
    next,
    between,
    one: (list) => list[Math.floor(next() * list.length)],
    digits(count) {
      let text = '';
      while (text.length < count) text += padded(between(0, 999_999), 6);
      return text.slice(0, count);
    },
    date: () => `2026${padded(between(1, 12), 2)}${padded(between(1, 28), 2)}`,
  };
}

/** Most orders are short, a few are long: 55% up to 10 lines, 3% more than 100. */
function lineCountBy(chance) {
  const share = chance.next();
  if (share < 0.55) return chance.between(1, 10);
  if (share < 0.85) return chance.between(11, 40);
  return share < 0.97 ? chance.between(41, 100) : chance.between(101, 200);
}

function lineBy(chance, number) {
  const line = {
    number,
    item: chance.one(items),
    quantity: chance.between(1, 500),
    buyerItem: chance.digits(7),
    pack: chance.next() < 0.6 ? chance.between(1, 48) : null,
    lot: chance.next() < 0.25 ? chance.digits(9) : null,
    due: chance.next() < 0.3 ? chance.date() : null,
    stores: [],
  };
  if (chance.next() < 0.35) {
    for (let count = chance.between(1, 10); count > 0; count--)
      line.stores.push([chance.digits(4), chance.between(1, 60)]);
    line.quantity = line.stores.reduce((sum, [, ordered]) => sum + ordered, 0); // what the stores get is what is ordered
  }
  return line;
}

function orderBy(chance, lineCount) {
  const party = (role) => ({
    role,
    name: chance.one(stores),
    id: chance.digits(13),
    street: chance.one(streets),
    city: chance.one(cities),
  });
  const order = {
    number: `45${chance.digits(8)}`,
    date: chance.date(),
    department: chance.digits(3),
    vendor: chance.digits(6),
    buyer: chance.one(buyers),
    telephone: chance.digits(10),
    shipOn: chance.date(),
    cancelOn: chance.date(),
    dock: chance.next() < 0.4 ? chance.between(1, 40) : null,
    references: Array.from({ length: chance.between(0, 2) }, () => chance.digits(8)),
    parties: ['ST', 'BT', 'VN'].slice(0, chance.between(2, 3)).map(party),
  };
  const count = lineCount ?? lineCountBy(chance);
  return { ...order, lines: Array.from({ length: count }, (_none, at) => lineBy(chance, at + 1)) };
}

/** An endless supply of orders; `lineCount` fixes how long each is. */
export function* ordersOf(seed, lineCount) {
  const chance = chanceOf(seed);
  for (;;) yield orderBy(chance, lineCount);
}

/** Orders by the group, as a busy sender's batches are: how many go into each. */
export function* groupSizesOf(seed) {
  const chance = chanceOf(seed ^ 0x5eed);
  for (;;) yield chance.between(20, 400);
}
