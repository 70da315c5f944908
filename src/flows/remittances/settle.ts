import { FailureError } from '../../core/failure.ts';
import { localDateOf } from '../../core/local-date.ts';
import { type Finding, finding } from '../../orders/finding.ts';
import { type SettledPart, type SettlementRequest, settle } from '../../receivables/settle.ts';
import type { Tx } from '../../store/database.ts';
import { setDocumentState } from '../../store/documents/document.ts';
import { itemsById, type LedgerItem, lowerItems } from '../../store/money/open-items.ts';
import { settleLines, updateSettled } from '../../store/money/settlement.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { meetExpectations } from '../expect.ts';
import type { ActResult } from '../orders/act.ts';
import {
  type ActedBy,
  event,
  invoiceEvent,
  money,
  paymentOf,
  type RemittanceStanding,
  remittanceFor,
  standing,
  told,
} from './settling.ts';

/**
 * A person settles a payment: parts laid against chosen items, something given up, the rest on account. One transaction for ledger,
 * remittance, what was owed, and the Event. Refused with every reason at once; then nothing is changed.
 */
export async function settleRemittance(
  context: FlowContext,
  tx: Tx,
  id: string,
  request: SettlementRequest,
  by: ActedBy,
): Promise<ActResult<RemittanceStanding>> {
  const row = await remittanceFor(tx, id);
  if (row.state === 'dismissed') throw new FailureError('usage-wrong', `The remittance ${id} was dismissed.`);
  const { clock, newId } = context;
  const at = clock.now();
  const { zone } = (await context.configuration()).company(row.company_id);
  const wanted = [...new Set((request.applications ?? []).map(({ openItem }) => openItem))];
  const items = await itemsById(tx, { company: row.company_id, usage: row.usage }, wanted);
  const byId = new Map(items.map((item) => [item.id, item]));
  const settled = settle(paymentOf(row), byId, request, localDateOf(at, zone));
  if (!settled.ok) return { ok: false, findings: settled.faults.map(findingOf) };
  const { parts, total, applied, onAccount, unapplied, state } = settled.value;
  const remaining = await lowerItems(
    tx,
    parts.map((part) => ({ ...part, openItem: part.openItem.id })),
  );
  const ids = parts.map(() => newId());
  const { currency } = row;
  await updateSettled(tx, id, { amount: total, applied, onAccount, unapplied, state });
  const paths = unapplied === 0n ? 'all' : parts.map(({ path }) => path).filter((path) => path !== '');
  await settleLines(tx, id, paths, by.reason);
  await setDocumentState(tx, row.document_id, 'processed', state);
  await meetExpectations(tx, 'remittance', 'invoice', piecesOf(parts, byId, currency), at);
  await writeRows(
    tx,
    {
      application: parts.map(({ openItem, cash, discount, deduction, deductionCode, path }, index) => ({
        id: ids[index] ?? newId(),
        company_id: row.company_id,
        usage: row.usage,
        remittance_id: id,
        path,
        open_item_id: openItem.id,
        cash_minor: cash,
        discount_minor: discount,
        deduction_minor: deduction,
        deduction_code: deductionCode,
        reverses_id: null,
        at,
      })),
    },
    [
      event(
        row,
        at,
        'remittance/settled',
        by,
        parts.flatMap(({ openItem }) => byId.get(openItem.id)?.invoiceId ?? []),
        {
          applied: money(applied, currency),
          onAccount: money(onAccount, currency),
          unapplied: money(unapplied, currency),
          state,
        },
      ),
      ...parts.flatMap((part) => {
        const invoiceId = byId.get(part.openItem.id)?.invoiceId ?? null;
        const left = remaining.get(part.openItem.id) ?? 0n;
        const type = left === 0n ? 'invoice/settled' : 'invoice/partly-paid';
        return invoiceId === null
          ? []
          : [invoiceEvent(row, at, type, by, invoiceId, { ...told(part), remaining: left.toString() })];
      }),
    ],
  );
  return { ok: true, value: standing(row, { applied, onAccount, unapplied, state }, ids) };
}

/** A payment that never was, or was announced twice, is set aside: nothing of it may be applied. */
export async function dismissRemittance(
  context: FlowContext,
  tx: Tx,
  id: string,
  by: ActedBy,
): Promise<RemittanceStanding> {
  const row = await remittanceFor(tx, id);
  if (row.applied_minor !== 0n)
    throw new FailureError('usage-wrong', `Something of the remittance ${id} is applied: take that back first.`);
  if (row.state === 'dismissed') throw new FailureError('usage-wrong', `The remittance ${id} was dismissed already.`);
  const now = { applied: 0n, onAccount: 0n, unapplied: 0n, state: 'dismissed' as const };
  await updateSettled(tx, id, { amount: row.amount_minor, ...now });
  await settleLines(tx, id, 'all', by.reason);
  await setDocumentState(tx, row.document_id, 'processed', 'dismissed');
  await writeRows(tx, {}, [event(row, context.clock.now(), 'remittance/dismissed', by, [], {})]);
  return standing(row, now, []);
}

const findingOf = ({ code, path, message }: { code: Finding['code']; path: string; message: string }): Finding =>
  finding(code, path, message);

/** What each invoice was owed of, that came. */
function piecesOf(parts: readonly SettledPart[], items: ReadonlyMap<string, LedgerItem>, currency: string) {
  const pieces = new Map<string, { by: 'money'; minor: bigint; currency: string }[]>();
  for (const { openItem, cash, discount, deduction } of parts) {
    const invoiceId = items.get(openItem.id)?.invoiceId ?? null;
    if (invoiceId === null) continue;
    const piece = { by: 'money' as const, minor: cash + discount + deduction, currency };
    pieces.set(invoiceId, [...(pieces.get(invoiceId) ?? []), piece]);
  }
  return pieces;
}
