import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runBuyer } from '../../src/simulator/buyer.ts';
import { sentenceOf } from '../../src/simulator/check.ts';
import type { Host } from '../../src/simulator/process.ts';
import type { Report } from '../../src/simulator/protocol.ts';
import { conversation } from './documents.ts';
import { type Lies, smallGateway } from './small-gateway.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'buyer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs one conversation against a small gateway until the buyer is done, or until nothing moves any more. */
async function hold(key: string, lies: Lies = {}): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const stop = new AbortController();
  const accounts: (() => void)[] = [];
  const host: Host = {
    tell: (report) => reports.push(report),
    metCheckpoint: () => Promise.resolve(),
    whenAsked: (account) => accounts.push(account),
    signal: stop.signal,
    now: () => new Date(),
  };
  const gateway = smallGateway(folder, lies);
  const postbox = {
    kind: 'folder',
    inbox: join(folder, 'inbox'),
    outbox: join(folder, 'outbox'),
    taken: join(folder, 'taken'),
  } as const;
  const options = {
    party: 'brightmart',
    memoryFile: join(folder, 'brightmart.json'),
    postbox,
    pollIntervalMs: 5,
    only: [key],
    quietMs: 100,
  } as const;
  const done = runBuyer(options, host);
  let seen = -1;
  while (!reports.some(({ kind }) => kind === 'closed') && seen !== reports.length) {
    seen = reports.length;
    for (let wait = 0; wait < 40 && seen === reports.length; wait += 1) await sleep(25);
  }
  for (const account of accounts) account();
  stop.abort();
  await done;
  await gateway.stop();
  return reports;
}

const stepsIn = (reports: readonly Report[]) => reports.flatMap((one) => (one.kind === 'step' ? [one.step] : []));
const wrongIn = (reports: readonly Report[]): readonly string[] =>
  reports.flatMap((one) => {
    if (one.kind === 'checked') return one.failed.map(sentenceOf);
    if (one.kind === 'failed') return [one.message];
    return one.kind === 'account' && one.waiting.length > 0
      ? [`waits for ${one.waiting.join()}, has ${one.leftovers.join()}`]
      : [];
  });

describe('with a gateway that does all right', () => {
  test.each(['whole', 'partial', 'test-usage', 'refused'])(
    'the buyer finds nothing wrong and takes every step: %s',
    async (key) => {
      const reports = await hold(key);
      expect(wrongIn(reports)).toEqual([]);
      expect(stepsIn(reports).toSorted()).toEqual([...conversation(key).steps].toSorted());
      expect(reports.at(-1)).toEqual({ kind: 'account', party: 'brightmart', waiting: [], leftovers: [] });
    },
  );

  test('it pays in two parts what it was billed, and claims both balances', async () => {
    const facts = (await hold('partial')).flatMap((one) => (one.kind === 'checkpoint' ? one.facts : []));
    expect(facts).toMatchObject([
      { kind: 'open-item', amount: '199.80', remaining: '119.88' },
      { kind: 'open-item', amount: '199.80', remaining: '0.00' },
    ]);
  });

  test('it refuses an invoice where its total stands, and pays what is left when it has claimed', async () => {
    const reports = await hold('refused');
    const facts = reports.flatMap((one) => (one.kind === 'checkpoint' ? one.facts : []));
    const number = 'INV4500000101';
    expect(facts).toMatchObject([
      { kind: 'refused-field', number, path: 'totals.due' },
      { kind: 'documents', number, states: ['rejected', 'accepted'] },
      { kind: 'claim', number: 'CB4500000101', amount: '16.80', reference: number, state: 'accepted' },
      { kind: 'open-item', number, amount: '163.00', remaining: '163.00' },
      { kind: 'open-item', number, amount: '163.00', remaining: '0.00' },
    ]);
    expect(reports.find(({ kind }) => kind === 'finished')).toMatchObject({ invoiced: '163.00', paid: '146.20' });
  });

  test('a second run takes new numbers', async () => {
    const numbersOf = (reports: readonly Report[]) =>
      reports.flatMap((one) =>
        one.kind === 'step' && one.wire?.direction === 'in' ? [one.wire.interchangeNumber] : [],
      );
    const orderOf = (reports: readonly Report[]) => reports.flatMap((one) => (one.kind === 'began' ? [one.order] : []));
    const first = await hold('whole');
    const second = await hold('whole', { file: (_set, text) => text.replaceAll('0000000', '0000009') });
    expect(orderOf(first)).toEqual(['4500000101']);
    expect(orderOf(second)).toEqual(['4500000201']);
    expect(numbersOf(second).filter((number) => numbersOf(first).includes(number))).toEqual([]);
  });
});

