import { ApiProblem, isRecord, listIn, type OperatorApi, operatorApi, query, textIn } from './api.ts';
import { difference, isNumber, sumOf } from './arithmetic.ts';
import { settleDisputes } from './back-office-disputes.ts';
import { type Announced, openBell } from './bell.ts';
import { checkList, failuresOf } from './check.ts';
import { notesOf } from './notes.ts';
import { type Parcel, packed } from './packing.ts';
import { postTwice } from './post-twice.ts';
import type { Host } from './process.ts';
import { HOLD_UNTIL_CHANGED } from './scenarios.ts';
import { refill, type Shelf } from './shelves.ts';

/*
 * The supplier's small ERP: it knows the gateway only by its operator API and by what is announced to it. For the partners it looks after, it
 * decides what waits for a decision, ships what was promised (the backordered part when the first shipment is billed), and bills where the
 * gateway does not; and it fills the shelves the built-in rules promise from.
 * Its idempotency keys come from order and shipment, so a restart asks for nothing twice; and it sends every request twice, as a program
 * does that lost an answer, and insists that both answers are one.
 */
export interface BackOfficeOptions {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly pollIntervalMs: number;
  readonly partners: Readonly<Record<string, Duties>>;
  /** Where orders are announced to it. */
  readonly listenPort: number;
  readonly shelves: readonly Shelf[];
}

export interface Duties {
  /** `when-told`: what is announced, and at its start what waited meanwhile; `when-seen`: whatever it finds waiting. */
  readonly decides: 'when-told' | 'when-seen' | 'never';
  readonly ships: boolean;
  readonly bills: boolean;
  /** Corrects invoices the partner refuses, and settles what it claims. */
  readonly disputes?: true;
}

export const isBackOfficeOptions = (value: unknown): value is BackOfficeOptions =>
  isRecord(value) &&
  typeof value.apiUrl === 'string' &&
  typeof value.apiKey === 'string' &&
  typeof value.pollIntervalMs === 'number' &&
  typeof value.listenPort === 'number' &&
  Array.isArray(value.shelves) &&
  isRecord(value.partners);

const party = 'back office';

/** A line of an order as the API tells it. */
interface OrderLine {
  readonly number: string;
  readonly ordered: string;
  readonly promised: string;
  readonly shipped: string;
  readonly invoiced: string;
  /** Of what is promised: what comes later only. */
  readonly backordered: string;
}

interface Order {
  readonly id: string;
  readonly number: string;
  readonly state: string;
  readonly lines: readonly OrderLine[];
  /** Its note asks that nothing leaves before it was changed, and it was not. */
  readonly isHeld: boolean;
}

/** States in which nothing is left to do for a back office. */
const AT_REST: ReadonlySet<string> = new Set(['received', 'held', 'rejected', 'cancelled', 'invoiced']);

/** What comes in at the shelves is looked at so much more rarely than orders. */
const roundsPerRefill = 8;

/** Works until it is stopped. A refused request is reported once per order and not tried again. */
export async function runBackOffice(options: BackOfficeOptions, host: Host): Promise<void> {
  const api = operatorApi(options.apiUrl, options.apiKey);
  const givenUp = new Set<string>();
  const bell = await openBell(options.listenPort, host.signal, (message) =>
    host.tell({ kind: 'failed', party, conversation: null, message }),
  );
  const attempt = async (id: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown;
      givenUp.add(id);
      host.tell({ kind: 'failed', party, conversation: null, message: thrown.message });
    }
  };
  for (let round = 0; !host.signal.aborted; round += 1) {
    if (round % roundsPerRefill === 0)
      for (const text of await refill(api, options.shelves))
        host.tell({ kind: 'note', party, conversation: null, text });
    for (const announced of bell.heard()) await attempt(announced.orderId, () => answerCall(api, announced, host));
    for (const [partner, duties] of Object.entries(options.partners)) {
      for (const summary of listIn(await api.get(`/orders${query({ partner, limit: '500' })}`))) {
        const id = textIn(summary, 'id');
        if (givenUp.has(id) || AT_REST.has(textIn(summary, 'state'))) continue;
        await attempt(id, async () => workOn(api, orderIn(await api.get(`/orders/${id}`)), duties, round === 0, host));
      }
      if (duties.disputes !== true || givenUp.has(partner)) continue;
      await attempt(partner, async () => {
        for (const text of await settleDisputes(api, partner, party))
          host.tell({ kind: 'note', party, conversation: null, text });
      });
    }
    await bell.rung(options.pollIntervalMs);
  }
}

/** An announced order is decided, unless it was meanwhile; that it is the order it says it is is looked at. */
async function answerCall(api: OperatorApi, { orderId, number, partner }: Announced, host: Host): Promise<void> {
  const told = await api.get(`/orders/${orderId}`);
  const list = checkList(`announcement of ${number}`);
  list.same('number', textIn(told, 'number'), number);
  list.same('partner', textIn(told, 'partner'), partner);
  const failed = failuresOf(list.checks);
  const passed = list.checks.length - failed.length;
  host.tell({ kind: 'checked', party, conversation: null, subject: 'an announcement', passed, failed });
  const order = orderIn(told);
  if (order.state === 'awaiting-decision') await decide(api, order, host);
}

