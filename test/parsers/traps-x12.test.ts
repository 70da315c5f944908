import { describe, expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import { parserNamed, rewriteFile } from '../../src/parsers/index.ts';
import { x12CodeOf } from '../../src/parsers/wire-codes.ts';
import { x12Envelope } from './envelopes.ts';
import { judged, only, standards } from './judging.ts';
import { bytesOf, problemsOf, readChunks, readText, transactionsOf } from './reading.ts';

/* The traps of X12, each by its number; docs/reference/traps.md lists them all, with those held elsewhere. */

const isa = ({
  version = '00401',
  repetition = 'U',
  terminator = '~',
  sender = 'A              ',
  date = '260101',
} = {}) =>
  `ISA*00*          *00*          *ZZ*${sender}*ZZ*B              *${date}*1200*${repetition}*${version}*000000001*0*P*>${terminator}`;
const GROUPS: Readonly<Record<string, string>> = {
  850: 'PO',
  810: 'IN',
  856: 'SH',
  820: 'RA',
  855: 'PR',
  812: 'CD',
  846: 'IB',
  940: 'OW',
};

/** An interchange of one set, its segments given without ST and SE. */
function file(
  set: string,
  body: string,
  { version = '004010', group = GROUPS[set] ?? 'PO', ...more }: Parameters<typeof isa>[0] & { group?: string } = {},
): string {
  const segments = body.split('~').filter((one) => one !== '');
  const head = isa({ version: version.slice(0, 5), repetition: version >= '004020' ? '^' : 'U', ...more });
  return `${head}GS*${group}*A*B*20260101*1200*1*X*${version}~ST*${set}*0001~${body}SE*${segments.length + 2}*0001~GE*1*1~IEA*1*000000001~`;
}

const told = (text: string, policies = {}) =>
  judged(text, policies).problems.map(
    ({ code, at }) =>
      `${at.tag}${String(at.elementNumber ?? '').padStart(at.elementNumber === null ? 0 : 2, '0')} ${code}`,
  );
const order = (more = '') => `BEG*00*SA*1**20260101~${more}PO1*1*5*EA*2~`;

describe('envelope and lexing', () => {
  test('trap 1: ISA is read by its places, and one that is not padded by counting, which is told', () => {
    const text = file('850', order()).replaceAll('~', "'").replaceAll('*', '|');
    expect(problemsOf(readText(text))).toEqual([]);
    expect(only(text).delimiters).toMatchObject({ element: 0x7c, terminator: 0x27, component: 0x3e });
    const unpadded = file('850', order()).replace('A              *ZZ*B              ', 'A*ZZ*B');
    expect(problemsOf(readText(unpadded)).map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'interchange/header-unpadded warning',
    ]);
    expect(only(unpadded).segments).toHaveLength(4);
  });

  test.each(['\n', '\r', '\r\n', '\x1c', "'", '|', '~\n', '~\r\n'])('trap 2: %j ends segments', (terminator) => {
    const text = file('850', order('REF*DP*1~')).replaceAll('~', terminator);
    expect(problemsOf(readText(text))).toEqual([]);
    expect(
      only(text)
        .segments.map((one) => one.value(one.elementCount))
        .at(2),
    ).toBe('1');
  });
  test('trap 2: a line break inside a value is data, and no character of it', () =>
    expect(told(file('850', order('N9*L1*A~MSG*TWO\nLINES~')))).toEqual(['MSG01 element/invalid-character']));

  test.each([
    ['00401', 'U', null],
    ['00401', '^', null],
    ['00402', '^', 0x5e],
    ['00501', 'U', null],
    ['00501', ' ', null],
  ])('trap 3: ISA12 %s, ISA11 %j: repetition %s', (version, repetition, separator) => {
    const [event] = readText(
      file('850', order(), { version: '004010', repetition }).replace('*00401*', `*${version}*`),
    );
    expect(event?.kind === 'interchange' && event.header.delimiters.repetition).toBe(separator);
  });

  test('trap 5: X12 has no release character: a delimiter in data is refused, or replaced by rule', () => {
    const write = (onDelimiterInData: 'refuse' | { replaceWith: string }) =>
      Buffer.concat([
        ...parserNamed('x12').writeInterchange({ ...x12Envelope, onDelimiterInData }, [
          {
            controlNumber: '0001',
            draft: {
              syntax: 'x12',
              message: '855',
              version: '004010',
              association: null,
              segments: [{ tag: 'N1', elements: ['ST', 'A*B'] }],
            },
          },
        ]),
      ]).toString('latin1');
    expect(() => write('refuse')).toThrow(FailureError);
    expect(write({ replaceWith: ' ' })).toContain('N1*ST*A B~');
    expect(only(file('850', order('N1*ST*A?*B~'))).segments[2]?.value(2)).toBe('A?');
  });

  test('trap 6: ids are compared without their padding, and ISA02 may hold data', () => {
    const [event] = readText(
      file('850', order(), { sender: 'ACME           ' }).replace('*00*          *00*', '*01*PASSWORD  *00*'),
    );
    expect(event?.kind === 'interchange' && event.header.sender).toEqual({ qualifier: 'ZZ', id: 'ACME' });
    expect(event?.kind === 'interchange' && event.segment.value(2)).toBe('PASSWORD  ');
    expect(event?.kind === 'interchange' && event.problems).toEqual([]);
  });

  test('trap 7: ISA09 has six digits in 00501 too; GS04 eight from 004010, six before', () => {
    const codes = (text: string) =>
      problemsOf(readText(text)).map(({ code, at }) => `${at.tag}${at.elementNumber} ${code}`);
    expect(codes(file('850', order(), { version: '005010' }))).toEqual([]);
    expect(codes(file('850', order(), { version: '005010', date: '20260101' }))).not.toEqual([]);
    expect(codes(file('850', order()).replace('*B*20260101*', '*B*260101*'))).toEqual(['GS4 group/header-invalid']);
    expect(codes(file('850', order(), { version: '003040' }).replace('*B*20260101*', '*B*260101*'))).toEqual([]);
    for (const time of ['1200', '120059', '1200595', '12005959'])
      expect(told(file('850', order(`DTM*002*20260101*${time}~`)))).toEqual([]);
    for (const time of ['2400', '1260', '120060', '12', '120'])
      expect(told(file('850', order(`DTM*002*20260101*${time}~`)))).toHaveLength(1);
  });

  test('trap 8: ISA13 and GS06 compare as numbers, ST02 as text; SE counts itself and ST', () => {
    const codes = (text: string) => problemsOf(readText(text)).map(({ code }) => code);
    const text = file('850', order());
    expect(codes(text.replace('IEA*1*000000001', 'IEA*1*1').replace('GE*1*1', 'GE*1*0001'))).toEqual([]);
    expect(codes(text.replace('SE*4*0001', 'SE*4*1'))).toEqual(['transaction/control-number-mismatch']);
    expect(codes(text.replace('SE*4', 'SE*2'))).toEqual(['transaction/segment-count-mismatch']);
    expect(codes(`${isa()}TA1*000000001*260101*1200*A*000~IEA*0*000000001~`)).toEqual([]);
  });

  test('trap 9: several interchanges, each with its own delimiters, between byte order marks, blanks and Ctrl-Z', () => {
    const other = file('850', order()).replaceAll('*', '|').replaceAll('~', '!');
    const text = Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf]),
      bytesOf(` \r\n${file('850', order())}\r\n${other}\x1a\0\0\n`),
    ]);
    const events = readChunks([text]);
    expect(problemsOf(events)).toEqual([]);
    expect(transactionsOf(events).map(({ delimiters }) => delimiters.terminator)).toEqual([0x7e, 0x21]);
  });

  test('trap 10: BIN carries its own length, and may hold every delimiter', () => {
    const text = file('850', order()).replace('PO1*1*5', 'BIN*7*A~B*C>D~PO1*1*5').replace('SE*4', 'SE*5');
    const transaction = only(text);
    expect(transaction.problems).toEqual([]);
    expect(transaction.segments[2]?.value(2)).toBe('A~B*C>D');
    expect(Buffer.concat([...rewriteFile([bytesOf(text)])]).toString('latin1')).toBe(text);
  });

  test('trap 11: empty ends warn, blanks are absent, a segment of nothing is an error', () => {
    expect(
      judged(file('850', order('REF*DP*1**~'))).problems.map(({ code, severity }) => `${code} ${severity}`),
    ).toEqual(['element/trailing-empty warning']);
    expect(told(file('850', order('N1*ST*   *92*12~')))).toEqual([]);
    expect(told(file('850', order('N1*ST*   ~')))).toEqual(['N102 note/missing']);
    expect(told(file('850', order('SAC~')))).toEqual(['SAC segment/empty']);
  });

  test('trap 12: GS01 must fit ST01', () =>
    expect(only(file('850', order(), { group: 'IN' })).problems.map(({ code }) => code)).toEqual([
      'transaction/not-in-group',
    ]));
});

