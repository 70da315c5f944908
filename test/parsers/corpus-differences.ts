/* Where we see a corpus file otherwise than its verdict, and why. The list may only shrink: an entry that no longer occurs fails the sweep. */

export const REASONS = {
  gaveUp:
    'Theirs gives up at the first segment it cannot place and calls missing all that was still to come, the trailer too; it does come.',
  goesOn: 'Ours goes on behind the first misplaced segment and tells each further one; theirs gave up there.',
  early:
    'A segment stands before a mandatory one that does come (810: ISS or TXI before TDS, trap 23): one segment out of sequence, nothing missing.',
  bare: 'Messages without ISA or UNB are no interchange: ours reads nothing of them and says so.',
  eachTrailer: 'Theirs tells the outermost missing trailer; ours each, and that the file ends inside a segment.',
  cutOff: 'The segment is cut off by the end of the file, and not judged.',
  wideDelimiter:
    'A delimiter is two bytes of UTF-8; X12.5 has one byte at 104 and 105, so the second byte is taken for the terminator.',
  shortIsa: 'ISA has too few elements: its separators are counted on into the next lines, and what follows is read.',
  padded: 'IEA02 is padded with a blank: ISA13 is a number, and compares as one (X12.5).',
  blankBehind:
    'Blanks before the terminator or in front of a code are data (X12.6: only AN may end in blanks); theirs trims segments.',
  dates: 'Theirs does not check DTM 2380 against 2379.',
  serviceCode: 'UNS 0081 is D or S (ISO 9735); theirs does not check codes of service segments.',
  contrlCodes:
    'Theirs does not check codes in CONTRL: customs put their own into 0085 (trap 69), and 0007 has ZZZ, not ZZ.',
  wrapped:
    'Lines are cut at a fixed width inside tags and values (trap 43): ours takes the breaks out, theirs does not.',
  syntax4: 'Syntax 4 (UNOA:4): S001 has five components and 0017 eight digits (ISO 9735-1:2002).',
  shortNumber: 'ST02 has three characters (329 is 4/9); theirs holds no table for 003030 and does not look.',
  eachRepetition: 'Theirs takes a repeated element for one value; ours judges each repetition, and their number.',
  componentAtEnd:
    'ISA16 is left out and "~" ends each line: ours tells that once and takes "~" for the terminator; theirs takes it for data, line by line.',
  lostTerminator:
    'Line 23 has no "~": two segments stand in one, which has elements too many, and what follows PO1 stands behind DTM. Theirs takes "~" for data and every line for a segment.',
  noUnb: 'UNB has neither addresses nor a reference: the header cannot be read, and nothing under it is.',
  noMessageType: 'UNH without S009: theirs does not say so.',
  emptySegment: 'A segment without elements is told once, not once for each mandatory element.',
  foreignList: 'The code stands beside 1131 or 3055, which name the list it is from: not the directory’s (trap 48).',
  groupNumber: 'Theirs does not look at UNG 0048: it must be there, and be its interchange’s own.',
  groupType: 'UNG 0038 names the one type of the group’s messages (0085 = 31): theirs does not compare.',
  mixed: 'Messages stand beside UNG…UNE: theirs does not mind (0085 = 30, trap 47).',
  versionShift: 'GS has an element too few: GS08 is then no version, and ST02 is ten characters (329 is 4/9).',
  lineBreakInData: 'A line break in the middle of a value is no character of AN or ID.',
  binaryLength: 'BIN01 is no number, so that it leads to no terminator; theirs does not follow it.',
  fused:
    'A typographic apostrophe stands for the terminator (trap 44): told once, its consequences in the segment not.',
  ctx06:
    'CTX06-1 is "C023": X12 calls it a number (725), and the guide of the 999 writes a composite’s name there (trap 38).',
  colonInUnt: 'UNT+21:ME001236: two components where 0074 is a single value; theirs has it in the count only.',
} as const;

export type Reason = keyof typeof REASONS;

