/*
 * Where node-x12, x12-parser or edifact read a fixture otherwise than we do: the first segment that differs, what both have there, who is right,
 * and by which clause. Everywhere else, and on all that is generated, they read the same. The list may only shrink.
 */
export interface Explained {
  readonly right: 'ours' | 'either';
  readonly clause: string;
  readonly why: string;
}

export const EXPLANATIONS = {
  una: {
    right: 'ours',
    clause:
      'ISO 9735-1, UNA: position 5 is the repetition separator from syntax 4 on, reserved before; any characters may separate',
    why: 'edifact knows UNA with a blank at position 5 and a few separators only, and refuses the others.',
  },
  repetition: {
    right: 'ours',
    clause: 'ISO 9735-1:2002, 8.6: "*" separates repetitions where no UNA says otherwise',
    why: 'edifact knows no repetition.',
  },
  mark: {
    right: 'ours',
    clause: 'RFC 3629, 6: a byte order mark is no content',
    why: 'The file begins with one; theirs takes it for the start of the header.',
  },
  characterSet: {
    right: 'either',
    clause: 'X12.6, 3.3.2 by agreement; ISO 9735-1, annex A: UNOC is ISO 8859-1',
    why: 'Not ASCII: ours takes the characters for what they are found to be, theirs byte by byte; or a character is no separator.',
  },
  syntaxIdentifier: {
    right: 'either',
    clause: 'ISO 9735-1, S001: a closed list of syntax identifiers',
    why: 'edifact refuses an identifier it has no characters for; ours reads on where it can, and tells.',
  },
  isaByPlace: {
    right: 'either',
    clause: 'X12.5: ISA has 106 bytes, and its delimiters stand at fixed places',
    why: 'ISA is not 106 bytes: ours counts its separators and warns, or refuses it; theirs takes wrong delimiters from fixed places.',
  },
  nesting: {
    right: 'ours',
    clause: 'ISO 9735:1988, 9.3: explicit indication of nesting behind the tag',
    why: 'edifact does not know "LIN:1".',
  },
  noRelease: {
    right: 'ours',
    clause: 'ISO 9735-1, UNA: a blank at position 4 means that there is no release character',
    why: 'edifact then takes blanks for release characters, and loses them.',
  },
  wrapped: {
    right: 'either',
    clause: 'ISO 9735-1, annex A: no character set has line breaks',
    why: 'Lines cut at a fixed width, inside tags too: ours takes the breaks out and warns, edifact refuses.',
  },
  cutOff: {
    right: 'either',
    clause: 'X12.6, 3.5.1 and ISO 9735-1, 8.1: a segment ends with its terminator',
    why: 'The last segment has none: ours drops it (but for a whole trailer) and tells; theirs keeps, drops or refuses it.',
  },
  levelB: {
    right: 'ours',
    clause: 'ISO 9735:1988, 5.2: level B separates with IS1, IS3 and IS4',
    why: 'edifact does not look at the byte behind UNB.',
  },
  nextInterchange: {
    right: 'ours',
    clause: 'X12.5, ISO 9735-1: each interchange has its own delimiters',
    why: 'Theirs reads the next interchange of the file with the delimiters of the first.',
  },
  outside: {
    right: 'ours',
    clause: 'X12.5, ISO 9735-1, 8: what stands between ISA and GS, or outside UNB…UNZ',
    why: 'Ours tells such segments as a problem and yields none; theirs yields them as any other.',
  },
  binary: {
    right: 'ours',
    clause: 'X12.6, 3.3.1.7: BIN01 and BDS02 give the length of what follows, delimiters in it included',
    why: 'Theirs ends binary data at the first byte that looks like a terminator.',
  },
  emptyComponent: {
    right: 'ours',
    clause: 'X12.6, 3.3.3: the byte at 104 separates components',
    why: 'A component separator before each line end: an empty second component, not a character of the value.',
  },
  emptyLine: {
    right: 'either',
    clause: 'X12.6, 3.5: no segment without a tag',
    why: 'An empty line where lines are segments: ours passes it over, x12-parser yields a segment without a tag.',
  },
  emptySegment: {
    right: 'ours',
    clause: 'X12.6, 3.5.1: a segment has at least one element',
    why: 'A segment that is nothing but its tag: ours yields it and its problem, node-x12 fails with a TypeError.',
  },
  strayCr: {
    right: 'ours',
    clause:
      'X12.6, 3.3.2: CR is no character of the basic set; before a newline that terminates it belongs to the line end',
    why: 'Theirs keeps the CR as the last character of the value.',
  },
} as const satisfies Readonly<Record<string, Explained>>;

