import { describe, expect, test } from 'vitest';
import { openStandards } from '../../src/library/standards.ts';
import { problemCountMax } from '../../src/parsers/limits.ts';
import { place } from '../../src/parsers/place.ts';
import type { PlacedLoop, Transaction } from '../../src/parsers/transaction.ts';
import { edifact, x12 } from './transactions.ts';

const standards = openStandards();

function placed(transaction: Transaction) {
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined) throw new Error(`no table for ${version} ${message}`);
  return place(transaction, table, { implied: standards.implied(message) });
}

/** Problems as "segment-number tag code". */
const told = (transaction: Transaction): string[] =>
  placed(transaction).problems.map(({ code, at }) => `${at.segmentNumber} ${at.tag} ${code}`);

/** The tree in one line: loops in braces, an implied one with a question mark. */
function shape(loop: PlacedLoop): string {
  return loop.children
    .map((child) =>
      child.kind === 'segment' ? child.use.tag : `${child.definition.id}${child.implied ? '?' : ''}{${shape(child)}}`,
    )
    .join(' ');
}

const order = (middle: string, lines = 'PO1*1*5*EA*2~', end = '') =>
  x12(`ST*850*0001~BEG*00*SA*1**20260101~${middle}${lines}${end}SE*9*0001~`);

describe('the straight road', () => {
  test('loops open by their triggers and close by what stands outside', () => {
    const transaction = order(
      'REF*DP*1~N1*ST*A~N3*X~N4*C~N1*BT*B~',
      'PO1*1*5*EA*2~PID*F****A~PO4*1~PO1*2*5*EA*2~PID*F****B~',
      'CTT*2~',
    );
    expect(told(transaction)).toEqual([]);
    expect(shape(placed(transaction).root)).toBe(
      'ST BEG REF N1{N1 N3 N4} N1{N1} PO1{PO1 PID{PID} PO4} PO1{PO1 PID{PID}} CTT{CTT} SE',
    );
  });

  test('what stands side by side goes by position: TD5 of the header, of a party, of a line', () => {
    const transaction = order('TD5*O~N1*ST*A~TD5*O~', 'PO1*1*5*EA*2~TD5*O~N1*ST*A~TD5*O~');
    expect(told(transaction)).toEqual([]);
    expect(shape(placed(transaction).root)).toBe('ST BEG TD5 N1{N1 TD5} PO1{PO1 TD5 N1{N1 TD5}} SE');
  });

  test('beyond its count a segment moves to the next place that takes it', () => {
    const text =
      "UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20260101:102'TAX+7'MOA+124:1'LIN+1'TAX+7'MOA+124:1'UNS+S'MOA+79:1'CNT+2:1'UNT+9+1'";
    expect(told(edifact(text))).toEqual([]);
    expect(shape(placed(edifact(text)).root)).toBe('UNH BGM DTM SG6{TAX MOA} SG25{LIN SG34{TAX MOA}} UNS MOA CNT UNT');
  });

  test('a second SAC loop opens when its CUR is used up', () => {
    const transaction = x12('ST*850*1~BEG*00*SA*1**20260101~CUR*BY*USD~SAC*A*C310~CUR*BY*USD~SAC*C*D240~PO1*1~SE*8*1~');
    expect(shape(placed(transaction).root)).toBe('ST BEG CUR SAC{SAC CUR} SAC{SAC} PO1{PO1} SE');
  });

  test('LS opens what is bounded, LE closes it', () => {
    const transaction = order('', 'PO1*1~LS*LDT~LDT*AF*1*DA~QTY*01*5~LDT*AF*2*DA~LE*LDT~N1*ST*A~');
    expect(told(transaction)).toEqual([]);
    expect(shape(placed(transaction).root)).toBe('ST BEG PO1{PO1 LS LDT{LDT QTY} LDT{LDT} LE N1{N1}} SE');
  });

  test('of two bounded loops side by side LS01 chooses', () => {
    const text = (id: string, inside: string) =>
      x12(`ST*832*1~BCT*PS~LIN**VN*1~CTP*RS*RES*1~LS*${id}~${inside}~LE*${id}~SE*8*1~`, '005010');
    expect(shape(placed(text('LM', 'LM*AX~LQ*A*B')).root)).toContain('LS LM{LM LQ} LE');
    expect(shape(placed(text('N1', 'N1*ST*A')).root)).toContain('LS N1{N1} LE');
    expect([...told(text('LM', 'LM*AX~LQ*A*B')), ...told(text('N1', 'N1*ST*A'))]).toEqual([]);
  });
});

