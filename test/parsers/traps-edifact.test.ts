import { describe, expect, test } from 'vitest';
import { problemAsJson } from '../../src/core/problem.ts';
import { contrlCodeOf } from '../../src/parsers/edifact/wire-codes.ts';
import { parserNamed } from '../../src/parsers/index.ts';
import { edifactEnvelope } from './envelopes.ts';
import { judged, only, standards } from './judging.ts';
import { problemsOf, readText, transactionsOf } from './reading.ts';

/* The traps of EDIFACT, each by its number; docs/reference/traps.md lists them all, with those held elsewhere. */

const unb = ({ syntax = 'UNOC:3', date = '260101', more = '' } = {}) =>
  `UNB+${syntax}+A:14+B:14+${date}:1200+1${more}'`;

function file(
  message: string,
  body: string,
  { una = '', directory = 'D:96A', ...header }: Parameters<typeof unb>[0] & { una?: string; directory?: string } = {},
) {
  const count = body.split(/(?<!(?<!\?)\?)'/).filter((one) => one !== '').length + 2;
  return `${una}${unb(header)}UNH+1+${message}:${directory}:UN'${body}UNT+${count}+1'UNZ+1+1'`;
}
const four = { syntax: 'UNOC:4', date: '20260101' };

const told = (text: string, policies = {}) =>
  judged(text, policies).problems.map(
    ({ code, at }) =>
      `${at.tag}${at.elementNumber ?? ''}${at.componentNumber === null ? '' : `-${at.componentNumber}`} ${code}`,
  );
const envelope = (text: string) => problemsOf(readText(text)).map(({ code }) => code);

const start = "BGM+220+1+9'DTM+137:20260101:102'";
const orders = (lines: string, more = '') => `${start}${more}${lines}UNS+S'`;
const line = "LIN+1++4000862141404:EN'QTY+21:5'";

describe('lexing and envelope', () => {
  test('trap 40: UNA has six characters, a blank place 7 is no repetition, a blank place 6 releases nothing, and each interchange has its own', () => {
    const first = file('ORDERS', orders(line), { una: "UNA:+.? '" });
    const second = file('ORDERS', orders(line), { una: 'UNA|*,# !' })
      .replaceAll(':', '|')
      .replaceAll('+', '*')
      .replaceAll("'", '!');
    const transactions = transactionsOf(readText(`${first}\r\n${second}`));
    expect(envelope(`${first}\r\n${second}`)).toEqual([]);
    expect(transactions.map(({ delimiters }) => delimiters.release)).toEqual([0x3f, 0x23]);
    expect(only(file('ORDERS', orders("LIN+1++A?:EN'"), { una: "UNA:+.  '" })).segments[3]?.value(3)).toBe('A?');
    expect(only(file('ORDERS', orders(line), { una: "UNA:+.? '", ...four })).delimiters.repetition).toBeNull();
    expect(only(file('ORDERS', orders(line), { una: "UNA:+.?*'", ...four })).delimiters.repetition).toBe(0x2a);
  });

  test('trap 41: without UNA the printable separators, and the control characters of level B where they stand behind UNB', () => {
    expect(only(file('ORDERS', orders(line), { syntax: 'UNOB:1' })).delimiters.element).toBe(0x2b);
    const formal = file('ORDERS', orders(line), { syntax: 'UNOB:1' })
      .replaceAll('+', '\x1d')
      .replaceAll(':', '\x1f')
      .replaceAll("'", '\x1c');
    expect(envelope(formal)).toEqual([]);
    expect(only(formal).segments[3]?.value(3, 2)).toBe('EN');
  });

  test('trap 42: what is released is data, and does not count for its length', () => {
    const text = (value: string) => file('ORDERS', orders(line, `FTX+AAI+++${value}'`));
    expect(only(text("A???'B??")).segments[3]?.value(4)).toBe("A?'B?");
    expect(told(text("?'".repeat(70)))).toEqual([]);
    expect(told(text("?'".repeat(71)))).toEqual(['FTX4-1 element/too-long']);
    const draft = {
      syntax: 'edifact',
      message: 'ORDERS',
      version: 'D96A',
      association: null,
      segments: [{ tag: 'FTX', elements: ["a:b+c?d'e*f"] }],
    } as const;
    const written = (version: string) =>
      Buffer.concat([
        ...parserNamed('edifact').writeInterchange({ ...edifactEnvelope, version }, [{ draft, controlNumber: '1' }]),
      ]).toString();
    expect(written('UNOC:3')).toContain("FTX+a?:b?+c??d?'e*f'");
    expect(written('UNOC:4')).toContain("FTX+a?:b?+c??d?'e?*f'");
  });

  test('trap 43: line breaks stand between segments, and inside them where lines are wrapped', () => {
    expect(told(file('ORDERS', orders(line)).replaceAll("'", "'\r\n"))).toEqual([]);
    const wrapped = file('ORDERS', orders(line)).replace(/(.{40})/g, '$1\r\n');
    expect(only(wrapped).segments[3]?.value(3)).toBe('4000862141404');
    expect(judged(wrapped).problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'segment/line-break warning',
    ]);
  });

  test.each([
    ['5.5', []],
    ['5,5', []],
    ['-5', []],
    ['.5', ['QTY1-2 element/invalid-character']],
    ['5.', ['QTY1-2 element/invalid-character']],
    ['1.000,5', ['QTY1-2 element/invalid-character']],
    ['?+5', ['QTY1-2 element/invalid-character']],
    ['123456789012345', []],
    ['-12345678901234.5', []],
    ['1234567890123456', ['QTY1-2 element/too-long']],
  ])('trap 45: the number %s', (quantity, problems) => {
    const text = orders(`LIN+1'QTY+21:${quantity}'`);
    expect(told(file('ORDERS', text))).toEqual(problems);
    // Syntax 4 takes either mark, whatever UNA says.
    for (const una of ["UNA:+,?*'", "UNA:+.?*'"])
      expect(told(file('ORDERS', text, { una, ...four }))).toEqual(problems);
  });

  test.each([
    ["UNA:+.? '", '5.5', []],
    ["UNA:+,? '", '5,5', []],
    ["UNA:+.? '", '5,5', ['QTY1-2 element/decimal-mark']],
    ["UNA:+,? '", '-5.5', ['QTY1-2 element/decimal-mark']],
    ["UNA:+,? '", '5', []],
    // What is no mark names none.
    ["UNA:+ ? '", '5,5', []],
  ])('trap 45: below syntax 4, with %s, the number %s', (una, quantity, problems) => {
    // Texts and codes may hold either.
    const text = orders(`LIN+1'IMD+F++:::A,B.C'QTY+21:${quantity}'`);
    for (const syntax of ['UNOC:1', 'UNOC:2', 'UNOC:3'])
      expect(told(file('ORDERS', text, { una, syntax }))).toEqual(problems);
  });

  test('trap 45: a mark that UNA does not name is 0085 19, and is told where the segment is wrong otherwise too', () => {
    const text = file('ORDERS', orders("LIN+1'QTY+21:1,234:PCE:X'"), { una: "UNA:+.? '" });
    expect(told(text)).toEqual(['QTY1-2 element/decimal-mark', 'QTY1-4 element/too-many-components']);
    const [problem] = judged(text).problems;
    expect(problem?.message).toMatch(/"1,234", and UNA names the other decimal mark\.$/);
    expect(problem === undefined ? '' : contrlCodeOf(problem, '3')).toBe('19');
    expect(judged(text).verdict).toBe('rejected');
  });

  test('trap 46: UNH has four elements below syntax 4, and seven in it', () => {
    const text = (header: object) =>
      file('ORDERS', orders(line), header).replace('ORDERS:D:96A:UN', 'ORDERS:D:96A:UN+++SUBSET:1::UN');
    expect(told(text({}))).toEqual(['UNH5 element/too-many']);
    expect(told(text({}).replace('+SUBSET', '+++SUBSET'))).toEqual(['UNH7 element/too-many']);
    expect(told(text({}).replace('+SUBSET', '+++++SUBSET'))).toEqual(['UNH8 element/too-many']);
    expect(told(text(four))).toEqual([]);
    expect(told(text({}).replace('SUBSET:1::UN', ':'))).not.toContain('UNH5 element/missing');
  });

  test.each([
    ['.99', '38'],
    ['-,5', '38'],
    ['9.', '19'],
    ['9,', '19'],
    ['.', '37'],
    ['9.9.9', '37'],
    ['nine', '37'],
  ])('trap 45: %s is told as 0085 %s', (quantity, code) => {
    const [problem] = judged(file('ORDERS', orders(`LIN+1'QTY+21:${quantity}'`))).problems;
    expect(problem === undefined ? '' : contrlCodeOf(problem, '3')).toBe(code);
  });

  test('trap 47: a group names the one type of its messages, and says who, whom and when below syntax 4', () => {
    const grouped = (ung: string, more = {}) => {
      const [head = '', message = ''] = file('ORDERS', orders(line), more).split(/(?=UNH)|UNZ/);
      return `${head}${ung}'${message}UNE+1+G'UNZ+1+1'`;
    };
    const found = (ung: string, more = {}) =>
      problemsOf(readText(grouped(ung, more))).map(
        ({ code, severity, at }) => `${severity} ${code} ${at.tag}${at.elementNumber}`,
      );
    expect(found('UNG+ORDERS+A+B+260101:1200+G+UN+D:96A')).toEqual([]);
    expect(found('UNG+INVOIC+A+B+260101:1200+G+UN+D:96A')).toEqual(['error transaction/not-in-group UNH2']);
    expect(found('UNG+ORDERS+++261322:2460+G+UN+D:96A')).toEqual([
      'warning group/header-invalid UNG2',
      'warning group/header-invalid UNG3',
      'warning group/header-invalid UNG4',
      'warning group/header-invalid UNG4',
    ]);
    expect(found('UNG+ORDERS++++G', four)).toEqual([]);
    expect(found('UNG+ORDERS+A+B+20260230:1200+G', four)).toEqual(['warning group/header-invalid UNG4']);
  });

  test('trap 46: UNB has six digits of date in syntax 3 and eight in 4; six there warn', () => {
    expect(envelope(file('ORDERS', orders(line), four))).toEqual([]);
    expect(
      problemsOf(readText(file('ORDERS', orders(line), { ...four, date: '260101' }))).map(
        ({ severity, code }) => `${severity} ${code}`,
      ),
    ).toEqual(['warning interchange/field-invalid']);
    expect(standards.version('edifact', 'D3')?.elements.get('0051')?.max).toBe(2);
    expect(standards.version('edifact', '41')?.elements.get('0051')?.max).toBe(3);
  });

  test('trap 47: UNZ counts messages or groups, UNT counts itself, references are text, groups are not mixed', () => {
    const text = file('ORDERS', orders(line));
    expect(envelope(text.replace('UNT+7', 'UNT+5'))).toEqual(['transaction/segment-count-mismatch']);
    expect(envelope(text.replace("UNZ+1+1'", "UNZ+1+01'"))).toEqual(['interchange/control-number-mismatch']);
    const [head = '', rest = ''] = text.split(/(?=UNH)/);
    const [message = ''] = rest.split('UNZ');
    const ung = "UNG+ORDERS+A+B+260101:1200+G+UN+D:96A'";
    expect(
      envelope(`${head}${ung}${message}${message.replaceAll("+1'", "+2'").replace('UNH+1', 'UNH+2')}UNE+2+G'UNZ+1+1'`),
    ).toEqual([]);
    expect(
      envelope(`${head}${ung}${message}UNE+1+G'${message.replace('UNH+1', 'UNH+2').replace("+1'", "+2'")}UNZ+1+1'`),
    ).toContain('interchange/mixed-groups');
  });

  test('trap 48: 0062 is unique in its interchange; codes of a subset are a setting', () => {
    const text = file('ORDERS', orders("LIN+1++A:QQ'"));
    expect(told(text)).toEqual(['LIN3-2 element/invalid-code']);
    expect(judged(text, { codes: 'warn' }).verdict).toBe('accepted');
    // 1131 and 3055 name whose list it is: then it is not the directory's.
    expect(told(file('ORDERS', orders("LIN+1++A:QQ::9'")))).toEqual([]);
  });
});

