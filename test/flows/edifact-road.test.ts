import { describe, expect, test } from 'vitest';
import { ladderOf } from '../../src/flows/ladder.ts';
import { postChangeDecision } from '../../src/flows/orders/post-change-decision.ts';
import { postDecision } from '../../src/flows/orders/post-decision.ts';
import { postInvoice } from '../../src/flows/orders/post-invoice.ts';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import { mailboxFor } from '../../src/flows/outbound/mailbox.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import {
  answersOf,
  contrl,
  type DistributorAnswer,
  distributorChannel,
  fromDistributor,
  ordchg,
  orders,
  remadv,
  twoLines,
} from '../support/nordhandel.ts';

/*
 * The European half of the road: the example distributor's ORDERS to its REMADV. What leaves is golden to the byte, and read by the edifact
 * package, by that package's own message tables and by our own checks.
 */
async function take(on: TestGateway, text: string): Promise<readonly DistributorAnswer[]> {
  await on.receive(distributorChannel, text);
  return answersOf(on);
}
const typesOf = (answers: readonly DistributorAnswer[]) => answers.map(({ type }) => type);
const only = (answers: readonly DistributorAnswer[], type: string): DistributorAnswer => {
  const [found, ...more] = answers.filter((one) => one.type === type);
  if (found === undefined || more.length > 0) throw new Error(`one ${type} is wanted among ${typesOf(answers)}`);
  return found;
};
const orderId = async (on: TestGateway, number: string): Promise<string> =>
  (await on.rows<{ id: string }>('select id from purchase_order where number = $1', number))[0]?.id ?? '';
const decide = (on: TestGateway, id: string) =>
  on.database.inTransaction((tx) => postDecision(on.context, tx, id, { decision: 'accept' }, 'back-office'));
const invoice = (on: TestGateway, id: string, number: string) =>
  on.database.inTransaction((tx) => postInvoice(on.context, tx, id, { number }, 'back-office'));
/** An order of which line 1 has left and was billed: INV0000001 over 125 EUR. */
async function billedOrder(on: TestGateway, reference: string, number: string): Promise<string> {
  await take(on, orders(reference, number));
  const id = await orderId(on, number);
  await decide(on, id);
  const shipment = { shipment: `S-${number}`, lines: [{ line: '1', quantity: '10' }] };
  await on.database.inTransaction((tx) => postShipment(on.context, tx, id, shipment, 'back-office'));
  await invoice(on, id, 'INV0000001');
  await answersOf(on);
  return id;
}
const owedContrls = async (on: TestGateway) =>
  on.rows(
    `select t.message, x.state from expectation x join transaction t on t.interchange_id = x.subject_id
     where x.kind = 'acknowledgment' order by t.message`,
  );

