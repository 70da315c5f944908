import { describe, expect, test } from 'vitest';
import { ladderOf } from '../../src/flows/ladder.ts';
import { postChangeDecision } from '../../src/flows/orders/post-change-decision.ts';
import { postDecision } from '../../src/flows/orders/post-decision.ts';
import { postInvoice } from '../../src/flows/orders/post-invoice.ts';
import { postPick } from '../../src/flows/orders/post-pick.ts';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import { readAnswers } from '../support/answers.ts';
import { interchange, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { answersOf, distributorChannel, ordchg, orders } from '../support/nordhandel.ts';

/*
 * Every change a buyer may ask for against every state its order may be in, on the whole road and in both syntaxes: 860 decided by rules, ORDCHG
 * by the back office. An order is over 10 of line 1 and 4 of line 2. What is told: what the ladder says was answered, and what is then ordered.
 */
interface Buyer {
  readonly open: () => Promise<TestGateway>;
  /** Enters an order and has it decided, unless it is to stay as it came. */
  readonly order: (on: TestGateway, number: string, isDecided: boolean) => Promise<string>;
  readonly change: (on: TestGateway, id: string, number: string, asked: Asked) => Promise<void>;
  /** Whether what ships is billed by itself. */
  readonly isBilled: boolean;
}
type Asked = keyof typeof X12;

const purposes: Readonly<Record<string, readonly [x12: string, edifact: number]>> = {
  cancel: ['01', 1],
  replace: ['05', 5],
};
const X12 = {
  add: ['POC*3*AI*5*5*EA*12.5**VN*HT-1001'],
  delete: ['POC*1*DI*10*0*EA*12.5**VN*HT-1001'],
  less: ['POC*1*QD*3*3*EA*12.5**VN*HT-1001'],
  more: ['POC*1*QI*12*12*EA*12.5**VN*HT-1001'],
  price: ['POC*1*PC*10*10*EA*12.4**VN*HT-1001'],
  date: ['POC*1*RS*10*10*EA*12.5**VN*HT-1001', 'DTM*010*20361220'],
  // The whole order: line 1 at 7, and line 2 no more.
  replace: ['POC*1*CA*7*7*EA*12.5**VN*HT-1001'],
  cancel: [],
} as const;
const EDIFACT: Readonly<Record<Asked, readonly string[]>> = {
  add: ['LIN+3+1+0614141001001:EN', 'QTY+21:5:PCE', 'PRI+AAA:12.5'],
  delete: ['LIN+1+2+0614141001001:EN'],
  less: ['LIN+1+3+0614141001001:EN', 'QTY+21:3:PCE'],
  more: ['LIN+1+3+0614141001001:EN', 'QTY+21:12:PCE'],
  price: ['LIN+1+3+0614141001001:EN', 'PRI+AAA:12.4'],
  date: ['LIN+1+3+0614141001001:EN', 'DTM+10:20361220:102'],
  replace: ['LIN+1+3+0614141001001:EN', 'QTY+21:7:PCE'],
  cancel: [],
};

let control = 1;
const idOf = async (on: TestGateway, number: string) =>
  (await on.rows<{ id: string }>('select id from purchase_order where number = $1', number))[0]?.id ?? '';
const accept = (on: TestGateway, id: string) =>
  on.database.inTransaction((tx) => postDecision(on.context, tx, id, { decision: 'accept' }, 'back-office'));

const retailer: Buyer = {
  isBilled: true,
  open: () => testGateway(),
  async order(on, number) {
    const lines = [line850(1, 10, '12.5', 'HT-1001'), line850(2, 4, '21.75', 'HT-1002')];
    await on.receive('brightmart/folder', order850(number, control++, lines));
    await on.settle();
    return idOf(on, number);
  },
  async change(on, _id, number, asked) {
    const lines = X12[asked];
    const [purpose] = purposes[asked] ?? ['04', 4];
    const count = lines.filter((line) => line.startsWith('POC')).length;
    const head = `BCH*${purpose}*SA*${number}**C1*20261122*****20261124`;
    const body = [head, ...lines, ...(count === 0 ? [] : [`CTT*${count}`])];
    await on.receive('brightmart/folder', interchange('PC', control++, '860', body));
    await on.settle();
    // Read strictly by node-x12 and by our own checks.
    await readAnswers(await on.outbox('exchange/brightmart/outbox'));
  },
};

const distributor: Buyer = {
  isBilled: false,
  open: () => testGateway(),
  async order(on, number, isDecided) {
    await on.receive(distributorChannel, orders(`O${control++}`, number));
    await on.settle();
    const id = await idOf(on, number);
    if (isDecided) expect(await accept(on, id)).toMatchObject({ ok: true });
    return id;
  },
  async change(on, id, number, asked) {
    const [, purpose] = purposes[asked] ?? ['04', 4];
    await on.receive(distributorChannel, ordchg(`C${control++}`, 'C1', number, EDIFACT[asked], purpose));
    await on.settle();
    const [held] = await on.rows<{ id: string }>(
      `select id from document where kind = 'order-change' and number = $1 and state = 'held'`,
      number,
    );
    const decision = { decision: 'accept' } as const;
    if (held !== undefined)
      expect(
        await on.database.inTransaction((tx) =>
          postChangeDecision(on.context, tx, id, { change: held.id, decision }, 'back-office'),
        ),
      ).toMatchObject({ ok: true });
    await answersOf(on);
  },
};

/** Brings a decided order where it shall be. */
async function bring(on: TestGateway, buyer: Buyer, id: string, number: string, state: string): Promise<void> {
  const act = async (run: Parameters<TestGateway['database']['inTransaction']>[0]) => {
    expect(await on.database.inTransaction(run)).toMatchObject({ ok: true });
    await on.settle();
  };
  const ship = (line1: string, line2: string | null) =>
    act((tx) =>
      postShipment(
        on.context,
        tx,
        id,
        {
          shipment: `S-${number}`,
          lines: [{ line: '1', quantity: line1 }, ...(line2 === null ? [] : [{ line: '2', quantity: line2 }])],
        },
        'warehouse',
      ),
    );
  if (state === 'picked')
    await act((tx) => postPick(on.context, tx, id, { lines: [{ line: '1', quantity: '6' }] }, 'warehouse'));
  if (state === 'part shipped') await ship('6', null);
  if (state === 'line shipped') await ship('10', null);
  if (state !== 'invoiced') return;
  await ship('10', '4');
  if (!buyer.isBilled) await act((tx) => postInvoice(on.context, tx, id, { number: `I-${number}` }, 'back-office'));
}

async function outcomes(buyer: Buyer, state: string): Promise<Readonly<Record<string, string>>> {
  const on = await buyer.open();
  const told: [string, string][] = [];
  for (const [index, asked] of (Object.keys(X12) as Asked[]).entries()) {
    const number = `T-${index}`;
    const id = await buyer.order(on, number, state !== 'undecided');
    await bring(on, buyer, id, number, state);
    await buyer.change(on, id, number, asked);
    expect(on.failures.splice(0)).toEqual([]);
    const ladder = await ladderOf(on.database, id);
    const answered = ladder?.rungs.filter(({ rung }) => rung === 'change-answered') ?? [];
    const [row] = await on.rows<{ version: number; ordered: string[] }>(
      `select (body ->> 'version')::int as version, array(select (l ->> 'line') || ':' || (l ->> 'ordered') from jsonb_array_elements(body -> 'lines') l) as ordered
       from purchase_order where id = $1`,
      id,
    );
    // What applies is the next version, and nothing else is.
    const [answer, ...others] = answered;
    expect([others, answer?.state, row?.version]).toEqual([[], 'met', answer?.detail?.startsWith('accepted') ? 2 : 1]);
    told.push([asked, `${answer?.detail} | ${row?.ordered.join(' ')}`]);
  }
  return Object.fromEntries(told);
}

const late = 'too late, shipped';
const asIs = '1:10 2:4';
/** By the state of the order, what becomes of each change; line 1 stands at 10 and line 2 at 4 where nothing applies. */
const TABLE: Readonly<Record<string, Readonly<Record<Asked, string>>>> = {
  decided: {
    add: 'accepted | 1:10 2:4 3:5',
    delete: 'accepted | 2:4',
    less: 'accepted | 1:3 2:4',
    more: 'accepted | 1:12 2:4',
    price: `accepted | ${asIs}`,
    date: `accepted | ${asIs}`,
    replace: 'accepted | 1:7',
    cancel: 'accepted | ',
  },
  // Six of line 1 are ready to leave: the price is theirs, and so much is not taken back.
  picked: {
    add: 'accepted | 1:10 2:4 3:5',
    delete: 'accepted with changes | 1:6 2:4',
    less: 'accepted with changes | 1:6 2:4',
    more: 'accepted | 1:12 2:4',
    price: `${late} 0 of line 1 | ${asIs}`,
    date: `accepted | ${asIs}`,
    replace: 'accepted | 1:7',
    cancel: 'accepted with changes | 1:6',
  },
  // They have left while the change was under way.
  'part shipped': {
    add: 'accepted | 1:10 2:4 3:5',
    delete: 'accepted with changes | 1:6 2:4',
    less: 'accepted with changes | 1:6 2:4',
    more: 'accepted | 1:12 2:4',
    price: `${late} 6 of line 1 | ${asIs}`,
    date: `accepted | ${asIs}`,
    replace: 'accepted | 1:7',
    cancel: 'accepted with changes | 1:6',
  },
  // All of line 1, and nothing of line 2.
  'line shipped': {
    add: 'accepted | 1:10 2:4 3:5',
    delete: `${late} 10 of line 1 | ${asIs}`,
    less: `${late} 10 of line 1 | ${asIs}`,
    more: 'accepted | 1:12 2:4',
    price: `${late} 10 of line 1 | ${asIs}`,
    date: `${late} 10 of line 1 | ${asIs}`,
    replace: `accepted with changes; ${late} 10 of line 1 | 1:10`,
    cancel: `accepted with changes; ${late} 10 of line 1 | 1:10`,
  },
  invoiced: {
    add: `${late} 0 of line 3 | ${asIs}`,
    delete: `${late} 10 of line 1 | ${asIs}`,
    less: `${late} 10 of line 1 | ${asIs}`,
    more: `${late} 10 of line 1 | ${asIs}`,
    price: `${late} 10 of line 1 | ${asIs}`,
    date: `${late} 10 of line 1 | ${asIs}`,
    replace: `${late} 10 of line 1, 4 of line 2 | ${asIs}`,
    cancel: `${late} 10 of line 1, 4 of line 2 | ${asIs}`,
  },
};

describe.each([
  ['860', retailer],
  ['ORDCHG', distributor],
] as const)('%s', (_name, buyer) => {
  test.each(Object.entries(TABLE))('of an order that is %s', async (state, expected) => {
    expect(await outcomes(buyer, state)).toEqual(expected);
  });
});

test('ORDCHG of an order nobody has decided is part of it, whatever it asks for', async () => {
  expect(await outcomes(distributor, 'undecided')).toEqual(TABLE.decided);
});

test.each([
  ['860', retailer],
  ['ORDCHG', distributor],
] as const)('%s of an order that was cancelled is refused, whatever it asks for', async (_name, buyer) => {
  const on = await buyer.open();
  for (const [index, asked] of (Object.keys(X12) as Asked[]).entries()) {
    const number = `G-${index}`;
    const id = await buyer.order(on, number, true);
    await buyer.change(on, id, number, 'cancel');
    await buyer.change(on, id, number, asked);
    expect(on.failures.splice(0)).toEqual([]);
    const ladder = await ladderOf(on.database, id);
    expect(ladder?.rungs.filter(({ rung }) => rung === 'change-answered').map(({ detail }) => detail)).toEqual([
      'accepted',
      `rejected: Order ${number} is cancelled: there is nothing to change.`,
    ]);
  }
});

test('an ORDCHG that repeats the amount of a price per hundred alone leaves it per hundred', async () => {
  const on = await distributor.open();
  const id = await distributor.order(on, 'PER-1', true);
  await answersOf(on);
  const lines = ['LIN+2+3+0614141001018:EN', 'QTY+21:3:PCE', 'PRI+AAA:610'];
  await on.receive(distributorChannel, ordchg(`C${control++}`, 'C1', 'PER-1', lines));
  await on.settle();
  const [held] = await on.rows<{ id: string }>(
    `select id from document where kind = 'order-change' and state = 'held'`,
  );
  await on.database.inTransaction((tx) =>
    postChangeDecision(on.context, tx, id, { change: held?.id ?? '', decision: { decision: 'accept' } }, 'back-office'),
  );
  const [row] = await on.rows(`select body -> 'lines' -> 1 as line from purchase_order where id = $1`, id);
  expect(row).toMatchObject({ line: { ordered: '3', price: { amount: '610', per: '100' } } });
});
