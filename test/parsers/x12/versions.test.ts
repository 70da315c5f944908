import { describe, expect, test } from 'vitest';
import { openStandards } from '../../../src/library/standards.ts';
import { validateUnknown } from '../../../src/parsers/validate.ts';
import { problemsOf, readText, transactionsOf } from '../reading.ts';

const standards = openStandards();

const interchange = (isa12: string, gs08: string, { isa11 = 'U', date = '20240115', set = '850' } = {}) =>
  `ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240115*1030*${isa11}*${isa12}*000000001*0*P*>~` +
  `GS*PO*A*B*${date}*1030*1*X*${gs08}~ST*${set}*0001~BEG*00*SA*1**${date}~SE*3*0001~GE*1*1~IEA*1*000000001~`;

describe('interchange versions 00200 to 00801 are read at the envelope', () => {
  test.each([
    ['00200', '002000', 'U', '240115'],
    ['00201', '002001', 'U', '240115'],
    ['00204', '002040', 'U', '240115'],
    ['00300', '003010', 'U', '240115'],
    ['00301', '003011', 'U', '240115'],
    ['00302', '003020', 'U', '240115'],
    ['00303', '003030', 'U', '240115'],
    ['00304', '003040', 'U', '240115'],
    ['00305', '003050', 'U', '240115'],
    ['00306', '003060', 'U', '240115'],
    ['00307', '003070', 'U', '240115'],
    ['00400', '004010', 'U', '20240115'],
    ['00401', '004010VICS', 'U', '20240115'],
    ['00402', '004020', '^', '20240115'],
    ['00403', '004030', '^', '20240115'],
    ['00404', '004040', '^', '20240115'],
    ['00405', '004050', '^', '20240115'],
    ['00406', '004060', '^', '20240115'],
    ['00500', '005000', '^', '20240115'],
    ['00501', '005010', '^', '20240115'],
    ['00505', '005050', '^', '20240115'],
    ['00601', '006010', '^', '20240115'],
    ['00602', '006020', '^', '20240115'],
    ['00701', '007010', '^', '20240115'],
    ['00801', '008010', '^', '20240115'],
  ])('%s with GS08 %s', (isa12, gs08, isa11, date) => {
    const events = readText(interchange(isa12, gs08, { isa11, date }));
    expect(problemsOf(events)).toEqual([]);
    const [transaction] = transactionsOf(events);
    expect(transaction?.version).toBe(gs08.slice(0, 6));
    expect(transaction?.delimiters.repetition).toBe(isa11 === '^' ? 0x5e : null);
    expect(events.at(-1)).toMatchObject({ kind: 'interchange-end', claimed: 1, counted: 1 });
  });

  test.each(['00199', '00901', '0401 ', 'ABCDE'])('%s is no version', (isa12) =>
    expect(
      problemsOf(readText(interchange(isa12, '004010'))).map(({ code, at }) => `${code} ${at.elementNumber}`),
    ).toEqual(['interchange/field-invalid 12']),
  );
});

describe('trap 4: GS08 chooses the tables, by its first six characters', () => {
  const read = (isa12: string, gs08: string, set = '850') => {
    const [transaction] = transactionsOf(readText(interchange(isa12, gs08, { isa11: '^', set })));
    if (transaction === undefined) throw new Error('no transaction');
    return transaction;
  };
  test.each`
    isa12      | gs08              | version     | association
    ${'00501'} | ${'004010'}       | ${'004010'} | ${null}
    ${'00401'} | ${'005010'}       | ${'005010'} | ${null}
    ${'00401'} | ${'004010VICS'}   | ${'004010'} | ${'VICS'}
    ${'00501'} | ${'005010X231A1'} | ${'005010'} | ${'X231A1'}
  `('ISA12 $isa12, GS08 $gs08: $version', ({ isa12, gs08, version, association }) =>
    expect(read(isa12, gs08)).toMatchObject({ version, association }),
  );

  test.each`
    gs08        | set      | code                             | said
    ${'006020'} | ${'850'} | ${'transaction/unknown-version'} | ${'No tables are held for version 006020.'}
    ${'003050'} | ${'850'} | ${'transaction/unknown-version'} | ${'No tables are held for version 003050.'}
    ${'004010'} | ${'204'} | ${'transaction/unknown-message'} | ${'Version 004010 has no message 204.'}
  `('$set of $gs08 is read at the envelope and told: $code', ({ gs08, set, code, said }) => {
    const transaction = read('00501', gs08, set);
    expect(standards.table('x12', transaction.version, transaction.message)).toBeUndefined();
    const known = standards.version('x12', transaction.version) !== undefined;
    const { problems, verdict } = validateUnknown(transaction, known);
    expect(verdict).toBe('rejected');
    expect(problems.map((one) => [one.code, one.message])).toEqual([[code, said]]);
  });
});
