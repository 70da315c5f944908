import { describe, expect, test } from 'vitest';
import { ordersText } from '../../src/simulator/edifact/orders.ts';
import { componentOf, misplacedSegment, readEdifact, UnreadableEdifact } from '../../src/simulator/edifact/read.ts';
import { DISTRIBUTOR } from '../../src/simulator/profiles.ts';
import { bytesOf, conversation } from './documents.ts';

const text = ordersText({
  envelope: {
    from: DISTRIBUTOR.gln,
    to: DISTRIBUTOR.supplierGln,
    date: '2026-11-22',
    time: '13:45:10',
    interchangeNumber: 'NH00000001',
    usage: 'production',
    wantControl: false,
  },
  number: 'NH000001-1',
  deliverOn: '20261129',
  buyerName: DISTRIBUTOR.name,
  contact: DISTRIBUTOR.buyerContact,
  warehouse: DISTRIBUTOR.warehouseGln,
  note: "Rampe 3: 08:00 + 15:00, what's late goes back?",
  lines: conversation('distributor').lines,
});

describe('ORDERS of the distributor', () => {
  test('reads as written', async () => {
    const { messages, reference } = readEdifact(bytesOf(text));
    expect([reference, messages.map(({ type }) => type)]).toEqual(['NH00000001', ['ORDERS']]);
    await expect(text.replaceAll(/(?<!\?)'/g, "'\n")).toMatchFileSnapshot('golden/orders-nordhandel.txt');
  });

  test('has every segment where the package allows it', () => {
    const [message] = readEdifact(bytesOf(text)).messages;
    expect(message === undefined ? 'no message' : misplacedSegment(message)).toBeNull();
  });

  test('escapes what a name or a note may hold', () => {
    const [message] = readEdifact(bytesOf(text)).messages;
    const ftx = message?.segments.find(({ tag }) => tag === 'FTX');
    expect(componentOf(ftx, 4)).toBe("Rampe 3: 08:00 + 15:00, what's late goes back?");
    const cta = message?.segments.find(({ tag }) => tag === 'CTA');
    expect(componentOf(cta, 2, 2)).toBe('Frieda Kröger');
  });

  test('says in UNB that it is a test', () => {
    const lines = conversation('distributor').lines;
    const envelope = {
      from: '1',
      to: '2',
      date: '2026-11-22',
      time: '13:45:10',
      interchangeNumber: 'X',
      usage: 'test',
      wantControl: true,
    } as const;
    const base = {
      number: 'N',
      deliverOn: '20261129',
      buyerName: 'B',
      contact: 'C',
      warehouse: 'W',
      note: 'N',
      lines,
    };
    expect(componentOf(readEdifact(bytesOf(ordersText({ ...base, envelope }))).header, 11)).toBe('1');
  });
});

describe('a wrong file is refused', () => {
  test.each([
    ['UNT 0074', text.replace(/UNT\+\d+/, 'UNT+99')],
    ['UNT 0062', text.replace(/UNT\+(\d+)\+1/, 'UNT+$1+2')],
    ['UNZ 0036', text.replace('UNZ+1', 'UNZ+2')],
    ['UNZ 0020', text.replace('UNZ+1+NH00000001', 'UNZ+1+NH00000002')],
    ['no UNZ', text.slice(0, text.indexOf('UNZ'))],
    ['no UNT', text.replace(/UNT\+\d+\+1'/, '')],
    ['a segment before UNH', text.replace('UNH+1', "BGM+220'UNH+1")],
    ['cut in a segment', text.slice(0, 200)],
    ['X12', 'ISA*00*'],
  ])('%s', (_name, wrong) => {
    expect(wrong).not.toBe(text);
    expect(() => readEdifact(bytesOf(wrong))).toThrow(UnreadableEdifact);
  });

  test('a segment out of place is named', () => {
    const [message] = readEdifact(bytesOf(text.replace('BGM+220+NH000001-1+9', 'ZZZ+1'))).messages;
    expect(message === undefined ? null : misplacedSegment(message)).toMatch(/BGM/);
  });
});
