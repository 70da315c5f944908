import { FailureError } from '../../core/failure.ts';
import { type LocalDate, localDateOf, localTimeOf } from '../../core/local-date.ts';
import { roundingOf } from '../../documents/totals.ts';
import { expectedFrom } from '../../orders/expectations.ts';
import { finding } from '../../orders/finding.ts';
import { toInvoice } from '../../orders/invoice.ts';
import { type OrderState, shipOrder } from '../../orders/order-state.ts';
import { checkShipment, namedPacks, type ShipmentRequest, shippedLines, ssccsWanted } from '../../orders/ship.ts';
import { toShipNotice } from '../../orders/ship-notice.ts';
import { serialCapacity, ssccOf } from '../../orders/sscc.ts';
import type { Company } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import { takeNumbers } from '../../store/orders/number-series.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import { invoiceNumberTaken, shipmentNumberTaken, usedSsccs } from '../../store/orders/shipments.ts';
import { takeReserved } from '../../store/orders/stock.ts';
import type { FlowContext } from '../context.ts';
import { expectationRows } from '../expect.ts';
import { type Acting, type ActResult, actOnOrder } from './act.ts';
import { bill } from './bill.ts';
import { answerWith, expectationSettings, orderEvent } from './order-flow.ts';

export interface ShipmentPosted {
  readonly shipmentId: string;
  readonly number: string;
  readonly ssccs: readonly string[];
  /** Set when the gateway bills by itself. */
  readonly invoiceNumber: string | null;
  readonly state: OrderState;
}

/**
 * Goods left: the ship notice goes out, and where rules decide orders the invoice follows at once. SSCCs are allocated from the company's prefix.
 */
export const postShipment = (
  context: FlowContext,
  tx: Tx,
  orderId: string,
  request: ShipmentRequest,
  actor: string,
): Promise<ActResult<ShipmentPosted>> => actOnOrder(context, tx, orderId, actor, (acting) => ship(acting, request));

async function ship(acting: Acting, request: ShipmentRequest): Promise<ActResult<ShipmentPosted>> {
  const { context, known, tx, record, gathered, actor } = acting;
  const company = known.company(record.company_id);
  const findings = checkShipment([record.state], request, { overShipPercent: '0' });
  if (findings.length > 0) return { ok: false, findings };
  if (await shipmentNumberTaken(tx, record.company_id, record.usage, request.shipment)) {
    const message = `A shipment ${request.shipment} was posted before.`;
    return {
      ok: false,
      findings: [finding('shipment/number-taken', 'shipment', message, { found: request.shipment })],
    };
  }
  const given = namedPacks(request, record.number).flatMap(({ sscc }) => (sscc === null ? [] : [sscc]));
  const used = await usedSsccs(tx, record.company_id, given);
  if (used.size > 0) {
    return {
      ok: false,
      findings: [...used].map((sscc) =>
        finding('shipment/pack-duplicate', 'packs', `The SSCC ${sscc} is on a pack that was shipped before.`, {
          found: sscc,
        }),
      ),
    };
  }
  const lines = shippedLines(request, record.number);
  const shipped = shipOrder(record.state, lines);
  if (!shipped.ok) return shipped;
  await takeReserved(tx, { companyId: record.company_id, usage: record.usage, orderId: record.id }, lines);

  const at = context.clock.now();
  const now = localTimeOf(at, company.zone);
  const shipmentId = context.newId();
  const ssccs = await allocateSsccs(acting, request, given);
  const notice = toShipNotice([record.order], request, {
    number: request.shipment,
    createdAt: `${now.date}T${now.time}`,
    shippedOn: now.date,
    ssccs,
    ...(record.state.change === null ? {} : { changes: new Map([[record.number, record.state.change]]) }),
    shipFrom: shipFrom(company),
  });
  const documentId = answerWith(context, known, record, 'ship-notice', request.shipment, notice, gathered);
  const shippedOn: LocalDate = (request.shippedOn ?? now.date).slice(0, 10);
  gathered.rows.shipment = [
    {
      id: shipmentId,
      company_id: record.company_id,
      partner_id: record.partner_id,
      usage: record.usage,
      number: request.shipment,
      order_id: record.id,
      document_id: documentId,
      body: { request, shippedOn, change: record.state.change },
      at,
    },
  ];
  gathered.rows.sscc = [...ssccs, ...given].map((sscc) => ({
    company_id: record.company_id,
    sscc,
    usage: record.usage,
    shipment_id: shipmentId,
  }));
  gathered.rows.expectation = expectationRows(
    expectedFrom({ kind: 'goods-shipped', shipped: lines }, expectationSettings(known, record)),
    {
      subjectKind: 'shipment',
      subjectId: shipmentId,
      company: record.company_id,
      partner: record.partner_id,
      usage: record.usage,
      zone: company.zone,
    },
    context.newId,
    at,
  );
  gathered.events.push(
    orderEvent(record, 'order/shipped', at, actor, {
      data: { shipment: request.shipment, packs: ssccs.length },
      objects: [
        { kind: 'shipment', id: shipmentId, qualifier: 'made' },
        { kind: 'document', id: documentId, qualifier: 'notice' },
      ],
    }),
  );

  if (known.agreement(record.agreement_id).decision.decideBy === 'back-office') {
    await updateOrder(tx, record.id, shipped.value);
    return {
      ok: true,
      value: { shipmentId, number: request.shipment, ssccs, invoiceNumber: null, state: shipped.value },
    };
  }
  const number = await invoiceNumber(acting);
  const billed = toInvoice(
    record.order,
    shipped.value,
    [
      {
        shipment: request.shipment,
        shippedOn,
        change: record.state.change,
        quantities: lines,
        ...(request.carrier === undefined ? {} : { carrier: request.carrier }),
        ...(request.references === undefined ? {} : { references: request.references }),
      },
    ],
    {
      number,
      issuedOn: localDateOf(at, company.zone),
      rounding: roundingOf(record.order.currency ?? company.currency),
      currency: company.currency,
    },
  );
  if (!billed.ok) return billed;
  await bill(acting, billed.value, shipmentId, shippedOn);
  return {
    ok: true,
    value: { shipmentId, number: request.shipment, ssccs, invoiceNumber: number, state: billed.value.state },
  };
}