describe('one mistake, one problem', () => {
  test.each`
    what                          | middle                                     | lines                                            | end                                | problems
    ${'unknown segment'}          | ${'QQQ*1~'}                                | ${'PO1*1~'}                                      | ${''}                              | ${['3 QQQ segment/unknown']}
    ${'not in this message'}      | ${'BAK*00*AD*1*20260101~'}                 | ${'PO1*1~'}                                      | ${''}                              | ${['3 BAK segment/not-in-message']}
    ${'too many'}                 | ${'CUR*BY*USD~CUR*BY*USD~'}                | ${'PO1*1~'}                                      | ${''}                              | ${['4 CUR segment/too-many']}
    ${'after its place'}          | ${'DTM*010*20260101~REF*DP*1~'}            | ${'PO1*1~'}                                      | ${''}                              | ${['4 REF segment/out-of-sequence']}
    ${'two after their place'}    | ${'DTM*010*20260101~REF*DP*1~CUR*BY*USD~'} | ${'PO1*1~'}                                      | ${''}                              | ${['4 REF segment/out-of-sequence', '5 CUR segment/out-of-sequence']}
    ${'a loop after its place'}   | ${''}                                      | ${'PO1*1~PO4*1~PID*F****A~REF*LT*1~'}            | ${''}                              | ${['5 PID segment/out-of-sequence']}
    ${'loops after their place'}  | ${''}                                      | ${'PO1*1~PO4*1~PID*F****A~PID*F****B~REF*LT*1~'} | ${''}                              | ${['5 PID segment/out-of-sequence']}
    ${'lines behind the totals'}  | ${''}                                      | ${''}                                            | ${'CTT*2~PO1*1~PID*F****A~PO1*2~'} | ${['3 CTT segment/out-of-sequence']}
    ${'a line behind the totals'} | ${''}                                      | ${'PO1*1~'}                                      | ${'CTT*2~PO1*2~PID*F****A~'}       | ${['5 PO1 segment/out-of-sequence']}
    ${'part of a loop not open'}  | ${'N3*1 MAIN ST~'}                         | ${'PO1*1~'}                                      | ${''}                              | ${['3 N1 loop/implied']}
    ${'no line at all'}           | ${'REF*DP*1~'}                             | ${''}                                            | ${'CTT*0~'}                        | ${['4 PO1 loop/missing']}
    ${'too often, then unknown'}  | ${'CUR*BY*USD~CUR*BY*USD~QQQ*1~'}          | ${'PO1*1~'}                                      | ${''}                              | ${['4 CUR segment/too-many', '5 QQQ segment/unknown']}
    ${'LDT without LS'}           | ${''}                                      | ${'PO1*1~LDT*AF*1*DA~'}                          | ${''}                              | ${['4 LS segment/missing', '5 LE segment/missing']}
    ${'LE left out'}              | ${''}                                      | ${'PO1*1~LS*LDT~LDT*AF*1*DA~N9*L1*1~'}           | ${''}                              | ${['6 LE segment/missing']}
  `('$what', ({ middle, lines, end, problems }) => expect(told(order(middle, lines, end))).toEqual(problems));

  test('BEG missing, and BEG late', () => {
    expect(told(x12('ST*850*1~REF*DP*1~PO1*1~SE*4*1~'))).toEqual(['2 BEG segment/missing']);
    expect(told(x12('ST*850*1~REF*DP*1~BEG*00*SA*1**20260101~PO1*1~SE*5*1~'))).toEqual([
      '2 REF segment/out-of-sequence',
    ]);
    const far = 'REF*DP*1~'.repeat(100);
    expect(told(x12(`ST*850*1~${far}BEG*00*SA*1**20260101~PO1*1~SE*5*1~`))).toEqual([
      '102 BEG segment/out-of-sequence',
    ]);
  });

  test.each(['TXI*TX*1~', 'ISS*5*EA~', 'SAC*A*C310***100~', 'CAD*M~'])(
    '%s before TDS is a habit, and one problem',
    (habit) => {
      const [tag = ''] = habit.split('*');
      const text = `ST*810*1~BIG*20260101*1~N1*ST*A~IT1*1*5*EA*2~PO4*1~${tag === 'TXI' || tag === 'CAD' || tag === 'SAC' ? 'LM*AX~LQ*A*B~' : ''}${habit}TDS*1000~CTT*1~SE*9*1~`;
      expect(told(x12(text))).toHaveLength(1);
      expect(told(x12(text))[0]).toMatch(`${tag} segment/out-of-sequence`);
    },
  );

  test('a loop too often is told each time, and kept', () => {
    const parties = Array.from({ length: 202 }, () => 'N1*ST*A~N3*X~').join('');
    const transaction = order(parties);
    expect(told(transaction)).toEqual(['403 N1 loop/too-many', '405 N1 loop/too-many']);
    expect(placed(transaction).root.children.filter(({ kind }) => kind === 'loop')).toHaveLength(203);
  });

  test('a loop too often is told as that too where its rounds are nothing but their first segments', () => {
    const transaction = order(Array.from({ length: 201 }, (_none, at) => `N1*ST*${at}~`).join(''));
    expect(told(transaction)).toEqual(['203 N1 loop/too-many']);
    expect(shape(placed(transaction).root)).not.toContain('N1 N1');
  });

  test('a mandatory segment that came too early is not missing besides', () => {
    const swapped = x12('ST*997*0001~AK9*A*1*1*1~AK1*PO*1~SE*4*0001~');
    expect(told(swapped)).toEqual(['2 AK9 segment/out-of-sequence']);
  });

  test('nothing that has a place is lost from the tree', () => {
    const transaction = order('DTM*010*20260101~REF*DP*1~', 'PO1*1~PO4*1~PID*F****A~REF*LT*1~', 'CTT*1~PO1*2~PO4*1~');
    expect(shape(placed(transaction).root)).toBe('ST BEG DTM REF PO1{PO1 PO4 PID{PID} REF} CTT{CTT} PO1{PO1 PO4} SE');
  });

  test('a loop in a Problem is the one that holds the segment', () => {
    const [late] = placed(order('', 'PO1*1~N1*ST*A~N4*C~N3*X~')).problems;
    expect(late).toMatchObject({ code: 'segment/out-of-sequence', at: { segmentNumber: 6, tag: 'N3', loop: 'N1' } });
    expect(late?.message).toBe('N3 stands after its place: it must come before N4.');
  });
});

