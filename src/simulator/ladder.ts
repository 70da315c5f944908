import { isRecord, listIn, type OperatorApi, query, textIn, textOrNull } from './api.ts';
import type { Usage } from './protocol.ts';
import { RUNGS, type RungName } from './scenarios.ts';

/** One rung of an order's ladder as the gateway tells it. */
export interface Rung {
  readonly rung: RungName;
  readonly state: string;
  /** ISO 8601; null while it is not climbed. */
  readonly at: string | null;
  readonly direction: string;
  readonly message: string | null;
  readonly interchangeControlNumber: string | null;
  readonly groupControlNumber: string | null;
  readonly controlNumber: string | null;
  readonly fileName: string | null;
  readonly detail: string | null;
  /** What the rung is about: the same rung of another shipment is another rung. */
  readonly subject: string;
}

const isRungName = (text: string): text is RungName => RUNGS.some((name) => name === text);

/** The rungs of an order; empty while the gateway knows no such order. Throws when it knows two. */
export async function ladderOf(
  api: OperatorApi,
  number: string,
  usage: Usage,
  partner: string,
): Promise<readonly Rung[]> {
  const orders = listIn(await api.get(`/orders${query({ number, usage, partner })}`)).filter(
    (order) => order.number === number && order.usage === usage && order.partner === partner,
  );
  if (orders.length > 1) throw new Error(`the gateway has ${orders.length} orders ${number}`);
  const [order] = orders;
  if (order === undefined) return [];
  return listIn(await api.get(`/orders/${textIn(order, 'id')}/ladder`), 'rungs').flatMap((rung) => {
    const name = textIn(rung, 'rung');
    return isRungName(name) ? [rungIn(name, rung)] : [];
  });
}

function rungIn(name: RungName, rung: Readonly<Record<string, unknown>>): Rung {
  const subject = isRecord(rung.subject) ? `${textOrNull(rung.subject, 'kind')} ${textOrNull(rung.subject, 'id')}` : '';
  return {
    rung: name,
    state: textIn(rung, 'state'),
    at: textOrNull(rung, 'at'),
    direction: textOrNull(rung, 'direction') ?? 'none',
    message: textOrNull(rung, 'message'),
    interchangeControlNumber: textOrNull(rung, 'interchangeControlNumber'),
    groupControlNumber: textOrNull(rung, 'groupControlNumber'),
    controlNumber: textOrNull(rung, 'controlNumber'),
    fileName: textOrNull(rung, 'fileName'),
    detail: textOrNull(rung, 'detail'),
    subject,
  };
}

/**
 * What makes a rung another one than the same rung of another shipment or remittance. One remittance may pay several invoices: what was
 * applied to which stands before the comma, what is still open behind it, and that changes.
 */
export const rungKey = ({ rung, subject, interchangeControlNumber, controlNumber, detail }: Rung): string =>
  [
    rung,
    subject,
    interchangeControlNumber ?? '',
    controlNumber ?? '',
    rung === 'cash-applied' ? (detail ?? '').split(',')[0] : '',
  ].join(' ');
