import { positionAt } from '../../core/position.ts';
import { type Problem, type ProblemCode, problem, type Severity } from '../../core/problem.ts';
import { characterSetOfUnb } from '../character-sets.ts';
import { dateFault } from '../check-dates.ts';
import { type HeaderShape, headerFaults, headerProblems } from '../check-header.ts';
import type { Envelope } from '../envelope.ts';
import { quoted } from '../trailer.ts';
import type { Delimiters, EnvelopeIdentity, GroupHeader, InterchangeHeader, Segment } from '../transaction.ts';
import { ofSyntax, openUnaOrUnb } from './syntax.ts';

/** Reports on one segment's components. */
function reporter(segment: Segment, segmentNumber: number | null) {
  const problems: Problem[] = [];
  const report = (
    code: ProblemCode,
    [element, component]: readonly [number, number],
    expected: string,
    severity: Severity = 'error',
  ) => {
    const found = segment.value(element, component);
    const at = positionAt(segment.byteOffsetOf(element, component), {
      segmentNumber,
      tag: segment.tag,
      elementNumber: element,
      componentNumber: component,
    });
    const message = `${segment.tag} element ${element}, component ${component} is ${quoted(found)}, not ${expected}.`;
    problems.push(problem(code, at, { message, found, expected, severity }));
  };
  const reportFaults = (code: ProblemCode, shape: HeaderShape, delimiters: Delimiters): ReadonlySet<number> => {
    const faults = headerFaults(segment, shape, delimiters);
    problems.push(...headerProblems(code, segment, faults));
    return new Set(faults.map(({ element }) => element));
  };
  /** S004, element 4 of UNB and UNG alike: the year has a century from syntax 4 on (trap 46). */
  const reportMoment = (code: ProblemCode, syntaxVersion: string) => {
    const [places, form] = syntaxVersion === '4' ? ([8, 'CCYYMMDD'] as const) : ([6, 'YYMMDD'] as const);
    const date = segment.value(4, 1);
    if (date.length !== places || dateFault(date) !== null) report(code, [4, 1], form, 'warning');
    if (!TIME.test(segment.value(4, 2))) report(code, [4, 2], 'HHMM', 'warning');
  };
  /** More elements than this syntax has, where the tables hold those of a later one, and tell only of more than its. */
  const reportExcess = (elementsMax: number, laterMax: number) => {
    for (let element = elementsMax + 1; element <= Math.min(laterMax, segment.elementCount); element++) {
      const found = segment.value(element);
      if (found === '' && segment.componentCount(element) <= 1) continue;
      const at = positionAt(segment.byteOffsetOf(element), { segmentNumber, tag: segment.tag, elementNumber: element });
      const message = `${segment.tag} has ${segment.elementCount} elements, and ${elementsMax} is the most below syntax 4.`;
      problems.push(problem('element/too-many', at, { message, found, expected: String(elementsMax) }));
      return;
    }
  };
  return { problems, report, reportFaults, reportMoment, reportExcess };
}

const UNB_SHAPE: HeaderShape = { elementsMax: 11, composites: [1, 2, 3, 4, 6], free: [5] };
const UNG_SHAPE: HeaderShape = { elementsMax: 8, composites: [2, 3, 4, 7], free: [5] };
/** S016 to S018, which name subsets and scenarios, came with syntax 4. */
const unhElementsBefore4 = 4;
const unhElementsMax = 7;
/** 0004 and 0010 are an..35. */
const idLengthMax = 35;

const identity = (segment: Segment, element: number): EnvelopeIdentity => {
  const [id = '', qualifier = '', ...routing] = [1, 2, 3, 4].map((component) =>
    segment.value(element, component).trimEnd(),
  );
  const party = { qualifier: qualifier === '' ? null : qualifier, id };
  return routing.every((part) => part === '') ? party : { ...party, routing };
};

const TIME = /^(?:[01]\d|2[0-3])[0-5]\d$/;

/** None, or one with a control character (NUL) in it, cannot be said again in an answer; one that is too long can. */
const faultOfReference = (reference: string): 'error' | 'warning' | null =>
  reference === '' || /\p{Cc}/u.test(reference) ? 'error' : reference.length > 14 ? 'warning' : null;

