import { describe, expect, test } from 'vitest';
import {
  climb,
  isComplete,
  missing,
  newProgress,
  note,
  type Progress,
  rungCount,
  type Talk,
  wentWell,
} from '../../src/simulator/progress.ts';
import { CONVERSATIONS, RUNGS } from '../../src/simulator/scenarios.ts';
import { rung } from './ladders.ts';

const talkOf = (progress: Progress, key: string): Talk => {
  const talk = progress.talks.get(key);
  if (talk === undefined) throw new Error(`no conversation ${key}`);
  return talk;
};

const party = 'brightmart';

/** Every rung and step of one conversation, as a good run brings them. */
function complete(progress: Progress, key: string): void {
  const talk = talkOf(progress, key);
  for (const step of talk.conversation.steps)
    note(progress, { kind: 'step', party, conversation: key, step, wire: null });
  for (const name of RUNGS) {
    const wanted = talk.conversation.rungs[name] ?? 0;
    climb(
      talk,
      Array.from({ length: wanted }, (_, index) => rung(name, { subject: `${name} ${index}` })),
    );
  }
  for (let index = 0; index < (talk.conversation.refusedInvoices ?? 0); index += 1)
    climb(talk, [
      rung('invoice-acknowledged', {
        subject: `invoice-acknowledged ${index}`,
        detail: 'rejected, corrected and sent again',
      }),
    ]);
  note(progress, { kind: 'finished', party, conversation: key, invoiced: '1.00', paid: '1.00' });
}

describe('a conversation', () => {
  test('is complete with all its rungs and steps', () => {
    const progress = newProgress(['short']);
    expect(isComplete(progress, [])).toBe(false);
    complete(progress, 'short');
    expect(missing(talkOf(progress, 'short'))).toEqual([]);
    expect(rungCount(talkOf(progress, 'short'))).toEqual({ met: 26, expected: 26 });
    expect(isComplete(progress, [party])).toBe(false);
    note(progress, { kind: 'closed', party });
    expect([isComplete(progress, [party]), wentWell(progress, [party])]).toEqual([true, true]);
  });

  test.each(RUNGS)('without one %s is not', (name) => {
    const key = CONVERSATIONS.find(({ rungs }) => rungs[name] !== undefined)?.key ?? 'none of them';
    const progress = newProgress([key]);
    complete(progress, key);
    const talk = talkOf(progress, key);
    const [met] = [...talk.rungs].find(([, one]) => one.rung === name) ?? [];
    talk.rungs.delete(met ?? '');
    const wanted = talk.conversation.rungs[name] ?? 0;
    expect(missing(talk)).toEqual([`rung ${name}: met ${wanted - 1} of ${wanted} times`]);
    expect(isComplete(progress, [])).toBe(false);
  });

  test('without one step is not, whichever it is', () => {
    for (const { key, steps } of CONVERSATIONS) {
      for (const step of steps) {
        const progress = newProgress([key]);
        complete(progress, key);
        talkOf(progress, key).steps.delete(step);
        expect(missing(talkOf(progress, key))).toEqual([`step "${step}"`]);
        expect(wentWell(progress, [])).toBe(false);
      }
    }
  });

  test('is not complete by more of another rung, nor by the same rung seen twice', () => {
    const progress = newProgress(['short']);
    const talk = talkOf(progress, 'short');
    const shipped = rung('shipped', { subject: 'shipment 1' });
    climb(talk, [shipped, shipped, { ...shipped }, rung('order-received')]);
    climb(talk, [shipped]);
    expect(rungCount(talk)).toEqual({ met: 2, expected: 26 });
    expect(missing(talk)).toContain('rung shipped: met 1 of 2 times');
  });

  test('is not right with a failed check, a failed rung or a broken process', () => {
    const failures = [
      (progress: Progress) => {
        const failed = [{ what: '855: BAK02', ok: false, found: 'AC', expected: 'AD' }];
        note(progress, { kind: 'checked', party, conversation: 'whole', subject: '855 right', passed: 3, failed });
      },
      (progress: Progress) => {
        climb(talkOf(progress, 'whole'), [rung('invoice-acknowledged', { state: 'failed', detail: 'rejected' })]);
      },
      (progress: Progress) =>
        note(progress, { kind: 'failed', party, conversation: null, message: 'its process ended with 1' }),
      (progress: Progress) => note(progress, { kind: 'failed', party, conversation: 'whole', message: 'broke' }),
    ];
    for (const fail of failures) {
      const progress = newProgress(['whole']);
      complete(progress, 'whole');
      expect(wentWell(progress, [])).toBe(true);
      fail(progress);
      expect(wentWell(progress, [])).toBe(false);
    }
  });
});

