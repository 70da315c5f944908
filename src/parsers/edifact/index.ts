import { detectHeader } from '../detect.ts';
import type { Parser } from '../parser.ts';
import { createFileReader } from '../read.ts';
import { edifactEnvelope } from './envelope.ts';
import { readContrl } from './read-acknowledgment.ts';
import { writeEdifact } from './write.ts';

/** UN/EDIFACT, ISO 9735 syntax 1 to 4: UNB…UNZ. */
export const edifact = {
  name: 'edifact',
  envelope: edifactEnvelope,
  detect: (head: Uint8Array) => detectHeader(head, 'U'),
  createReader: (options) => createFileReader([edifactEnvelope], options),
  writeInterchange: writeEdifact,
  readAcknowledgment: readContrl,
} as const satisfies Parser;
