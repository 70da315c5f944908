import { describe, expect, test } from 'vitest';
import { openStandards } from '../../src/library/standards.ts';
import type { Transaction } from '../../src/parsers/transaction.ts';
import { validate } from '../../src/parsers/validate.ts';
import { edifact, x12 } from './transactions.ts';

const standards = openStandards();

function problemsOf(transaction: Transaction) {
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined) throw new Error(`no table for ${version} ${message}`);
  const options = { implied: standards.implied(message), balances: standards.balances(message) };
  return validate(transaction, table, options).problems.filter(({ code }) => code.startsWith('balance/'));
}
const told = (transaction: Transaction) => problemsOf(transaction).map(({ message }) => message);

const order = (lines: string, totals: string) => x12(`ST*850*0001~BEG*00*SA*1**20260101~${lines}${totals}SE*9*0001~`);
const invoice = (lines: string, end: string) => x12(`ST*810*0001~BIG*20260101*1~${lines}${end}SE*9*0001~`);
const remittance = (paid: string, items: string) => x12(`ST*820*0001~BPR*C*${paid}*C*ACH~${items}SE*9*0001~`);
const notice = (levels: string, totals: string) =>
  x12(`ST*856*0001~BSN*00*1*20260101*1200~${levels}${totals}SE*9*0001~`);

describe('counts and hash totals', () => {
  test.each`
    lines                                    | totals            | says
    ${'PO1*1*5*EA*1~PO1*2*3*EA*1~'}          | ${'CTT*2*8~'}     | ${[]}
    ${'PO1*1*5*EA*1~PO1*2*3*EA*1~'}          | ${'CTT*2~'}       | ${[]}
    ${'PO1*1*5*EA*1~PO1*2*3*EA*1~'}          | ${'CTT*3~'}       | ${['CTT01 is 3, and there are 2 PO1.']}
    ${'PO1*1*5*EA*1~PO1*2*3*EA*1~'}          | ${'CTT*2*9~'}     | ${['CTT02 is 9, and the digits of PO102 add up to 8.']}
    ${'PO1*1*1.8*EA*1~PO1*2*18.01*EA*1~'}    | ${'CTT*2*1819~'}  | ${[]}
    ${'PO1*1*1.8*EA*1~PO1*2*18.01*EA*1~'}    | ${'CTT*2*19.81~'} | ${[]}
    ${'PO1*1*1.8*EA*1~PO1*2*18.01*EA*1~'}    | ${'CTT*2*20~'}    | ${['CTT02 is 20, and the digits of PO102 add up to 1819.']}
    ${'PO1*1*9999999999*EA*1~PO1*2*2*EA*1~'} | ${'CTT*2*1~'}     | ${[]}
    ${'PO1*1~'}                              | ${'CTT*1*5~'}     | ${[]}
  `('$lines $totals', ({ lines, totals, says }) => expect(told(order(lines, totals))).toEqual(says));

  test('a hash total stays a warning even where balancing rejects', () => {
    const table = standards.table('x12', '004010', '850');
    if (table === undefined) throw new Error('no 850');
    const { problems, verdict } = validate(order('PO1*1*5*EA*1~', 'CTT*1*9~'), table, {
      policies: { balancing: 'reject' },
      balances: standards.balances('850'),
    });
    expect(problems).toMatchObject([
      {
        code: 'balance/hash-mismatch',
        severity: 'warning',
        expected: '5',
        at: { tag: 'CTT', elementNumber: 2, segmentNumber: 4 },
      },
    ]);
    expect(verdict).toBe('accepted');
  });
});

describe('an 810 is lines, charges less allowances, and tax', () => {
  const line = 'IT1*1*10*EA*2.50~';
  test.each`
    what                                  | lines                                   | end                                                                | says
    ${'lines'}                            | ${line}                                 | ${'TDS*2500~'}                                                     | ${[]}
    ${'wrong'}                            | ${line}                                 | ${'TDS*2600~'}                                                     | ${['TDS01 is 26.00, and its parts add up to 25.']}
    ${'charge and allowance off invoice'} | ${line}                                 | ${'TDS*2400~SAC*C*D240***100*******06~SAC*A*C310***200*******02~'} | ${[]}
    ${'bill-back does not count'}         | ${line}                                 | ${'TDS*2500~SAC*A*C310***200*******01~'}                           | ${[]}
    ${'information only does not count'}  | ${line}                                 | ${'TDS*2500~SAC*C*D240***200*******15~'}                           | ${[]}
    ${'a line’s own allowance'}           | ${`${line}SAC*A*C310***200*******02~`}  | ${'TDS*2300~'}                                                     | ${[]}
    ${'tax'}                              | ${line}                                 | ${'TDS*2700~TXI*TX*2~'}                                            | ${[]}
    ${'price per hundred'}                | ${'IT1*1*10*EA*250*HP~'}                | ${'TDS*2500~'}                                                     | ${[]}
    ${'price per dozen cannot be told'}   | ${'IT1*1*10*EA*250*PD~'}                | ${'TDS*1~'}                                                        | ${[]}
    ${'each line rounded'}                | ${'IT1*1*1*EA*0.125~IT1*2*1*EA*0.125~'} | ${'TDS*26~'}                                                       | ${[]}
    ${'rounded at the end'}               | ${'IT1*1*1*EA*0.125~IT1*2*1*EA*0.125~'} | ${'TDS*25~'}                                                       | ${[]}
    ${'a credit with its sign'}           | ${line}                                 | ${'TDS*-2500~'}                                                    | ${[]}
    ${'percent only cannot be told'}      | ${line}                                 | ${'TDS*1~SAC*A*C310*****3*10~'}                                    | ${[]}
    ${'a price left out'}                 | ${'IT1*1*10*EA**NC~'}                   | ${'TDS*1~'}                                                        | ${[]}
  `('$what', ({ lines, end, says }) => expect(told(invoice(lines, end))).toEqual(says));
});

