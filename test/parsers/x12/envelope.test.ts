import { describe, expect, test } from 'vitest';
import { bytesOf, eventAsData, problemsOf, readChunks, readText, transactionsOf } from '../reading.ts';

const ISA =
  'ISA*00*          *00*          *ZZ*NORTHWIND      *ZZ*TALLYPORT      *240115*1030*U*00401*000000101*0*P*:~';
const GS = 'GS*PO*NORTHWIND*TALLYPORT*20240115*1030*1*X*004010~';
const SET = 'ST*850*0001~BEG*00*SA*1~SE*3*0001~';
const END = 'GE*1*1~IEA*1*000000101~';

const found = (text: string) =>
  problemsOf(readText(text)).map(({ code, severity, at }) => {
    const element = at.elementNumber === null ? '' : String(at.elementNumber).padStart(2, '0');
    return `${severity === 'error' ? '' : `${severity}: `}${code} ${at.tag ?? ''}${element}`.trim();
  });

describe('trap 35: ISA14', () => {
  const asked = (isa: string) => {
    for (const event of readText(isa + GS + SET + END))
      if (event.kind === 'interchange') return event.header.acknowledgmentRequested;
    return null;
  };
  test.each([
    ['0', '00401', '0'],
    ['1', '00401', '1'],
    ['2', '00401', '0'],
    ['3', '00501', '0'],
    ['2', '00601', '2'],
    ['3', '00601', '2'],
    ['x', '00601', '0'],
  ])('%s in version %s asks for %s', (isa14, version, requested) => {
    const repetition = version === '00401' ? 'U' : '^';
    expect(asked(ISA.replace('*0*P', `*${isa14}*P`).replace('*U*00401', `*${repetition}*${version}`))).toBe(requested);
  });
});