export interface KnownDifference {
  /** Index of the first segment that differs. */
  readonly at: number;
  /** The bytes there, cut at 48, what is not ASCII as "?"; null where there is no segment. */
  readonly ours: string | null;
  readonly theirs: string | null;
  readonly why: keyof typeof EXPLANATIONS;
}

/** By fixture and package. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, KnownDifference>>>> = {
  'cli/truncated.edi': {
    'x12-parser': { at: 20, ours: null, theirs: 'N1|ST|NORTHFIELD MARKETS DC 14|92|0014', why: 'cutOff' },
  },
  'edifact/envelope/asterisk-in-syntax-3.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character : after reading segmen',
      why: 'una',
    },
  },
  'edifact/envelope/control-separators.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOB?2|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character ? after reading segmen',
      why: 'levelB',
    },
  },
  'edifact/envelope/explicit-nesting.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character : after reading segmen',
      why: 'nesting',
    },
  },
  'edifact/envelope/no-release.edi': {
    edifact: { at: 4, ours: 'FTX|AAI|||WHAT? NO', theirs: 'FTX|AAI|||WHAT?NO', why: 'noRelease' },
  },
  'edifact/envelope/other-separators.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character U at position 0',
      why: 'una',
    },
  },
  'edifact/envelope/several.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character | after reading segmen',
      why: 'una',
    },
  },
  'edifact/envelope/syntax-4-no-una.edi': {
    edifact: { at: 4, ours: 'PIA|1|A?SA?B?IN', theirs: 'PIA|1|A?SA*B?IN', why: 'repetition' },
  },
  'edifact/envelope/syntax-4.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?4|5412345000013?14|8798765432106?14|202',
      theirs: 'throws: Invalid character : after reading segmen',
      why: 'una',
    },
  },
  'edifact/envelope/truncated-release.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Cannot close an incomplete message',
      why: 'cutOff',
    },
  },
  'edifact/envelope/truncated.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Cannot close an incomplete message',
      why: 'cutOff',
    },
  },
  'edifact/envelope/una-without-unb.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character : after reading segmen',
      why: 'una',
    },
  },
  'edifact/envelope/wrapped-at-seven.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character   after reading segmen',
      why: 'wrapped',
    },
  },
  'edifact/envelope/wrapped.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character   after reading segmen',
      why: 'wrapped',
    },
  },
  'edifact/envelope/x12-behind-edifact.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|240',
      theirs: 'throws: Invalid character * after reading segmen',
      why: 'nextInterchange',
    },
  },
  'oddities/edifact-apostrophe-typographic.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|260',
      theirs: 'throws: Invalid character ? at position 155',
      why: 'characterSet',
    },
  },
  'oddities/edifact-bom-and-crlf.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|260',
      theirs: 'throws: Invalid character ? after reading segmen',
      why: 'mark',
    },
  },
  'oddities/edifact-cyrillic-under-unoe.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOE?3|5412345000013?14|8798765432106?14|260',
      theirs: 'throws: No definition found for character encodi',
      why: 'syntaxIdentifier',
    },
  },
  'oddities/edifact-message-between-segments.edi': {
    edifact: { at: 1, ours: 'UNH|1|ORDERS?D?96A?UN', theirs: 'UCD|12', why: 'outside' },
  },
  'oddities/edifact-messages-without-unb.edi': {
    edifact: { at: 0, ours: null, theirs: 'UNH|1|ORDERS?D?96A?UN', why: 'outside' },
  },
  'oddities/edifact-no-last-terminator.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|260',
      theirs: 'throws: Cannot close an incomplete message',
      why: 'cutOff',
    },
  },
  'oddities/edifact-una-caret-and-dollar.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|260',
      theirs: 'throws: Invalid character U at position 0',
      why: 'una',
    },
  },
  'oddities/edifact-una-of-one-byte.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?3|5412345000013?14|8798765432106?14|260',
      theirs: 'throws: No definition found for character encodi',
      why: 'syntaxIdentifier',
    },
  },
  'oddities/edifact-una-repeats-in-syntax-4.edi': {
    edifact: {
      at: 0,
      ours: 'UNB|UNOC?4|5412345000013?14|8798765432106?14|202',
      theirs: 'throws: Invalid character : after reading segmen',
      why: 'una',
    },
  },
  'oddities/edifact-unb-of-no-syntax.edi': {
    edifact: { at: 0, ours: null, theirs: 'throws: No definition found for character encodi', why: 'syntaxIdentifier' },
  },
  'oddities/x12-bom-and-crlf.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: 'throws: Cannot read properties of undefined (rea',
      why: 'mark',
    },
    'x12-parser': {
      at: 0,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|260115|103',
      theirs: '???|SA*00**00**ZZ*NORTHW|ND*ZZ*TALLY',
      why: 'mark',
    },
  },
  'oddities/x12-component-before-each-line-end.edi': {
    'node-x12': { at: 2, ours: 'ST|850|0001', theirs: 'ST|850|0001~', why: 'emptyComponent' },
    'x12-parser': { at: 2, ours: 'ST|850|0001', theirs: 'ST|850|0001~', why: 'emptyComponent' },
  },
  'oddities/x12-component-of-two-bytes.edi': {
    'x12-parser': { at: 1, ours: null, theirs: '~GS|PO|NORTHWIND|TALLYPORT|20260115|1030|7|X|004', why: 'isaByPlace' },
  },
  'oddities/x12-cr-ends-lf-follows-none-last.edi': {
    'node-x12': { at: 9, ours: 'IEA|1|71', theirs: null, why: 'cutOff' },
  },
  'oddities/x12-cut-off-in-gs.edi': {
    'x12-parser': { at: 1, ours: null, theirs: 'GS|PO|NORTHWIND|TALLY', why: 'cutOff' },
  },
  'oddities/x12-empty-lines.edi': {
    'x12-parser': { at: 3, ours: 'BEG|00|SA|PO-4711||20260115', theirs: '', why: 'emptyLine' },
  },
  'oddities/x12-empty-segment.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: 'throws: Cannot read properties of undefined (rea',
      why: 'emptySegment',
    },
  },
  'oddities/x12-isa-one-too-long.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      why: 'isaByPlace',
    },
    'x12-parser': {
      at: 0,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|260115|103',
      theirs: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|260115|103',
      why: 'isaByPlace',
    },
  },
  'oddities/x12-isa-unpadded.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|260115|103',
      theirs: 'throws: Cannot read properties of undefined (rea',
      why: 'isaByPlace',
    },
    'x12-parser': {
      at: 0,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|260115|103',
      theirs: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|260',
      why: 'isaByPlace',
    },
  },
  'oddities/x12-isa-without-its-fourth-element.edi': {
    'node-x12': { at: 0, ours: null, theirs: 'throws: Cannot read properties of undefined (rea', why: 'isaByPlace' },
    'x12-parser': { at: 0, ours: null, theirs: 'ISA|00||00|ZZ|NOR', why: 'isaByPlace' },
  },
  'oddities/x12-requests-to-the-carrier.edi': {
    'node-x12': { at: 1, ours: 'GS|PO|NORTHWIND|TALLYPORT|20260115|1030|7|X|0040', theirs: 'ISB|1', why: 'outside' },
    'x12-parser': { at: 1, ours: 'GS|PO|NORTHWIND|TALLYPORT|20260115|1030|7|X|0040', theirs: 'ISB|1', why: 'outside' },
  },
  'oddities/x12-two-of-two-kinds.edi': {
    'node-x12': {
      at: 10,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: null,
      why: 'nextInterchange',
    },
    'x12-parser': {
      at: 10,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|260115|103',
      theirs: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      why: 'nextInterchange',
    },
  },
  'x12/envelope/binary.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: 'throws: Cannot read properties of undefined (rea',
      why: 'binary',
    },
    'x12-parser': { at: 4, ours: 'BIN|22|two~segments*and:more~', theirs: 'BIN|22|two', why: 'binary' },
  },
  'x12/envelope/empty-elements.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: 'throws: Cannot read properties of undefined (rea',
      why: 'emptySegment',
    },
  },
  'x12/envelope/malformed-isa.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: 'ISA|00|too|short~GS|PO~ISA|00|          |00|    ',
      why: 'isaByPlace',
    },
    'x12-parser': {
      at: 0,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|240115|103',
      theirs: 'ISA|00|too|short~GS|PO~ISA|00||00||ZZ|NORTHWIND|',
      why: 'isaByPlace',
    },
  },
  'x12/envelope/missing-iea-before-next.edi': {
    'node-x12': {
      at: 15,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: null,
      why: 'nextInterchange',
    },
    'x12-parser': {
      at: 15,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|240115|103',
      theirs: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      why: 'nextInterchange',
    },
  },
  'x12/envelope/newline-terminator-stray-cr.edi': {
    'node-x12': { at: 4, ours: 'REF|DP|038', theirs: 'REF|DP|038?', why: 'strayCr' },
  },
  'x12/envelope/no-last-newline.edi': {
    'node-x12': { at: 17, ours: 'IEA|1|101', theirs: null, why: 'cutOff' },
  },
  'x12/envelope/repetition.edi': {
    'node-x12': { at: 5, ours: 'MSG|caf? ? na?ve', theirs: 'MSG|caf? ? na?ve', why: 'characterSet' },
    'x12-parser': { at: 5, ours: 'MSG|caf? ? na?ve', theirs: 'MSG|caf? ? na?ve', why: 'characterSet' },
  },
  'x12/envelope/several-interchanges.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00|          |00|          |ZZ|NORTHWIND    ',
      theirs: 'throws: Cannot read properties of undefined (rea',
      why: 'mark',
    },
    'x12-parser': { at: 0, ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|240115|103', theirs: '???||ISA', why: 'mark' },
  },
  'messages/TA1/segments.edi': {
    'node-x12': {
      at: 1,
      ours: 'TA1|000000417|261121|0833|R|021',
      theirs: 'TA9|000000417|261121|0833|R|021',
      why: 'outside',
    },
    'x12-parser': {
      at: 1,
      ours: 'TA1|000000417|261121|0833|R|021',
      theirs: 'TA9|000000417|261121|0833|R|021',
      why: 'outside',
    },
  },
  'x12/envelope/stray-segments.edi': {
    'node-x12': { at: 1, ours: 'GS|PO|NORTHWIND|TALLYPORT|20240115|1030|1|X|0040', theirs: 'REF|DP|1', why: 'outside' },
    'x12-parser': {
      at: 1,
      ours: 'GS|PO|NORTHWIND|TALLYPORT|20240115|1030|1|X|0040',
      theirs: 'REF|DP|1',
      why: 'outside',
    },
  },
  'x12/envelope/truncated-in-isa.edi': {
    'x12-parser': { at: 18, ours: null, theirs: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT', why: 'cutOff' },
  },
  'x12/envelope/truncated.edi': {
    'x12-parser': { at: 13, ours: null, theirs: 'PO1|1|12|EA|4.95|P', why: 'cutOff' },
  },
  'x12/envelope/unpadded.edi': {
    'node-x12': {
      at: 0,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|240115|103',
      theirs: 'throws: Cannot read properties of undefined (rea',
      why: 'isaByPlace',
    },
    'x12-parser': {
      at: 0,
      ours: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|240115|103',
      theirs: 'ISA|00||00||ZZ|NORTHWIND|ZZ|TALLYPORT|240',
      why: 'isaByPlace',
    },
  },
};