describe('an 820 by any identity senders use (order-to-cash 2.3)', () => {
  const item = (paid: string, more = '') => `RMR*IV*1**${paid}~${more}`;
  test.each`
    what                              | paid     | items                                  | says
    ${'items'}                        | ${'30'}  | ${`ENT*1~${item('10')}${item('20')}`}  | ${[]}
    ${'a credit among them'}          | ${'15'}  | ${`ENT*1~${item('20')}${item('-5')}`}  | ${[]}
    ${'outer adjustment'}             | ${'25'}  | ${`ENT*1~ADX*-5*01~${item('30')}`}     | ${[]}
    ${'inner adjustment, netted'}     | ${'30'}  | ${`ENT*1~${item('30', 'ADX*-5*01~')}`} | ${[]}
    ${'inner adjustment, not netted'} | ${'25'}  | ${`ENT*1~${item('30', 'ADX*-5*01~')}`} | ${[]}
    ${'sign of old releases'}         | ${'25'}  | ${`ENT*1~ADX*5*01~${item('30')}`}      | ${[]}
    ${'adjustments alone'}            | ${'5'}   | ${'ENT*1~ADX*5*01~'}                   | ${[]}
    ${'no detail'}                    | ${'5'}   | ${''}                                  | ${[]}
    ${'ENT left out'}                 | ${'10'}  | ${item('10')}                          | ${[]}
    ${'out of balance'}               | ${'31'}  | ${`ENT*1~${item('30')}`}               | ${['BPR02 is 31, and its parts add up to 30.']}
    ${'no float: 0.1 + 0.2'}          | ${'0.3'} | ${`ENT*1~${item('.1')}${item('.2')}`}  | ${[]}
  `('$what', ({ paid, items, says }) => expect(told(remittance(paid, items))).toEqual(says));
});

describe('hierarchies', () => {
  test.each`
    levels                                                    | totals        | says
    ${'HL*1**S~HL*2*1*O~PRF*1~HL*3*2*I~LIN**UP*1~SN1**5*EA~'} | ${'CTT*3*5~'} | ${[]}
    ${'HL*1**S~HL*2*9*O~'}                                    | ${'CTT*2~'}   | ${['HL02 is "9", and no earlier HL has that number.']}
    ${'HL*1**S~HL*2*3*O~HL*3*1*I~'}                           | ${''}         | ${['HL02 is "3", and no earlier HL has that number.']}
    ${'HL*1**S~HL*1*1*O~'}                                    | ${''}         | ${['HL01 is "1", as that of an earlier HL.']}
    ${'HL*1*1*S~'}                                            | ${''}         | ${['HL02 is "1", and no earlier HL has that number.']}
    ${'HL*1**S~HL*2*1*O~'}                                    | ${'CTT*1~'}   | ${['CTT01 is 1, and there are 2 HL.']}
  `('$levels$totals', ({ levels, totals, says }) => expect(told(notice(levels, totals))).toEqual(says));
});