describe('envelope problems', () => {
  test('a sound interchange has none', () => expect(found(ISA + GS + SET + END)).toEqual([]));

  test.each`
    what                                | text                                                                                        | problems
    ${'SE01'}                           | ${ISA + GS + SET.replace('SE*3', 'SE*4') + END}                                             | ${['transaction/segment-count-mismatch SE01']}
    ${'SE01 no number'}                 | ${ISA + GS + SET.replace('SE*3', 'SE*3abc') + END}                                          | ${['transaction/segment-count-mismatch SE01']}
    ${'SE01 missing'}                   | ${ISA + GS + SET.replace('SE*3', 'SE*') + END}                                              | ${['transaction/segment-count-mismatch SE01']}
    ${'SE02'}                           | ${ISA + GS + SET.replace('SE*3*0001', 'SE*3*1') + END}                                      | ${['transaction/control-number-mismatch SE02']}
    ${'SE missing'}                     | ${ISA + GS + SET.replace('SE*3*0001~', '') + END}                                           | ${['transaction/trailer-missing']}
    ${'ST01 missing'}                   | ${ISA + GS + SET.replace('*850', '*') + END}                                                | ${['transaction/identifier-missing ST01']}
    ${'ST02 missing'}                   | ${ISA + GS + SET.replace(/\*0001/g, '') + END}                                              | ${['transaction/control-number-invalid ST02']}
    ${'ST02 too short'}                 | ${ISA + GS + SET.replace(/0001/g, '1') + END}                                               | ${['transaction/control-number-invalid ST02']}
    ${'ST02 too long'}                  | ${ISA + GS + SET.replace(/0001/g, '1234567890') + END}                                      | ${['transaction/control-number-invalid ST02']}
    ${'ST02 twice'}                     | ${ISA + GS + SET + SET + END.replace('GE*1', 'GE*2')}                                       | ${['transaction/control-number-duplicate ST']}
    ${'wrong group'}                    | ${ISA + GS.replace('PO', 'IN') + SET + END}                                                 | ${['transaction/not-in-group ST01']}
    ${'no group'}                       | ${`${ISA + SET}IEA*0*000000101~`}                                                           | ${['transaction/outside-group ST01']}
    ${'GE01'}                           | ${ISA + GS + SET + END.replace('GE*1', 'GE*2')}                                             | ${['group/count-mismatch GE01']}
    ${'GE02'}                           | ${ISA + GS + SET + END.replace('GE*1*1', 'GE*1*2')}                                         | ${['group/control-number-mismatch GE02']}
    ${'GE02 padded'}                    | ${ISA + GS + SET + END.replace('GE*1*1', 'GE*1*0001')}                                      | ${[]}
    ${'GE missing'}                     | ${ISA + GS + SET + END.replace('GE*1*1~', '')}                                              | ${['group/trailer-missing']}
    ${'GS06 no number'}                 | ${ISA + GS.replace('*1*X', '*A*X') + SET + END.replace('GE*1*1', 'GE*1*A')}                 | ${['group/control-number-invalid GS06']}
    ${'GS06 twice'}                     | ${`${ISA + GS + SET}GE*1*1~${GS}${SET}GE*1*1~IEA*2*000000101~`}                             | ${['group/control-number-duplicate GS']}
    ${'GS01 missing'}                   | ${ISA + GS.replace('PO', '') + SET + END}                                                   | ${['group/header-invalid GS01', 'transaction/not-in-group ST01']}
    ${'GS08 missing'}                   | ${ISA + GS.replace('*004010', '') + SET + END}                                              | ${['group/header-invalid GS08']}
    ${'ISA06 with a control character'} | ${ISA.replace('NORTHWIND', 'NORTH\x01IND') + GS + SET + END}                                | ${['warning: interchange/field-invalid ISA06']}
    ${'ISA08 blank'}                    | ${ISA.replace('TALLYPORT', '         ') + GS + SET + END}                                   | ${['warning: interchange/field-invalid ISA08']}
    ${'GS02 with a control character'}  | ${ISA + GS.replace('NORTHWIND', 'NORTH\x01IND') + SET + END}                                | ${['warning: group/header-invalid GS02']}
    ${'GS08 of 16 characters'}          | ${ISA + GS.replace('004010', '004010ABCDEFGHIJ') + SET + END}                               | ${['warning: group/header-invalid GS08']}
    ${'GS04 no date'}                   | ${ISA + GS.replace('20240115', 'TODAY') + SET + END}                                        | ${['warning: group/header-invalid GS04']}
    ${'GS04 no such day'}               | ${ISA + GS.replace('20240115', '20240230') + SET + END}                                     | ${['warning: group/header-invalid GS04']}
    ${'GS05 no such time'}              | ${ISA + GS.replace('*1030*1', '*2460*1') + SET + END}                                       | ${['warning: group/header-invalid GS05']}
    ${'GS05 of seconds'}                | ${ISA + GS.replace('*1030*1', '*10305912*1') + SET + END}                                   | ${[]}
    ${'ISA09 no such day'}              | ${ISA.replace('240115', '240230') + GS + SET + END}                                         | ${['warning: interchange/field-invalid ISA09']}
    ${'ISA14 of a later version'}       | ${ISA.replace('*0*P', '*2*P') + GS + SET + END}                                             | ${['warning: interchange/field-invalid ISA14']}
    ${'ISA14 of its version'}           | ${ISA.replace('*0*P', '*3*P').replace('*U*00401', '*^*00601') + GS + SET + END}             | ${[]}
    ${'ISA11 of nobody'}                | ${ISA.replace('*U*', '*X*') + GS + SET + END}                                               | ${['warning: interchange/field-invalid ISA11']}
    ${'IEA01'}                          | ${ISA + GS + SET + END.replace('IEA*1', 'IEA*2')}                                           | ${['interchange/count-mismatch IEA01']}
    ${'IEA02'}                          | ${ISA + GS + SET + END.replace('IEA*1*000000101', 'IEA*1*000000102')}                       | ${['interchange/control-number-mismatch IEA02']}
    ${'IEA02 not padded'}               | ${ISA + GS + SET + END.replace('IEA*1*000000101', 'IEA*1*101')}                             | ${[]}
    ${'IEA missing'}                    | ${`${ISA + GS + SET}GE*1*1~`}                                                               | ${['interchange/trailer-missing']}
    ${'all trailers missing'}           | ${`${ISA + GS}ST*850*0001~BEG*00~`}                                                         | ${['transaction/trailer-missing', 'group/trailer-missing', 'interchange/trailer-missing']}
    ${'nothing inside'}                 | ${`${ISA}IEA*0*000000101~`}                                                                 | ${['warning: interchange/empty']}
    ${'TA1 late'}                       | ${`${ISA + GS + SET}GE*1*1~TA1*000000009*240115*1030*A*000~IEA*1*000000101~`}               | ${['warning: interchange/segment-unexpected TA1']}
    ${'ISA13 no number'}                | ${ISA.replace('000000101', 'ABC000101') + GS + SET + END.replace('000000101', 'ABC000101')} | ${['interchange/control-number-invalid ISA13']}
    ${'ISA05 unknown'}                  | ${ISA.replace('*ZZ*N', '*Q9*N') + GS + SET + END}                                           | ${['warning: interchange/field-invalid ISA05']}
    ${'one byte, two roles'}            | ${ISA.replace('*P*:', '*P**') + GS + SET + END}                                             | ${['interchange/delimiters-invalid ISA']}
    ${'segment cut off'}                | ${`${ISA + GS}ST*850*0001~BEG*00`}                                                          | ${['transaction/trailer-missing', 'file/truncated', 'group/trailer-missing', 'interchange/trailer-missing']}
    ${'last terminator'}                | ${(ISA + GS + SET + END).slice(0, -1)}                                                      | ${['warning: file/truncated']}
    ${'empty file'}                     | ${''}                                                                                       | ${['file/empty']}
    ${'only line breaks'}               | ${'\r\n \u001a\u0000'}                                                                      | ${['file/empty']}
    ${'no EDI'}                         | ${'{"order": 1, "isa": "ISA*"}'}                                                            | ${['file/not-edi']}
    ${'GS without ISA'}                 | ${GS + SET + END}                                                                           | ${['file/not-edi']}
    ${'ISA cut off'}                    | ${ISA.slice(0, 60)}                                                                         | ${['interchange/header-malformed']}
    ${'stray segments'}                 | ${`${ISA}N1*ST~N1*BT~${GS}${SET}${END}`}                                                    | ${['interchange/segment-unexpected N1']}
    ${'for the carrier'}                | ${`${ISA}ISB*1~ISE*240115*0515*04~${GS}${SET}${END}`}                                       | ${['warning: interchange/segment-unexpected ISB']}
    ${'carrier and stray'}              | ${`${ISA}ISB*1~N1*ST~${GS}${SET}${END}`}                                                    | ${['interchange/segment-unexpected ISB']}
    ${'carrier, too late'}              | ${`${ISA + GS + SET}GE*1*1~ISB*1~IEA*1*000000101~`}                                         | ${['interchange/segment-unexpected ISB']}
    ${'endless segment'}                | ${`${ISA}N1*${'A'.repeat(70_000)}~${GS}${SET}${END}`}                                       | ${['interchange/segment-unexpected']}
  `('$what', ({ text, problems }) => expect(found(text)).toEqual(problems));

  test('the message names both sides', () => {
    const [problem] = problemsOf(readText(ISA + GS + SET.replace('SE*3', 'SE*4') + END));
    expect(problem).toMatchObject({
      message: 'SE01 is "4", but 3 segments were found.',
      found: '4',
      expected: '3',
      at: { segmentNumber: 3, tag: 'SE', elementNumber: 1, byteOffset: ISA.length + GS.length + SET.indexOf('3*0001') },
    });
  });
});

