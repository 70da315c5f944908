import type { Verdict } from '../core/problem.ts';
import type { NewWork, Work } from '../core/work.ts';
import type { Tx } from '../store/database.ts';
import { claimControlNumbers, type NumberClaim } from '../store/envelope/claims.ts';
import {
  closeInterchange,
  enteredAcknowledgments,
  enteredDocuments,
  quarantineInterchange,
} from '../store/envelope/close-interchange.ts';
import {
  groupsToClose,
  type InterchangeToClose,
  interchangeToClose,
  type StoredGroup,
} from '../store/envelope/interchange-to-close.ts';
import { claimContent } from '../store/wire/raw-file.ts';
import { finishWork } from '../store/work/finish-work.ts';
import { insertWork } from '../store/work/insert-work.ts';
import { writeRows } from '../store/write-rows.ts';
import type { FlowContext } from './context.ts';
import type { KnownConfiguration } from './known-configuration.ts';
import { answersTo } from './split/answers.ts';
import { interchangeEvent } from './split/close-in-one-go.ts';
import { claimsOf, judgeClaims } from './split/control-numbers.ts';
import { groupVerdict, interchangeVerdict } from './split/verdicts.ts';
import { answeringAgreement } from './split/whose.ts';

const pageSize = 1_000;

/** Closes an interchange that was too large for one batch: the same judgments as for a small one, over rows instead of values. */
export async function close(context: FlowContext, work: Work): Promise<void> {
  const known = await context.configuration();
  await context.database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    const interchange = await interchangeToClose(tx, work.subjectId);
    if (interchange?.state === 'provisional') await closeStored(context, known, tx, interchange, work.orderKey, false);
  });
}

/**
 * Gives an interchange its verdict and lets what it holds into the business. `accepted`: an operator has said that its control
 * numbers are fine though they were used before.
 */
export async function closeStored(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  interchange: InterchangeToClose,
  orderKey: string | null,
  accepted: boolean,
): Promise<void> {
  const { clock } = context;
  const { company_id, partner_id, usage, syntax, channel_id, id } = interchange;
  if (company_id === null || partner_id === null) return;
  const agreement = answeringAgreement(known, { company: company_id, partner: partner_id, usage, syntax });
  const groups = await groupsToClose(tx, id);
  const facts = { ...interchange, byte_offset: Number(interchange.byte_offset) };
  const holder = await claimContent(tx, interchange.sha256, interchange.raw_file_id);
  if (holder !== interchange.raw_file_id && !accepted) return quarantineInterchange(tx, id, 'content-used');
  const used: ReadonlyMap<NumberClaim, string> =
    interchange.broken || accepted ? new Map() : await claimControlNumbers(tx, claimsOf(facts, groups, agreement));
  const judged = judgeClaims(facts, groups, used, agreement);
  if (judged.quarantine !== null) {
    await quarantineInterchange(tx, id, judged.quarantine);
    return writeRows(tx, { problem: [...judged.problems] }, [quarantined(interchange, judged.quarantine)]);
  }
  const rejected = interchange.broken || judged.interchangeRejected;
  const verdicts = groups.map((group) => ({
    ...group,
    verdict: verdictOf(group, rejected || judged.rejectedGroups.has(group.id)),
  }));
  const at = clock.now();
  const verdict = interchangeVerdict(
    rejected,
    verdicts.map((group) => group.verdict),
  );
  await closeInterchange(
    tx,
    id,
    verdict,
    verdicts.map((group) => ({ id: group.id, verdict: group.verdict })),
    at,
  );
  const answers = answersTo(
    {
      id,
      company: company_id,
      partner: partner_id,
      usage,
      channelId: channel_id,
      header: interchange.header as Parameters<typeof answersTo>[0]['header'],
      broken: rejected,
      groups: verdicts.map((group) => ({ id: group.id, functionalId: group.functional_id, verdict: group.verdict })),
    },
    agreement,
    context.newId,
    at,
  );
  const closed = {
    ...facts,
    direction: 'in' as const,
    state: 'closed' as const,
    verdict,
    closed_at: at,
    byte_length: null,
    group_count: groups.length,
  };
  await writeRows(tx, { acknowledgment: answers, problem: [...judged.problems] }, [
    interchangeEvent(closed, { id: interchange.raw_file_id, transmission_id: interchange.transmission_id }),
  ]);
  await insertWork(
    tx,
    answers.map((answer) => ({ kind: 'compose', subjectId: answer.id, fairnessKey: answer.channel_id })),
  );
  if (!rejected) await enter(tx, id, orderKey);
}

const verdictOf = (group: StoredGroup, broken: boolean): Verdict =>
  groupVerdict({
    id: group.id,
    counted: group.counted,
    accepted: group.accepted,
    withErrors: group.with_errors,
    broken: broken || group.broken,
  });

async function enter(tx: Tx, interchangeId: string, orderKey: string | null): Promise<void> {
  let after = { group: 0, transaction: 0 };
  for (;;) {
    const page = await enteredDocuments(tx, interchangeId, after.group, after.transaction, pageSize);
    const last = page.at(-1);
    if (last === undefined) break;
    await insertWork(
      tx,
      page.map(
        (document): NewWork => ({
          kind: 'process',
          subjectId: document.id,
          fairnessKey: document.partner_id,
          orderKey: orderKey ?? document.order_key,
        }),
      ),
    );
    after = { group: last.group_ordinal, transaction: last.ordinal };
  }
  const acknowledgments = await enteredAcknowledgments(tx, interchangeId);
  await insertWork(
    tx,
    acknowledgments.map(({ id, partner_id }) => ({
      kind: 'reconcile',
      subjectId: id,
      fairnessKey: partner_id,
      orderKey,
    })),
  );
}

const quarantined = (interchange: InterchangeToClose, reason: string) => ({
  at: interchange.at,
  type: 'interchange/quarantined',
  actor: 'gateway',
  reason,
  company: interchange.company_id,
  usage: interchange.usage,
  objects: [{ kind: 'interchange', id: interchange.id, qualifier: 'quarantined' }],
});
