import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import { tagCode } from './byte-classes.ts';
import { type Envelope, type ServiceTagCodes, serviceTagCodes } from './envelope.ts';
import { groupCountMax, transactionCountMax } from './limits.ts';
import { OpenTransaction, type TransactionEnd } from './open-transaction.ts';
import * as told from './out-of-place.ts';
import { SeenNumbers } from './seen-numbers.ts';
import { Sequences } from './sequences.ts';
import type { Tokenizer } from './tokenize.ts';
import { checkTrailer, trailerMissing } from './trailer.ts';
import type { GroupHeader, InterchangeHeader, ReadEvent, Segment } from './transaction.ts';
import type { SegmentView } from './view.ts';
import type { OpenGroup, WalkState } from './walk-state.ts';

/**
 * Walks one interchange, segment by segment. A segment that closes what is open is not taken but given once more, so that each step
 * yields one event and the state between two events is always one a new reader can go on from.
 */
export class InterchangeWalk {
  readonly header: InterchangeHeader;
  ended = false;
  readonly #envelope: Envelope;
  readonly #tokens: Tokenizer;
  readonly #codes: ServiceTagCodes;
  #group: OpenGroup | null;
  #groups: number;
  #transactions: number;
  #bare: number;
  #acknowledgments: number;
  #seenGroups: SeenNumbers;
  #seenTransactions: SeenNumbers;
  readonly #sequences: Sequences;
  #transaction: OpenTransaction | null = null;
  #stray: told.StrayRun | null = null;
  #mixed: WalkState['mixed'];

  constructor(envelope: Envelope, tokens: Tokenizer, start: InterchangeHeader | WalkState) {
    const saved = 'seenGroups' in start ? start : null;
    this.header = 'seenGroups' in start ? start.header : start;
    this.#envelope = envelope;
    this.#tokens = tokens;
    this.#codes = serviceTagCodes(envelope.tags);
    this.#group = saved?.group ?? null;
    this.#groups = saved?.groups ?? 0;
    this.#transactions = saved?.transactions ?? 0;
    this.#bare = saved?.bare ?? 0;
    this.#acknowledgments = saved?.acknowledgments ?? 0;
    this.#mixed = saved?.mixed ?? null;
    this.#seenGroups = new SeenNumbers(saved?.seenGroups);
    this.#seenTransactions = new SeenNumbers(saved?.seenTransactions);
    this.#sequences = new Sequences(saved?.sequences);
  }

  state(): WalkState {
    return {
      header: this.header,
      group: this.#group,
      groups: this.#groups,
      transactions: this.#transactions,
      bare: this.#bare,
      acknowledgments: this.#acknowledgments,
      mixed: this.#mixed,
      seenGroups: this.#seenGroups.state(),
      seenTransactions: this.#seenTransactions.state(),
      sequences: this.#sequences.state(),
    };
  }

  /** Where what is begun and not yet yielded starts, in the RawFile; null when nothing is. */
  get pendingOffset(): number | null {
    return this.#transaction?.byteOffset ?? this.#stray?.byteOffset ?? null;
  }

  get inTransaction(): boolean {
    return this.#transaction !== null;
  }

  get endTag(): string {
    return this.#envelope.tags.interchangeEnd;
  }

  /** Takes the completed segment; the event it completes, if any. */
  take(): ReadEvent | null {
    const tag = this.#tokens.tag;
    const codes = this.#codes;
    if (this.#transaction !== null) {
      if (tag === codes.transactionEnd) return this.#endTransaction('trailer');
      if (
        tag !== codes.transactionStart &&
        tag !== codes.groupEnd &&
        tag !== codes.groupStart &&
        tag !== codes.interchangeEnd
      ) {
        this.#transaction.countSegment();
        return null;
      }
      return this.#endTransaction('before');
    }
    return this.#takeOutside(tag);
  }

  /** The held transaction passed a limit: its segments are counted from here on, but not kept. */
  dropTransaction(): void {
    this.#transaction?.drop();
  }

