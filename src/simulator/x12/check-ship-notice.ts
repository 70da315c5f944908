import { isNumber, isSscc, sameNumber, sumOf } from '../arithmetic.ts';
import { type CheckList, checkList } from '../check.ts';
import { isDay } from './check-envelope.ts';
import { find, idOf, type SentOrder } from './check-response.ts';
import { element, type Segment, type Transaction } from './read.ts';

export interface ReadShipNotice {
  readonly list: CheckList;
  /** BSN02. */
  readonly shipment: string | undefined;
  readonly ssccs: readonly string[];
}

/** What must be in the shipment: quantity per line number of the order, lines that are not in it left out. */
export type Shipped = ReadonlyMap<string, string>;

interface Level {
  readonly id: string;
  readonly parent: Level | null;
  readonly code: string;
  readonly segments: readonly Segment[];
}

/**
 * Which level may stand under which, by BSN05: shipment, order, tare (pallet), pack, item. This buyer takes pick and pack (S-O-P-I, 0001)
 * and goods without packs (S-O-I, 0004).
 */
const PARENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '0001': { S: '', O: 'S', T: 'O', P: 'TO', I: 'PT' },
  '0004': { S: '', O: 'S', I: 'O' },
};

/** The 856 of a shipment: header, hierarchy, labels, and quantities per item. `isNew` says whether an SSCC was never seen before. */
export function checkShipNotice(
  transaction: Transaction,
  order: SentOrder,
  shipped: Shipped,
  isNew: (sscc: string) => boolean,
): ReadShipNotice {
  const { segments } = transaction;
  const list = checkList(`856 for ${order.number}`);
  const bsn = segments[1];
  list.same('BSN', bsn?.tag, 'BSN');
  list.same('BSN01', element(bsn, 1), '00');
  list.that('BSN02', /^\S.{1,29}$/.test(element(bsn, 2) ?? ''), element(bsn, 2), 'the number of a shipment');
  list.that('BSN03', isDay(element(bsn, 3)), element(bsn, 3), 'a day');
  list.that('BSN04', /^\d{4}(\d{2})?$/.test(element(bsn, 4) ?? ''), element(bsn, 4), 'a time');
  const parents = PARENTS[element(bsn, 5) ?? ''];
  list.that('BSN05', parents !== undefined, element(bsn, 5), Object.keys(PARENTS).join(' or '));
  const levels = levelsOf(segments, list, parents ?? {});
  list.same('CTT01', element(find(segments, 'CTT'), 1), String(levels.length));
  const shipment = levels[0]?.segments ?? [];
  list.same('N104 of ST', element(find(shipment, 'N1', 'ST'), 4), order.store);
  checkOrderLevel(list, levels, order);
  const ssccs = checkPacks(list, levels, isNew);
  checkCartonCount(list, shipment, levels);
  checkItems(list, levels, order, shipped, element(find(segments, 'CTT'), 2));
  return { list, shipment: element(bsn, 2), ssccs };
}

/** The levels of the tree, by HL02 and never by adjacency; every fault of numbering is told. */
function levelsOf(
  segments: readonly Segment[],
  list: CheckList,
  parents: Readonly<Record<string, string>>,
): readonly Level[] {
  const starts = segments.flatMap(({ tag }, index) => (tag === 'HL' ? [index] : []));
  const end = segments.findIndex(({ tag }) => tag === 'CTT' || tag === 'SE');
  const levels: Level[] = [];
  starts.forEach((start, index) => {
    const hl = segments[start];
    const [id, parentId, code] = [element(hl, 1) ?? '', element(hl, 2) ?? '', element(hl, 3) ?? ''];
    const at = `HL ${index + 1}`;
    list.same(`${at} HL01`, id, String(index + 1));
    const parent = levels.find((level) => level.id === parentId) ?? null;
    list.that(`${at} HL02`, index === 0 ? parentId === '' : parent !== null, parentId, parentText(index));
    const wanted = parents[code];
    const fits = wanted !== undefined && (wanted === '' ? parent === null : wanted.includes(parent?.code ?? '-'));
    list.that(`${at} HL03`, fits, `${code} under ${parent?.code ?? 'nothing'}`, 'S, O, T, P, I in this order');
    levels.push({ id, parent, code, segments: segments.slice(start, starts[index + 1] ?? end) });
  });
  list.same('first level', levels[0]?.code, 'S');
  list.same('levels S', String(levels.filter(({ code }) => code === 'S').length), '1');
  for (const level of levels) checkChildren(list, level, levels);
  return levels;
}

const parentText = (index: number): string => (index === 0 ? 'no parent' : 'the number of an earlier level');