describe('from ORDERS to cash', async () => {
  const on = await testGateway();
  const sent = new Map<string, DistributorAnswer>();
  let id = '';

  test('ORDERS is answered with a CONTRL, and with an ORDRSP once the back office has decided', async () => {
    const answers = await take(on, orders('NH1', 'NH-1'));
    expect(typesOf(answers)).toEqual(['CONTRL']);
    expect(answers[0]?.data).toEqual(['UCI+NH1+4012345000009:14+0614141000012:14+7']);
    id = await orderId(on, 'NH-1');
    expect(await decide(on, id)).toMatchObject({ ok: true });
    const [response, ...more] = await answersOf(on);
    expect(more).toEqual([]);
    await expect(response?.text).toMatchFileSnapshot('golden/nordhandel.ORDRSP.edi');
    if (response !== undefined) sent.set('ORDRSP', response);
  });

  test('what ships leaves as a DESADV, and what is billed as an INVOIC after it', async () => {
    const posted = await on.database.inTransaction((tx) =>
      postShipment(
        on.context,
        tx,
        id,
        {
          shipment: 'S-NH1',
          carrier: { id: { scheme: { code: 'scac' }, value: 'RDLN' }, name: 'REDLINE FREIGHT' },
          packs: [{ contents: [{ line: '1', quantity: '10' }] }, { contents: [{ line: '2', quantity: '4' }] }],
        },
        'back-office',
      ),
    );
    expect(posted).toMatchObject({ ok: true, value: { number: 'S-NH1', invoiceNumber: null } });
    expect(await invoice(on, id, 'INV0000001')).toMatchObject({ ok: true, value: { due: '149.40' } });
    const answers = await answersOf(on);
    expect(typesOf(answers)).toEqual(['DESADV', 'INVOIC']);
    for (const answer of answers) {
      sent.set(answer.type, answer);
      await expect(answer.text).toMatchFileSnapshot(`golden/nordhandel.${answer.type}.edi`);
    }
  });

  test('each asks for a CONTRL of its own number, and theirs reconcile them', async () => {
    expect([...sent.values()].map(({ header }) => header.elements[8])).toEqual([['1'], ['1'], ['1']]);
    const numbers = [...sent.values()].map(({ reference }) => Number(reference));
    expect(new Set(numbers).size).toBe(3);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(await owedContrls(on)).toEqual(
      ['DESADV', 'INVOIC', 'ORDRSP'].map((message) => ({ message, state: 'open' })),
    );
    for (const { reference, type } of sent.values()) expect(await take(on, contrl(`C${type}`, reference))).toEqual([]);
    expect(await owedContrls(on)).toEqual(['DESADV', 'INVOIC', 'ORDRSP'].map((message) => ({ message, state: 'met' })));
  });

  test('a REMADV is matched and the cash applied', async () => {
    const answers = await take(on, remadv('NH2', 'PAY-NH1', 'INV0000001', '149.4'));
    expect(typesOf(answers)).toEqual(['CONTRL']);
    expect(await on.rows('select number, currency, amount_minor, remaining_minor from open_item')).toEqual([
      { number: 'INV0000001', currency: 'EUR', amount_minor: 14940n, remaining_minor: 0n },
    ]);
    expect(await on.rows('select state, trace, balance from remittance')).toMatchObject([
      { state: 'applied', trace: 'PAY-NH1' },
    ]);
  });

  test('every rung of the ladder is met', async () => {
    const ladder = await ladderOf(on.database, id);
    expect(ladder?.rungs.map(({ rung, state, message }) => `${rung} ${state} ${message}`)).toEqual([
      'order-received met ORDERS',
      'order-acknowledged met CONTRL',
      'order-decided met null',
      'response-sent met ORDRSP',
      'response-delivered met null',
      'response-acknowledged met CONTRL',
      'shipped met null',
      'ship-notice-sent met DESADV',
      'ship-notice-delivered met null',
      'ship-notice-acknowledged met CONTRL',
      'invoice-sent met INVOIC',
      'invoice-delivered met null',
      'invoice-acknowledged met CONTRL',
      'remittance-received met REMADV',
      'remittance-acknowledged met CONTRL',
      'cash-applied met null',
    ]);
    expect(await on.rows(`select kind, state from expectation where state <> 'met'`)).toEqual([]);
  });

  test('the same REMADV again under another number pays nothing twice', async () => {
    await take(on, remadv('NH3', 'PAY-NH1', 'INV0000001', '149.4'));
    expect(await on.rows(`select state from remittance order by at, id`)).toMatchObject([
      { state: 'applied' },
      { state: 'review' },
    ]);
    expect(await on.rows('select remaining_minor from open_item')).toEqual([{ remaining_minor: 0n }]);
  });
});

