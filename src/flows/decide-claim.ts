import { FailureError } from '../core/failure.ts';
import type { Tx } from '../store/database.ts';
import { type ClaimState, claimForUpdate, setClaimState } from '../store/money/claims.ts';
import { writeRows } from '../store/write-rows.ts';
import type { FlowContext } from './context.ts';

/**
 * A person says how a claim stands: disputed with the partner, accepted, or closed; any of them may be said again. No money moves by it: what is
 * deducted comes with a remittance, what is given back with a credit note. Throws FailureError `not-found`.
 */
export async function decideClaim(
  { clock }: FlowContext,
  tx: Tx,
  id: string,
  state: ClaimState,
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<void> {
  const claim = await claimForUpdate(tx, id);
  if (claim === undefined) throw new FailureError('not-found', `There is no claim ${id}.`);
  await setClaimState(tx, id, state);
  const { number, company_id, usage, document_id, invoice_id, open_item_id } = claim;
  await writeRows(tx, {}, [
    {
      at: clock.now(),
      type: `claim/${state === 'open' ? 'reopened' : state}`,
      actor,
      reason,
      company: company_id,
      usage,
      data: { number, was: claim.state },
      objects: [
        { kind: 'claim', id, qualifier: 'subject' },
        { kind: 'document', id: document_id, qualifier: 'source' },
        ...(invoice_id === null ? [] : [{ kind: 'invoice', id: invoice_id, qualifier: 'claimed' }]),
        ...(open_item_id === null ? [] : [{ kind: 'open-item', id: open_item_id, qualifier: 'claimed' }]),
      ],
    },
  ]);
}
