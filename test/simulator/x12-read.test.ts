import { describe, expect, test } from 'vitest';
import { element, readX12, UnreadableX12 } from '../../src/simulator/x12/read.ts';
import { interchangeText } from '../../src/simulator/x12/write.ts';
import { bytesOf, envelope, fileOf, RESPONSE_SHORT, set } from './documents.ts';

const right = interchangeText(envelope(), [set('855', RESPONSE_SHORT), set('855', RESPONSE_SHORT, '0002')]);
const ta1 = `${right.slice(0, 106)}TA1*000000101*261122*1345*A*000~IEA*0*000000007~`;

describe('a right file', () => {
  test('is read to the last element', async () => {
    const { header, groups, acknowledgments } = await readX12(bytesOf(right));
    expect(header.elements).toHaveLength(16);
    expect(element(header, 13)).toBe('000000007');
    expect(element(header, 6)).toBe('HARBORTOOLS    ');
    expect(
      groups[0]?.transactions.map(({ set: name, controlNumber, segments }) => [name, controlNumber, segments.length]),
    ).toEqual([
      ['855', '0001', RESPONSE_SHORT.length + 2],
      ['855', '0002', RESPONSE_SHORT.length + 2],
    ]);
    expect(groups[0]?.transactions[0]?.segments[1]).toEqual({
      tag: 'BAK',
      elements: ['00', 'AC', '4500000101', '20261122'],
    });
    expect(acknowledgments).toEqual([]);
  });

  test.each([
    ['line feeds', { element: '*', component: '>', terminator: '~', suffix: '\n' }],
    ['CR LF', { element: '|', component: '^', terminator: "'", suffix: '\r\n' }],
    ['a line feed as terminator', { element: '*', component: ':', terminator: '\n', suffix: '' }],
  ])('with %s', async (_name, delimiters) => {
    const { groups } = await readX12(fileOf([set('855', RESPONSE_SHORT)], { delimiters }));
    expect(groups[0]?.transactions[0]?.segments.at(-1)).toEqual({ tag: 'SE', elements: ['11', '0001'] });
  });

  test('of a TA1 and nothing else', async () => {
    const read = await readX12(bytesOf(ta1));
    expect(read.acknowledgments).toEqual([{ tag: 'TA1', elements: ['000000101', '261122', '1345', 'A', '000'] }]);
    expect(read.groups).toEqual([]);
  });

  test('of a TA1 before a group', async () => {
    const read = await readX12(bytesOf(right.replace('GS*', 'TA1*000000101*261122*1345*A*000~GS*')));
    expect([read.acknowledgments.length, read.groups.length]).toEqual([1, 1]);
  });
});

describe('a wrong file is refused', () => {
  test.each([
    ['SE01 too high', right.replace('SE*11*0001', 'SE*12*0001')],
    ['SE01 with letters', right.replace('SE*11*0001', 'SE*11a*0001')],
    ['SE02', right.replace('SE*11*0002', 'SE*11*0003')],
    ['GE01', right.replace('GE*2*', 'GE*1*')],
    ['GE02', right.replace('GE*2*12', 'GE*2*13')],
    ['IEA01', right.replace('IEA*1*', 'IEA*2*')],
    ['IEA02', right.replace('IEA*1*000000007', 'IEA*1*000000008')],
    ['IEA02 without its zeros', right.replace('IEA*1*000000007', 'IEA*1*7')],
    ['no IEA', right.slice(0, right.indexOf('IEA*'))],
    ['no GE', right.replace('GE*2*12~', '')],
    ['no SE', right.replace('SE*11*0002~', '')],
    ['cut in the middle', right.slice(0, 300)],
    ['cut in the ISA', right.slice(0, 90)],
    ['text before', ` ${right}`],
    ['text behind', `${right}rest`],
    ['a segment behind IEA', `${right}ZZZ*1~`],
    ['twice the interchange', right + right],
    ['a short ISA06', right.replace('HARBORTOOLS    ', 'HARBORTOOLS')],
    ['TA1 only, IEA01 one', ta1.replace('IEA*0*', 'IEA*1*')],
    ['a segment between the sets', right.replace('ST*855*0002', 'ZZZ*1~ST*855*0002')],
    ['empty', ''],
  ])('%s', async (_name, text) => {
    await expect(readX12(bytesOf(text))).rejects.toThrow(UnreadableX12);
  });
});
