// Writing what was read, every value looked through for delimiters.
import { createReader, parserNamed } from '../dist/parsers/index.js';
import { chunksOf } from './chunks.mjs';
import { inputFile } from './generate.mjs';
import { megabytesPerSecond, print, secondsOf } from './measure.mjs';
import { readAll } from './reading.mjs';

const wholeValue = (segment, element) => {
  const components = segment.componentCount(element);
  if (components <= 1) return segment.value(element);
  return Array.from({ length: components }, (_none, at) => segment.value(element, at + 1));
};

function draftsOf(chunks) {
  const drafts = [];
  readAll(chunks, ({ syntax, message, version, association, controlNumber, segments }) => {
    const body = segments.slice(1, -1).map((segment) => ({
      tag: segment.tag,
      elements: Array.from({ length: segment.elementCount }, (_none, at) => wholeValue(segment, at + 1)),
    }));
    drafts.push({ controlNumber, draft: { syntax, message, version, association, segments: body } });
  });
  return drafts;
}

function envelopeFor(chunks) {
  const [first] = createReader().push(chunks().next().value);
  const { syntax, delimiters, version, sender, receiver } = first.header;
  return {
    syntax,
    delimiters,
    version,
    sender,
    receiver,
    segmentSuffix: '',
    onDelimiterInData: 'refuse',
    date: '20260115',
    time: '1030',
    interchangeControlNumber: '1',
    acknowledgmentRequested: false,
    usage: 'production',
    group:
      syntax === 'x12'
        ? { functionalId: 'PO', sender: 'A1', receiver: 'B1', controlNumber: '1', version: '004010' }
        : null,
  };
}

function writeAll(envelope, drafts) {
  let written = 0;
  for (const chunk of parserNamed(envelope.syntax).writeInterchange(envelope, drafts)) written += chunk.length;
  return written;
}

export async function writing(size) {
  for (const ending of ['x12', 'edi']) {
    const chunks = chunksOf(await inputFile(`orders-${size}.${ending}`));
    const drafts = draftsOf(chunks);
    const envelope = envelopeFor(chunks);
    const bytes = writeAll(envelope, drafts);
    const seconds = await secondsOf(() => writeAll(envelope, drafts), bytes);
    print(
      `write ${ending === 'x12' ? 'X12' : 'EDIFACT'}, delimiters looked for in every value`,
      megabytesPerSecond(bytes, seconds),
    );
  }
}
