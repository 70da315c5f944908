import { describe, expect, test } from 'vitest';
import { openStandards } from '../../src/library/standards.ts';
import { createReader } from '../../src/parsers/index.ts';
import { isaBytesMax, problemCountMax, transactionSegmentsMax } from '../../src/parsers/limits.ts';
import type { ReadEvent, Transaction } from '../../src/parsers/transaction.ts';
import { validate } from '../../src/parsers/validate.ts';
import { problemsOf, readText, transactionsOf } from './reading.ts';

/* What nobody means well by: each gives a Problem, in bounded memory and in time that grows with the bytes. src/parsers/limits.ts has the bounds. */

const standards = openStandards();
const isa = (isa13 = '000000001', terminator = '~') =>
  `ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*1200*^*00501*${isa13}*0*P*>${terminator}`;
const gs = 'GS*PO*A*B*20260101*1200*1*X*005010~';
const head = `${isa()}${gs}ST*850*0001~BEG*00*SA*1**20260101~`;
const foot = (count: number) => `SE*${count}*0001~GE*1*1~IEA*1*000000001~`;
const unb = "UNB+UNOC:3+A:14+B:14+260101:1200+1'";

const codes = (events: readonly ReadEvent[]) => problemsOf(events).map(({ code }) => code);

/** Reads a head, one piece over and over, and a tail, without ever having them in one string. */
function readRepeated(first: string, piece: Buffer, times: number, last: string): ReadEvent[] {
  const reader = createReader();
  const events = [...reader.push(Buffer.from(first, 'latin1'))];
  for (let time = 0; time < times; time++) for (const event of reader.read(piece)) events.push(event);
  events.push(...reader.push(Buffer.from(last, 'latin1')), ...reader.end());
  return events;
}

function judged(transaction: Transaction | undefined) {
  if (transaction === undefined) throw new Error('no transaction');
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined) throw new Error(`no table ${message}`);
  return validate(transaction, table, { balances: standards.balances(message) });
}