describe('an ORDCHG', () => {
  const onlyOrder = async (number: string) => {
    const on = await testGateway();
    await take(on, orders('A1', number));
    return { on, id: await orderId(on, number) };
  };
  const changeId = async (on: TestGateway) =>
    (await on.rows<{ id: string }>(`select id from document where kind = 'order-change' and state = 'held'`))[0]?.id ??
    '';
  const toSeven = ['LIN+1+3+0614141001001:EN', 'QTY+21:7:PCE', 'PRI+AAA:12.5', 'LIN+2+2+0614141001018:EN'];

  test('before the decision becomes part of the order; the ORDRSP answers both', async () => {
    const { on, id } = await onlyOrder('NC-1');
    const answers = await take(on, ordchg('A2', 'CHG-1', 'NC-1', toSeven));
    expect(typesOf(answers).toSorted()).toEqual(['CONTRL', 'ORDRSP']);
    await decide(on, id);
    const response = only(await answersOf(on), 'ORDRSP');
    expect(response.data).toContain('QTY+21:7:PCE');
    expect(response.data.filter((one) => one.startsWith('LIN+'))).toHaveLength(1);
    expect(await on.rows(`select body ->> 'version' as version from purchase_order`)).toEqual([{ version: '2' }]);
  });

  test("after it is the back office's to decide, and an ORDRSP answers it", async () => {
    const { on, id } = await onlyOrder('NC-2');
    await decide(on, id);
    await answersOf(on);
    expect(typesOf(await take(on, ordchg('A2', 'CHG-2', 'NC-2', toSeven)))).toEqual(['CONTRL']);
    const change = await changeId(on);
    expect(
      await on.database.inTransaction((tx) =>
        postChangeDecision(on.context, tx, id, { change, decision: { decision: 'accept' } }, 'back-office'),
      ),
    ).toMatchObject({ ok: true });
    const response = only(await answersOf(on), 'ORDRSP');
    await expect(response.text).toMatchFileSnapshot('golden/nordhandel.change.ORDRSP.edi');
    expect(await on.rows(`select body ->> 'version' as version, state from purchase_order`)).toEqual([
      { version: '2', state: 'decided' },
    ]);
  });

  test('too late: what has left stays, and the ORDRSP says so at once', async () => {
    const { on, id } = await onlyOrder('NC-3');
    await decide(on, id);
    await on.database.inTransaction((tx) =>
      postShipment(on.context, tx, id, { shipment: 'S-3', lines: [{ line: '1', quantity: '10' }] }, 'back-office'),
    );
    await answersOf(on);
    const answers = await take(on, ordchg('A2', 'CHG-3', 'NC-3', toSeven.slice(0, 3)));
    const response = only(answers, 'ORDRSP');
    expect(response.data[0]).toMatch(/^BGM\+231\+[^+]+\+27$/);
    await expect(response.text).toMatchFileSnapshot('golden/nordhandel.too-late.ORDRSP.edi');
  });

  test('of an order that never came waits, then is refused', async () => {
    const on = await testGateway();
    expect(typesOf(await take(on, ordchg('A1', 'CHG-4', 'NC-9', toSeven)))).toEqual(['CONTRL']);
    expect(await on.rows(`select state from document where kind = 'order-change'`)).toEqual([{ state: 'waiting' }]);
    on.clock.move(8 * 24 * 60);
    await on.settle();
    expect(await on.rows(`select state, state_reason from document where kind = 'order-change'`)).toEqual([
      { state: 'rejected', state_reason: 'Order NC-9 is changed, but never came.' },
    ]);
    const [response, ...more] = await answersOf(on);
    expect([response?.text, more]).toEqual([expect.stringContaining('There is no order NC-9 to change.'), []]);
    expect(response?.text).toContain('RFF+PP:CHG-4');
  });
});

describe('duplicates', () => {
  test('the same file again is linked and not entered; the same number with other bytes waits for a person', async () => {
    const on = await testGateway();
    await take(on, orders('D1', 'ND-1'));
    await take(on, orders('D1', 'ND-1'));
    await take(on, orders('D1', 'ND-2'));
    expect(await on.rows('select number from purchase_order')).toEqual([{ number: 'ND-1' }]);
    expect(await on.rows(`select quarantine_reason from interchange where state = 'quarantined'`)).toHaveLength(1);
  });

  test('the same order number under a new reference is a business rule: it is held', async () => {
    const on = await testGateway();
    await take(on, orders('D1', 'ND-1'));
    await take(on, orders('D2', 'ND-1'));
    expect(await on.rows(`select state from document where kind = 'order' order by at, id`)).toEqual([
      { state: 'processed' },
      { state: 'held' },
    ]);
  });

  test('a second CONTRL for one interchange changes nothing', async () => {
    const on = await testGateway();
    await take(on, orders('D1', 'ND-1'));
    await decide(on, await orderId(on, 'ND-1'));
    const response = only(await answersOf(on), 'ORDRSP');
    await take(on, contrl('K1', response.reference));
    await take(on, contrl('K2', response.reference));
    expect(await on.rows(`select state from acknowledgment where direction = 'in'`)).toEqual([
      { state: 'reconciled' },
      { state: 'reconciled' },
    ]);
    expect(await owedContrls(on)).toEqual([{ message: 'ORDRSP', state: 'met' }]);
  });

  test('production and test keep apart: a test REMADV does not touch a production invoice', async () => {
    const on = await testGateway();
    await billedOrder(on, 'D1', 'ND-1');
    const text = remadv('T1', 'PAY-T', 'INV0000001', '125').replace('+T1++++1', '+T1++++1++1');
    await take(on, text);
    expect(await on.rows('select usage, remaining_minor from open_item')).toEqual([
      { usage: 'production', remaining_minor: 12500n },
    ]);
  });
});

