import { describe, expect, test } from 'vitest';
import type { OperatorApi } from '../../src/simulator/api.ts';
import { differences, openAmount } from '../../src/simulator/facts.ts';
import { ladderOf } from '../../src/simulator/ladder.ts';
import type { Fact } from '../../src/simulator/protocol.ts';

/** An API that answers from a table of paths without their query, as a gateway that ignores every filter would. */
const apiWith = (answers: Readonly<Record<string, unknown>>): OperatorApi => ({
  get: (path) => Promise.resolve(answers[path.split('?')[0] ?? '']),
  post: () => Promise.reject(new Error('an operator who looks changes nothing')),
  put: () => Promise.reject(new Error('an operator who looks changes nothing')),
});

const order = (changes: object = {}) => ({
  id: 'o1',
  number: '4500000101',
  partner: 'brightmart',
  usage: 'production',
  state: 'decided',
  ...changes,
});

describe('orders', () => {
  const fact: Fact = { kind: 'orders', number: '4500000101', usage: 'production', count: 1 };
  test.each([
    ['one', [order()], 0],
    ['none', [], 1],
    ['two', [order(), order({ id: 'o2' })], 1],
    ['one of another usage only', [order({ usage: 'test' })], 1],
    ['one of another number only', [order({ number: '4500000102' })], 1],
  ])('%s', async (_name, items, wrong) => {
    expect(await differences(apiWith({ '/orders': { items } }), fact)).toHaveLength(wrong);
  });
  test('an answer without a list is an error, not an absence', async () => {
    await expect(differences(apiWith({ '/orders': {} }), { ...fact, count: 0 })).rejects.toThrow(/without a list/);
  });
});

describe('documents of one number', () => {
  const fact: Fact = {
    kind: 'documents',
    document: 'invoice',
    number: 'INV1',
    usage: 'production',
    states: ['rejected', 'accepted'],
  };
  // Newest first, as the gateway lists them.
  const listed = (...states: readonly string[]) => states.map((state) => ({ id: state, number: 'INV1', state }));
  test.each([
    ['refused and sent again', listed('accepted', 'rejected'), []],
    ['the other way round', listed('rejected', 'accepted'), ['invoice INV1 is accepted, then rejected']],
    ['not answered yet', listed('sent', 'rejected'), ['invoice INV1 is rejected, then sent']],
    ['sent once', listed('rejected'), ['invoice INV1 is rejected']],
    ['of another number', [{ id: 'x', number: 'INV2', state: 'rejected' }], ['invoice INV1 is not there']],
  ])('%s', async (_name, items, wrong) => {
    const found = await differences(apiWith({ '/documents': { items } }), fact);
    expect(found).toEqual(wrong.map((text) => `${text}, rejected, then accepted expected`));
  });
});

describe('the field a refusal means', () => {
  const fact: Fact = {
    kind: 'refused-field',
    document: 'invoice',
    number: 'INV1',
    usage: 'production',
    path: 'totals.due',
  };
  const event = (type: string, ...paths: readonly string[]) => ({ type, data: { errors: [{ paths }] } });
  const api = (state: string, ...items: readonly object[]) =>
    apiWith({ '/documents': { items: [{ id: 'd1', number: 'INV1', state }] }, '/timeline/document/d1': { items } });
  test.each([
    ['is it', api('rejected', event('invoice/partner-rejected', 'totals.due')), []],
    [
      'is another',
      api('rejected', event('invoice/partner-rejected', 'number')),
      ['the refusal of INV1 means number, totals.due expected'],
    ],
    [
      'is told of an acceptance only',
      api('rejected', event('invoice/partner-accepted', 'totals.due')),
      ['the refusal of INV1 means no field, totals.due expected'],
    ],
    ['of nothing refused', api('accepted'), ['no invoice INV1 is rejected']],
  ])('%s', async (_name, told, wrong) => expect(await differences(told, fact)).toEqual(wrong));
});

describe('a claim', () => {
  const fact: Fact = {
    kind: 'claim',
    number: 'CB1',
    usage: 'production',
    amount: '16.80',
    reference: 'INV1',
    state: 'accepted',
  };
  const claim = (changes: object = {}) => ({
    amount: '16.80',
    reference: 'INV1',
    state: 'accepted',
    openItem: 'i1',
    ...changes,
  });
  test.each([
    ['right', [claim()], []],
    ['over more', [claim({ amount: '16.81' })], ['claim CB1 is over 16.81, 16.80 expected']],
    ['about another invoice', [claim({ reference: 'INV2' })], ['reference of claim CB1 is INV2, INV1 expected']],
    ['not decided', [claim({ state: 'open' })], ['state of claim CB1 is open, accepted expected']],
    ['of nothing', [claim({ openItem: null })], ['claim CB1 is tied to no open item']],
    ['missing', [], ['0 claims CB1 stand, 1 expected']],
    ['twice', [claim(), claim()], ['2 claims CB1 stand, 1 expected']],
  ])('%s', async (_name, items, wrong) =>
    expect(await differences(apiWith({ '/claims': { items } }), fact)).toEqual(wrong),
  );
});