/** The next of our series; one that a back office has given to an invoice of its own is passed over. */
async function invoiceNumber({ tx, record }: Acting): Promise<string> {
  for (;;) {
    const serial = await takeNumbers(tx, record.company_id, record.usage, 'invoice');
    const number = `${record.usage === 'test' ? 'T' : ''}INV${serial.toString().padStart(7, '0')}`;
    if (!(await invoiceNumberTaken(tx, record.company_id, record.usage, number))) return number;
  }
}

/**
 * Labels for the packs that came without. Serials are one series for test and production: a label is a label wherever it is scanned; those
 * a back office has used itself are passed over.
 */
async function allocateSsccs(
  { known, tx, record }: Acting,
  request: ShipmentRequest,
  given: readonly string[],
): Promise<readonly string[]> {
  const { gs1Prefix } = known.company(record.company_id);
  const free: string[] = [];
  for (let wanted = gs1Prefix === null ? 0 : ssccsWanted(request); wanted > 0 && gs1Prefix !== null; ) {
    const first = await takeNumbers(tx, record.company_id, 'production', 'sscc', wanted);
    if (first + BigInt(wanted) > BigInt(serialCapacity(gs1Prefix))) {
      throw new FailureError('control-numbers-exhausted', `The GS1 prefix ${gs1Prefix} has no SSCC serials left.`);
    }
    const next = Array.from({ length: wanted }, (_, index) => ssccOf(0, gs1Prefix, Number(first) + index));
    const used = await usedSsccs(tx, record.company_id, next);
    free.push(...next.filter((sscc) => !used.has(sscc) && !given.includes(sscc)));
    wanted = ssccsWanted(request) - free.length;
  }
  return free;
}

const shipFrom = (company: Company) => {
  const { lines, city, region, postalCode, country } = company.address;
  return {
    role: { code: 'ship-from' },
    name: company.name,
    ...(company.ids.length === 0
      ? {}
      : { ids: company.ids.slice(0, 1).map(({ scheme, value }) => ({ scheme: { code: scheme }, value })) }),
    address: {
      ...(lines.length === 0 ? {} : { lines: [...lines] }),
      ...(city === null ? {} : { city }),
      ...(region === null ? {} : { region }),
      ...(postalCode === null ? {} : { postalCode }),
      ...(country === null ? {} : { country }),
    },
  };
};
