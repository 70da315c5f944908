import { describe, expect, test } from 'vitest';
import { ApiProblem, type OperatorApi } from '../../src/simulator/api.ts';
import { settleDisputes } from '../../src/simulator/back-office-disputes.ts';

interface World {
  readonly refused: { id: string; number: string; usage: string }[];
  readonly invoice: { id: string; number: string; document: string; order: string };
  readonly claim: { id: string; number: string; state: string; amount: string; openItem: string | null };
  remaining: string;
  paid: boolean;
  note: string;
}

const world = (changes: Partial<World> = {}): World => ({
  refused: [{ id: 'd1', number: 'INV1', usage: 'production' }],
  invoice: { id: 'v1', number: 'INV1', document: 'd1', order: 'o1' },
  claim: { id: 'c1', number: 'CB1', state: 'none', amount: '16.80', openItem: 'i1' },
  remaining: '163.00',
  paid: false,
  note: 'RUSH; PROMOTION ALLOWANCE 5.00',
  ...changes,
});

/** As much of a gateway as disputes move; every request is noted with its key. */
function apiOf(on: World, asked: [path: string, key: string, body: unknown][]): OperatorApi {
  const answers = new Map<string, unknown>();
  const move = (path: string, body: { state?: string; applications?: unknown }) => {
    if (path.endsWith('/corrections')) on.invoice.document = 'd2';
    if (path.endsWith('/decision')) on.claim.state = body.state ?? '';
    if (path.endsWith('/settlements')) on.remaining = '0.00';
    return { done: path };
  };
  return {
    async get(path) {
      const [at = '', filter = ''] = path.split('?');
      const state = new URLSearchParams(filter).get('state');
      if (at === '/documents') return { items: on.refused };
      if (at === '/invoices') return { items: [on.invoice] };
      if (at === '/claims')
        return { items: on.claim.state === state ? [{ ...on.claim, reasons: [{ code: 'damaged' }] }] : [] };
      if (at === '/orders/o1') return { document: { texts: [{ text: on.note }] } };
      if (at === '/open-items/i1')
        return { remaining: on.remaining, applications: on.paid ? [{ remittance: 'r1' }] : [] };
      throw new ApiProblem('GET', path, 404, '');
    },
    async post(path, body, key) {
      asked.push([path, key, body]);
      const told = answers.get(key) ?? move(path, Object(body));
      answers.set(key, told);
      return { status: 201, body: told };
    },
    put: () => Promise.reject(new Error('nothing is put')),
  };
}

describe('the receivables of the back office', () => {
  test('correct what was refused, once, with what the note of the order promises', async () => {
    const [on, asked] = [world(), [] as [string, string, unknown][]];
    const api = apiOf(on, asked);
    expect(await settleDisputes(api, 'p', 'ar')).toEqual(['corrected invoice INV1: 5.00 off']);
    // The refused document stays refused; the invoice stands on another.
    expect(await settleDisputes(api, 'p', 'ar')).toEqual([]);
    expect(asked.map(([path, key]) => [path, key])).toEqual([
      ['/invoices/v1/corrections', 'd1-correction'],
      ['/invoices/v1/corrections', 'd1-correction'],
    ]);
    expect(asked[0]?.[2]).toMatchObject({
      charges: [{ kind: { code: 'allowance' }, code: { code: 'promotion' }, amount: '5.00' }],
    });
  });

  test('say so when nothing tells what is wrong', async () => {
    const api = apiOf(world({ note: 'RUSH' }), []);
    await expect(settleDisputes(api, 'p', 'ar')).rejects.toThrow('invoice INV1 was refused, and nothing says why');
  });

  test('accept a claim, and give up what the payment then leaves of it, and no other amount', async () => {
    const on = world({ refused: [] });
    on.claim.state = 'open';
    const asked: [string, string, unknown][] = [];
    const api = apiOf(on, asked);
    expect(await settleDisputes(api, 'p', 'ar')).toEqual(['accepted claim CB1 over 16.80']);
    // Claimed and not paid: nothing moves. Paid, and another amount is open: a person's.
    expect(await settleDisputes(api, 'p', 'ar')).toEqual([]);
    Object.assign(on, { paid: true, remaining: '16.81' });
    expect(await settleDisputes(api, 'p', 'ar')).toEqual([]);
    Object.assign(on, { remaining: '16.80' });
    expect(await settleDisputes(api, 'p', 'ar')).toEqual(['gave up 16.80 for claim CB1']);
    expect(on.claim.state).toBe('closed');
    expect(await settleDisputes(api, 'p', 'ar')).toEqual([]);
    expect(asked.filter((_one, index) => index % 2 === 0).map(([path, key]) => [path, key])).toEqual([
      ['/claims/c1/decision', 'c1-accepted'],
      ['/remittances/r1/settlements', 'c1-given-up'],
      ['/claims/c1/decision', 'c1-closed'],
    ]);
    expect(asked[2]?.[2]).toMatchObject({
      applications: [{ openItem: 'i1', deduction: '16.80', deductionCode: 'damaged' }],
    });
  });
});