/** By file; "- code": theirs says it and ours does not, "+ code": the other way round; how often, and why. */
export const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, readonly [count: number, why: Reason]>>>> = {
  'BerryWorksSoftware+edireader/edifact/ORDERS-D01B-UNOD.edi': {
    '+ element/invalid-code': [1, 'serviceCode'],
    '+ element/invalid-date': [21, 'dates'],
    '+ element/invalid-time': [1, 'dates'],
  },
  'BerryWorksSoftware+edireader/edifact/ORDERS-D01B-UNOE.edi': {
    '+ element/invalid-code': [1, 'serviceCode'],
    '+ element/invalid-date': [18, 'dates'],
    '+ element/invalid-time': [2, 'dates'],
  },
  'EdiFabric+EDIFACT.NET/Files/EDIFACT/DuplicateGroup.txt': {
    '+ group/control-number-duplicate': [1, 'groupNumber'],
  },
  'EdiFabric+EDIFACT.NET/Files/EDIFACT/MixedTransactionsNoEnvelopes.txt': {
    '+ file/not-edi': [1, 'bare'],
    '- element/invalid-code': [2, 'bare'],
  },
  'EdiFabric+EDIFACT.NET/Files/EDIFACT/PurchaseOrderCustom2.txt': {
    '+ segment/out-of-sequence': [1, 'early'],
    '- segment/missing': [3, 'early'],
    '- segment/unexpected': [1, 'early'],
  },
  'GotWoods+EDDY/Eddy.Tests.Functional/Samples/x12/x12.204.edi': {
    '+ file/truncated': [1, 'eachTrailer'],
    '+ group/trailer-missing': [1, 'eachTrailer'],
    '+ transaction/trailer-missing': [1, 'eachTrailer'],
  },
  'Inteligenz+X12Parser/ORD/_810/Example3_MultiInvoice.txt': {
    '+ segment/out-of-sequence': [2, 'early'],
    '- segment/missing': [4, 'early'],
    '- segment/unexpected': [2, 'early'],
  },
  'Inteligenz+X12Parser/ORD/_810/Example5_Walmart.txt': {
    '+ segment/out-of-sequence': [1, 'early'],
    '- segment/missing': [2, 'early'],
    '- segment/unexpected': [1, 'early'],
  },
  'Inteligenz+X12Parser/ORD/_811/GraniteNetExample.txt': {
    '+ file/truncated': [1, 'wideDelimiter'],
    '+ interchange/trailer-missing': [1, 'wideDelimiter'],
  },
  'Inteligenz+X12Parser/ORD/_820/Example2_ScanaEnergy.txt': {
    '+ element/invalid-character': [2, 'blankBehind'],
    '+ element/too-long': [3, 'blankBehind'],
    '+ transaction/control-number-mismatch': [1, 'blankBehind'],
    '- interchange/control-number-mismatch': [1, 'padded'],
  },
  'Inteligenz+X12Parser/ORD/_820/Example4_Safeway.txt': {
    '+ element/invalid-code': [1, 'blankBehind'],
  },
  'Inteligenz+X12Parser/ORD/_856/Example3.txt': {
    '+ file/truncated': [1, 'wideDelimiter'],
    '+ interchange/segment-unexpected': [1, 'wideDelimiter'],
    '+ interchange/trailer-missing': [1, 'wideDelimiter'],
  },
  'Inteligenz+X12Parser/WAR/_945/inter-americanproducts.txt': {
    '+ group/header-invalid': [1, 'versionShift'],
    '+ transaction/control-number-invalid': [1, 'versionShift'],
  },
  'kputnam+stupidedi/spec/fixtures/004010/PR855/fail/2.edi': {
    '- interchange/header-unpadded': [1, 'shortIsa'],
    '- interchange/segment-unexpected': [1, 'shortIsa'],
  },
  'kputnam+stupidedi/spec/fixtures/004010/SH856/fail/2.edi': {
    '+ element/invalid-character': [2, 'lineBreakInData'],
    '- segment/missing': [1, 'gaveUp'],
  },
  'nerdocs+pydifact/tests/data/huge_file2.edi': {
    '+ segment/too-many': [8430, 'goesOn'],
    '- segment/missing': [2, 'gaveUp'],
  },
  'xlate+staedi/EDIFACT/issue128/wrapped_invoic_d97b.edi': {
    '- interchange/control-number-invalid': [1, 'wrapped'],
    '- interchange/control-number-mismatch': [1, 'wrapped'],
  },
  'xlate+staedi/EDIFACT/issue128/wrapped_invoic_d97b_una.edi': {
    '- interchange/control-number-invalid': [1, 'wrapped'],
    '- interchange/control-number-mismatch': [1, 'wrapped'],
    '- interchange/count-mismatch': [1, 'wrapped'],
    '- interchange/field-invalid': [3, 'wrapped'],
    '- interchange/segment-unexpected': [24, 'wrapped'],
  },
  'xlate+staedi/x12/extraDelimiter997.edi': {
    '+ element/invalid-character': [2, 'eachRepetition'],
    '+ element/too-long': [2, 'eachRepetition'],
    '+ element/too-many-components': [3, 'eachRepetition'],
    '+ element/too-many-repetitions': [3, 'eachRepetition'],
  },
  'xlate+staedi/x12/invalid999.edi': {
    '- element/invalid-character': [1, 'ctx06'],
    '+ segment/too-many': [1, 'goesOn'],
    '- segment/missing': [3, 'gaveUp'],
  },
  'xlate+staedi/x12/nonnumeric_BIN01.edi': {
    '+ segment/binary-length': [1, 'binaryLength'],
  },
  'indice-co+EDI.Net/edifact.Issue121.ElementList.edi': {
    '+ transaction/identifier-missing': [1, 'noMessageType'],
  },
  'indice-co+EDI.Net/edifact.Issue174.edi': {
    '+ interchange/header-malformed': [1, 'noUnb'],
    '- interchange/control-number-invalid': [1, 'noUnb'],
    '- interchange/field-invalid': [4, 'noUnb'],
    '- transaction/control-number-mismatch': [1, 'noUnb'],
    '- transaction/segment-count-mismatch': [1, 'noUnb'],
  },
  'indice-co+EDI.Net/x12.850.issue135.edi': {
    '+ element/invalid-code': [1, 'lostTerminator'],
    '+ element/too-long': [1, 'lostTerminator'],
    '+ element/too-many': [1, 'lostTerminator'],
    '+ element/too-short': [1, 'lostTerminator'],
    '+ interchange/field-invalid': [1, 'componentAtEnd'],
    '+ note/missing': [1, 'lostTerminator'],
    '+ segment/out-of-sequence': [4, 'lostTerminator'],
    '+ segment/too-many': [1, 'lostTerminator'],
    '+ transaction/segment-count-mismatch': [1, 'lostTerminator'],
    '- element/invalid-character': [2, 'componentAtEnd'],
    '- element/invalid-code': [23, 'componentAtEnd'],
    '- element/invalid-date': [42, 'componentAtEnd'],
    '- element/too-long': [84, 'componentAtEnd'],
    '- group/control-number-mismatch': [1, 'componentAtEnd'],
    '- interchange/control-number-mismatch': [1, 'componentAtEnd'],
  },
  'indice-co+EDI.Net/x12.Issue172.edi': {
    '+ loop/missing': [1, 'goesOn'],
    '+ segment/missing': [1, 'goesOn'],
    '+ segment/unknown': [7, 'goesOn'],
    '- segment/missing': [3, 'gaveUp'],
  },
  'indice-co+EDI.Net/x12.Issue91.edi': {
    '+ loop/missing': [1, 'goesOn'],
    '+ segment/missing': [1, 'goesOn'],
    '+ segment/unknown': [4, 'goesOn'],
    '- segment/missing': [3, 'gaveUp'],
  },
  'smooks+smooks-edi-cartridge/edi-sax/src/test/java/org/smooks/edi/edisax/unedifact/with_ung/unedifact-msg-02.edi': {
    '+ interchange/mixed-groups': [1, 'mixed'],
    '+ transaction/not-in-group': [1, 'groupType'],
  },
  'smooks+smooks-edi-cartridge/edi-sax/src/test/java/org/smooks/edi/edisax/unedifact/with_ung/unedifact-msg-03.edi': {
    '+ group/control-number-invalid': [1, 'groupNumber'],
    '+ interchange/mixed-groups': [1, 'mixed'],
    '+ transaction/not-in-group': [1, 'groupType'],
  },
  'smooks+smooks-edi-cartridge/edi-sax/src/test/java/org/smooks/edi/edisax/unedifact/with_ung/unedifact-msg-04.edi': {
    '+ transaction/not-in-group': [1, 'groupType'],
  },
  'smooks+smooks-edi-cartridge/edi-sax/src/test/java/org/smooks/edi/edisax/unedifact/with_ung/unedifact-msg-05.edi': {
    '+ transaction/not-in-group': [1, 'groupType'],
  },
  'xlate+staedi/_from-test-code/ErrorEventsTest-01.edi': {
    '- interchange/field-invalid': [2, 'syntax4'],
  },
  'xlate+staedi/_from-test-code/ErrorEventsTest-03.edi': {
    '- interchange/field-invalid': [2, 'syntax4'],
  },
  'xlate+staedi/_from-test-code/ErrorEventsTest-04.edi': {
    '- interchange/field-invalid': [2, 'syntax4'],
  },
  'xlate+staedi/_from-test-code/ErrorEventsTest-05.edi': {
    '- interchange/field-invalid': [2, 'syntax4'],
  },
  'xlate+staedi/_from-test-code/ErrorEventsTest-17.edi': {
    '+ group/trailer-missing': [1, 'eachTrailer'],
    '+ transaction/trailer-missing': [1, 'eachTrailer'],
  },
  'xlate+staedi/_from-test-code/EventSequenceTest-04.edi': {
    '- element/missing': [3, 'emptySegment'],
    '- segment/missing': [1, 'gaveUp'],
  },
  'xlate+staedi/_from-test-code/StaEDIJacksonJsonParserTest-02.edi': {
    '+ group/trailer-missing': [1, 'eachTrailer'],
    '+ transaction/trailer-missing': [1, 'eachTrailer'],
  },
  'xlate+staedi/_from-test-code/StaEDIJacksonJsonParserTest-03.edi': {
    '+ group/trailer-missing': [1, 'eachTrailer'],
    '+ transaction/trailer-missing': [1, 'eachTrailer'],
  },
  'xlate+staedi/_from-test-code/LexerTest-03.edi': {
    '+ file/truncated': [1, 'eachTrailer'],
    '- group/header-invalid': [1, 'cutOff'],
  },
  'debian+libbusiness-edifact-interchange-perl/examples/invoice_example': {
    '+ element/invalid-date': [2, 'dates'],
  },
  'debian+libbusiness-edifact-interchange-perl/examples/test2qty.ceq': {
    '- element/invalid-code': [1, 'foreignList'],
  },
  'debian+libbusiness-edifact-interchange-perl/examples/2_BLSINV224768.CEI': {
    '- element/invalid-code': [3, 'foreignList'],
  },
  'Koha-Community+Koha/t/edi_testfiles/QUOTES_SMALL_2.CEQ': {
    '- element/invalid-code': [1, 'foreignList'],
  },
  'Koha-Community+Koha/t/edi_testfiles/ordrsp2.CEA': {
    '- element/invalid-code': [1, 'foreignList'],
  },
  'Koha-Community+Koha/t/edi_testfiles/ordrsp3.CEA': {
    '+ element/too-many-components': [1, 'colonInUnt'],
    '+ segment/fused': [2, 'fused'],
    '- element/invalid-character': [2, 'fused'],
    '- element/invalid-code': [2, 'fused'],
    '- element/too-long': [2, 'fused'],
    '- element/too-many': [1, 'fused'],
  },
  'Koha-Community+Koha/t/edi_testfiles/ordrsp4.CEA': {
    '+ element/too-many-components': [1, 'colonInUnt'],
    '+ segment/fused': [1, 'fused'],
    '- element/too-many': [1, 'fused'],
    '- segment/missing': [2, 'gaveUp'],
  },
  'snippets/810-004010-tds-implied-decimals.x12': {
    '+ segment/out-of-sequence': [1, 'early'],
    '- segment/missing': [2, 'early'],
    '- segment/unexpected': [1, 'early'],
  },
  'snippets/contrl-4-1-uk-chief-rejection.edi': {
    '+ element/invalid-code': [1, 'contrlCodes'],
  },
  'snippets/contrl-4-1-uk-cns-freetext.edi': {
    '+ element/invalid-code': [3, 'contrlCodes'],
  },
  'snippets/contrl-d3-au-customs-message-only.edi': {
    '+ file/not-edi': [1, 'bare'],
  },
  'snippets/contrl-d3-release-char-jacobemcken-edifact-readme.edi': {
    '+ element/invalid-code': [1, 'contrlCodes'],
  },
  'snippets/remadv-d96a-ean010-no-uns.edi': {
    '+ segment/missing': [2, 'goesOn'],
    '+ segment/out-of-sequence': [1, 'goesOn'],
    '+ segment/unexpected': [1, 'goesOn'],
    '- segment/missing': [2, 'gaveUp'],
  },
  'Inteligenz+X12Parser/QSS/_286/Ids.txt': {
    '+ transaction/control-number-invalid': [1, 'shortNumber'],
  },
};
