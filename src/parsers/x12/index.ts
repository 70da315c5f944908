import { detectHeader } from '../detect.ts';
import type { Parser } from '../parser.ts';
import { createFileReader } from '../read.ts';
import { x12Envelope } from './envelope.ts';
import { readFunctional } from './read-acknowledgment.ts';
import { writeX12 } from './write.ts';

/** ASC X12: ISA…IEA. */
export const x12 = {
  name: 'x12',
  envelope: x12Envelope,
  detect: (head: Uint8Array) => detectHeader(head, 'I'),
  createReader: (options) => createFileReader([x12Envelope], options),
  writeInterchange: writeX12,
  readAcknowledgment: readFunctional,
} as const satisfies Parser;