/** Every level but an item holds something, and HL04, where it is told, says so. */
function checkChildren(list: CheckList, level: Level, levels: readonly Level[]): void {
  const hasChildren = levels.some(({ parent }) => parent === level);
  const at = `HL ${level.id} ${level.code}`;
  list.that(
    at,
    hasChildren === (level.code !== 'I'),
    hasChildren ? 'levels under it' : 'nothing under it',
    level.code === 'I' ? 'no level under an item' : 'something under it',
  );
  const told = element(level.segments[0], 4);
  if (told !== undefined) list.same(`${at} HL04`, told, hasChildren ? '1' : '0');
}

function checkOrderLevel(list: CheckList, levels: readonly Level[], order: SentOrder): void {
  const orders = levels.filter(({ code }) => code === 'O');
  list.same('levels O', String(orders.length), '1');
  const prf = find(orders[0]?.segments ?? [], 'PRF');
  list.same('PRF01', element(prf, 1), order.number);
  const day = element(prf, 4);
  if (day !== undefined) list.same('PRF04', day, order.orderedOn);
}

/** Every pack wears one label: GM and an SSCC-18, with or without the application identifier 00 before it. */
function checkPacks(list: CheckList, levels: readonly Level[], isNew: (sscc: string) => boolean): readonly string[] {
  const packs = levels.filter(({ code }) => code === 'T' || code === 'P');
  const ssccs = packs.map((pack) => {
    const marks = pack.segments.filter(({ tag }) => tag === 'MAN');
    const at = `HL ${pack.id} MAN`;
    list.same(`${at} segments`, String(marks.length), '1');
    list.same(`${at}01`, element(marks[0], 1), 'GM');
    const label = element(marks[0], 2) ?? '';
    const sscc = label.length === 20 && label.startsWith('00') ? label.slice(2) : label;
    list.that(`${at}02`, isSscc(sscc), label, 'an SSCC-18 with its check digit');
    return sscc;
  });
  list.that('SSCCs', new Set(ssccs).size === ssccs.length, ssccs.join(' '), 'no label twice in a shipment');
  for (const sscc of ssccs) list.that(`SSCC ${sscc}`, isNew(sscc), sscc, 'a label never used before');
  return ssccs;
}

/** TD102 counts what a fork lift moves: the outermost packs, or the cartons. */
function checkCartonCount(list: CheckList, shipment: readonly Segment[], levels: readonly Level[]): void {
  const told = element(find(shipment, 'TD1'), 2);
  if (told === undefined) return;
  const cartons = levels.filter(({ code }) => code === 'P').length;
  const outermost = levels.filter(({ code, parent }) => 'TP'.includes(code) && parent?.code === 'O').length;
  list.that(
    'TD102',
    told === String(cartons) || told === String(outermost),
    told,
    `${cartons} cartons or ${outermost} handling units`,
  );
}

function checkItems(
  list: CheckList,
  levels: readonly Level[],
  order: SentOrder,
  shipped: Shipped,
  hash: string | undefined,
): void {
  const items = levels.filter(({ code }) => code === 'I');
  const quantities = new Map<string, string[]>();
  for (const level of items) {
    const [lin, sn1] = [find(level.segments, 'LIN'), find(level.segments, 'SN1')];
    const at = `HL ${level.id}`;
    const upc = idOf(lin, 2, 'UP') ?? '';
    const quantity = element(sn1, 2) ?? '';
    list.that(`${at} SN102`, isNumber(quantity), quantity, 'a quantity');
    list.same(`${at} SN103`, element(sn1, 3), 'EA');
    const ordered = element(sn1, 5);
    const line = order.conversation.lines.find((one) => one.upc === upc);
    list.that(`${at} UP`, line !== undefined, upc, 'an item of the order');
    if (ordered !== undefined && line !== undefined) {
      list.that(`${at} SN105`, sameNumber(ordered, line.quantity), ordered, line.quantity);
      list.same(`${at} SN106`, element(sn1, 6), 'EA');
    }
    const lineNumber = element(lin, 1) ?? '';
    if (lineNumber !== '' && line !== undefined) list.same(`${at} LIN01`, lineNumber, line.number);
    quantities.set(upc, [...(quantities.get(upc) ?? []), isNumber(quantity) ? quantity : '0']);
  }
  for (const line of order.conversation.lines) {
    const found = sumOf(quantities.get(line.upc) ?? ['0']);
    const wanted = shipped.get(line.number) ?? '0';
    list.that(`shipped of line ${line.number}`, sameNumber(found, wanted), found, wanted);
  }
  const sum = sumOf([...quantities.values()].flat().concat('0'));
  if (hash !== undefined) list.that('CTT02', sameNumber(hash, sum), hash, sum);
}