describe('open items', () => {
  const fact: Fact = { kind: 'open-item', number: 'INV1', usage: 'production', amount: '509.64', remaining: '0.00' };
  const item = (changes: object = {}) => ({
    id: 'i',
    number: 'INV1',
    usage: 'production',
    amount: '509.64',
    remaining: '0.00',
    currency: 'USD',
    state: 'closed',
    ...changes,
  });
  test.each([
    ['right', [item()], []],
    ['as another decimal', [item({ remaining: '0' })], []],
    ['not paid', [item({ remaining: '0.01' })], ['remaining of invoice INV1 is 0.01, 0.00 expected']],
    ['another amount', [item({ amount: '509.65' })], ['amount of invoice INV1 is 509.65, 509.64 expected']],
    ['missing', [], ['0 open items INV1 stand, 1 expected']],
    ['twice', [item(), item()], ['2 open items INV1 stand, 1 expected']],
    ['of test', [item({ usage: 'test' })], ['0 open items INV1 stand, 1 expected']],
    ['a number instead of text', [item({ remaining: 0 })], ['remaining of invoice INV1 is nothing, 0.00 expected']],
  ])('%s', async (_name, items, wrong) => {
    expect(await differences(apiWith({ '/open-items': { items } }), fact)).toEqual(wrong);
  });
  test('add up over invoices', async () => {
    const api = apiWith({
      '/open-items': { items: [item({ remaining: '10.10' }), item({ number: 'INV2', remaining: '0.05' })] },
    });
    expect(await openAmount(api, ['INV1', 'INV2'], 'production')).toBe('10.15');
    expect(await openAmount(api, [], 'production')).toBeNull();
  });
});

describe('the order document', () => {
  const fact: Fact = {
    kind: 'order-document',
    number: '4500000101',
    usage: 'production',
    state: ['decided'],
    currency: 'EUR',
    lines: [{ number: '1', quantity: '120', price: '12.50', product: '0614141010110', promised: '120' }],
  };
  const line = (changes: object = {}) => ({
    number: '1',
    quantity: { value: '120' },
    price: { amount: '12.5' },
    products: [{ value: 'HT-1001' }, { value: '0614141010110' }],
    ...changes,
  });
  const detail = (changes: object = {}, lines: readonly object[] = [line()]) => ({
    ...order(),
    document: { currency: 'EUR', lines },
    lines: [{ line: '1', promised: '120' }],
    ...changes,
  });
  const judge = (found: object) => differences(apiWith({ '/orders': { items: [order()] }, '/orders/o1': found }), fact);
  test.each([
    ['right', detail(), 0],
    ['undecided', detail({ state: 'awaiting-decision' }), 1],
    ['another currency', detail({ document: { currency: 'USD', lines: [line()] } }), 1],
    ['a line too many', detail({}, [line(), line({ number: '2' })]), 1],
    ['no line', detail({}, []), 4],
    ['another quantity', detail({}, [line({ quantity: { value: '12' } })]), 1],
    ['another price', detail({}, [line({ price: { amount: '1250' } })]), 1],
    ['another product', detail({}, [line({ products: [{ value: '614141010110' }] })]), 1],
    ['promised less', detail({ lines: [{ line: '1', promised: '12' }] }), 1],
  ])('%s', async (_name, found, wrong) => expect(await judge(found)).toHaveLength(wrong));
});

describe('files and interchanges', () => {
  const file: Fact = { kind: 'duplicate-file', partner: 'brightmart', fileName: '850-again-1.edi' };
  const sent = (changes: object = {}) => ({
    name: '850-again-1.edi',
    channel: 'brightmart/folder',
    fileState: 'duplicate',
    ...changes,
  });
  test.each([
    ['linked', [sent()], 0],
    ['entered', [sent({ fileState: 'read' })], 1],
    ['not there', [], 1],
    ['of another partner', [sent({ channel: 'cedarsupply/web' })], 1],
    ['of another name', [sent({ name: '850-1.edi' })], 1],
    ['taken twice', [sent(), sent()], 1],
  ])('a duplicate file that is %s', async (_name, items, wrong) => {
    expect(await differences(apiWith({ '/transmissions': { items } }), file)).toHaveLength(wrong);
  });

  const numbers: Fact = {
    kind: 'interchanges',
    partner: 'brightmart',
    controlNumber: '000000007',
    entered: 1,
    quarantined: 1,
  };
  const one = (changes: object = {}) => ({
    controlNumber: '000000007',
    direction: 'in',
    partner: 'brightmart',
    state: 'closed',
    ...changes,
  });
  test.each([
    ['right', [one(), one({ state: 'quarantined' })], 0],
    ['right, the quarantined one of nobody', [one(), one({ state: 'quarantined', partner: null })], 0],
    ['both entered', [one(), one()], 2],
    ['none quarantined', [one()], 1],
    ['the first of another partner', [one({ partner: 'cedarsupply' }), one({ state: 'quarantined' })], 1],
    ['one that left', [one({ direction: 'out' }), one({ state: 'quarantined' })], 1],
  ])('interchanges of one number: %s', async (_name, items, wrong) => {
    expect(await differences(apiWith({ '/interchanges': { items } }), numbers)).toHaveLength(wrong);
  });
});

describe('the ladder', () => {
  const rungs = [
    {
      rung: 'order-received',
      state: 'met',
      at: '2026-11-22T13:45:10Z',
      direction: 'in',
      message: '850',
      subject: { kind: 'order', id: 'o1' },
    },
    { rung: 'some-later-rung', state: 'met' },
  ];
  test('is read, unknown rungs left out', async () => {
    const api = apiWith({
      '/orders': { items: [order(), order({ id: 'x', usage: 'test' })] },
      '/orders/o1/ladder': { rungs },
    });
    expect(await ladderOf(api, '4500000101', 'production', 'brightmart')).toMatchObject([
      { rung: 'order-received', subject: 'order o1', fileName: null },
    ]);
    expect(await ladderOf(api, '4500000109', 'production', 'brightmart')).toEqual([]);
  });
  test('two orders of one number are an error', async () => {
    const api = apiWith({ '/orders': { items: [order(), order({ id: 'o2' })] } });
    await expect(ladderOf(api, '4500000101', 'production', 'brightmart')).rejects.toThrow(/2 orders/);
  });
});