describe('EDIFACT', () => {
  const head = (message: string) => `UNH+1+${message}:D:96A:UN'BGM+1+1+9'DTM+137:20260101:102'`;
  test.each`
    message     | body                                                                                                                 | says
    ${'ORDERS'} | ${"LIN+1'QTY+21:5'QTY+52:2'LIN+2'QTY+21:3'UNS+S'CNT+1:8'CNT+2:2'"}                                                   | ${[]}
    ${'ORDERS'} | ${"LIN+1'QTY+21:5'QTY+52:2'LIN+2'QTY+21:3'UNS+S'CNT+1:10'"}                                                          | ${[]}
    ${'ORDERS'} | ${"LIN+1'QTY+21:5'UNS+S'CNT+1:6'CNT+2:3'"}                                                                           | ${['CNT01-2 is 6, and its parts add up to 5.', 'CNT01-2 is 3, and there are 1 LIN.']}
    ${'ORDERS'} | ${"LIN+1'MOA+203:5,5'UNS+S'MOA+79:5.50'"}                                                                            | ${[]}
    ${'INVOIC'} | ${"LIN+1'MOA+203:100'UNS+S'MOA+79:100'MOA+125:100'MOA+124:19'MOA+77:119'"}                                           | ${[]}
    ${'INVOIC'} | ${"LIN+1'MOA+203:100'UNS+S'MOA+77:119'MOA+79:100'TAX+7+VAT'MOA+124:19'"}                                             | ${[]}
    ${'INVOIC'} | ${"LIN+1'MOA+203:100'UNS+S'MOA+77:118'MOA+79:100'TAX+7+VAT'MOA+124:19'"}                                             | ${['MOA01-2 is 118, and its parts add up to 100 or 119.']}
    ${'INVOIC'} | ${"LIN+1'MOA+203:100'UNS+S'MOA+77:118'MOA+79:100'MOA+125:90'MOA+124:19'"}                                            | ${['MOA01-2 is 90, and its parts add up to 100.', 'MOA01-2 is 118, and its parts add up to 90 or 109 or 100 or 119.']}
    ${'INVOIC'} | ${"LIN+1'MOA+203:100'UNS+S'MOA+79:90'"}                                                                              | ${['MOA01-2 is 90, and its parts add up to 100.']}
    ${'INVOIC'} | ${"LIN+1'MOA+203:99.90'UNS+S'MOA+79:99.90'MOA+125:99.80'MOA+124:18.98'MOA+77:118.88'"}                               | ${['MOA01-2 is 99.80, and its parts add up to 99.9.']}
    ${'INVOIC'} | ${"LIN+1'MOA+203:99.90'UNS+S'MOA+79:99.90'MOA+131:10'MOA+125:109.90'MOA+176:20'MOA+86:129.90'TAX+7+VAT'MOA+124:20'"} | ${[]}
    ${'INVOIC'} | ${"LIN+1'MOA+203:99.90'UNS+S'MOA+79:99.90'MOA+131:10'MOA+125:89.90'"}                                                | ${[]}
    ${'INVOIC'} | ${"ALC+A'MOA+8:9.90'ALC+C'MOA+8:1'LIN+1'MOA+203:99.90'UNS+S'MOA+79:99.90'MOA+125:91'MOA+77:101'MOA+124:10'"}         | ${[]}
    ${'INVOIC'} | ${"LIN+1'MOA+203:99.90'UNS+S'MOA+9:118.99'MOA+79:99.90'MOA+124:18.98'"}                                              | ${['MOA01-2 is 118.99, and its parts add up to 99.9 or 118.88.']}
    ${'INVOIC'} | ${"LIN+1'MOA+203:99.90'UNS+S'MOA+86:118.99'MOA+79:99.90'MOA+124:18.98'"}                                             | ${['MOA01-2 is 118.99, and its parts add up to 99.9 or 118.88.']}
    ${'INVOIC'} | ${"LIN+1'MOA+203:100'UNS+S'MOA+79:100'MOA+77:120'MOA+124:20'MOA+113:50'MOA+9:70'"}                                   | ${[]}
    ${'INVOIC'} | ${"LIN+1'MOA+203:100'UNS+S'MOA+79:100'MOA+176:21'TAX+7+VAT'MOA+124:10'TAX+7+VAT'MOA+124:10'"}                        | ${['MOA01-2 is 21, and its parts add up to 20.']}
    ${'INVOIC'} | ${"LIN+1'UNS+S'MOA+79:90'"}                                                                                          | ${[]}
    ${'DESADV'} | ${"CPS+1'CPS+2+1'LIN+1'QTY+12:5'CNT+2:1'"}                                                                           | ${[]}
    ${'REMADV'} | ${"DOC+380+I1'MOA+12:100.00'UNS+S'MOA+12:101.00'"}                                                                   | ${['MOA01-2 is 101.00, and its parts add up to 100.']}
    ${'REMADV'} | ${"DOC+380+I1'MOA+12:100'DOC+381+I2'MOA+12:40'UNS+S'MOA+12:60'"}                                                     | ${[]}
    ${'REMADV'} | ${"DOC+380+I1'MOA+12:100'DOC+381+I2'MOA+12:-40'UNS+S'MOA+12:60'MOA+9:60'"}                                           | ${[]}
    ${'REMADV'} | ${"DOC+380+I1'MOA+12:100'DOC+380+I2'MOA+9:40'UNS+S'MOA+12:140'"}                                                     | ${[]}
    ${'REMADV'} | ${"DOC+380+I1'MOA+9:100'UNS+S'MOA+12:140'"}                                                                          | ${[]}
    ${'REMADV'} | ${"DOC+380+I1'MOA+9:100'MOA+12:98'UNS+S'MOA+9:99'MOA+12:98'"}                                                        | ${['MOA01-2 is 99, and its parts add up to 100 or 98.']}
    ${'DESADV'} | ${"CPS+1'CPS+2+7'"}                                                                                                  | ${['CPS02 is "7", and no earlier CPS has that number.']}
  `('$message $body', ({ message, body, says }) =>
    expect(told(edifact(`${head(message)}${body}UNT+9+1'`)).toSorted()).toEqual(says.toSorted()),
  );
});
