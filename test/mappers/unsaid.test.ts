import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/documents/index.ts';
import { mapNamed } from '../maps/base-maps.ts';
import { faultsOf } from './world.ts';

/* What the standard wants and a document need not say: a code of the map's stands there, so that the message can be sent at all. */
const order = (more: object): Document => ({
  number: 'PO1',
  purpose: { code: 'original' },
  orderedOn: '2026-11-22',
  lines: [{ number: '1', quantity: { value: '1', unit: { code: 'each' } } }],
  ...more,
});
function segments(name: Parameters<typeof mapNamed>[0], document: Document, tag: string) {
  const { draft, problems } = mapNamed(name).write(document, {});
  return {
    told: problems.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    found: draft.segments.filter((one) => one.tag === tag).map(({ elements }) => elements.map(String)),
  };
}
const notice = (carriage: object): Document => ({
  number: 'S1',
  purpose: { code: 'original' },
  createdAt: '2026-11-22T08:30',
  shipment: { carriage },
  orders: [{ number: 'PO1' }],
  contents: [{ line: '1', order: 'PO1', quantity: { value: '1', unit: { code: 'each' } } }],
});

describe('unsaid', () => {
  test.each(['edifact/D96A/DESADV', 'edifact/D01B/DESADV'] as const)(
    '%s: a carrier goes with the main carriage',
    (name) => {
      const carrier = { scheme: { code: 'scac' }, value: 'RDLN' };
      expect(segments(name, notice({ carrier }), 'TDT')).toEqual({
        told: [],
        found: [['20', '', '', '', 'RDLN,,182']],
      });
      const stage = { code: 'pre' };
      expect(segments(name, notice({ carrier, stage }), 'TDT').found).toEqual([['10', '', '', '', 'RDLN,,182']]);
      expect(segments(name, notice({ payment: { code: 'prepaid' } }), 'TDT').found).toEqual([]);
    },
  );

  test.each([
    ['a carrier', { carriage: { carrierName: 'RED' } }, 'TDT', [['20', '', '', '', ',,,RED']]],
    ['a text', { texts: [{ text: 'RED BOX' }] }, 'FTX', [['AAI', '', '', 'RED BOX']]],
    ['an allowance by rate', charge('allowance'), 'RTE', [['1,2.5']]],
    ['a charge by rate', charge('charge'), 'RTE', [['2,2.5']]],
  ])('%s of an order', (_what, more, tag, found) => {
    expect(segments('edifact/D96A/ORDERS', order(more), tag)).toEqual({ told: [], found });
  });

  test('is refused where the element may be left out, and without a choice', () => {
    const map = (stage: string) =>
      `document: order\nmessage: edifact/D96A/ORDERS\nfields:\n  number: BGM02\n  carriage: { fields: { stage: ${stage} } }\n`;
    expect(faultsOf(map('{ at: TDT01, codes: transport-stage, unsaid: "20" }'))).toEqual([]);
    expect(faultsOf(map('{ at: TDT03-1, codes: transport-mode, unsaid: "30" }'))).toEqual([
      expect.stringContaining('`unsaid:` is for what the standard wants, and TDT03-1 may be left out.'),
    ]);
    expect(faultsOf(map('{ at: TDT01, codes: transport-stage, unsaid: { A: "1" } }'))).toEqual([
      expect.stringContaining('`unsaid:` is a code, or `by:` an element like ALC01 with a code for each of its own.'),
    ]);
  });
});

function charge(kind: 'allowance' | 'charge') {
  return { charges: [{ kind: { code: kind }, code: { code: 'freight' }, rate: '2.5' }] };
}