describe('data', () => {
  const line = 'IT1*1*10*EA*147.36*PE~';
  test('trap 13: N2 has two implied places, no point, and a minus that counts for nothing', () => {
    const invoice = (tds: string) => file('810', `BIG*20260101*1~${line}TDS*${tds}~`);
    expect(told(invoice('147360'))).toEqual([]);
    expect(told(invoice('147361'))).toEqual(['TDS01 balance/total-mismatch']);
    expect(told(invoice('1473.60'))).toEqual(['TDS01 element/invalid-character']);
    expect(told(invoice('+147360'))).toEqual(['TDS01 element/invalid-character']);
    expect(told(file('810', `BIG*20260101*1~IT1*1*-10*EA*147.36*PE~TDS*-147360~`))).toEqual([]);
    const wide = '1'.repeat(15);
    expect(told(file('810', `BIG*20260101*1~TDS*-${wide}~`))).toEqual([]);
    expect(told(file('810', `BIG*20260101*1~TDS*${wide}1~`))).toEqual(['TDS01 element/too-long']);
  });

  test.each([
    ['1.', []],
    ['.5', []],
    ['-0', []],
    ['-1.25', []],
    ['12345678901234.567', []],
    ['1,5', ['PO104 element/invalid-character']],
    ['1.2.3', ['PO104 element/invalid-character']],
    ['1E5', ['PO104 element/invalid-character']],
    ['-', ['PO104 element/invalid-character']],
  ])('trap 14: R %s', (price, problems) =>
    expect(told(file('850', `BEG*00*SA*1**20260101~PO1*1*5*EA*${price}~`))).toEqual(problems),
  );

  test('trap 15: lengths are those of the set’s version', () => {
    const long = 'A'.repeat(40);
    expect(told(file('850', order(`REF*DP*${long}~`)))).toEqual(['REF02 element/too-long']);
    expect(told(file('850', order(`REF*DP*${long}~`), { version: '005010' }))).toEqual([]);
  });

  test('trap 16: notes count, in composites too; quantity, unit and price of an invoice line go together', () => {
    expect(told(file('810', 'BIG*20260101*1~IT1*1*10*EA~TDS*1~'))).toEqual(['IT104 note/missing']);
    expect(told(file('850', order('N1*ST~')))).toEqual(['N102 note/missing']);
    expect(told(file('850', order('REF*DP*1**ZZ>1>DP~')))).toEqual(['REF04 note/missing']);
    expect(told(file('850', order('DTM*002**1200*ET~')))).toEqual([]);
    expect(told(file('850', order('DTM*002*20260101**ET~')))).toEqual(['DTM03 note/missing']);
  });

  test('trap 17: what a note misses is 2, what it excludes 10, what is mandatory 1', () =>
    expect([
      x12CodeOf('note/missing', '004010'),
      x12CodeOf('note/excluded', '004010'),
      x12CodeOf('element/missing', '004010'),
    ]).toEqual(['2', '10', '1']));

  test('trap 18: codes are of the version and case sensitive, and what a foreign one does is a setting', () => {
    const text = file('850', order('N1*st*A~'));
    expect(told(text)).toEqual(['N101 element/invalid-code']);
    expect(judged(text, { codes: 'warn' }).verdict).toBe('accepted');
    expect(judged(text, { codes: 'reject' }).verdict).toBe('rejected');
    expect(standards.version('x12', '004010')?.elements.get('355')?.codes?.size).toBe(794);
    expect(standards.version('x12', '005010')?.elements.get('355')?.codes?.size).toBe(844);
  });

  test('trap 19: DTM06 has the form DTM05 names', () => {
    expect(told(file('850', order('DTM*002****RD8*20260101-20260131~')))).toEqual([]);
    expect(told(file('850', order('DTM*002****RD8*20260101-20260132~')))).toEqual(['DTM06 element/invalid-date']);
    expect(told(file('850', order('DTM*002*20260101~DTM*002*20260201~')))).toEqual([]);
  });

  test('trap 20: product ids are pairs from PO106 on, with gaps; their zeros count', () => {
    expect(told(file('850', 'BEG*00*SA*1**20260101~PO1*1*5*EA*2**UP*012345678905***VN*A~'))).toEqual([]);
    expect(told(file('850', 'BEG*00*SA*1**20260101~PO1*1*5*EA*2**UP~'))).toEqual(['PO107 note/missing']);
    expect(only(file('850', 'BEG*00*SA*1**20260101~PO1*1*5*EA*2**UP*012345678905~')).segments[2]?.value(7)).toBe(
      '012345678905',
    );
  });

  test('trap 21: a composite is no repetition, and few elements repeat', () => {
    expect(told(file('850', order('REF*DP*1^2~'), { version: '005010' }))).toEqual([
      'REF02 element/too-many-repetitions',
    ]);
    expect(told(file('850', order('REF*DP*1>2~'), { version: '005010' }))).toEqual([
      'REF02 element/too-many-components',
    ]);
    expect(told(file('850', order('REF*DP*1**ZZ>1~'), { version: '005010' }))).toEqual([]);
  });

  test('trap 22: loops that begin alike stand side by side, and what is too often goes on to the next place', () => {
    expect(told(file('850', `BEG*00*SA*1**20260101~N9*L1*A~N1*ST*A~PO1*1*5*EA*2~N9*L1*B~N1*ST*C~`))).toEqual([]);
    expect(told(file('850', `${order()}CTT*1~CTT*1~`))).toEqual(['CTT loop/too-many']);
    expect(told(file('850', `${order()}SCH*5*EA***002*20260101~LS*LDT~LDT*AF*5*DA~LE*XXX~`)).at(-1)).toBe(
      'LE01 loop/identifier-mismatch',
    );
  });

  test('trap 23: TDS comes before TXI and ISS in an 810', () => {
    const invoice = (more: string) => told(file('810', `BIG*20260101*1~${line}${more}`));
    expect(invoice('TDS*147360~TXI*TX*0~ISS*10*EA~')).toEqual([]);
    expect(invoice('ISS*10*EA~TDS*147360~')).toEqual(['ISS segment/out-of-sequence']);
  });
});