describe('a REMADV', () => {
  test('without UNS is refused, for nothing tells its total from the last amount of an invoice: no cash moves', async () => {
    const on = await testGateway();
    await billedOrder(on, 'R1', 'NR-1');
    const text = remadv('R2', 'PAY-R', 'INV0000001', '125').replace("UNS+S'", '').replace('UNT+13', 'UNT+12');
    const answers = await take(on, text);
    expect(answers.map(({ data }) => data)).toEqual([
      ['UCI+R2+4012345000009:14+0614141000012:14+7', 'UCM+1+REMADV:D:96A:UN:EAN003+4', 'UCS+11+13'],
    ]);
    expect(await on.rows('select remaining_minor from open_item')).toEqual([{ remaining_minor: 12500n }]);
    expect(await on.rows('select id from remittance')).toEqual([]);
  });

  test('that names an invoice not yet made waits for it', async () => {
    const on = await testGateway();
    await take(on, remadv('R1', 'PAY-R', 'INV0000001', '125'));
    expect(await on.rows('select state from remittance')).toEqual([{ state: 'waiting' }]);
    await billedOrder(on, 'R2', 'NR-1');
    expect(await on.rows('select state from remittance')).toEqual([{ state: 'applied' }]);
  });
});

describe('ORDERS as they come', () => {
  const orderedAs = async (text: string) => {
    const on = await testGateway();
    const answers = await take(on, text);
    const [row] = await on.rows<{ body: Record<string, unknown> }>(`select body from document where kind = 'order'`);
    return { answers: answers.map(({ data }) => data), order: row?.body };
  };
  const withDate = (date: string) => orders('O1', 'NO-1', twoLines, [date]);

  test('decimal commas, told by UNA or not, are the same numbers', async () => {
    const lines = [
      { gtin: '0614141001001', quantity: 10, price: '12,5' },
      { gtin: '0614141001018', quantity: 4, price: '610,25:::100:PCE' },
    ];
    for (const una of ["UNA:+,? '", '']) {
      const { order } = await orderedAs(`${una}${orders('O1', 'NO-1', lines)}`);
      expect(order).toMatchObject({
        lines: [{ price: { amount: '12.5' } }, { price: { amount: '610.25', per: '100' } }],
      });
    }
  });

  test.each([
    ['DTM+2:20361201:102', '2036-12-01'],
    ['DTM+2:203612011400:203', '2036-12-01T14:00'],
    ['DTM+2:2036120120361205:718', { from: '2036-12-01', to: '2036-12-05' }],
    ['DTM+2:20361201-20361205:718', { from: '2036-12-01', to: '2036-12-05' }],
    ['DTM+2:361201:101', '2036-12-01'],
  ])('%s is understood', async (segment, at) => {
    const { order } = await orderedAs(withDate(segment));
    expect(order).toMatchObject({ dates: [{ at }] });
  });

  test.each(['DTM+2:20361301:102', 'DTM+2:36-12-01:102'])(
    '%s is no day: the message is refused at it',
    async (segment) => {
      const { answers, order } = await orderedAs(withDate(segment));
      expect(answers).toEqual([
        ['UCI+O1+4012345000009:14+0614141000012:14+7', 'UCM+1+ORDERS:D:96A:UN:EAN008+4', 'UCS+4', 'UCD+12+2:2'],
      ]);
      expect(order).toBeUndefined();
    },
  );

  test('a date in a format nobody knows is left out, and the order enters with the problem', async () => {
    const on = await testGateway();
    await take(on, withDate('DTM+2:20361201:999'));
    expect({
      transactions: await on.rows(`select state, verdict from transaction where direction = 'in'`),
      documents: await on.rows(`select state, body -> 'dates' as dates from document`),
      problems: await on.rows(`select body ->> 'code' as code, body ->> 'message' as message from problem`),
    }).toMatchInlineSnapshot(`
      {
        "documents": [
          {
            "dates": null,
            "state": "processed",
          },
        ],
        "problems": [
          {
            "code": "element/invalid-code",
            "message": "DTM01-3 (Date/time/period format kind) is "999", which is no code of element 2379 in D96A.",
          },
          {
            "code": "map/value-invalid",
            "message": "DTM01-2 does not hold what dates[].at wants.",
          },
          {
            "code": "map/value-required",
            "message": "dates[].at is missing: nothing was found where it stands, and what surrounds it cannot be understood without.",
          },
        ],
        "transactions": [
          {
            "state": "entered",
            "verdict": "accepted-with-errors",
          },
        ],
      }
    `);
  });
});

