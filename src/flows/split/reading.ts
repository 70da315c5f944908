import { type Problem, problemAsJson } from '../../core/problem.ts';
import type { Acknowledgment } from '../../parsers/acknowledgment.ts';
import { isAcknowledging, isAcknowledgment } from '../../parsers/index.ts';
import type { GroupHeader, InterchangeHeader, ReadEvent, Transaction } from '../../parsers/transaction.ts';
import type { Agreement } from '../../partners/configuration.ts';
import { selectAgreement } from '../../partners/select-agreement.ts';
import type { GroupRow, InterchangeRow, ProblemRow } from '../../store/rows/envelope.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { type Batch, type BatchLimits, emptyBatch, overfull } from './batch.ts';
import { documentRow, groupRow, interchangeRow, theirAcknowledgmentRow, transactionRow } from './new-rows.ts';
import { parkedEvent } from './parked.ts';
import { readExpressions, readTransaction, type TransactionReading } from './read-transaction.ts';
import {
  type OpenGroup,
  type OpenInterchange,
  openInterchange,
  type ReadFile,
  type ReadingState,
} from './reading-state.ts';
import { type GroupTally, newTally } from './verdicts.ts';
import { markAs, noted, type Weight, weighedTrailers } from './weighing.ts';
import { whoseInterchange } from './whose.ts';

/** Turns a reader's events into rows. Holds one batch and what is open, never the file. */
export class FileReading {
  readonly #context: FlowContext;
  readonly #known: KnownConfiguration;
  readonly #file: ReadFile;
  readonly #limits: BatchLimits;
  #batch = emptyBatch();
  #bytes = 0;
  #rows = 0;
  #interchanges: number;
  #interchange: OpenInterchange | null;
  #group: OpenGroup | null;
  /** Rows of the open interchange and group while they stand in this batch; null when an earlier one wrote them. */
  #interchangeRow: InterchangeRow | null = null;
  #groupRow: GroupRow | null = null;
  #tallies: GroupTally[] = [];

  constructor(
    context: FlowContext,
    known: KnownConfiguration,
    file: ReadFile,
    from: ReadingState | null,
    limits: BatchLimits,
  ) {
    this.#context = context;
    this.#known = known;
    this.#file = file;
    this.#limits = limits;
    const { interchanges, interchange, group } = structuredClone(from) ?? {
      interchanges: 0,
      interchange: null,
      group: null,
    };
    this.#interchanges = interchanges;
    this.#interchange = interchange;
    this.#group = group;
  }

  /** Gives something to wait for only where a map has expressions: nearly nothing does, and an await for each event would. */
  take(event: ReadEvent): Promise<void> | undefined {
    if (this.isOverfull) return undefined;
    this.#rows += 1;
    switch (event.kind) {
      case 'interchange':
        this.#beginInterchange(event.header, event.problems);
        break;
      case 'ta1':
        this.#takeTa1(event.acknowledgment, event.problems);
        break;
      case 'group':
        this.#beginGroup(event.header, event.problems);
        break;
      case 'transaction':
        return this.#takeTransaction(event.transaction);
      case 'group-end':
        this.#endGroup(event.claimed, event.problems);
        break;
      case 'interchange-end':
        this.#endInterchange(event.byteEnd, event.problems);
        break;
      case 'stray':
        this.#noteOfInterchange(event.problems);
    }
    return undefined;
  }

  /** More interchanges than one file may hold were met: what follows is not read. */
  get isOverfull(): boolean {
    return this.#interchanges > this.#limits.interchangesMax;
  }

  get batchIsFull(): boolean {
    const { transactionsMax, bytesMax, rowsMax } = this.#limits;
    const transactions = this.#batch.rows.transaction.length;
    return transactions >= transactionsMax || this.#bytes >= bytesMax || this.#rows >= rowsMax;
  }

  /** Hands over what was read since the last call. */
  batch(): Batch {
    const full = this.#batch;
    this.#batch = emptyBatch();
    this.#bytes = 0;
    this.#rows = 0;
    this.#interchangeRow = null;
    this.#groupRow = null;
    this.#tallies = [];
    return full;
  }