const replacing = (name: string, from: RegExp, to: string): Lies => ({
  body: (set, body) => (set === name ? body.map((line) => line.replace(from, to)) : body),
});

describe('with a gateway that does not, the lie is named', () => {
  test.each<readonly [string, Lies, RegExp]>([
    [
      'a line answered with less',
      replacing('855', /^ACK\*IA\*12/, 'ACK*IA*11'),
      /855 .*line 1 ACK: found IA 11, expected IA 12/,
    ],
    ['a price of its own', replacing('855', /12\.50/, '12.49'), /line 1 PO104: found 12\.49/],
    [
      'less in the shipment than promised',
      replacing('856', /^SN1\*\*12/, 'SN1**11'),
      /856 .*shipped of line 1: found 11, expected 12/,
    ],
    ['an HL that hangs elsewhere', replacing('856', /^HL\*4\*3/, 'HL*4*2'), /HL 4 HL03/],
    ['a wrong check digit', replacing('856', /^(MAN\*GM\*\d{19})(\d)/, '$1X'), /an SSCC-18/],
    ['a cent too much', replacing('810', /^TDS\*(\d+)6$/, 'TDS*$17'), /810 .*TDS01: found 38977, expected 38976/],
    [
      'a line billed that was not shipped',
      replacing('810', /^IT1\*2\*24/, 'IT1*2*25'),
      /billed of line 2: found 25, expected 24/,
    ],
    [
      'an invoice for another order',
      replacing('810', /^(BIG.*)\*45\d+/, '$1*4500000999'),
      /waits for 810:4500000101, has 810:4500000999/,
    ],
    [
      'a 997 for another group',
      replacing('997', /^AK1\*PO\*\d+/, 'AK1*PO*999'),
      /waits for 997:PO:1, has .*997:PO:999/,
    ],
    ['a 997 with errors noted', replacing('997', /^AK5\*A/, 'AK5*E'), /AK5 of set/],
    ['an answer sent twice', { twice: ['855'] }, /files nobody waited for: found 855:/],
    ['an invoice sent twice', { twice: ['810'] }, /files nobody waited for: found 810:/],
    ['an acknowledged acknowledgment', { acknowledgesAcknowledgments: true }, /files nobody waited for: found 997:FA/],
    [
      'an invoice before its ship notice',
      { billsFirst: true },
      /810 .*ISA13: found \d+, expected a number after \d+ of its 856/,
    ],
    ['test answered in production', { usage: 'test' }, /usage: found test, expected production/],
    [
      'one control number for all',
      { countsNothing: true },
      /ISA13: found 000000001, expected a number never used before/,
    ],
    [
      'a wrong SE01',
      { file: (set, text) => (set === '855' ? text.replace(/SE\*\d+/, 'SE*99') : text) },
      /cannot read 855.*SE01/,
    ],
    ['a file cut short', { file: (set, text) => (set === '856' ? text.slice(0, -30) : text) }, /cannot read 856/],
  ])('%s', async (_name, lies, expected) => {
    const reports = await hold('whole', lies);
    expect(wrongIn(reports).join('\n')).toMatch(expected);
  });

  test('and what does not come at all leaves its steps untaken', async () => {
    for (const missing of ['TA1', '997', '855', '856', '810']) {
      const reports = await hold('whole', { file: (set, text) => (set === missing ? null : text) });
      expect(stepsIn(reports)).toContain('850 sent');
      expect(stepsIn(reports).length).toBeLessThan(conversation('whole').steps.length);
      expect(reports.some(({ kind }) => kind === 'closed')).toBe(false);
      rmSync(folder, { recursive: true, force: true });
    }
  }, 30_000);
});
