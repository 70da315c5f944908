import { describe, expect, test } from 'vitest';
import { traceFromJson, traceToJson } from '../../src/mappers/index.ts';
import { placedX12 } from './wire.ts';
import { exampleMap } from './world.ts';

const map = exampleMap('2-order-lines');
const placed = placedX12('850', 'PO', [
  'BEG*00*SA*PO1**20261122',
  'PO1*1*5*EA*9.95*PE*UP*614141000104*VN*A-1',
  'PO1*2*7*CA*1',
  'SDQ*CA*92*L1*3*L2*4',
  'CTT*2*12',
]);
const { trace, document } = map.read(placed, {});

describe('a trace', () => {
  test('ties a path to its place', () => {
    expect(trace.placesOf('lines[0].products[1].value')).toEqual([
      { segmentNumber: 3, tag: 'PO1', element: 9, component: null, repetition: null },
    ]);
    expect(trace.placesOf('lines[1].allocations[1].quantity')).toEqual([
      { segmentNumber: 5, tag: 'SDQ', element: 6, component: null, repetition: null },
    ]);
    expect(trace.placesOf('nothing')).toEqual([]);
  });

  test('ties a place to its paths: one element may feed several', () => {
    expect(trace.pathsAt(3, 5)).toEqual(['lines[0].price.basis', 'lines[0].price.per']);
    expect(trace.pathsAt(5, 1)).toEqual(['lines[1].allocations[0].unit', 'lines[1].allocations[1].unit']);
    expect(trace.pathsAt(2, null)).toEqual(['purpose', 'kind', 'number', 'orderedOn']);
    expect(trace.pathsAt(6, null)).toEqual([]);
  });

  test('its entries stand in wire order, and each path is in the document', () => {
    const entries = [...trace.entries()];
    expect(entries).toHaveLength(trace.size);
    const order = entries.map(({ place }) => place.segmentNumber * 1000 + place.element);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(entries.map(({ path }) => path)).toContain('lines[1].quantity.value');
  });

  test('is stored compactly, and comes back the same', () => {
    const json = traceToJson(trace);
    const back = traceFromJson(JSON.parse(JSON.stringify(json)));
    expect([...back.entries()]).toEqual([...trace.entries()]);
    expect(JSON.stringify(json).length).toBeLessThan(JSON.stringify([...trace.entries()]).length / 3);
  });

  test.each([null, {}, { form: 2, templates: [], nodes: [], rows: [] }, 'text', [1]])(
    'what is no stored trace is refused: %j',
    (json) => expect(() => traceFromJson(json)).toThrow(TypeError),
  );

  test('of a writing numbers the segments as the writer will: ST is 1', () => {
    if (document === null) throw new Error('no document');
    const writing = map.write(document, {});
    expect([...writing.trace.entries()]).toEqual([...trace.entries()]);
    expect(writing.draft.segments[0]?.tag).toBe('BEG');
  });

  test('a reading is not changed by the next one', () => {
    const before = JSON.stringify([...trace.entries()]);
    map.read(placedX12('850', 'PO', ['BEG*01*NE*X**20261123', 'PO1*9*9*EA']), {});
    expect(JSON.stringify([...trace.entries()])).toBe(before);
  });
});