describe('EDIFACT sections', () => {
  const message = (text: string) => edifact(`UNH+1+${text}UNT+9+1'`);
  test.each`
    what                             | text                                                                                            | problems
    ${'UNS left out before CNT'}     | ${"ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20260101:102'LIN+1'CNT+2:1'"}                            | ${['5 UNS segment/missing']}
    ${'MOA is the line’s, then CNT'} | ${"ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20260101:102'LIN+1'MOA+203:1'CNT+2:1'"}                  | ${['6 UNS segment/missing']}
    ${'UNS behind CNT'}              | ${"ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20260101:102'LIN+1'CNT+2:1'UNS+S'"}                      | ${['5 CNT segment/out-of-sequence']}
    ${'no UNS, nothing behind'}      | ${"ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20260101:102'LIN+1'"}                                    | ${['5 UNS segment/missing']}
    ${'DELFOR without either UNS'}   | ${"DELFOR:D:96A:UN'BGM+241+1+9'DTM+137:20260101:102'NAD+BY+1'LIN+1'QTY+113:5'LIN+2'QTY+113:5'"} | ${['5 UNS segment/missing', '9 UNS segment/missing']}
    ${'ALC late in the header'}      | ${"ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20260101:102'RCS+A'ALC+A'LIN+1'UNS+S'"}                  | ${['5 ALC segment/out-of-sequence']}
    ${'DTM left out'}                | ${"ORDERS:D:96A:UN'BGM+220+1+9'NAD+BY+1'LIN+1'UNS+S'"}                                          | ${['3 DTM segment/missing']}
  `('$what', ({ text, problems }) => expect(told(message(text))).toEqual(problems));
});

