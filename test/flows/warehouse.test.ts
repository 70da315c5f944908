import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { postPick } from '../../src/flows/orders/post-pick.ts';
import type { Agreement, Channel, Configuration, WarehouseSettings } from '../../src/partners/configuration.ts';
import { DOCUMENT_OF_MESSAGE } from '../../src/partners/defaults.ts';
import { acknowledgmentOf, interchange, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

/*
 * A third-party warehouse, Redwood, ships the example retailer's orders: 940 to it, 945 from it, 997 both ways. Another, Pinecone, ships for
 * nobody we know of. And messages that are kept to be read.
 */
let control = 1;

const agreed = (
  like: Agreement,
  partner: string,
  message: string,
  warehouse: WarehouseSettings | null = null,
): Agreement => ({
  ...like,
  id: `${partner}/${like.direction}/${message}/${like.usage}`,
  partner,
  theirs: { ...like.theirs, qualifier: 'ZZ', id: partner.toUpperCase() },
  message,
  map: `x12/004010/${message}`,
  document: DOCUMENT_OF_MESSAGE[message] ?? like.document,
  channel: like.channel === null ? null : `${partner}/folder`,
  envelope: { ...like.envelope, groupReceiver: partner.toUpperCase() },
  warehouse,
});

/** The example configuration with both warehouses, of which Redwood ships for the retailer. */
const withWarehouses =
  (releaseWhen: WarehouseSettings['releaseWhen']) =>
  (configuration: Configuration): Configuration => {
    const like = (id: string) => configuration.agreements.find((agreement) => agreement.id.startsWith(id));
    const [inbound, outbound] = [like('brightmart/in/820'), like('brightmart/out/856')];
    const channel = configuration.channels.find(({ id }) => id === 'brightmart/folder');
    if (inbound === undefined || outbound === undefined || channel?.settings.kind !== 'directory')
      throw new Error('the example retailer has changed');
    const { settings } = channel;
    const identity = (name: string) => ({ syntax: 'x12' as const, qualifier: 'ZZ', id: name.toUpperCase() });
    const names = ['redwood', 'pinecone'];
    return {
      ...configuration,
      partners: [
        ...configuration.partners,
        ...names.map((id) => ({ id, name: id, identities: [identity(id)], ids: [] })),
      ],
      channels: [
        ...configuration.channels,
        ...names.map(
          (id): Channel => ({
            ...channel,
            id: `${id}/folder`,
            partner: id,
            speaksFor: [identity(id)],
            settings: {
              ...settings,
              inbox: null,
              archive: null,
              outbox: settings.outbox?.replace('brightmart', id) ?? null,
            },
          }),
        ),
      ],
      agreements: [
        ...configuration.agreements,
        agreed(inbound, 'redwood', '945'),
        agreed(inbound, 'pinecone', '945'),
        { ...agreed(inbound, 'brightmart', '864'), theirs: inbound.theirs },
        agreed(outbound, 'redwood', '940', { shipsFor: ['brightmart'], releaseWhen }),
        agreed(outbound, 'pinecone', '940', { shipsFor: ['cedarsupply'], releaseWhen }),
      ],
    };
  };
const warehouseGateway = async (releaseWhen: WarehouseSettings['releaseWhen'] = 'decided') => {
  const on = await testGateway(withWarehouses(releaseWhen));
  for (const name of ['redwood', 'pinecone'])
    await mkdir(join(on.dataFolder, 'exchange', name, 'outbox'), { recursive: true });
  return on;
};

/** What a partner sends, and what is then left for it and for the others, acknowledgments apart. */
async function give(on: TestGateway, from: string, text: string) {
  await on.receive(`${from}/folder`, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const left = async (name: string) => [...(await on.outbox(`exchange/${name}/outbox`)).values()];
  const [retailer, redwood, pinecone] = [await left('brightmart'), await left('redwood'), await left('pinecone')];
  const acks = [...retailer, ...redwood, ...pinecone].filter((one) => one.includes('ST*997'));
  const others = (texts: readonly string[]) => texts.filter((one) => !one.includes('ST*997'));
  return { acks, retailer: others(retailer), redwood: others(redwood), pinecone: others(pinecone) };
}
const from = (name: string) => ({ sender: name.toUpperCase(), qualifier: 'ZZ' });

const w06 = (order: string, shipment: string, ours = '') => `W06*F*${ours}*20361123*${shipment}**${order}`;
const shipped945 = (name: string, header: string, lines: readonly string[], total: number) =>
  interchange(
    'SW',
    control++,
    '945',
    [header, 'N1*ST*STORE 12*92*0012', 'W27*M*CNWY', ...lines, `W03*${total}`],
    from(name),
  );
const line945 = (number: number, ordered: number, quantity: number, item: string, sscc?: string) => [
  `LX*${number}`,
  ...(sscc === undefined ? [] : [`MAN*GM*${sscc}`]),
  `W12*${ordered === quantity ? 'CC' : 'PR'}*${ordered}*${quantity}*${ordered - quantity}*EA**VN*${item}`,
];
const held = (on: TestGateway) =>
  on.rows(`select state, state_reason as reason from document where kind = 'warehouse-shipment' order by at, id`);
const orderState = async (on: TestGateway) => on.rows('select state from purchase_order');
const twoLines = [line850(1, 10, '12.5', 'HT-1001'), line850(2, 4, '21.75', 'HT-1002')];
const body = (text = '') =>
  text.split(/~\s*/).filter((segment) => !/^(ISA|GS|ST|SE|GE|IEA)\*/.test(segment) && segment !== '');

describe('an order of a partner a warehouse ships for', () => {
  test('goes from 850 to 810 by the warehouse: 940 to it, 945 from it, 997 both ways', async () => {
    const on = await warehouseGateway();
    const decided = await give(on, 'brightmart', order850('WH-1', control++, twoLines));
    expect(decided.retailer.map((text) => /ST\*(\d+)/.exec(text)?.[1])).toEqual(['855']);
    expect(decided.pinecone).toEqual([]);
    const [told, ...more] = decided.redwood;
    expect(more).toEqual([]);
    expect(body(told)).toEqual([
      'W05*N*WO0000001*WH-1',
      'N1*ST*Store 12*92*0012',
      'N3*1 Main St',
      'N4*Columbus*OH*43004*US',
      'G62*04*20261122',
      'LX*1',
      'W01*10*EA**VN*HT-1001',
      'LX*2',
      'W01*4*EA**VN*HT-1002',
      'W76*14',
    ]);
    expect(
      await on.rows(`select state from expectation where kind = 'acknowledgment' and partner_id = 'redwood'`),
    ).toEqual([{ state: 'open' }]);
    await give(on, 'redwood', acknowledgmentOf(told ?? '', control++, 'A', [], from('redwood')));
    expect(
      await on.rows(`select state from expectation where kind = 'acknowledgment' and partner_id = 'redwood'`),
    ).toEqual([{ state: 'met' }]);
    const lines = [
      ...line945(1, 10, 10, 'HT-1001', '006141410000007776'),
      ...line945(2, 4, 3, 'HT-1002', '006141410000007783'),
    ];
    const shipped = await give(on, 'redwood', shipped945('redwood', w06('WH-1', 'SHP-1', 'WO0000001'), lines, 13));
    expect(shipped.acks.map((text) => /AK1\*SW|AK5\*\w/g.exec(text)?.[0])).toEqual(['AK1*SW']);
    expect(shipped.redwood).toEqual([]);
    const notice = shipped.retailer.find((text) => text.includes('ST*856')) ?? '';
    expect(notice).toContain('BSN*00*SHP-1*');
    expect(notice.match(/MAN\*GM\*\d+/g)).toEqual(['MAN*GM*00006141410000007776', 'MAN*GM*00006141410000007783']);
    expect(notice.match(/SN1\*\*\d+\*EA/g)).toEqual(['SN1**10*EA', 'SN1**3*EA']);
    expect(shipped.retailer.find((text) => text.includes('ST*810'))).toContain('TDS*19025~');
    expect(await orderState(on)).toEqual([{ state: 'partly-shipped' }]);
    expect(await held(on)).toEqual([{ state: 'processed', reason: null }]);
    expect(await on.rows(`select number from document where kind = 'warehouse-shipment'`)).toEqual([
      { number: 'SHP-1' },
    ]);
  });

  test('what lies in no labelled carton leaves beside those that do, and the labels are kept', async () => {
    const on = await warehouseGateway();
    await give(on, 'brightmart', order850('WH-2', control++, twoLines));
    const lines = [...line945(1, 10, 10, 'HT-1001', '006141410000007776'), ...line945(2, 4, 4, 'HT-1002')];
    const { retailer } = await give(on, 'redwood', shipped945('redwood', w06('WH-2', 'SHP-2'), lines, 14));
    const notice = retailer.find((text) => text.includes('ST*856')) ?? '';
    expect(notice.match(/MAN\*GM\*\d+/g)).toEqual(['MAN*GM*00006141410000007776']);
    expect(notice.match(/SN1\*\*\d+\*EA/g)).toEqual(['SN1**10*EA', 'SN1**4*EA']);
    expect(await on.rows('select sscc from sscc')).toEqual([{ sscc: '006141410000007776' }]);
    expect(await orderState(on)).toEqual([{ state: 'invoiced' }]);
  });

  test('without any label ships lines', async () => {
    const on = await warehouseGateway();
    await give(on, 'brightmart', order850('WH-2', control++));
    const { retailer } = await give(
      on,
      'redwood',
      shipped945('redwood', w06('WH-2', 'SHP-2'), line945(1, 10, 10, 'HT-1001'), 10),
    );
    expect(retailer.find((text) => text.includes('ST*856'))).toContain('SN1**10*EA');
    expect(await orderState(on)).toEqual([{ state: 'invoiced' }]);
  });

  test('waits for a pick where the agreement says so, and each pick is a 940 of its own', async () => {
    const on = await warehouseGateway('picked');
    expect((await give(on, 'brightmart', order850('WH-5', control++, twoLines))).redwood).toEqual([]);
    const [{ id = '' } = {}] = await on.rows<{ id: string }>('select id from purchase_order');
    const pick = (line: string, quantity: string) =>
      on.database.inTransaction((tx) => postPick(on.context, tx, id, { lines: [{ line, quantity }] }, 'back-office'));
    const told = async () => {
      await on.settle();
      return [...(await on.outbox('exchange/redwood/outbox')).values()].map((text) =>
        body(text).filter((one) => /^W0[15]/.test(one)),
      );
    };
    expect(await pick('1', '6')).toMatchObject({ ok: true });
    expect(await told()).toEqual([['W05*N*WO0000001*WH-5', 'W01*6*EA**VN*HT-1001']]);
    expect(await pick('1', '5')).toMatchObject({ ok: false });
    expect(await told()).toEqual([]);
    expect(await pick('1', '4')).toMatchObject({ ok: true });
    expect(await told()).toEqual([['W05*N*WO0000002*WH-5', 'W01*4*EA**VN*HT-1001']]);
    for (const [ours, quantity] of [
      ['WO0000002', 4],
      ['WO0000001', 6],
    ] as const) {
      const lines = line945(1, quantity, quantity, 'HT-1001');
      await give(on, 'redwood', shipped945('redwood', w06('WH-5', `SHP-${ours}`, ours), lines, quantity));
    }
    expect(await on.rows('select number from shipment order by number desc')).toEqual([
      { number: 'SHP-WO0000002' },
      { number: 'SHP-WO0000001' },
    ]);
  });

  test('two 940s of one order are told apart by our number of each', async () => {
    const on = await warehouseGateway('picked');
    await give(on, 'brightmart', order850('WH-7', control++, twoLines));
    const [{ id = '' } = {}] = await on.rows<{ id: string }>('select id from purchase_order');
    for (const [line, quantity] of [
      ['1', '4'],
      ['1', '5'],
      ['2', '4'],
    ] as const)
      await on.database.inTransaction((tx) =>
        postPick(on.context, tx, id, { lines: [{ line, quantity }] }, 'back-office'),
      );
    await on.settle();
    const ship = (shipment: string, ours: string, item: string, quantity: number) =>
      give(
        on,
        'redwood',
        shipped945('redwood', w06('WH-7', shipment, ours), line945(1, quantity, quantity, item), quantity),
      );
    await ship('S1', '', 'HT-1001', 4);
    await ship('S2', 'WO0000001', 'HT-1002', 4);
    await ship('S3', 'WO0000001', 'HT-1001', 3);
    await ship('S4', 'WO0000001', 'HT-1001', 3);
    await ship('S5', 'WO0000002', 'HT-1001', 5);
    expect((await held(on)).map((row) => Object(row).reason)).toEqual([
      'Of order WH-7 the warehouse was told WO0000001, WO0000002, WO0000003; which of them was shipped it does not say.',
      'Line 1 of the warehouse is no goods of WO0000001, which it says it shipped.',
      null,
      'The warehouse shipped 3 of line 1 of WO0000001; 1 of it may still leave.',
      null,
    ]);
    expect(await on.rows('select number from shipment order by number')).toEqual([{ number: 'S3' }, { number: 'S5' }]);
  });

  test('an order that is refused is no work for it', async () => {
    const on = await warehouseGateway();
    const { redwood } = await give(on, 'brightmart', order850('WH-6', control++, [line850(1, 10, '12.5', 'NO-SUCH')]));
    expect(redwood).toEqual([]);
    expect(await on.rows(`select id from document where kind = 'warehouse-order'`)).toEqual([]);
  });
});

describe('a 945', () => {
  const never = (numbers: string) => `The warehouse shipped ${numbers}, which we never told it to ship.`;
  test.each([
    ['an order we do not know', 'redwood', w06('WH-X', 'S1'), 'HT-1001', 10, never('WH-X')],
    [
      'an order another warehouse was told of',
      'pinecone',
      w06('WH-3', 'S1', 'WO0000001'),
      'HT-1001',
      10,
      never('WO0000001 or WH-3'),
    ],
    [
      'a number that is not ours, whatever order stands beside it',
      'redwood',
      w06('WH-3', 'S1', 'NOPE'),
      'HT-1001',
      10,
      never('NOPE or WH-3'),
    ],
    [
      'our number, with the order of another',
      'redwood',
      w06('WH-9', 'S1', 'WO0000001'),
      'HT-1001',
      10,
      'The warehouse shipped WO0000001 for order WH-9; we told it to ship that for WH-3.',
    ],
    [
      'goods nobody ordered',
      'redwood',
      w06('WH-3', 'S1'),
      'HT-4001',
      10,
      'Line 1 of the warehouse fits no line of order WH-3.',
    ],
    [
      'more than is promised',
      'redwood',
      w06('WH-3', 'S1'),
      'HT-1001',
      11,
      'Line 1 of order WH-3 ships 11; 10 may still leave.',
    ],
    ['nothing', 'redwood', w06('WH-3', 'S1'), 'HT-1001', 0, 'The warehouse shipped nothing of order WH-3.'],
  ])('of %s is held, and ships nothing', async (_what, name, header, item, quantity, reason) => {
    const on = await warehouseGateway();
    await give(on, 'brightmart', order850('WH-3', control++));
    const { retailer } = await give(on, name, shipped945(name, header, line945(1, 10, quantity, item), quantity));
    expect(retailer).toEqual([]);
    expect(await held(on)).toEqual([{ state: 'held', reason }]);
    expect(await on.rows('select id from shipment')).toEqual([]);
    expect(await orderState(on)).toEqual([{ state: 'decided' }]);
  });

  test('of somebody who is no warehouse of ours is refused at the door', async () => {
    const on = await warehouseGateway();
    await give(on, 'brightmart', order850('WH-3', control++));
    const text = interchange('SW', control++, '945', [w06('WH-3', 'S1'), ...line945(1, 10, 10, 'HT-1001'), 'W03*10']);
    const { acks } = await give(on, 'brightmart', text);
    expect(acks.join('')).toMatch(/AK5\*R|AK9\*R/);
    expect(await on.rows('select id from shipment')).toEqual([]);
  });

  test('that comes twice under new numbers ships once, and the second is held', async () => {
    const on = await warehouseGateway();
    await give(on, 'brightmart', order850('WH-4', control++));
    for (let time = 0; time < 2; time++)
      await give(on, 'redwood', shipped945('redwood', w06('WH-4', 'SHP-4'), line945(1, 10, 4, 'HT-1001'), 4));
    expect(await on.rows('select number from shipment')).toEqual([{ number: 'SHP-4' }]);
    expect(await held(on)).toEqual([
      { state: 'processed', reason: null },
      { state: 'held', reason: 'A shipment SHP-4 was posted before.' },
    ]);
  });
});

test('a text message is kept as a document, and told by an event', async () => {
  const on = await warehouseGateway();
  const text = ['BMG*00*CLOSED IN MAY', 'N1*FR*BRIGHTMART', 'MIT*1*RAMP 3', 'MSG*Ramp 3 is closed.'];
  await give(on, 'brightmart', interchange('TX', control++, '864', text));
  expect(await on.rows(`select state from document where kind = 'text-message'`)).toEqual([{ state: 'processed' }]);
  expect(await on.rows(`select actor from event where type = 'text-message/received'`)).toEqual([
    { actor: 'partner:brightmart' },
  ]);
});