/** What EDIFACT says of envelopes (ISO 9735, syntax 1 to 4). */
export const edifactEnvelope: Envelope = {
  syntax: 'edifact',
  tags: {
    interchangeEnd: 'UNZ',
    groupStart: 'UNG',
    groupEnd: 'UNE',
    transactionStart: 'UNH',
    transactionEnd: 'UNT',
    acknowledgment: null,
  },
  carrierTags: [],
  countsBareTransactions: true,
  transactionNumbersPer: 'interchange',
  open: openUnaOrUnb,

  interchange(unb, opening) {
    const { problems, report, reportFaults, reportMoment } = reporter(unb, null);
    const told = reportFaults('interchange/field-invalid', UNB_SHAPE, opening.delimiters);
    const syntaxId = unb.value(1, 1);
    const syntaxVersion = unb.value(1, 2);
    if (!/^(?:UNO[A-Z]|KECA)$/.test(syntaxId)) {
      // Industries have their own (IATA, IATB): nothing that keeps us from reading.
      const severity = /^[A-Z]{4}$/.test(syntaxId) ? 'warning' : 'error';
      report('interchange/field-invalid', [1, 1], 'a syntax identifier', severity);
    }
    if (!/^[1-4]$/.test(syntaxVersion)) report('interchange/field-invalid', [1, 2], 'syntax version 1 to 4');
    for (const element of [2, 3]) {
      const name = unb.value(element);
      if (name.trim() === '') report('interchange/field-invalid', [element, 1], 'an identification');
      else if (!told.has(element) && (name.length > idLengthMax || /\p{Cc}/u.test(name)))
        report('interchange/field-invalid', [element, 1], `at most ${idLengthMax} printable characters`, 'warning');
    }
    reportMoment('interchange/field-invalid', syntaxVersion);
    const controlNumber = unb.value(5);
    const fault = faultOfReference(controlNumber);
    if (fault !== null && !told.has(5))
      report('interchange/control-number-invalid', [5, 1], '1 to 14 characters', fault);
    const characterSet = characterSetOfUnb(syntaxId, syntaxVersion === '4' ? unb.value(1, 4) : '');
    // Industries' own levels are read as Latin-1 and told already; here it is UNOX, or an encoding that is none of bytes.
    if (characterSet === null && syntaxId.startsWith('UNO')) {
      const isLevel = characterSetOfUnb(syntaxId, '') === null;
      report('interchange/character-set-unknown', [1, isLevel ? 1 : 4], 'a character set that is read', 'warning');
    }
    const requested = unb.value(9);
    if (!/^[12]?$/.test(requested)) report('interchange/field-invalid', [9, 1], '1 or 2', 'warning');
    if (!/^[1-4]?$/.test(unb.value(11))) report('interchange/field-invalid', [11, 1], '1 to 4', 'warning');
    const header: InterchangeHeader = {
      syntax: 'edifact',
      delimiters: ofSyntax(opening, syntaxVersion),
      version: `${syntaxId}:${syntaxVersion}`,
      sender: identity(unb, 2),
      receiver: identity(unb, 3),
      controlNumber,
      date: unb.value(4, 1),
      time: unb.value(4, 2),
      characterSet: characterSet ?? 'latin1',
      // 0035: 1 is a test; 2 to 4 of syntax 4 are not for posting either, nor is what nobody defined ("t"): trap 49.
      usage: unb.value(11).trim() === '' ? 'production' : 'test',
      acknowledgmentRequested: requested === '1' || requested === '2' ? requested : '0',
      byteOffset: opening.byteOffset,
    };
    return { header, problems };
  },

  group(ung, interchange) {
    const { problems, report, reportFaults, reportMoment } = reporter(ung, null);
    const told = reportFaults('group/header-invalid', UNG_SHAPE, interchange.delimiters);
    // Syntax 4 lets a group go without any of these.
    if (!interchange.version.endsWith(':4')) {
      for (const element of [2, 3]) {
        if (!told.has(element) && ung.value(element).trim() === '')
          report('group/header-invalid', [element, 1], 'an identification', 'warning');
      }
      if (!told.has(4)) reportMoment('group/header-invalid', interchange.version.slice(-1));
    } else if (ung.value(4) !== '') reportMoment('group/header-invalid', '4');
    if (faultOfReference(ung.value(5)) === 'error') report('group/control-number-invalid', [5, 1], 'a reference');
    if (ung.value(1) === '') report('group/header-invalid', [1, 1], 'a functional group', 'warning');
    const qualifiers = [ung.value(2, 2).trimEnd(), ung.value(3, 2).trimEnd()] as const;
    const header: GroupHeader = {
      functionalId: ung.value(1),
      sender: ung.value(2).trimEnd(),
      receiver: ung.value(3).trimEnd(),
      controlNumber: ung.value(5),
      version: `${ung.value(7, 1)}${ung.value(7, 2)}`,
      ...(qualifiers.every((part) => part === '') ? {} : { qualifiers }),
      byteOffset: ung.byteOffset,
    };
    return { header, problems };
  },

  transaction(unh, group, interchange) {
    const { problems, report, reportExcess } = reporter(unh, 1);
    const message = unh.value(2, 1);
    const controlNumber = unh.value(1);
    if (!/^[A-Z0-9]{1,6}$/.test(message)) report('transaction/identifier-missing', [2, 1], 'a message type');
    const fault = faultOfReference(controlNumber);
    if (fault !== null) report('transaction/control-number-invalid', [1, 1], '1 to 14 characters');
    // 0038 names the one type of the group's messages.
    if (group.functionalId !== null && group.functionalId !== '' && group.functionalId !== message)
      report('transaction/not-in-group', [2, 1], `a message of group ${quoted(group.functionalId)}`);
    if (!interchange.version.endsWith(':4')) reportExcess(unhElementsBefore4, unhElementsMax);
    const association = unh.value(2, 5);
    const number = unh.value(4, 1);
    const sequence = number === '' ? null : { message, reference: unh.value(3), number, transfer: unh.value(4, 2) };
    return {
      message,
      version: `${unh.value(2, 2)}${unh.value(2, 3)}`,
      association: association === '' ? null : association,
      controlNumber,
      sequence,
      problems,
    };
  },

  // References are text: leading zeros matter (ISO 9735-1, 0020, 0048, 0062).
  sameReference: (_level, header, trailer) => header === trailer,
};