  /** Closes the innermost of what is open without its trailer; the event, or null when all is closed. */
  close(): ReadEvent | null {
    if (this.#stray !== null) return this.#endStray();
    if (this.#transaction !== null) return this.#endTransaction('at-end');
    if (this.#group !== null) return this.#endGroup(null);
    return this.ended ? null : this.#endInterchange(null);
  }

  #takeOutside(tag: number): ReadEvent | null {
    const codes = this.#codes;
    const known =
      !this.#tokens.overlong &&
      (tag === codes.transactionStart ||
        tag === codes.groupStart ||
        tag === codes.interchangeEnd ||
        (tag === codes.groupEnd && this.#group !== null && !this.#group.implicit) ||
        tag === codes.acknowledgment);
    if (!known) return this.#takeStray(tag);
    if (this.#stray !== null) {
      this.#tokens.rewind();
      return this.#endStray();
    }
    if (tag === codes.transactionStart) return this.#beginTransaction();
    if (tag === codes.groupEnd) return this.#endGroup(this.#segment());
    if (tag === codes.acknowledgment) return this.#takeAcknowledgment();
    if (this.#group !== null) {
      this.#tokens.rewind();
      return this.#endGroup(null);
    }
    return tag === codes.groupStart ? this.#beginGroup() : this.#endInterchange(this.#segment());
  }

  /** The completed segment, cut loose; the tokenizer forgets it. */
  #segment(): SegmentView {
    const segment = this.#tokens.rows().segment(0);
    this.#tokens.letGo();
    return segment;
  }

  #takeStray(code: number): null {
    const tokens = this.#tokens;
    if (this.#stray === null) {
      const tag = tokens.overlong ? '' : tokens.rows().segment(0).tag.slice(0, 8);
      const forCarrier = this.#group === null && this.#groups === 0;
      this.#stray = { byteOffset: tokens.window.base + tokens.segmentStart, tag, count: 0, forCarrier };
    }
    this.#stray.count++;
    this.#stray.forCarrier &&= this.#envelope.carrierTags.some((tag) => tagCode(tag) === code);
    tokens.letGo();
    return null;
  }

  #endStray(): ReadEvent {
    const run = this.#stray ?? nothingOpen();
    this.#stray = null;
    return { kind: 'stray', problems: [told.strayProblem(run)] };
  }

