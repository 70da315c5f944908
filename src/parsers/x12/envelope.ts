import { positionAt } from '../../core/position.ts';
import { type Problem, type ProblemCode, problem, type Severity } from '../../core/problem.ts';
import { dateFault, timeFault } from '../check-dates.ts';
import { type HeaderShape, headerFaults, headerProblems } from '../check-header.ts';
import type { Envelope } from '../envelope.ts';
import { quoted } from '../trailer.ts';
import type { Delimiters, GroupHeader, InterchangeHeader, Segment } from '../transaction.ts';
import { takeTa1 } from './read-acknowledgment.ts';
import { openIsa } from './syntax.ts';

/** GS01 each transaction set travels under (X12.22). Sets not listed are not held against their group. */
const FUNCTIONAL_ID: Readonly<Record<string, string>> = Object.freeze({
  810: 'IN',
  812: 'CD',
  820: 'RA',
  824: 'AG',
  830: 'PS',
  832: 'SC',
  840: 'RQ',
  843: 'RR',
  846: 'IB',
  850: 'PO',
  852: 'PD',
  855: 'PR',
  856: 'SH',
  860: 'PC',
  861: 'RC',
  862: 'SS',
  864: 'TX',
  865: 'CA',
  867: 'PT',
  870: 'RS',
  875: 'OG',
  880: 'GP',
  940: 'OW',
  943: 'AR',
  944: 'RE',
  945: 'SW',
  997: 'FA',
  999: 'FA',
});

/** What ISA's coded and numbered elements look like; the rest is free text. */
const ISA_FORMS: readonly (readonly [element: number, form: Pick<RegExp, 'test'>, expected: string])[] = [
  [1, /^0[0-8]$/, '00 to 08'],
  [3, /^0[01]$/, '00 or 01'],
  [5, /^(?:0[1-4]|0[7-9]|1[0-9]|2[0-9]|3[0-8]|AM|NR|SA|SN|ZZ)$/, 'an interchange id qualifier'],
  [7, /^(?:0[1-4]|0[7-9]|1[0-9]|2[0-9]|3[0-8]|AM|NR|SA|SN|ZZ)$/, 'an interchange id qualifier'],
  [9, { test: (date) => date.length === 6 && dateFault(date) === null }, 'YYMMDD'],
  [10, /^(?:[01]\d|2[0-3])[0-5]\d$/, 'HHMM'],
  [12, /^00[2-8]\d\d$/, 'a version such as 00401'],
  [15, /^[IPT]$/, 'P, T or I'],
];

/** ISA06, ISA08 and GS02, GS03 are AN 1/15; GS08 is AN 1/12. Odd names are told and still compared: whose they are decides what follows. */
const isName = (text: string, max: number): boolean =>
  text.trim() !== '' && trimmed(text).length <= max && !/\p{Cc}/u.test(text);

const ISA_SHAPE: HeaderShape = { elementsMax: 16, composites: [], free: [11, 13, 16] };
const GS_SHAPE: HeaderShape = { elementsMax: 8, composites: [], free: [6] };

/** Reports on one segment's elements. */
function reporter(segment: Segment, segmentNumber: number | null) {
  const problems: Problem[] = [];
  const report = (code: ProblemCode, element: number, expected: string, severity: Severity = 'error') => {
    const found = segment.value(element);
    const name = `${segment.tag}${String(element).padStart(2, '0')}`;
    const at = positionAt(segment.byteOffsetOf(element), { segmentNumber, tag: segment.tag, elementNumber: element });
    const message = `${name} is ${quoted(found)}, not ${expected}.`;
    problems.push(problem(code, at, { message, found, expected, severity }));
  };
  const reportFaults = (code: ProblemCode, shape: HeaderShape, delimiters: Delimiters): ReadonlySet<number> => {
    const faults = headerFaults(segment, shape, delimiters);
    problems.push(...headerProblems(code, segment, faults));
    return new Set(faults.map(({ element }) => element));
  };
  return { problems, report, reportFaults };
}

const trimmed = (text: string): string => text.trimEnd();