describe('an invoice that is meant to be refused', () => {
  const answer = (state: string, detail: string, subject = 'document 1') =>
    rung('invoice-acknowledged', { state, detail, subject, message: '997', interchangeControlNumber: '7' });
  const refused = answer('failed', 'rejected');
  const replaced = answer('met', 'rejected, corrected and sent again');

  test('fails nothing while it stands, and lacks its correction until that was sent', () => {
    const talk = talkOf(newProgress(['refused']), 'refused');
    const lacks = 'refused invoices: 0 of 1 corrected and sent again';
    expect(missing(talk)).toContain(lacks);
    expect(climb(talk, [answer('met', 'accepted')])).toHaveLength(1);
    climb(talk, [refused]);
    expect([talk.failures, missing(talk).includes(lacks)]).toEqual([[], true]);
    // Told again, and counted once.
    expect(climb(talk, [replaced])).toEqual([replaced]);
    expect([climb(talk, [replaced]), missing(talk).includes(lacks)]).toEqual([[], false]);
    expect(missing(talk)).toContain('rung invoice-acknowledged: met 1 of 2 times');
  });

  test('is one: a second refusal, and the refusal of anything else, are failures', () => {
    const talk = talkOf(newProgress(['refused']), 'refused');
    climb(talk, [refused, answer('failed', 'rejected', 'document 2')]);
    expect(talk.failures).toEqual(['the gateway shows invoice-acknowledged failed: rejected']);
    const other = talkOf(newProgress(['refused']), 'refused');
    climb(other, [rung('ship-notice-acknowledged', { state: 'failed', detail: 'rejected' })]);
    expect(other.failures).toHaveLength(1);
  });

  test('that nobody meant to refuse, and was, is not right though it was corrected', () => {
    const progress = newProgress(['whole']);
    complete(progress, 'whole');
    climb(talkOf(progress, 'whole'), [replaced]);
    expect(missing(talkOf(progress, 'whole'))).toEqual(['refused invoices: 1 of 0 corrected and sent again']);
  });
});

test('cash is counted per invoice, and once though its balance goes on changing', () => {
  const talk = talkOf(newProgress(['short']), 'short');
  const cash = (detail: string) => rung('cash-applied', { subject: 'remittance 1', detail });
  expect(climb(talk, [cash('10.00 USD on INV1, 5.00 open'), cash('7.00 USD on INV2, 0.00 open')])).toHaveLength(2);
  expect(climb(talk, [cash('10.00 USD on INV1, 0.00 open'), cash('7.00 USD on INV2, 0.00 open')])).toEqual([]);
});

test('open and overdue rungs are not met, and new rungs come in the order of their time', () => {
  const talk = talkOf(newProgress(['whole']), 'whole');
  const looked = [
    rung('response-sent', { at: '2026-11-22T13:45:12.000Z' }),
    rung('order-received', { at: '2026-11-22T13:45:10.000Z' }),
    rung('response-acknowledged', { state: 'open', at: null }),
    rung('order-acknowledged', { state: 'overdue', at: null }),
  ];
  expect(climb(talk, looked).map((one) => one.rung)).toEqual(['order-received', 'response-sent']);
  expect(climb(talk, looked)).toEqual([]);
});