describe('what chooses the tables', () => {
  test.each`
    gs08              | st                  | version     | association
    ${'004010'}       | ${'ST*850*0001'}    | ${'004010'} | ${null}
    ${'004010VICS'}   | ${'ST*850*0001'}    | ${'004010'} | ${'VICS'}
    ${'005010X231A1'} | ${'ST*850*0001*X1'} | ${'005010'} | ${'X1'}
  `('$gs08 with $st', ({ gs08, st, version, association }) => {
    const [transaction] = transactionsOf(
      readText(ISA + GS.replace('004010', gs08) + SET.replace('ST*850*0001', st) + END),
    );
    expect(transaction).toMatchObject({ message: '850', version, association, controlNumber: '0001' });
  });
});

describe('limits', () => {
  const huge = (segment: string, bytes: number) => {
    const count = Math.ceil(bytes / segment.length);
    return `${ISA}${GS}ST*850*0001~${segment.repeat(count)}SE*${count + 2}*0001~${SET.replace(/0001/g, '0002')}GE*2*1~IEA*1*000000101~`;
  };

  test('a transaction over 32 MB is counted, refused and not kept; the next one is read', () => {
    const text = huge(`MSG*${'A'.repeat(1020)}~`, 33 * 1024 * 1024);
    const events = readText(text);
    expect(problemsOf(events).map(({ code }) => code)).toEqual(['transaction/too-large']);
    expect(transactionsOf(events).map(({ segments }) => segments.length)).toEqual([1, 3]);
  });

  test('so is one of more than a million segments', () => {
    const events = readText(huge('A~', 2_000_010));
    expect(problemsOf(events).map(({ code }) => code)).toEqual(['transaction/too-large']);
  });

  test('and one of nothing but separators', () => {
    const events = readText(huge(`A${'*'.repeat(1022)}~`, 9 * 1024 * 1024));
    expect(problemsOf(events).map(({ code }) => code)).toEqual(['transaction/too-large']);
  });
});