test('an APERAK that refuses our INVOIC lands on the invoice, and on the line it names', async () => {
  const on = await testGateway();
  const id = await billedOrder(on, 'P1', 'NP-1');
  const aperak = fromDistributor('P2', 'APERAK:D:96A:UN', [
    'BGM++AP-1+27',
    'DTM+137:203611231015:203',
    'RFF+IV:INV0000001',
    'NAD+MS+4012345000009::9',
    'ERC+42',
    'FTX+AAO+++Price differs from the order',
    'RFF+LI:1',
  ]);
  expect(typesOf(await take(on, aperak))).toEqual(['CONTRL']);
  const reason = 'Price differs from the order.';
  expect(await on.rows(`select state, state_reason from document where kind = 'invoice'`)).toEqual([
    { state: 'rejected', state_reason: reason },
  ]);
  const [event] = await on.rows<{ data: object }>(`select data from event where type = 'invoice/partner-rejected'`);
  expect(event?.data).toMatchObject({ errors: [{ message: reason, paths: ['lines[0]'] }] });
  expect((await ladderOf(on.database, id))?.rungs.find(({ rung }) => rung === 'invoice-acknowledged')).toMatchObject({
    state: 'failed',
  });
});

test('what nobody agreed on is refused, and its CONTRL says so', async () => {
  const on = await testGateway();
  const answers = await take(on, fromDistributor('X1', 'INVOIC:D:96A:UN:EAN008', ['BGM+380+1+9']));
  expect(answers.map(({ data }) => data)).toMatchInlineSnapshot(`
    [
      [
        "UCI+X1+4012345000009:14+0614141000012:14+7",
        "UCM+1+INVOIC:D:96A:UN:EAN008+4+17",
        "UCS+2+13",
      ],
    ]
  `);
  expect(await on.rows(`select state from transaction where direction = 'in'`)).toEqual([{ state: 'rejected' }]);
});

test.each([
  ['EAN008', 'edifact/EAN008/ORDERS'],
  ['EAN007', 'edifact/D96A/ORDERS'],
  ['EAN010', 'edifact/D96A/ORDERS'],
  ['../../', 'edifact/D96A/ORDERS'],
])('ORDERS by the rules of %s is read by %s', async (code, map) => {
  const on = await testGateway();
  const text = orders('NH1', 'NH-1').replace('ORDERS:D:96A:UN:EAN008', `ORDERS:D:96A:UN:${code}`);
  expect(text).toContain(`:UN:${code}'`);
  await take(on, text);
  expect(await on.rows(`select map_name from document where kind = 'order'`)).toEqual([{ map_name: map }]);
});

test('an agreement that names an overlay of EANCOM sends under its code', async () => {
  const on = await testGateway((configuration) => ({
    ...configuration,
    agreements: configuration.agreements.map((agreement) =>
      agreement.id.startsWith('nordhandel/out/DESADV') ? { ...agreement, map: 'edifact/EAN005/DESADV' } : agreement,
    ),
  }));
  await take(on, orders('NH1', 'NH-1'));
  const id = await orderId(on, 'NH-1');
  await decide(on, id);
  const shipment = { shipment: 'S-1', packs: [{ contents: [{ line: '1', quantity: '10' }] }] };
  await on.database.inTransaction((tx) => postShipment(on.context, tx, id, shipment, 'back-office'));
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const mailbox = mailboxFor(on.context);
  let text = '';
  for (const { id: file } of await mailbox.list(distributorChannel, 100))
    for await (const chunk of (await mailbox.open(distributorChannel, file))?.bytes ?? [])
      text += Buffer.from(chunk).toString('latin1');
  expect(text).toContain("DESADV:D:96A:UN:EAN005'");
  expect(text).toContain("PCI+33E'");
});
