import { type Problem, problemAsJson } from '../../core/problem.ts';
import { isAcknowledgment } from '../../parsers/index.ts';
import type { GroupHeader, InterchangeHeader, ReadEvent, Transaction } from '../../parsers/transaction.ts';
import { identityKey } from '../../partners/identity.ts';
import { selectAgreement } from '../../partners/select-agreement.ts';
import type { AcknowledgmentRow } from '../../store/rows/documents.ts';
import type { ProblemRow } from '../../store/rows/envelope.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { type Batch, documentRow, emptyBatch, groupless } from './batch.ts';
import { readTransaction } from './read-transaction.ts';
import type { GroupTally } from './verdicts.ts';
import { whoseInterchange } from './whose.ts';

/** Interchanges read to their end in this file, in order. */
export interface EndedInterchange {
  readonly id: string;
  readonly broken: boolean;
  readonly groups: readonly GroupTally[];
}

export interface OpenInterchange {
  id: string;
  company: string | null;
  partner: string | null;
  usage: 'test' | 'production';
  quarantined: boolean;
  header: InterchangeHeader;
  broken: boolean;
  groups: number;
  transactions: number;
}

interface OpenGroup {
  header: GroupHeader;
  tally: GroupTally;
  ordinal: number;
  transactions: number;
  acknowledges: boolean;
}

/** Where a reading stands between two batches, as plain JSON for the work row's cursor. */
export interface ReadingState {
  readonly interchanges: number;
  readonly interchange: OpenInterchange | null;
  readonly group: OpenGroup | null;
  readonly sawEdi: boolean;
}

export interface FileReading {
  take(event: ReadEvent): void;
  /** Hands over what was read since the last call. */
  batch(): Batch;
  state(): ReadingState;
  /** Transactions and bytes since the last batch: a batch is bounded by both. */
  readonly weight: { transactions: number; bytes: number };
  readonly ended: readonly EndedInterchange[];
}

const start: ReadingState = { interchanges: 0, interchange: null, group: null, sawEdi: false };