describe('sizes', () => {
  test('10 million empty segments in a transaction: too large, and counted', () => {
    const events = readRepeated(head, Buffer.alloc(1_000_000, '~'), 10, foot(10_000_003));
    expect(codes(events)).toEqual(['transaction/too-large']);
    const [transaction] = transactionsOf(events);
    expect(transaction?.segments.length).toBeLessThan(transactionSegmentsMax);
    // Nothing is said to be missing of what was let go.
    const { problems, verdict } = judged(transaction);
    expect([problems.map(({ code }) => code), verdict]).toEqual([['transaction/too-large'], 'rejected']);
  });

  test('a million empty segments outside any: one Problem', () => {
    const events = readRepeated(`${isa()}${gs}`, Buffer.alloc(100_000, '~'), 10, 'GE*0*1~IEA*1*000000001~');
    expect(codes(events)).toEqual(['interchange/segment-unexpected', 'group/empty']);
    expect(problemsOf(events)[0]?.message).toContain('999999 more');
  });

  test.each`
    what                  | first                                     | last                   | told
    ${'a transaction'}    | ${`${head}MSG*`}                          | ${`~${foot(4)}`}       | ${['transaction/too-large']}
    ${'a group header'}   | ${`${isa()}GS*PO*`}                       | ${'~IEA*0*000000001~'} | ${['interchange/segment-unexpected', 'interchange/empty']}
    ${'an EDIFACT value'} | ${`${unb}UNH+1+ORDERS:D:96A:UN'BGM+220+`} | ${"'UNT+3+1'UNZ+1+1'"} | ${['transaction/too-large']}
    ${'no interchange'}   | ${'HELLO '}                               | ${''}                  | ${['file/not-edi']}
  `('one element of 64 MB in $what', ({ first, last, told }) => {
    const events = readRepeated(first, Buffer.alloc(4 * 1024 * 1024, 'A'), 16, last);
    expect(codes(events)).toEqual(told);
  });

  test('10^6 repetitions of one element', () => {
    const text = `${head}REF*DP*1${'^1'.repeat(999_999)}~PO1*1*1*EA*1~${foot(5)}`;
    const [transaction] = transactionsOf(readText(text));
    expect(transaction?.segments[2]?.repetitionCount(2)).toBe(1_000_000);
    const { problems, verdict } = judged(transaction);
    expect(verdict).toBe('rejected');
    // AK404 repeats bad data: the first that is too many, not their number.
    expect(problems.map(({ code, found }) => [code, found])).toEqual([['element/too-many-repetitions', '1']]);
    expect(problems[0]?.message).toContain('repeats 1000000 times');
  });

  test('10^6 components of one element', () => {
    const [transaction] = transactionsOf(readText(`${head}REF*DP*1**${'1>'.repeat(999_999)}1~PO1*1*1*EA*1~${foot(5)}`));
    expect(judged(transaction).problems.map(({ code }) => code)).toContain('element/too-many-components');
  });

  test('10^6 elements in one segment', () => {
    const [transaction] = transactionsOf(readText(`${head}REF*DP*1${'*'.repeat(999_999)}1~PO1*1*1*EA*1~${foot(5)}`));
    expect(judged(transaction).problems.map(({ code }) => code)).toEqual(['element/too-many']);
  });

  test.each([10_000, 12_345, 40_000])(
    '%i mistakes in one transaction: the report is capped, the count exact',
    (count) => {
      const text = `${head}PO1*1*1*EA*1~${'QQQ*1~'.repeat(count)}${foot(4 + count)}`;
      const { problems, verdict } = judged(transactionsOf(readText(text))[0]);
      expect(verdict).toBe('rejected');
      expect(problems).toHaveLength(count <= problemCountMax ? count : problemCountMax + 1);
      if (count > problemCountMax) {
        expect(problems.at(-1)).toMatchObject({
          code: 'transaction/too-many-problems',
          severity: 'error',
          found: String(count),
          message: `The transaction has ${count} problems: ${count - problemCountMax} of them, from segment ${problemCountMax + 4} on, are not listed.`,
        });
      }
    },
  );

  test('mistakes of several kinds are counted together, and warnings alone reject nothing', () => {
    const line = 'PO1*1*1*QQ*1~REF*ZZ~';
    const text = `${head}${line.repeat(9_000)}${foot(3 + 18_000)}`;
    const [transaction] = transactionsOf(readText(text));
    expect(judged(transaction).problems.at(-1)?.found).toBe('18000');
    const table = standards.table('x12', '005010', '850');
    if (transaction === undefined || table === undefined) throw new Error('nothing was read');
    const { problems, verdict } = validate(transaction, table, { policies: { codes: 'warn', notes: 'warn' } });
    expect([verdict, problems.at(-1)?.severity, problems.at(-1)?.found]).toEqual(['accepted', 'warning', '18000']);
    expect(validate(transaction, table, { policies: { codes: 'off', notes: 'reject' } }).problems).toHaveLength(9_000);
  });
});

describe('what looks like an envelope', () => {
  test('a UNG inside a UNG: the first one’s trailer is missing, and both are read', () => {
    const ung = (number: number) => `UNG+ORDERS+A+B+260101:1200+${number}+UN+D:96A'`;
    const events = readText(
      `${unb}${ung(1)}${ung(2)}UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'UNT+3+1'UNE+1+2'UNE+0+1'UNZ+2+1'`,
    );
    expect(codes(events)).toEqual(['group/trailer-missing', 'interchange/segment-unexpected']);
    expect(events.filter(({ kind }) => kind === 'group')).toHaveLength(2);
  });

  test('100,000 UNG in one another', () => {
    const groups = Array.from({ length: 100_000 }, (_, index) => `UNG+ORDERS+A+B+260101:1200+${index}+UN+D:96A'`).join(
      '',
    );
    const events = readRepeated(unb, Buffer.from(groups), 1, "UNZ+100000+1'");
    expect(new Set(codes(events))).toEqual(new Set(['group/trailer-missing', 'interchange/too-many-groups']));
  });

  test('ISA inside a value is data, and so is the word in a text', () => {
    const events = readText(`${head}MSG*ISA*00~N9*L1*ISA~PO1*1*1*EA*1~${foot(6)}`);
    expect(codes(events)).toEqual([]);
    expect(transactionsOf(events)[0]?.segments[2]?.value(1)).toBe('ISA');
  });

  test('ISA as a segment inside a transaction begins another interchange: everything open lacks its trailer', () => {
    const events = readText(`${head}${isa('000000002')}${gs}GE*0*1~IEA*1*000000002~`);
    expect(codes(events)).toEqual([
      'transaction/trailer-missing',
      'group/trailer-missing',
      'interchange/trailer-missing',
      'group/empty',
    ]);
    expect(events.filter(({ kind }) => kind === 'interchange')).toHaveLength(2);
  });

  test.each([...'AZ09'])('%s as a terminator is told, and reading ends', (letter) => {
    const events = readText(`${isa('000000001', letter)}GS*PO*A*B${letter}IEA*0*000000001${letter}`);
    expect(codes(events)[0]).toBe('interchange/delimiters-invalid');
  });

  test.each`
    what                       | una            | code
    ${'all alike'}             | ${'UNA++++++'} | ${'interchange/delimiters-invalid'}
    ${'component is element'}  | ${"UNA++.? '"} | ${'interchange/delimiters-invalid'}
    ${'release is terminator'} | ${"UNA:+.' '"} | ${'interchange/delimiters-invalid'}
    ${'release is element'}    | ${"UNA:+.+ '"} | ${'interchange/delimiters-invalid'}
    ${'a letter'}              | ${"UNAX+.? '"} | ${'file/stray-bytes'}
    ${'blank terminator'}      | ${'UNA:+.?  '} | ${'interchange/header-malformed'}
    ${'too short'}             | ${'UNA:+.?'}   | ${'interchange/header-malformed'}
  `('UNA whose characters are equal or none: $what', ({ una, code }) =>
    expect(codes(readText(`${una}${unb}UNH+1+ORDERS:D:96A:UN'UNT+2+1'UNZ+1+1'`))).toContain(code),
  );

  test.each`
    what       | text                                                                      | code
    ${'ISA13'} | ${isa('1'.repeat(40)) + gs}                                               | ${'interchange/control-number-invalid'}
    ${'GS06'}  | ${isa() + gs.replace('*1200*1*', `*1200*${'1'.repeat(40)}*`)}             | ${'group/control-number-invalid'}
    ${'ST02'}  | ${head.replace('*0001~', `*${'1'.repeat(40)}~`)}                          | ${'transaction/control-number-invalid'}
    ${'UNB'}   | ${unb.replace("+1'", `+${'1'.repeat(40)}'`)}                              | ${'interchange/control-number-invalid'}
    ${'UNH'}   | ${`${unb}UNH+${'1'.repeat(40)}+ORDERS:D:96A:UN'UNT+2+${'1'.repeat(40)}'`} | ${'transaction/control-number-invalid'}
  `('a control number of 40 digits in $what', ({ text, code }) => expect(codes(readText(text))).toContain(code));

  test('ISA without an end is looked at no further than its limit', () =>
    expect(codes(readText(`ISA*${'A'.repeat(isaBytesMax * 10)}`))).toEqual(['interchange/header-malformed']));
});

describe('NUL bytes', () => {
  test.each`
    where              | text                                              | told
    ${'between'}       | ${`\0\0${head}\0PO1*1*1*EA*1~\0${foot(4)}\0\0`}   | ${['segment/padding']}
    ${'in a value'}    | ${`${head}PO1*1*1*EA*1~PID*F****A\0B~${foot(5)}`} | ${['element/invalid-character']}
    ${'in a number'}   | ${`${head}PO1*1*1\0*EA*1~${foot(4)}`}             | ${['element/invalid-character']}
    ${'in a tag'}      | ${`${head}PO1*1*1*EA*1~P\0D*F~${foot(5)}`}        | ${['segment/unknown']}
    ${'as an element'} | ${`${head}PO1*1*\0*EA*1~${foot(4)}`}              | ${['element/invalid-character']}
  `('$where', ({ text, told }) => {
    const [transaction] = transactionsOf(readText(text));
    expect(judged(transaction).problems.map(({ code }) => code)).toEqual(told);
  });

  test('as the element separator', () => {
    const events = readText(`${head}PO1*1*1*EA*1~${foot(4)}`.replaceAll('*', '\0'));
    expect(codes(events)).toEqual([]);
    expect(transactionsOf(events)[0]?.segments[2]?.value(4)).toBe('1');
  });

  test('a file of nothing else is empty of EDI', () =>
    expect(codes(readText('\0'.repeat(100_000)))).toEqual(['file/empty']));
});