describe('implied loops', () => {
  const remittance = (text: string) => x12(`ST*820*1~BPR*C*10*C*ACH~TRN*1*1~N1*PR*A~${text}SE*9*1~`);
  test.each`
    what              | text                              | tree                         | problems
    ${'ENT left out'} | ${'RMR*IV*1**10~RMR*IV*2**10~'}   | ${'ENT?{RMR{RMR} RMR{RMR}}'} | ${['5 ENT loop/implied']}
    ${'ADX straight'} | ${'ADX*1*01~'}                    | ${'ENT?{ADX{ADX}}'}          | ${['5 ENT loop/implied']}
    ${'RMR left out'} | ${'ENT*1~REF*IV*1~'}              | ${'ENT{ENT RMR?{REF}}'}      | ${['6 RMR loop/implied']}
    ${'both there'}   | ${'ENT*1~RMR*IV*1**10~REF*IV*1~'} | ${'ENT{ENT RMR{RMR REF}}'}   | ${[]}
  `('$what', ({ text, tree, problems }) => {
    const transaction = remittance(text);
    expect(told(transaction)).toEqual(problems);
    expect(shape(placed(transaction).root)).toBe(`ST BPR TRN N1{N1} ${tree} SE`);
  });

  test('a declared one is only a warning, and says what was opened for what', () => {
    const [implied] = placed(remittance('RMR*IV*1**10~')).problems;
    expect(implied).toMatchObject({ severity: 'warning', found: 'RMR', expected: 'ENT', at: { loop: 'ENT' } });
    expect(implied?.message).toBe('ENT is missing: loop ENT was opened for RMR, which stands in it.');
  });

  test('else the only loop it fits, an error', () => {
    const transaction = x12('ST*810*1~BIG*20260101*1~N3*1 MAIN ST~N4*RENO*NV~ITD*01~IT1*1*5*EA*2~TDS*1000~SE*8*1~');
    expect(placed(transaction).problems).toMatchObject([
      { code: 'loop/implied', severity: 'error', at: { segmentNumber: 3, tag: 'N1' } },
    ]);
    expect(shape(placed(transaction).root)).toBe('ST BIG N1?{N3 N4} ITD IT1{IT1} TDS SE');
  });
});

describe('a separator left out', () => {
  const remadv = (rest: string) =>
    edifact(`UNH+1+REMADV:D:96A:UN'BGM+481+1+9'DTM+137:20260101:102'DOC+380+I1'MOA+12:100'${rest}UNT+7+1'`);

  test('is one problem where the loop before took the total that stands behind it', () =>
    expect(told(remadv("MOA+12:100'"))).toEqual(['7 UNS segment/missing']));

  test('and a total that is there nowhere is told too', () =>
    expect(told(remadv("DTM+137:20260101:102'"))).toEqual(['7 UNS segment/missing', '7 MOA segment/missing']));
});

describe('bounds', () => {
  test('100,000 segments', () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `PO1*${index}~PID*F****A~`).join('');
    const { problems, root } = placed(order('', lines, 'CTT*50000~'));
    expect(problems).toEqual([]);
    expect(root.children).toHaveLength(50_004);
  });

  test('a message of nothing but mistakes has no more Problems than are kept', () => {
    const { problems, untold } = placed(order('', 'PO1*1~', 'QQQ*1~'.repeat(problemCountMax + 100)));
    expect(problems).toHaveLength(problemCountMax);
    expect([untold.count, [...untold.kinds.values()].map(({ code, count }) => `${code} ${count}`)]).toEqual([
      100,
      ['segment/unknown 100'],
    ]);
  });

  test.each(['BEG*00~', 'N3*A~', 'CTT*1~', 'LS*A~', 'LE*A~', 'TDS*1~', 'PID*F~', 'SE*1*1~'])(
    '%s 20,000 times over is told, not choked on',
    (text) => {
      expect(() => placed(order('', 'PO1*1~', text.repeat(20_000)))).not.toThrow();
    },
  );

  test('a transaction cut short', () => {
    // The reader tells that SE is missing; what did not come before the cut is a consequence.
    expect(told(x12('ST*850*1~'))).toEqual([]);
    expect(told(x12('ST*850*1~BEG*00*SA*1**20260101~PO1*1~'))).toEqual([]);
  });
});