/** Turns a reader's events into rows. Holds one interchange's tallies and one batch, never the file. */
export function openReading(
  context: FlowContext,
  known: KnownConfiguration,
  file: { id: string; channelId: string },
  from: ReadingState = start,
): FileReading {
  const { newId, clock } = context;
  let rows = emptyBatch();
  let { interchanges, interchange, group, sawEdi } = structuredClone(from);
  let groupsOfInterchange: GroupTally[] = [];
  const ended: EndedInterchange[] = [];
  const weight = { transactions: 0, bytes: 0 };

  const note = (problems: readonly Problem[], of: Partial<Omit<ProblemRow, 'raw_file_id' | 'body'>> = {}): boolean => {
    for (const one of problems) {
      rows.problem.push({
        raw_file_id: file.id,
        interchange_id: interchange?.id ?? null,
        group_id: null,
        transaction_id: null,
        ...of,
        body: problemAsJson(one),
      });
    }
    return problems.some(({ severity }) => severity === 'error');
  };

  const whose = () => ({
    direction: 'in' as const,
    company_id: interchange?.company ?? null,
    partner_id: interchange?.partner ?? null,
    usage: interchange?.usage ?? ('production' as const),
  });

  function beginInterchange(header: InterchangeHeader, problems: readonly Problem[]): void {
    const owner = whoseInterchange(known, file.channelId, header);
    sawEdi = true;
    interchanges += 1;
    groupsOfInterchange = [];
    interchange = {
      id: newId(),
      company: owner.quarantine === null ? owner.company : null,
      partner: owner.partner,
      usage: header.usage,
      quarantined: owner.quarantine !== null,
      header,
      broken: false,
      groups: 0,
      transactions: 0,
    };
    rows.interchange.push({
      id: interchange.id,
      raw_file_id: file.id,
      ordinal: interchanges,
      ...whose(),
      channel_id: file.channelId,
      syntax: header.syntax,
      version: header.version,
      sender: identityKey(owner.sender),
      receiver: identityKey(owner.receiver),
      control_number: header.controlNumber,
      header,
      byte_offset: header.byteOffset,
      byte_length: null,
      state: interchange.quarantined ? 'quarantined' : 'provisional',
      verdict: null,
      quarantine_reason: owner.quarantine?.reason ?? null,
      group_count: 0,
      transaction_count: 0,
      at: clock.now(),
      closed_at: null,
    });
    interchange.broken = note(owner.quarantine === null ? problems : [...problems, owner.quarantine.problem]);
  }

  function beginGroup(header: GroupHeader, problems: readonly Problem[]): void {
    if (interchange === null) return;
    interchange.groups += 1;
    const tally: GroupTally = { id: newId(), counted: 0, accepted: 0, withErrors: 0, broken: false };
    group = {
      header,
      tally,
      ordinal: interchange.groups,
      transactions: 0,
      acknowledges: isAcknowledgment(header.functionalId),
    };
    groupsOfInterchange.push(tally);
    rows.functional_group.push({
      id: tally.id,
      interchange_id: interchange.id,
      ordinal: group.ordinal,
      ...whose(),
      functional_id: header.functionalId,
      control_number: header.controlNumber,
      version: header.version,
      header,
      verdict: null,
      claimed: null,
      counted: 0,
      accepted: 0,
    });
    tally.broken = note(problems, { group_id: tally.id });
  }

  function takeTransaction(transaction: Transaction): void {
    if (interchange === null) return;
    if (group === null) beginGroup(groupless(transaction.byteOffset), []);
    if (group === null) return;
    const { company, partner, usage } = interchange;
    group.transactions += 1;
    interchange.transactions += 1;
    group.tally.counted += 1;
    weight.transactions += 1;
    weight.bytes += transaction.byteLength;
    const id = newId();
    const acknowledges = group.acknowledges || isAcknowledgment(transaction.message);
    const agreement =
      interchange.quarantined || company === null || partner === null || acknowledges
        ? undefined
        : agreementFor(transaction);
    const reading = interchange.quarantined ? null : readTransaction(context, transaction, agreement, acknowledges);
    if (reading !== null && reading.verdict !== 'rejected') group.tally.accepted += 1;
    if (reading?.verdict === 'accepted-with-errors') group.tally.withErrors += 1;
    rows.transaction.push({
      id,
      interchange_id: interchange.id,
      group_id: group.tally.id,
      ordinal: group.transactions,
      ...whose(),
      agreement_id: agreement?.id ?? null,
      message: transaction.message,
      version: transaction.version,
      association: transaction.association,
      control_number: transaction.controlNumber,
      byte_offset: transaction.byteOffset,
      byte_length: transaction.byteLength,
      segment_count: transaction.segments.length,
      state:
        reading === null
          ? 'quarantined'
          : reading.failure !== null
            ? 'parked'
            : reading.verdict === 'rejected'
              ? 'rejected'
              : 'provisional',
      verdict: reading?.verdict ?? null,
    });
    if (reading === null || company === null || partner === null) return;
    note(reading.problems, { group_id: group.tally.id, transaction_id: id });
    const owned = { company_id: company, partner_id: partner, usage };
    if (reading.document !== null && agreement !== undefined) {
      rows.document.push(
        documentRow(reading.document, {
          id: newId(),
          ...owned,
          agreementId: agreement.id,
          transactionId: id,
          at: clock.now(),
        }),
      );
    }
    if (reading.acknowledgment !== null) takeAcknowledgment(reading.acknowledgment, id);
  }

  function takeAcknowledgment(body: { kind: AcknowledgmentRow['kind'] }, transactionId: string | null): void {
    if (interchange === null || interchange.company === null || interchange.partner === null) return;
    rows.acknowledgment.push({
      id: newId(),
      direction: 'in',
      kind: body.kind,
      company_id: interchange.company,
      partner_id: interchange.partner,
      usage: interchange.usage,
      channel_id: file.channelId,
      interchange_id: interchange.id,
      group_id: null,
      transaction_id: transactionId,
      body,
      state: 'received',
      waits_for: null,
      deadline: null,
      at: clock.now(),
    });
  }

  function agreementFor(transaction: Transaction) {
    if (interchange === null || interchange.company === null || interchange.partner === null) return undefined;
    const { header, company, partner } = interchange;
    const { agreement } = selectAgreement(known.between(company, partner), {
      direction: 'in',
      syntax: header.syntax,
      sender: header.sender,
      receiver: header.receiver,
      usage: header.usage,
      message: transaction.message,
      version: group?.header.version ?? transaction.version,
    });
    return agreement ?? undefined;
  }

  function endGroup(claimed: number | null, problems: readonly Problem[]): void {
    if (group === null) return;
    if (note(problems, { group_id: group.tally.id })) group.tally.broken = true;
    const { tally } = group;
    const row = rows.functional_group.find(({ id }) => id === tally.id);
    if (row === undefined) rows.endedGroups.push({ id: tally.id, claimed, tally });
    else Object.assign(row, { claimed, counted: tally.counted, accepted: tally.accepted });
    group = null;
  }

  function endInterchange(byteEnd: number, problems: readonly Problem[]): void {
    endGroup(null, []);
    if (interchange === null) return;
    const { id, header, groups, transactions } = interchange;
    if (note(problems)) interchange.broken = true;
    const sizes = { byte_length: byteEnd - header.byteOffset, group_count: groups, transaction_count: transactions };
    const row = rows.interchange.find((candidate) => candidate.id === id);
    if (row === undefined) rows.endedInterchanges.push({ id, byteLength: sizes.byte_length, groups, transactions });
    else Object.assign(row, sizes);
    ended.push({ id, broken: interchange.broken, groups: groupsOfInterchange });
    interchange = null;
  }

  return {
    weight,
    ended,
    take(event) {
      switch (event.kind) {
        case 'interchange':
          return beginInterchange(event.header, event.problems);
        case 'ta1':
          note(event.problems);
          return takeAcknowledgment(event.acknowledgment, null);
        case 'group':
          return beginGroup(event.header, event.problems);
        case 'transaction':
          return takeTransaction(event.transaction);
        case 'group-end':
          return endGroup(event.claimed, event.problems);
        case 'interchange-end':
          return endInterchange(event.byteEnd, event.problems);
        case 'stray':
          note(event.problems);
          return;
      }
    },
    batch() {
      const full = rows;
      rows = emptyBatch();
      weight.transactions = 0;
      weight.bytes = 0;
      return full;
    },
    state: () => ({ interchanges, interchange, group, sawEdi }),
  };
}