  /** A copy: what is open goes on changing. */
  state(): ReadingState {
    return structuredClone({ interchanges: this.#interchanges, interchange: this.#interchange, group: this.#group });
  }

  /** Says what they make of what they are about. */
  #note(problems: readonly Problem[], of: Partial<Pick<ProblemRow, 'group_id' | 'transaction_id'>> = {}): Weight {
    this.#rows += problems.length;
    for (const one of problems) {
      this.#batch.rows.problem.push({
        raw_file_id: this.#file.id,
        interchange_id: this.#interchange?.id ?? null,
        group_id: null,
        transaction_id: null,
        ...of,
        body: problemAsJson(one),
      });
    }
    return noted(problems);
  }

  #noteOfInterchange(problems: readonly Problem[]): void {
    const weight = this.#note(problems);
    if (this.#interchange !== null) markAs(this.#interchange, weight);
  }

  #weighed(problems: readonly Problem[]): readonly Problem[] {
    return weighedTrailers(this.#known, this.#owned(), this.#interchange?.header, problems);
  }

  #whose() {
    const { company = null, partner = null, header } = this.#interchange ?? {};
    return { company_id: company, partner_id: partner, usage: header?.usage ?? ('production' as const) };
  }

  /** Undefined while it is not known whose the interchange is. */
  #owned() {
    const { company_id, partner_id, usage } = this.#whose();
    return company_id === null || partner_id === null ? undefined : { company_id, partner_id, usage };
  }

  #beginInterchange(header: InterchangeHeader, problems: readonly Problem[]): void {
    const { newId, clock } = this.#context;
    this.#interchanges += 1;
    if (this.isOverfull) return void this.#note([overfull(header)]);
    const { company, partner, quarantine } = whoseInterchange(this.#known, this.#file.channelId, header);
    this.#tallies = [];
    this.#interchange = openInterchange(newId(), header, company, partner, quarantine !== null);
    this.#interchangeRow = interchangeRow(header, this.#whose(), {
      id: this.#interchange.id,
      rawFileId: this.#file.id,
      channelId: this.#file.channelId,
      ordinal: this.#interchanges,
      quarantine: quarantine?.reason ?? null,
      at: clock.now(),
    });
    this.#batch.rows.interchange.push(this.#interchangeRow);
    this.#noteOfInterchange(quarantine === null ? problems : [...problems, quarantine.problem]);
  }

  #beginGroup(header: GroupHeader, problems: readonly Problem[]): void {
    const interchange = this.#interchange;
    if (interchange === null) return;
    interchange.groups += 1;
    const tally = newTally(this.#context.newId());
    this.#group = { header, tally, acknowledges: isAcknowledgment(header.functionalId) };
    this.#tallies.push(tally);
    this.#groupRow = groupRow(header, this.#whose(), {
      id: tally.id,
      interchangeId: interchange.id,
      ordinal: interchange.groups,
    });
    this.#batch.rows.functional_group.push(this.#groupRow);
    markAs(tally, this.#note(problems, { group_id: tally.id }));
  }

  #takeTransaction(transaction: Transaction): Promise<void> | undefined {
    const interchange = this.#interchange;
    const group = this.#group;
    if (interchange === null || group === null) return undefined;
    interchange.transactions += 1;
    group.tally.counted += 1;
    this.#bytes += transaction.byteLength;
    const acknowledges = group.acknowledges || isAcknowledging(group.header.functionalId, transaction.message);
    if (acknowledges) group.tally.acknowledging += 1;
    const agreement = acknowledges ? undefined : this.#agreementFor(transaction, group.header);
    if (interchange.quarantined || interchange.partner === null) {
      this.#enter(transaction, interchange, group, agreement, null);
      return undefined;
    }
    const rules = this.#known.rulesOf(interchange.partner, this.#context.maps);
    const { standards, evaluate, clock } = this.#context;
    const by = { standards, evaluate, clock, maps: rules.maps };
    const reading = readTransaction(by, transaction, agreement, acknowledges, rules.guide(agreement?.guide ?? null));
    const evaluated = readExpressions(by, reading);
    if (evaluated !== undefined)
      return evaluated.then((whole) => this.#enter(transaction, interchange, group, agreement, whole));
    this.#enter(transaction, interchange, group, agreement, reading);
    return undefined;
  }

  /** `reading`: null for a transaction that nobody may look into. */
  #enter(
    transaction: Transaction,
    interchange: OpenInterchange,
    { tally }: OpenGroup,
    agreement: Agreement | undefined,
    reading: TransactionReading | null,
  ): void {
    const { newId, clock } = this.#context;
    if (reading !== null && reading.verdict !== 'rejected') tally.accepted += 1;
    if (reading?.verdict === 'accepted-with-errors') tally.withErrors += 1;
    const id = newId();
    const row = transactionRow(transaction, this.#whose(), reading, {
      id,
      interchangeId: interchange.id,
      groupId: tally.id,
      ordinal: interchange.transactions,
      agreementId: agreement?.id ?? null,
    });
    this.#batch.rows.transaction.push(row);
    const owned = this.#owned();
    if (reading === null || owned === undefined) return;
    this.#note(reading.problems, { group_id: tally.id, transaction_id: id });
    if (reading.failure !== null) this.#batch.events.push(parkedEvent(row, reading.failure, clock.now()));
    if (reading.acknowledgment !== null) this.#takeAcknowledgment(reading.acknowledgment, id);
    if (reading.document === null || agreement === undefined) return;
    const of = { id: newId(), agreementId: agreement.id, transactionId: id, channelOrderKey: this.#file.orderKey };
    this.#batch.rows.document.push(documentRow(reading.document, owned, { ...of, at: clock.now() }));
  }

  #takeTa1(body: Acknowledgment, problems: readonly Problem[]): void {
    this.#noteOfInterchange(problems);
    if (this.#interchange !== null) this.#interchange.holdsTa1 = true;
    this.#takeAcknowledgment(body, null);
  }

  #takeAcknowledgment(body: Acknowledgment, transactionId: string | null): void {
    const { newId, clock } = this.#context;
    const owned = this.#owned();
    if (this.#interchange === null || owned === undefined) return;
    const of = { id: newId(), channelId: this.#file.channelId, interchangeId: this.#interchange.id, transactionId };
    this.#batch.rows.acknowledgment.push(theirAcknowledgmentRow(body, owned, { ...of, at: clock.now() }));
  }

  #agreementFor(transaction: Transaction, group: GroupHeader): Agreement | undefined {
    const owned = this.#owned();
    if (this.#interchange === null || owned === undefined) return undefined;
    const { header } = this.#interchange;
    return selectAgreement(this.#known.between(owned.company_id, owned.partner_id), {
      direction: 'in',
      syntax: header.syntax,
      sender: header.sender,
      receiver: header.receiver,
      usage: header.usage,
      message: transaction.message,
      version: group.version ?? transaction.version,
    }).agreement;
  }

  #endGroup(claimed: number | null, problems: readonly Problem[]): void {
    if (this.#group === null) return;
    const { tally } = this.#group;
    markAs(tally, this.#note(this.#weighed(problems), { group_id: tally.id }));
    const { id, counted, accepted, withErrors } = tally;
    const counts = { claimed, counted, accepted, with_errors: withErrors };
    if (this.#groupRow === null) this.#batch.endedGroups.push({ id, ...counts });
    else Object.assign(this.#groupRow, counts);
    this.#group = null;
    this.#groupRow = null;
  }

  #endInterchange(byteEnd: number, problems: readonly Problem[]): void {
    if (this.#interchange === null) return;
    this.#noteOfInterchange(this.#weighed(problems));
    const { id, header, groups, transactions, broken, flawed, holdsTa1 } = this.#interchange;
    const byte_length = byteEnd - header.byteOffset;
    const sizes = { byte_length, group_count: groups, transaction_count: transactions };
    if (this.#interchangeRow === null) this.#batch.endedInterchanges.push({ id, ...sizes });
    else Object.assign(this.#interchangeRow, sizes);
    this.#batch.ended.push({ id, broken, flawed, holdsTa1, groups: this.#tallies });
    this.#interchange = null;
    this.#interchangeRow = null;
  }
}