describe('data', () => {
  test('trap 50: a loop’s number is the directory’s, its trigger is not', () => {
    const loop = (version: string) =>
      standards
        .table('edifact', version, 'ORDERS')
        ?.root.children.find((one) => one.kind === 'loop' && one.trigger === 'LIN');
    expect([loop('D96A'), loop('D01B')].map((one) => one?.kind === 'loop' && one.id)).toEqual(['SG25', 'SG28']);
  });

  test('trap 51: groups that begin alike stand by their places, and a UNS left out is told once', () => {
    expect(told(file('ORDERS', `${start}RFF+CT:1'NAD+BY+1::9'RFF+VA:2'${line}RFF+CT:3'UNS+S'MOA+86:1'`))).toEqual([]);
    expect(told(file('ORDERS', `${start}${line}CNT+2:1'`)).filter((one) => one.includes('missing'))).toEqual([
      'UNS segment/missing',
    ]);
    const schedule = "BGM+241+1+9'DTM+137:20260101:102'UNS+D'LIN+1'UNS+S'";
    expect(told(file('DELFOR', schedule), { codes: 'off' }).filter((one) => one.startsWith('UNS'))).toEqual([]);
  });

  test('trap 52: what is left out shifts nothing, but a plus for a colon does', () => {
    expect(told(file('ORDERS', orders("LIN+1'", "NAD+BY++++NAME'")))).toEqual([]);
    expect(told(file('ORDERS', orders("LIN+1'DTM+2:20260101:102'", "QTY+21+5'")))).not.toEqual([]);
    const typo = file('ORDERS', orders(line)).replace('UNT+7+1', 'UNT+7:1');
    expect(envelope(typo)).toEqual(['transaction/control-number-mismatch']);
  });

  test.each([
    ['20260101:102', true],
    ['20260230:102', false],
    ['202601011230:203', true],
    ['20260101126:203', false],
    ['260101:101', true],
    ['202601:610', true],
    ['202613:610', false],
    ['202653:616', true],
    ['2026010120260131:718', true],
    ['2026010120260132:718', false],
    ['20260131-20260101:718', false],
  ])('trap 53: DTM 2380 %s means what 2379 says', (value, right) =>
    expect(told(file('ORDERS', `BGM+220+1+9'DTM+137:${value}'${line}UNS+S'`))).toEqual(
      right ? [] : ['DTM1-2 element/invalid-date'],
    ),
  );

  test('trap 53: without 2379 a 2380 means nothing, which is told as a warning', () =>
    expect(told(file('ORDERS', `BGM+220+1+9'DTM+137:20260101'${line}UNS+S'`))).toEqual(['DTM1-3 element/missing']));

  test('trap 54: the kind of a quantity says whether it counts', () =>
    expect(told(file('ORDERS', `${orders("LIN+1'QTY+21:5'QTY+59:12'LIN+2'QTY+21:3'")}CNT+1:8'`))).toEqual([]));

  const invoice = (lines: string, sums: string) =>
    file('INVOIC', `BGM+380+1+9'DTM+137:20260101:102'${lines}UNS+S'${sums}`);
  test('trap 55: 79 is the sum of 203, and 125 with 124 is 77', () => {
    const lines = "LIN+1'MOA+203:100'LIN+2'MOA+203:50'";
    expect(told(invoice(lines, "MOA+79:150'MOA+125:150'MOA+124:30'MOA+77:180'"))).toEqual([]);
    expect(told(invoice(lines, "MOA+79:151'"))).toEqual(['MOA1-2 balance/total-mismatch']);
    expect(told(invoice(lines, "MOA+125:150'MOA+124:30'MOA+77:181'"))).toEqual(['MOA1-2 balance/total-mismatch']);
  });

  test('trap 59: CNT 2 counts lines, 1 sums quantities', () => {
    const text = (cnt: string) => file('ORDERS', `${orders("LIN+1'QTY+21:5'LIN+2'QTY+21:3'")}${cnt}`);
    expect(told(text("CNT+1:8'CNT+2:2'"))).toEqual([]);
    expect(told(text("CNT+1:9'CNT+2:3'"))).toEqual(['CNT1-2 balance/total-mismatch', 'CNT1-2 balance/count-mismatch']);
  });

  test('trap 61: CPS is a tree, as HL is', () => {
    const notice = (levels: string) => file('DESADV', `BGM+351+1+9'DTM+137:20260101:102'${levels}`);
    expect(told(notice("CPS+1'CPS+2+1'PAC+1'LIN+1'QTY+12:5'"))).toEqual([]);
    expect(told(notice("CPS+1'CPS+2+3'"))).toEqual(['CPS2 balance/unknown-parent']);
  });

  test('trap 63: texts are as long as the directory of UNH has them', () => {
    const text = (directory: string) => file('ORDERS', orders("LIN+1'", `FTX+AAI+++${'A'.repeat(71)}'`), { directory });
    expect(told(text('D:96A'))).toEqual(['FTX4-1 element/too-long']);
    expect(told(text('D:01B'))).toEqual([]);
  });

  test('trap 64: repetition is of whole elements, and these directories list repeats as places', () => {
    const repeated = only(file('ORDERS', orders("LIN+1'PIA+1+A:SA*B:IN'"), { una: "UNA:+.?*'", ...four }));
    expect([1, 2].map((repetition) => repeated.segments[4]?.value(2, 2, repetition))).toEqual(['SA', 'IN']);
    expect(told(file('ORDERS', orders("LIN+1'PIA+1+A:SA*B:IN'"), { una: "UNA:+.?*'", ...four }))).toEqual([
      'PIA2 element/too-many-repetitions',
    ]);
    expect(told(file('ORDERS', orders("LIN+1'PIA+1+A:SA+B:IN'")))).toEqual([]);
  });
});

describe('both', () => {
  test('trap 71: a message of 100,000 segments is read, and cut anywhere', () => {
    const text = file('ORDERS', orders(line.repeat(50_000)));
    expect(only(text).segments).toHaveLength(100_005);
    expect(envelope(text)).toEqual([]);
  });

  test('trap 72: a Problem says segment, element, component, loop and value, in the sender’s counting', () => {
    const [one] = judged(file('ORDERS', orders("LIN+1'QTY+21:X'"))).problems;
    expect(one === undefined ? null : problemAsJson(one)).toMatchObject({
      code: 'element/invalid-character',
      segmentNumber: 5,
      tag: 'QTY',
      elementNumber: 1,
      componentNumber: 2,
      loop: 'SG25',
      found: 'X',
      message: 'QTY01-2 (Quantity) is "X", and its type n does not allow that.',
    });
  });
});