async function workOn(api: OperatorApi, order: Order, duties: Duties, isFirstLook: boolean, host: Host): Promise<void> {
  if (order.state === 'awaiting-decision') {
    if (duties.decides === 'when-seen' || (duties.decides === 'when-told' && isFirstLook))
      await decide(api, order, host);
    return;
  }
  const unbilled = order.lines.some(({ shipped, invoiced }) => isMore(shipped, invoiced));
  if (unbilled) {
    if (duties.bills) await bill(api, order, host);
    return;
  }
  if (duties.ships && !order.isHeld) await ship(api, order, host);
}

async function decide(api: OperatorApi, order: Order, host: Host): Promise<void> {
  const lines = order.lines.map(({ number, ordered }) => ({
    line: number,
    promises: [{ status: 'accepted', quantity: ordered }],
  }));
  await postTwice(api, `/orders/${order.id}/decision`, { decision: 'lines', by: party, lines }, `${order.id}-decision`);
  host.tell({ kind: 'note', party, conversation: null, text: `decided order ${order.number}` });
}

/** First everything promised in time, then, when that is billed, everything backordered. */
async function ship(api: OperatorApi, order: Order, host: Host): Promise<void> {
  const isFirst = order.lines.every(({ shipped }) => !isMore(shipped, '0'));
  const parcels: readonly Parcel[] = order.lines.flatMap(({ number, promised, shipped, backordered }) => {
    const open = difference(promised, shipped);
    const quantity = isFirst ? difference(open, backordered) : open;
    return isMore(quantity, '0') ? [{ line: number, quantity }] : [];
  });
  // Nothing in time: the backordered part is all there is to ship.
  const sent =
    parcels.length > 0 || !isFirst
      ? parcels
      : order.lines.map(({ number, promised }) => ({ line: number, quantity: promised }));
  const left = sent.filter(({ quantity }) => isMore(quantity, '0'));
  if (left.length === 0) return;
  const shipment = `${order.number}-${isFirst ? '1' : '2'}`;
  const body = {
    shipment,
    carrier: { id: { scheme: { code: 'scac' }, value: 'RDLN' }, name: 'REDLINE FREIGHT' },
    references: [{ kind: { code: 'bill-of-lading' }, value: `BOL${shipment.replaceAll('-', '')}` }],
    packs: packed(left),
  };
  await postTwice(api, `/orders/${order.id}/shipments`, body, `${order.id}-shipment-${isFirst ? '1' : '2'}`);
  host.tell({ kind: 'note', party, conversation: null, text: `shipped ${shipment} in ${body.packs.length} packs` });
}

async function bill(api: OperatorApi, order: Order, host: Host): Promise<void> {
  const number = `CB-${order.number}-${sumOf(order.lines.map(({ shipped }) => shipped))}`;
  await postTwice(api, `/orders/${order.id}/invoices`, { number }, `${order.id}-invoice-${number}`);
  host.tell({ kind: 'note', party, conversation: null, text: `billed ${number}` });
}

const isMore = (a: string, b: string): boolean => {
  const rest = difference(a, b);
  return !rest.startsWith('-') && /[1-9]/.test(rest);
};

function orderIn(answer: unknown): Order {
  const late = backordered(isRecord(answer) ? answer.decision : null);
  return {
    id: textIn(answer, 'id'),
    number: textIn(answer, 'number'),
    state: textIn(answer, 'state'),
    isHeld: isRecord(answer) && answer.version === 1 && notesOf(answer.document).includes(HOLD_UNTIL_CHANGED),
    lines: listIn(answer, 'lines').map((line) => {
      const number = textIn(line, 'line');
      return {
        number,
        ordered: quantityIn(line, 'ordered'),
        promised: quantityIn(line, 'promised'),
        shipped: quantityIn(line, 'shipped'),
        invoiced: quantityIn(line, 'invoiced'),
        backordered: late.get(number) ?? '0',
      };
    }),
  };
}

function quantityIn(line: unknown, name: string): string {
  const quantity = textIn(line, name);
  if (!isNumber(quantity)) throw new Error(`"${name}" of a line is ${quantity}, which is no quantity`);
  return quantity;
}

/** Per line, what the decision promises for later only; empty while nothing is decided. */
function backordered(decision: unknown): ReadonlyMap<string, string> {
  if (!isRecord(decision)) return new Map();
  return new Map(
    listIn(decision, 'lines').map((line) => {
      const late = listIn(line, 'promises').filter((promise) => promise.status === 'backordered');
      return [textIn(line, 'line'), sumOf(['0', ...late.map((promise) => quantityIn(promise, 'quantity'))])];
    }),
  );
}