/** What X12 says of envelopes (ASC X12.5 and X12.6). */
export const x12Envelope: Envelope = {
  syntax: 'x12',
  tags: {
    interchangeEnd: 'IEA',
    groupStart: 'GS',
    groupEnd: 'GE',
    transactionStart: 'ST',
    transactionEnd: 'SE',
    acknowledgment: 'TA1',
  },
  carrierTags: ['ISB', 'ISE', 'TA3'],
  countsBareTransactions: false,
  transactionNumbersPer: 'group',
  open: openIsa,
  acknowledgment: takeTa1,

  interchange(isa, opening) {
    const { problems, report, reportFaults } = reporter(isa, null);
    const told = reportFaults('interchange/field-invalid', ISA_SHAPE, opening.delimiters);
    for (const [element, form, expected] of ISA_FORMS) {
      if (!told.has(element) && !form.test(isa.value(element)))
        report('interchange/field-invalid', element, expected, 'warning');
    }
    // I13 grew 2 and 3, "only when it is rejected", behind 00501; up to 00401 ISA11 names who keeps the standard, and that is U.
    const [answers, wanted] =
      isa.value(12) > '00501' ? ([/^[0-3]$/, '0 to 3'] as const) : ([/^[01]$/, '0 or 1'] as const);
    const acknowledgment = isa.value(14);
    if (!told.has(14) && !answers.test(acknowledgment)) report('interchange/field-invalid', 14, wanted, 'warning');
    if (isa.value(12) <= '00401' && /^[A-TV-Z0-9]$/i.test(isa.value(11)))
      report('interchange/field-invalid', 11, 'U', 'warning');
    for (const element of [6, 8]) {
      if (!told.has(element) && !isName(isa.value(element), 15))
        report('interchange/field-invalid', element, 'a name of 1 to 15 printable characters', 'warning');
    }
    if (!/^\d{9}$/.test(isa.value(13))) {
      // Only digits missing in front (or none at all) can still be echoed and compared.
      const usable = /^ *\d{1,9} *$/.test(isa.value(13));
      report('interchange/control-number-invalid', 13, 'nine digits', usable ? 'warning' : 'error');
    }
    const header: InterchangeHeader = {
      syntax: 'x12',
      delimiters: opening.delimiters,
      version: isa.value(12),
      sender: { qualifier: isa.value(5), id: trimmed(isa.value(6)) },
      receiver: { qualifier: isa.value(7), id: trimmed(isa.value(8)) },
      controlNumber: isa.value(13),
      date: isa.value(9),
      time: isa.value(10),
      characterSet: 'latin1',
      // 'I' is information: nothing that may be posted, so it goes the way of tests.
      usage: isa.value(15) === 'P' ? 'production' : 'test',
      acknowledgmentRequested: !answers.test(acknowledgment)
        ? '0'
        : acknowledgment > '1'
          ? '2'
          : acknowledgment === '1'
            ? '1'
            : '0',
      byteOffset: opening.byteOffset,
    };
    return { header, problems };
  },

  group(gs, interchange) {
    const { problems, report, reportFaults } = reporter(gs, null);
    const told = reportFaults('group/header-invalid', GS_SHAPE, interchange.delimiters);
    if (!told.has(1) && !/^[A-Z0-9]{2}$/.test(gs.value(1)))
      report('group/header-invalid', 1, 'a functional identifier');
    for (const element of [2, 3]) {
      if (!told.has(element) && !isName(gs.value(element), 15))
        report('group/header-invalid', element, 'an application code', 'warning');
    }
    // Data element 373 grew a century with 004010.
    const [places, expected] =
      /^\d{6}/.test(gs.value(8)) && gs.value(8) < '004010' ? ([6, 'YYMMDD'] as const) : ([8, 'CCYYMMDD'] as const);
    const date = gs.value(4);
    if (!told.has(4) && (date.length !== places || dateFault(date) !== null))
      report('group/header-invalid', 4, expected, 'warning');
    if (!told.has(5) && timeFault(gs.value(5)) !== null) report('group/header-invalid', 5, 'HHMM', 'warning');
    if (!/^\d{1,9}$/.test(gs.value(6))) report('group/control-number-invalid', 6, 'one to nine digits');
    if (!told.has(7) && !/^[TX]$/.test(gs.value(7))) report('group/header-invalid', 7, 'X or T', 'warning');
    if (!/^\d{6}/.test(gs.value(8))) report('group/header-invalid', 8, 'a version such as 004010');
    else if (!told.has(8) && !isName(gs.value(8), 12))
      report('group/header-invalid', 8, 'a version of at most 12 characters', 'warning');
    const header: GroupHeader = {
      functionalId: gs.value(1),
      sender: trimmed(gs.value(2)),
      receiver: trimmed(gs.value(3)),
      controlNumber: gs.value(6),
      version: trimmed(gs.value(8)),
      byteOffset: gs.byteOffset,
    };
    return { header, problems };
  },

  transaction(st, group, interchange) {
    const { problems, report } = reporter(st, 1);
    const message = st.value(1);
    const controlNumber = st.value(2);
    if (group.controlNumber === null) report('transaction/outside-group', 1, 'a set inside GS…GE');
    if (!/^[0-9A-Z]{3}$/.test(message)) report('transaction/identifier-missing', 1, 'three characters');
    if (controlNumber.length < 4 || controlNumber.length > 9) {
      report('transaction/control-number-invalid', 2, '4 to 9 characters');
    }
    const functionalId = Object.hasOwn(FUNCTIONAL_ID, message) ? FUNCTIONAL_ID[message] : undefined;
    if (functionalId !== undefined && group.functionalId !== null && functionalId !== group.functionalId) {
      report('transaction/not-in-group', 1, `a set of group ${quoted(group.functionalId)}`);
    }
    // Outside a group only ISA12 is left to choose the tables by: 00401 means 004010.
    const version = group.version ?? `${interchange.version}0`;
    const convention = st.value(3) === '' ? version.slice(6) : st.value(3);
    return {
      message,
      version: version.slice(0, 6),
      association: convention === '' ? null : convention,
      controlNumber,
      sequence: null,
      problems,
    };
  },

  sameReference(level, header, trailer) {
    if (header === trailer) return true;
    // ISA13 and GS06 are numbers, and their trailers may pad them otherwise; ST02 is text, and its leading zeros count.
    if (level === 'transaction') return false;
    return /^ *\d{1,9} *$/.test(header) && /^ *\d{1,9} *$/.test(trailer) && Number(header) === Number(trailer);
  },
};
