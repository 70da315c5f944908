import { describe, expect, test } from 'vitest';
import { BUYERS } from '../../src/simulator/profiles.ts';
import { CONVERSATIONS } from '../../src/simulator/scenarios.ts';
import {
  accepting997,
  broken850,
  claim812,
  order850,
  refusal824,
  remittance820,
} from '../../src/simulator/x12/documents.ts';
import { readX12 } from '../../src/simulator/x12/read.ts';
import { fill, interchangeText, usualDelimiters } from '../../src/simulator/x12/write.ts';
import { bytesOf, conversation, envelope, orderOf, set } from './documents.ts';

const x12 = CONVERSATIONS.filter(({ party }) => party !== 'nordhandel');
const invoice = {
  list: { checks: [], same: () => true, that: () => true },
  number: 'INV0000001',
  issuedOn: '20261122',
  cents: 147_360n,
};

const fail = (): never => {
  throw new Error('the conversation has no line');
};

describe('what the buyer writes, node-x12 reads strictly', () => {
  test.each(x12.map(({ key, party }) => ({ key, party })))('850 of $party: $key', async ({ key, party }) => {
    if (party === 'nordhandel') throw new Error('no X12');
    const body = order850(BUYERS[party], orderOf(key));
    const text = interchangeText(envelope({ functionalId: 'PO' }), [set('850', body)]);
    const [transaction] = (await readX12(bytesOf(text))).groups[0]?.transactions ?? [];
    await expect(
      transaction?.segments.map(({ tag, elements }) => [tag, ...elements].join('*')).join('\n'),
    ).toMatchFileSnapshot(`golden/850-${party}-${key}.txt`);
  });

  test.each([
    ['820 in one', [{ invoice, paid: 147_360n }]],
    ['820 in part', [{ invoice, paid: 58_944n }]],
    ['820 with a part kept', [{ invoice, paid: 145_680n, kept: { cents: 1_680n, claim: 'CB4500000101' } }]],
  ])('%s', async (name, items) => {
    const body = remittance820(BUYERS.brightmart, orderOf('short'), {
      trace: '45000000001',
      valueOn: '20261122',
      items,
    });
    const text = interchangeText(envelope({ functionalId: 'RA' }), [set('820', body)]);
    const [transaction] = (await readX12(bytesOf(text))).groups[0]?.transactions ?? [];
    await expect(
      transaction?.segments.map(({ tag, elements }) => [tag, ...elements].join('*')).join('\n'),
    ).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.txt`);
  });

  test.each([
    [
      '824',
      'AG',
      refusal824(
        BUYERS.brightmart,
        invoice,
        { group: '12', set: '0001', totalSegment: 7 },
        { advice: 'AA4500000101', today: '20261123', reason: 'PROMOTION ALLOWANCE IS MISSING', wantedCents: 146_860n },
      ),
    ],
    [
      '812',
      'CD',
      claim812(BUYERS.brightmart, orderOf('refused'), invoice, {
        today: '20261123',
        cents: 1_680n,
        claim: 'CB4500000101',
        quantity: '2',
        line: conversation('refused').lines[0] ?? fail(),
      }),
    ],
  ] as const)('%s', async (name, functionalId, body) => {
    const text = interchangeText(envelope({ functionalId }), [set(name, body)]);
    const [transaction] = (await readX12(bytesOf(text))).groups[0]?.transactions ?? [];
    await expect(
      transaction?.segments.map(({ tag, elements }) => [tag, ...elements].join('*')).join('\n'),
    ).toMatchFileSnapshot(`golden/${name}-brightmart.txt`);
  });

  test('997', async () => {
    const sets = [
      { set: '855', controlNumber: '0001' },
      { set: '855', controlNumber: '0002' },
    ];
    const body = accepting997('PR', '12', sets);
    expect(body).toEqual(['AK1*PR*12', 'AK2*855*0001', 'AK5*A', 'AK2*855*0002', 'AK5*A', 'AK9*A*2*2*2']);
    const text = interchangeText(envelope({ functionalId: 'FA' }), [set('997', body)]);
    expect((await readX12(bytesOf(text))).groups).toHaveLength(1);
  });

  test('the broken 850 is broken in meaning only, and says where', async () => {
    const { body, errors } = broken850(BUYERS.brightmart, orderOf('broken'));
    const text = interchangeText(envelope({ functionalId: 'PO' }), [set('850', body)]);
    const [transaction] = (await readX12(bytesOf(text))).groups[0]?.transactions ?? [];
    for (const { tag, segmentNumber, element, found } of errors) {
      const segment = transaction?.segments[segmentNumber - 1];
      expect([segment?.tag, segment?.elements[element - 1] ?? null]).toEqual([tag, found]);
    }
  });
});

describe('templates', () => {
  test('refuse a value that would open a segment of its own', () => {
    for (const number of ['45~ST*850', '45*00', '4>5', '4\n5']) {
      expect(() => order850(BUYERS.brightmart, orderOf('whole', { number }))).toThrow(/holds a delimiter/);
    }
  });
  test('refuse a hole without a value', () => {
    expect(() => fill('BEG*{missing}', {})).toThrow(/\{missing\}/);
  });
  test('refuse a delimiter of the interchange in data', () => {
    const body = order850(BUYERS.brightmart, orderOf('whole'));
    const delimiters = { ...usualDelimiters, element: '1' };
    expect(() => interchangeText(envelope({ delimiters }), [set('850', body)])).toThrow(/holds the delimiter/);
  });
  test('leave no empty element at the end of a segment', () => {
    expect(fill('REF*{a}*{b}*', { a: 'DP', b: '' })).toEqual(['REF*DP']);
  });
});

test('the conversations promise what their story can give', () => {
  for (const { key, lines, payments, story } of CONVERSATIONS) {
    expect(lines.length, key).toBeGreaterThan(0);
    if (story === 'order-to-cash')
      expect(
        payments.reduce((sum, part) => sum + part, 0),
        key,
      ).toBe(100);
  }
  expect(new Set(CONVERSATIONS.map(({ key }) => key)).size).toBe(CONVERSATIONS.length);
  expect(conversation('test-usage').usage).toBe('test');
});
