import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/core/problem.ts';
import type { Document } from '../../src/documents/index.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import type { OutboundEnvelope, TransactionDraft } from '../../src/parsers/draft.ts';
import { parserNamed } from '../../src/parsers/index.ts';
import type { ReadEvent } from '../../src/parsers/transaction.ts';
import { agreementOf, mapNamed } from './base-maps.ts';
import { FIXTURES, fixturePath, type MapName, placedFixture, placedFrom } from './fixtures.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const told = ({ code, severity, at, message }: Problem) => ({ code, severity, segment: at.segmentNumber, message });

/** A golden file that is there only when there is something to say: an empty one would hide that a problem went away. */
async function expectGolden(map: MapName, file: string, isEmpty: boolean, text: string) {
  if (isEmpty) expect(existsSync(fixturePath(map, file)), `${file} has nothing left to say: delete it`).toBe(false);
  else await expect(text).toMatchFileSnapshot(fixturePath(map, file));
}

function readFixture(map: MapName, stem: string) {
  const { events, placed } = placedFixture(map, stem);
  const agreement = agreementOf(placed);
  return { events, placed, agreement, reading: mapNamed(map).read(placed, agreement) };
}

describe('bytes to document', () => {
  test.each(FIXTURES)('%s %s', async (map, stem) => {
    const { reading } = readFixture(map, stem);
    const { document, problems, unmapped } = reading;
    await expectGolden(map, `${stem}.document.json`, document === null, json(document));
    await expectGolden(map, `${stem}.problems.json`, problems.length === 0, json(problems.map(told)));
    const rest = unmapped.map(({ place, value }) => ({ ...place, value }));
    await expectGolden(map, `${stem}.unmapped.json`, rest.length === 0, json(rest));
  });

  test.each(FIXTURES)('%s %s is a document of its kind', (map, stem) => {
    const { document } = readFixture(map, stem).reading;
    const check = validateDocument(mapNamed(map).document, document);
    expect(check.valid ? [] : check.faults).toEqual([]);
  });

  test.each(FIXTURES)('%s %s: every traced path is in the document, at a place that holds something', (map, stem) => {
    const { placed, reading } = readFixture(map, stem);
    const wrong = [...reading.trace.entries()].filter(({ path, place }) => {
      const segment = placed.transaction.segments[place.segmentNumber - 1];
      const value = segment?.value(place.element, place.component ?? 1, place.repetition ?? 1) ?? '';
      return segment?.tag !== place.tag || value === '' || valueAt(reading.document, path) === undefined;
    });
    expect(wrong).toEqual([]);
    expect(reading.trace.size).toBeGreaterThan(0);
  });
});

/** The loop a sender left out cannot be written without its first segment, and ENT wants a number. */
const gained = (map: MapName, stem: string, document: Document): object =>
  `${map} ${stem}` === 'x12/004010/820 no-entity' && 'entities' in document
    ? { entities: document.entities?.map((entity) => ({ number: '1', ...entity })) }
    : {};

describe('document to bytes', () => {
  test.each(FIXTURES)('%s %s', async (map, stem) => {
    const { events, agreement, reading } = readFixture(map, stem);
    if (reading.document === null) throw new Error('no document');
    const writing = mapNamed(map).write(reading.document, agreement);
    expect(writing.unwritten).toEqual([]);
    expect(writing.problems.map(told)).toEqual([]);
    const written = interchange(events, writing.draft);
    const same = written === readFileSync(fixturePath(map, `${stem}.edi`), 'latin1');
    await expectGolden(map, `${stem}.out.edi`, same, written);
  });

  test.each(FIXTURES)('%s %s: what we write is valid, and reads as the same document', (map, stem) => {
    const { events, agreement, reading } = readFixture(map, stem);
    if (reading.document === null) throw new Error('no document');
    const { draft } = mapNamed(map).write(reading.document, agreement);
    const { placed } = placedFrom(Buffer.from(interchange(events, draft), 'latin1'));
    const errors = placed.problems.filter(
      ({ severity, code }) => severity === 'error' && code !== 'element/invalid-code',
    );
    expect(errors.map(told)).toEqual([]);
    const again = mapNamed(map).read(placed, agreement);
    expect(comparable(again.document)).toEqual({
      ...comparable(reading.document),
      ...gained(map, stem, reading.document),
    });
  });
});

/** An own id of a pack says nothing: it is a number within one document (the promise: "up to renamed pack ids"). */
function comparable(document: Document | null): object {
  if (document === null) throw new Error('no document');
  if (!('packs' in document) || document.packs === undefined) return document;
  const names = new Map(document.packs.map(({ id }, index) => [id, `pack ${index + 1}`]));
  const named = (id: string) => names.get(id) ?? id;
  return {
    ...document,
    packs: document.packs.map((pack) => ({
      ...pack,
      id: named(pack.id),
      ...(pack.parent !== undefined && { parent: named(pack.parent) }),
    })),
    contents: document.contents.map((row) => ({
      ...row,
      ...(row.packs !== undefined && { packs: row.packs.map(named) }),
    })),
  };
}

function valueAt(document: unknown, path: string): unknown {
  const steps = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return steps.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    document,
  );
}

/** The fixture's own envelope around a draft. */
function interchange(events: readonly ReadEvent[], draft: TransactionDraft): string {
  const header = events.find((event) => event.kind === 'interchange')?.header;
  const group = events.find((event) => event.kind === 'group')?.header;
  const transaction = events.find((event) => event.kind === 'transaction')?.transaction;
  if (header === undefined || transaction === undefined) throw new Error('no interchange');
  const { syntax, delimiters, version, sender, receiver, usage } = header;
  const { functionalId, controlNumber } = group ?? {};
  const envelope: OutboundEnvelope = {
    syntax,
    // A draft holds points: written under a UNA that names the comma they would be wrong.
    delimiters: { ...delimiters, decimalMark: 0x2e },
    segmentSuffix: '\n',
    onDelimiterInData: 'refuse',
    version,
    sender,
    receiver,
    date: `20${header.date}`,
    time: header.time,
    interchangeControlNumber: header.controlNumber,
    acknowledgmentRequested: header.acknowledgmentRequested === '1',
    usage,
    group: !functionalId
      ? null
      : {
          functionalId,
          sender: group?.sender ?? '',
          receiver: group?.receiver ?? '',
          controlNumber: controlNumber ?? '',
          version: group?.version ?? '',
        },
  };
  const one = { draft: { ...draft, association: transaction.association }, controlNumber: transaction.controlNumber };
  const chunks = [...parserNamed(syntax).writeInterchange(envelope, [one])];
  return chunks.map((chunk) => Buffer.from(chunk).toString('latin1')).join('');
}