  #takeAcknowledgment(): ReadEvent {
    const segment = this.#segment();
    this.#acknowledgments++;
    const { acknowledgment, problems } = this.#envelope.acknowledgment?.(segment, this.header) ?? nothingOpen();
    const inPlace = this.#groups === 0 && this.#group === null;
    const all = inPlace ? problems : [told.lateAcknowledgment(segment), ...problems];
    return { kind: 'ta1', segment, acknowledgment, problems: all };
  }

  #beginGroup(): ReadEvent {
    const segment = this.#segment();
    const { header, problems } = this.#envelope.group(segment, this.header);
    const all = [...problems];
    if (this.#bare > 0) this.#mixed ??= told.placeOf(segment);
    this.#groups++;
    if (this.#groups === groupCountMax + 1) {
      all.push(problem('interchange/too-many-groups', positionAt(segment.byteOffset, { tag: segment.tag })));
    }
    const number = header.controlNumber ?? '';
    if (this.#groups <= groupCountMax && number !== '' && !this.#seenGroups.add(number)) {
      all.push(told.duplicateGroup(number, segment));
    }
    this.#openGroup(header, false);
    return { kind: 'group', header, segment, problems: all };
  }

  #openGroup(header: GroupHeader, implicit: boolean): void {
    this.#group = { header, implicit, counted: 0 };
    if (this.#envelope.transactionNumbersPer === 'group') this.#seenTransactions = new SeenNumbers();
  }

  #beginTransaction(): ReadEvent | null {
    const tokens = this.#tokens;
    if (this.#group !== null) {
      this.#transaction = new OpenTransaction(this.#envelope, tokens);
      return null;
    }
    const segment = tokens.rows().segment(0);
    tokens.rewind();
    const header = told.groupOfNone(segment.byteOffset);
    this.#openGroup(header, true);
    if (this.#envelope.countsBareTransactions && this.#groups > 0) this.#mixed ??= told.placeOf(segment);
    return { kind: 'group', header, segment: null, problems: [] };
  }

  #endTransaction(how: TransactionEnd): ReadEvent {
    const open = this.#transaction ?? nothingOpen();
    const group = this.#group ?? nothingOpen();
    const transaction = open.end(how, {
      group: group.header,
      interchange: this.header,
      numberProblems: (header, segment) => [
        ...this.#numberProblems(header.controlNumber, segment, group.counted),
        ...this.#sequences.note(header.sequence, segment),
      ],
    });
    this.#transaction = null;
    this.#transactions++;
    if (group.implicit) this.#bare++;
    this.#group = { ...group, counted: group.counted + 1 };
    return { kind: 'transaction', transaction };
  }

  #numberProblems(number: string, segment: Segment, countedInGroup: number): Problem[] {
    const perGroup = this.#envelope.transactionNumbersPer === 'group';
    const earlier = perGroup ? countedInGroup : this.#transactions;
    if (earlier === transactionCountMax) return [told.tooManyTransactions(segment)];
    if (earlier > transactionCountMax || number === '' || this.#seenTransactions.add(number)) return [];
    return [told.duplicateTransaction(number, segment, perGroup ? 'group' : 'interchange')];
  }

  #here(): number {
    const { window, scan } = this.#tokens;
    return window.base + scan;
  }

  #endGroup(segment: Segment | null): ReadEvent {
    const { header, counted, implicit } = this.#group ?? nothingOpen();
    this.#group = null;
    const end = { kind: 'group-end', header, segment, counted } as const;
    if (segment !== null) {
      const { claimed, problems } = checkTrailer(segment, {
        ...this.#trailerTerms,
        level: 'group',
        counted,
        reference: header.controlNumber ?? '',
      });
      if (counted === 0 && claimed === 0) problems.push(told.emptyGroup(header));
      return { ...end, claimed, problems };
    }
    const problems = implicit ? [] : [trailerMissing('group', this.#envelope, this.#here())];
    return { ...end, claimed: null, problems };
  }

  /** What the trailers of groups and of the interchange are held to alike. */
  get #trailerTerms() {
    const { sameReference, countsBareTransactions } = this.#envelope;
    const units = countsBareTransactions ? ('message' as const) : ('transaction' as const);
    return { sameReference, segmentNumber: null, units, delimiters: this.header.delimiters };
  }

  #endInterchange(segment: Segment | null): ReadEvent {
    this.ended = true;
    const { header } = this;
    const byteEnd = this.#here();
    const bareCounts = this.#envelope.countsBareTransactions && this.#groups === 0;
    const counted = bareCounts ? this.#transactions : this.#groups;
    const end = { kind: 'interchange-end', header, segment, counted, byteEnd } as const;
    const mixed = this.#mixed === null ? [] : [told.mixedGroups(this.#mixed)];
    if (segment === null)
      return { ...end, claimed: null, problems: [...mixed, trailerMissing('interchange', this.#envelope, byteEnd)] };
    const { claimed, problems: ofTrailer } = checkTrailer(segment, {
      ...this.#trailerTerms,
      level: 'interchange',
      counted,
      // Where groups and bare messages are mixed, which is told, it is not defined what is counted.
      alsoRight: this.#bare > 0 && this.#groups > 0 ? [this.#groups + this.#bare, this.#transactions] : [],
      // A TA1 is no group; senders of nothing else count it all the same.
      severity: this.#acknowledgments > 0 && counted === 0 && segment.value(1) === '1' ? 'warning' : 'error',
      units: bareCounts ? 'message' : 'group',
      reference: header.controlNumber,
    });
    const problems = [...mixed, ...ofTrailer];
    if (this.#tokens.unterminated) problems.push(told.unterminated(segment, byteEnd));
    if (this.#groups + this.#transactions + this.#acknowledgments === 0) problems.push(told.emptyInterchange(header));
    return { ...end, claimed, problems };
  }
}

function nothingOpen(): never {
  throw new Error('a trailer was taken though nothing is open');
}
