import type { OutboundEnvelope } from '../../src/parsers/draft.ts';

/** An X12 envelope to write with; tests change what they are about. */
export const x12Envelope: OutboundEnvelope = {
  syntax: 'x12',
  delimiters: { element: 0x2a, component: 0x3e, repetition: 0x5e, release: null, terminator: 0x7e, decimalMark: 0x2e },
  segmentSuffix: '',
  onDelimiterInData: 'refuse',
  version: '00401',
  sender: { qualifier: 'ZZ', id: 'TALLYPORT' },
  receiver: { qualifier: '01', id: '123456789' },
  date: '20261122',
  time: '1345',
  interchangeControlNumber: '42',
  acknowledgmentRequested: true,
  usage: 'production',
  group: { functionalId: 'PR', sender: 'TALLYPORT', receiver: 'BUYER', controlNumber: '17', version: '004010VICS' },
};

/** An EDIFACT envelope to write with. */
export const edifactEnvelope: OutboundEnvelope = {
  ...x12Envelope,
  syntax: 'edifact',
  delimiters: { element: 0x2b, component: 0x3a, repetition: 0x2a, release: 0x3f, terminator: 0x27, decimalMark: 0x2e },
  version: 'UNOC:3',
  sender: { qualifier: '14', id: '5412345000013' },
  receiver: { qualifier: null, id: 'BUYER' },
  interchangeControlNumber: 'REF42',
  group: null,
};

/** The text of written chunks. */
export const textOf = (chunks: Iterable<Uint8Array>): string => Buffer.concat([...chunks]).toString('latin1');