describe('sums', () => {
  test('trap 24: HL02 names an earlier HL, HL01 is unique; HL04 is only a hint', () => {
    const notice = (levels: string) => file('856', `BSN*00*12*20260101*1200*0001~${levels}`);
    expect(told(notice('HL*1**S*0~HL*2*1*O*1~HL*3*2*I*9~'), { codes: 'off' })).toEqual([]);
    expect(told(notice('HL*1**S~HL*2*3*O~HL*3*1*I~'))).toEqual(['HL02 balance/unknown-parent']);
    expect(told(notice('HL*1**S~HL*1*1*O~'))).toEqual(['HL01 balance/duplicate-id']);
  });

  test('trap 25: CTT01 counts lines, CTT02 sums digits or numbers', () => {
    const lines = 'BEG*00*SA*1**20260101~PO1*1*1.8*EA*2~PO1*2*18.01*EA*2~';
    for (const ctt of ['CTT*2~', 'CTT*2*1819~', 'CTT*2*19.81~'])
      expect(told(file('850', `${lines}${ctt}`))).toEqual([]);
    expect(told(file('850', `${lines}CTT*3*1820~`))).toEqual([
      'CTT01 balance/count-mismatch',
      'CTT02 balance/hash-mismatch',
    ]);
  });

  const invoice = (more: string, tds: string, line = 'IT1*1*10*EA*2.5~') =>
    file('810', `BIG*20260101*1~${line}TDS*${tds}~${more}`);
  test('trap 26: SAC01 gives the sign, SAC12 says whether it counts', () => {
    expect(told(invoice('SAC*A*C310***200*******02~', '2300'))).toEqual([]);
    expect(told(invoice('SAC*C*D240***200*******06~', '2700'))).toEqual([]);
    expect(told(invoice('SAC*N*D240***200~', '2500'))).toEqual([]);
    expect(told(invoice('SAC*C*D240***200*******15~', '2500'))).toEqual([]);
    expect(told(invoice('SAC*A*C310***200*******02~', '2700'))).toEqual(['TDS01 balance/total-mismatch']);
  });
  test('trap 27: TDS01 is lines, charges and tax; a credit’s total comes with either sign', () => {
    expect(told(invoice('TXI*TX*2~', '2700'))).toEqual([]);
    expect(told(invoice('', '-2500'))).toEqual([]);
    expect(told(invoice('', '2501'))).toEqual(['TDS01 balance/total-mismatch']);
  });
  test('trap 28: the price basis changes the extension, and a price of nothing is a price', () => {
    expect(told(invoice('', '2500', 'IT1*1*10*EA*250*HP~'))).toEqual([]);
    expect(told(invoice('', '2500', 'IT1*1*10*EA*2.5~IT1*2*5*EA*0~'))).toEqual([]);
  });
  test('trap 30: BPR02 is the sum of RMR04 and the ADX01 directly under ENT', () => {
    const paid = (amount: string, body: string) =>
      file('820', `BPR*I*${amount}*C*CHK************20260101~ENT*1~${body}`);
    expect(told(paid('95', 'ADX*-5*01~RMR*IV*1**100~'))).toEqual([]);
    expect(told(paid('100', 'RMR*IV*1**100*105~ADX*-5*01~'))).toEqual([]);
    expect(told(paid('99', 'RMR*IV*1**100~'))).toEqual(['BPR02 balance/total-mismatch']);
  });
  test('trap 31: an 812 has its amounts in cents, and a flag for the sign', () => {
    const table = standards.version('x12', '004010');
    expect(
      table?.segments.get('CDD')?.elements.filter(({ element }) => element?.type === 'N' && element.places === 2)
        .length,
    ).toBeGreaterThan(0);
    expect(table?.segments.get('CDD')?.elements.some(({ element }) => element?.id === '478')).toBe(true);
  });
  test('trap 33: what SDQ gives the stores is what the line orders', () => {
    const line = (sdq: string) => file('850', `BEG*00*SA*1**20260101~PO1*1*5*EA*2~${sdq}`);
    expect(told(line('SDQ*EA*92*0001*2*0002*3~'))).toEqual([]);
    expect(told(line('SDQ*EA*92*0001*2~SDQ*EA*92*0002*3~'))).toEqual([]);
    expect(told(line('SDQ*EA*92*0001*2*0002*4~'))).toEqual(['PO102 balance/total-mismatch']);
    expect(told(line('SLN*1**I*9*EA~'))).toEqual([]);
  });
  test('trap 34: quantities of dates and releases are no longer in one version than in another', () => {
    expect(standards.version('x12', '004010')?.elements.get('330')?.max).toBe(15);
    expect(standards.version('x12', '004010')?.elements.get('380')?.max).toBe(15);
    expect(standards.version('x12', '005010')?.elements.get('380')?.max).toBe(15);
  });
});
