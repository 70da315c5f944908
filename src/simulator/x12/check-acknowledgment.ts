import { type CheckList, checkList } from '../check.ts';
import { element, type Interchange, type Segment, type Transaction } from './read.ts';

/** The group we sent that a 997 must answer. */
export interface SentGroup {
  readonly interchangeNumber: string;
  /** ISA09 and ISA10 as sent: TA1 echoes them. */
  readonly date: string;
  readonly time: string;
  readonly functionalId: string;
  readonly groupNumber: string;
  readonly sets: readonly { readonly set: string; readonly controlNumber: string }[];
}

/** A mistake we made on purpose and where the 997 must point. */
export interface ExpectedError {
  readonly tag: string;
  /** Counted from ST = 1. */
  readonly segmentNumber: number;
  /** AK303: the loop the segment opens or stands in; empty in none. */
  readonly loop: string;
  readonly element: number;
  /** The standard's number of the data element, and the syntax error code (723). */
  readonly dataElement: string;
  readonly code: string;
  readonly found: string | null;
}

const tags = (segments: readonly Segment[]): string => segments.map(({ tag }) => tag).join(' ');

/** A 997 that accepts every set of the group: AK1, then AK2 and AK5 for each set, then AK9; nothing more. */
export function checkAccepting(transaction: Transaction, sent: SentGroup): CheckList {
  const list = checkList(`997 for group ${sent.groupNumber}`);
  const body = transaction.segments.slice(1, -1);
  checkAk1(list, body[0], sent);
  list.same('segments', tags(body), `AK1${' AK2 AK5'.repeat(sent.sets.length)} AK9`);
  sent.sets.forEach(({ set, controlNumber }, index) => {
    const [ak2, ak5] = body.slice(1 + 2 * index, 3 + 2 * index);
    list.same('AK201', element(ak2, 1), set);
    list.same('AK202', element(ak2, 2), controlNumber);
    list.same(`AK5 of set ${controlNumber}`, ak5?.elements.join('*'), 'A');
  });
  const count = String(sent.sets.length);
  list.same('AK9', body.at(-1)?.elements.join('*'), `A*${count}*${count}*${count}`);
  return list;
}

/** A 997 that rejects the one set of the group and names exactly these mistakes, in the order of their segments. */
export function checkRejecting(
  transaction: Transaction,
  sent: SentGroup,
  errors: readonly ExpectedError[],
  componentSeparator: string,
): CheckList {
  const list = checkList(`997 for group ${sent.groupNumber}`);
  const body = transaction.segments.slice(1, -1);
  checkAk1(list, body[0], sent);
  list.same('AK202', element(body[1], 2), sent.sets[0]?.controlNumber ?? 'the number of our set');
  list.same('segments', tags(body), `AK1 AK2${' AK3 AK4'.repeat(errors.length)} AK5 AK9`);
  errors.forEach((error, index) => {
    const [ak3, ak4] = body.slice(2 + 2 * index, 4 + 2 * index);
    const where = `${error.tag} at ${error.segmentNumber}`;
    list.same(`AK301 for ${where}`, element(ak3, 1), error.tag);
    list.same(`AK302 for ${where}`, element(ak3, 2), String(error.segmentNumber));
    list.same(`AK303 for ${where}`, element(ak3, 3), error.loop);
    list.same(`AK304 for ${where}`, element(ak3, 4), '8');
    list.same(`AK401 for ${where}`, element(ak4, 1)?.split(componentSeparator)[0], String(error.element));
    list.same(`AK402 for ${where}`, element(ak4, 2), error.dataElement);
    list.same(`AK403 for ${where}`, element(ak4, 3), error.code);
    list.same(`AK404 for ${where}`, element(ak4, 4) ?? '', error.found ?? '');
  });
  const [ak5, ak9] = body.slice(-2);
  list.same('AK501', element(ak5, 1), 'R');
  list.same('AK502', element(ak5, 2), '5');
  list.same('AK9', ak9?.elements.slice(0, 4).join('*'), 'R*1*1*0');
  return list;
}

function checkAk1(list: CheckList, ak1: Segment | undefined, sent: SentGroup): void {
  list.same('AK101', element(ak1, 1), sent.functionalId);
  list.same('AK102', element(ak1, 2), sent.groupNumber);
}

/** The TA1 of an interchange: it echoes number, day and time of ours, with a verdict ("A", "R") and a note ("000", "025"). */
export function checkTa1(ta1: Segment, sent: SentGroup, verdict: string, note: string): CheckList {
  const list = checkList(`TA1 for interchange ${sent.interchangeNumber}`);
  list.same('TA101', element(ta1, 1), sent.interchangeNumber);
  list.same('TA102', element(ta1, 2), sent.date);
  list.same('TA103', element(ta1, 3), sent.time);
  list.same('TA104', element(ta1, 4), verdict);
  list.same('TA105', element(ta1, 5), note);
  list.same('elements', String(ta1.elements.length), '5');
  return list;
}

/** An interchange that carries a TA1 and nothing else says so in IEA01. */
export function checkTa1Interchange(interchange: Interchange): CheckList {
  const list = checkList(`interchange ${element(interchange.header, 13)} with TA1`);
  list.same('TA1 segments', String(interchange.acknowledgments.length), '1');
  list.same('IEA01', element(interchange.trailer, 1), String(interchange.groups.length));
  // Asking for a TA1 on a TA1 would never end.
  if (interchange.groups.length === 0) list.same('ISA14', element(interchange.header, 14), '0');
  return list;
}
