import { FailureError } from '../../core/failure.ts';
import { moneyMoved, paymentState } from '../../receivables/settle.ts';
import type { Tx } from '../../store/database.ts';
import { reopenExpectations } from '../../store/expectations.ts';
import { itemsById, lowerItems } from '../../store/money/open-items.ts';
import { applicationOf, reviewLine, updateSettled } from '../../store/money/settlement.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { meetExpectations } from '../expect.ts';
import {
  type ActedBy,
  event,
  invoiceEvent,
  paymentOf,
  type RemittanceStanding,
  remittanceFor,
  standing,
  told,
} from './settling.ts';

/** An application is taken back, once: its money is unapplied again, its item open, and the line waits for a person. */
export async function reverseApplication(
  context: FlowContext,
  tx: Tx,
  id: string,
  applicationId: string,
  by: ActedBy,
): Promise<RemittanceStanding> {
  const row = await remittanceFor(tx, id);
  const application = await applicationOf(tx, id, applicationId);
  if (application === undefined)
    throw new FailureError('not-found', `The remittance ${id} has no application ${applicationId}.`);
  if (application.reverses_id !== null || application.taken_back)
    throw new FailureError(
      'usage-wrong',
      application.taken_back
        ? `${applicationId} was taken back already.`
        : `${applicationId} takes another back itself.`,
    );
  const at = context.clock.now();
  const { open_item_id: openItem, cash_minor, discount_minor, deduction_minor, deduction_code, path } = application;
  const scope = { company: row.company_id, usage: row.usage };
  const [item] = await itemsById(tx, scope, [openItem]);
  if (item === undefined) throw new FailureError('bug', `The open item ${openItem} of an application is gone.`);
  const remaining = await lowerItems(tx, [
    { openItem, cash: -cash_minor, discount: -discount_minor, deduction: -deduction_minor },
  ]);
  const payment = paymentOf(row);
  const applied = payment.applied - moneyMoved({ openItem: item, cash: cash_minor });
  const unapplied = payment.total - applied - payment.onAccount;
  if (unapplied < 0n || applied < 0n)
    throw new FailureError('usage-wrong', `What ${applicationId} gave is applied elsewhere: take that back first.`);
  const now = {
    applied,
    onAccount: payment.onAccount,
    unapplied,
    state: paymentState({ ...payment, applied }, unapplied),
  };
  await updateSettled(tx, id, { amount: payment.total, ...now });
  await reviewLine(tx, id, path, by.reason);
  const { currency } = row;
  if (item.invoiceId !== null) {
    const minor = cash_minor + discount_minor + deduction_minor;
    await reopenExpectations(tx, 'remittance', 'invoice', [item.invoiceId]);
    const pieces = new Map([[item.invoiceId, [{ by: 'money' as const, minor, currency, takenBack: true }]]]);
    await meetExpectations(tx, 'remittance', 'invoice', pieces, at);
  }
  const reversal = context.newId();
  const data = {
    number: item.number,
    ...told({ cash: cash_minor, discount: discount_minor, deduction: deduction_minor, deductionCode: deduction_code }),
  };
  await writeRows(
    tx,
    {
      application: [
        {
          id: reversal,
          company_id: row.company_id,
          usage: row.usage,
          remittance_id: id,
          path,
          open_item_id: openItem,
          cash_minor,
          discount_minor,
          deduction_minor,
          deduction_code,
          reverses_id: applicationId,
          at,
        },
      ],
    },
    [
      event(row, at, 'remittance/application-reversed', by, item.invoiceId === null ? [] : [item.invoiceId], {
        application: applicationId,
        ...data,
      }),
      ...(item.invoiceId === null
        ? []
        : [
            invoiceEvent(row, at, 'invoice/reopened', by, item.invoiceId, {
              ...data,
              remaining: (remaining.get(openItem) ?? 0n).toString(),
            }),
          ]),
    ],
  );
  return standing(row, now, [reversal]);
}
