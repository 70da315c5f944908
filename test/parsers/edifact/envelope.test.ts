import { describe, expect, test } from 'vitest';
import { problemsOf, readText, transactionsOf } from '../reading.ts';

const UNB = "UNB+UNOC:3+5412345000013:14+8798765432106:14+240115:1030+REF1'";
const MESSAGE = "UNH+1+ORDERS:D:96A:UN'BGM+220+PO1+9'UNT+3+1'";
const UNZ = "UNZ+1+REF1'";

const found = (text: string) =>
  problemsOf(readText(text)).map(({ code, severity, at }) => {
    const place = [at.tag, at.elementNumber, at.componentNumber].filter((part) => part !== null).join('.');
    return `${severity === 'error' ? '' : `${severity}: `}${code} ${place}`.trim();
  });

describe('envelope problems', () => {
  test('a sound interchange has none', () => expect(found(UNB + MESSAGE + UNZ)).toEqual([]));

  test.each`
    what                       | text                                                                        | problems
    ${'UNT count'}             | ${UNB + MESSAGE.replace('UNT+3', 'UNT+2') + UNZ}                            | ${['transaction/segment-count-mismatch UNT.1']}
    ${'UNT reference'}         | ${UNB + MESSAGE.replace('UNT+3+1', 'UNT+3+01') + UNZ}                       | ${['transaction/control-number-mismatch UNT.2']}
    ${'UNT typo'}              | ${UNB + MESSAGE.replace('UNT+3+1', 'UNT+3:1') + UNZ}                        | ${['transaction/control-number-mismatch UNT.2']}
    ${'UNT missing'}           | ${UNB + MESSAGE.replace("UNT+3+1'", '') + UNZ}                              | ${['transaction/trailer-missing']}
    ${'UNH without type'}      | ${UNB + MESSAGE.replace('ORDERS', '') + UNZ}                                | ${['transaction/identifier-missing UNH.2.1']}
    ${'UNH without number'}    | ${UNB + MESSAGE.replace('UNH+1', 'UNH+').replace('+3+1', '+3+') + UNZ}      | ${['transaction/control-number-invalid UNH.1.1']}
    ${'number twice'}          | ${UNB + MESSAGE + MESSAGE + UNZ.replace('+1', '+2')}                        | ${['transaction/control-number-duplicate UNH']}
    ${'UNZ count'}             | ${UNB + MESSAGE + UNZ.replace('+1', '+2')}                                  | ${['interchange/count-mismatch UNZ.1']}
    ${'UNZ reference'}         | ${UNB + MESSAGE + UNZ.replace('REF1', 'REF01')}                             | ${['interchange/control-number-mismatch UNZ.2']}
    ${'UNZ missing'}           | ${UNB + MESSAGE}                                                            | ${['interchange/trailer-missing']}
    ${'nothing inside'}        | ${`${UNB}UNZ+0+REF1'`}                                                      | ${['warning: interchange/empty']}
    ${'UNE count'}             | ${`${UNB}UNG+ORDERS+A+B+240115:1030+G1+UN+D:96A'${MESSAGE}UNE+2+G1'${UNZ}`} | ${['group/count-mismatch UNE.1']}
    ${'UNE reference'}         | ${`${UNB}UNG+ORDERS+A+B+240115:1030+G1+UN+D:96A'${MESSAGE}UNE+1+G2'${UNZ}`} | ${['group/control-number-mismatch UNE.2']}
    ${'UNE missing'}           | ${`${UNB}UNG+ORDERS+A+B+240115:1030+G1+UN+D:96A'${MESSAGE}${UNZ}`}          | ${['group/trailer-missing']}
    ${'UNE alone'}             | ${`${UNB + MESSAGE}UNE+1+G1'${UNZ}`}                                        | ${['interchange/segment-unexpected UNE']}
    ${'messages then UNG'}     | ${`${UNB + MESSAGE}UNG+ORDERS+A+B+240115:1030+G1+UN+D:96A'UNE+0+G1'${UNZ}`} | ${['warning: group/empty', 'interchange/mixed-groups UNG']}
    ${'syntax unknown'}        | ${UNB.replace('UNOC', 'UN0C') + MESSAGE + UNZ}                              | ${['interchange/field-invalid UNB.1.1']}
    ${'syntax of an industry'} | ${UNB.replace('UNOC', 'UNIA') + MESSAGE + UNZ}                              | ${['warning: interchange/field-invalid UNB.1.1']}
    ${'no reference'}          | ${UNB.replace('+REF1', '') + MESSAGE + UNZ.replace('REF1', '')}             | ${['interchange/control-number-invalid UNB.5.1']}
    ${'six-digit v4 date'}     | ${UNB.replace('UNOC:3', 'UNOC:4') + MESSAGE + UNZ}                          | ${['warning: interchange/field-invalid UNB.4.1']}
    ${'0031 undefined'}        | ${UNB.replace('REF1', 'REF1++++a') + MESSAGE + UNZ}                         | ${['warning: interchange/field-invalid UNB.9.1']}
    ${'0035 undefined'}        | ${UNB.replace('REF1', 'REF1++++++t') + MESSAGE + UNZ}                       | ${['warning: interchange/field-invalid UNB.11.1']}
    ${'one byte, two roles'}   | ${`UNA++.? '${UNB.replaceAll(':', '+')}${MESSAGE}${UNZ}`}                   | ${expect.arrayContaining(['interchange/delimiters-invalid UNA'])}
    ${'unknown separator'}     | ${`UNB|UNOC:3|A|B'`}                                                        | ${['interchange/header-malformed']}
    ${'UNH alone'}             | ${MESSAGE}                                                                  | ${['file/not-edi']}
    ${'UNB cut off'}           | ${UNB.slice(0, 30)}                                                         | ${['interchange/header-malformed', 'file/truncated']}
  `('$what', ({ text, problems }) => expect(found(text)).toEqual(problems));
});

describe('lexing', () => {
  const values = (body: string, una = '', unb = UNB) => {
    const [transaction] = transactionsOf(readText(`${una}${unb}UNH+1+ORDERS:D:96A:UN'${body}UNT+3+1'${UNZ}`));
    const segment = transaction?.segments[1];
    if (segment === undefined) throw new Error('no segment was read');
    return segment;
  };

  test.each`
    wire                       | value
    ${"FTX+10?+5'"}            | ${'10+5'}
    ${"FTX+?'?'?''"}           | ${"'''"}
    ${"FTX+????'"}             | ${'??'}
    ${"FTX+A???+B'"}           | ${'A?+B'}
    ${"FTX+?A?B'"}             | ${'AB'}
    ${"FTX+WRAP\r\nPED'"}      | ${'WRAPPED'}
    ${"FTX+A?\r\n+B'"}         | ${'A+B'}
    ${"FTX+A?\r\n\r\n\r\n+B'"} | ${'A\r'}
    ${"F\nTX+A'"}              | ${'A'}
    ${"FTX+caf\xe9'"}          | ${'caf\xe9'}
  `('$wire holds $value', ({ wire, value }) => {
    expect(values(wire).value(1)).toBe(value);
    expect(values(wire).tag).toBe('FTX');
  });

  test('syntax 4 repeats elements, and a released separator does not', () => {
    const segment = values(
      "PIA+A:1*B?*C:2*D'",
      "UNA:+.?*'",
      UNB.replace('UNOC:3', 'UNOC:4').replace('240115', '20240115'),
    );
    expect(segment.repetitionCount(1)).toBe(3);
    expect([1, 2, 3].map((repetition) => segment.componentCount(1, repetition))).toEqual([2, 2, 1]);
    expect(segment.value(1, 1, 2)).toBe('B*C');
    expect(segment.value(1, 2, 2)).toBe('2');
    expect(segment.value(1, 2, 3)).toBe('');
    expect(segment.value(1, 1, 4)).toBe('');
  });

  test('syntax 3 does not, whatever UNA holds', () => expect(values("PIA+A*B'", "UNA:+.?*'").value(1)).toBe('A*B'));

  test('a blank in UNA means nothing is released', () =>
    expect(values("FTX+WHAT? NO'", "UNA:+.  '").value(1)).toBe('WHAT? NO'));
});

test.each`
  indicator | usage
  ${''}     | ${'production'}
  ${'1'}    | ${'test'}
  ${'2'}    | ${'test'}
  ${'t'}    | ${'test'}
  ${'0'}    | ${'test'}
`('0035 "$indicator" is $usage: what nobody defined is never posted (trap 49)', ({ indicator, usage }) => {
  const [event] = readText(UNB.replace('REF1', `REF1++++++${indicator}`) + MESSAGE + UNZ);
  expect(event).toMatchObject({ kind: 'interchange', header: { usage } });
});