test('the elements of a segment cut off by the end of the file are not those of the segment before it', () => {
  const [transaction] = transactionsOf(readText(`${ISA + GS}ST*850*0001~BEG*00*SA*1~REF*DP*7*8`));
  expect(transaction?.segments.map(({ tag, elementCount }) => `${tag} ${elementCount}`)).toEqual(['ST 2', 'BEG 3']);
});

test('where lines are segments, an empty line is none', () => {
  const lines = (ISA + GS + SET + END).replaceAll('~', '\n').replace('BEG', '\n\r\nBEG');
  expect(found(lines)).toEqual([]);
});

describe('lenient openings, however they are cut', () => {
  const lines = (ISA.replace(':~', '~') + GS + SET + END).replaceAll('~', '~\n');
  const bom = '\u00ef\u00bb\u00bf';
  const whole = (ISA + GS + SET + END).replaceAll('~', '~\r\n');
  const eachByte = (text: string) => readChunks([...bytesOf(text)].map((byte) => Uint8Array.of(byte)));

  test('ISA16 left out before a line break is one mistake, and what ends each line is the terminator', () => {
    expect(found(lines)).toEqual(['interchange/field-invalid ISA16']);
    expect(transactionsOf(readText(lines)).map(({ segments }) => segments.length)).toEqual([3]);
    expect(eachByte(lines).map(eventAsData)).toEqual(readText(lines).map(eventAsData));
  });

  test('a component separator that only stands before a line break in ISA is one', () => {
    const text = lines.replace('*0001~', '*0001').replace('*004010~', '*004010');
    expect(found(text)).not.toContain('interchange/field-invalid ISA16');
  });

  test('files that begin with a byte order mark may be joined', () => {
    const joined = `${bom}${whole}${bom}${whole.replaceAll('000000101', '000000102')}`;
    expect(found(joined)).toEqual([]);
    expect(transactionsOf(readText(joined))).toHaveLength(2);
    expect(eachByte(joined).map(eventAsData)).toEqual(readText(joined).map(eventAsData));
  });

  test('blanks before a tag are told once, however they are cut', () => {
    const text = ISA + GS + SET.replace('BEG', ' \tBEG').replace('SE*', ' SE*') + END;
    expect(found(text)).toEqual(['warning: segment/padding BEG']);
    expect(eachByte(text).map(eventAsData)).toEqual(readText(text).map(eventAsData));
  });
});

describe('trailers say what they count', () => {
  test.each`
    trailer                | message
    ${'IEA*2*000000101~'}  | ${'IEA01 is "2", but 1 group was found.'}
    ${'IEA*1*000000101*X'} | ${'IEA has 3 elements, and 2 is the most.'}
  `('$trailer', ({ trailer, message }) =>
    expect(
      problemsOf(readText(ISA + GS + SET + END.replace(/IEA.*~/, `${trailer.replace('~', '')}~`)))[0]?.message,
    ).toBe(message),
  );
});
