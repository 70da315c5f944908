import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import { copyOf, tagCode } from './byte-classes.ts';
import type { Envelope, TransactionHeader } from './envelope.ts';
import { groupCountMax, transactionBytesMax, transactionCountMax, transactionSegmentsMax } from './limits.ts';
import { SeenNumbers, type SeenNumbersState } from './seen-numbers.ts';
import type { Tokenizer } from './tokenize.ts';
import { checkTrailer, quoted } from './trailer.ts';
import type { GroupHeader, InterchangeHeader, ReadEvent, Segment } from './transaction.ts';
import { type Rows, type SegmentView, TransactionView } from './view.ts';

/** What is remembered of an interchange between two transactions: plain JSON. */
export interface WalkState {
  readonly header: InterchangeHeader;
  readonly group: { readonly header: GroupHeader; readonly counted: number } | null;
  readonly groups: number;
  readonly transactions: number;
  readonly bare: number;
  readonly acknowledgments: number;
  readonly seenGroups: SeenNumbersState;
  readonly seenTransactions: SeenNumbersState;
}

interface OpenTransaction {
  readonly header: TransactionHeader;
  readonly byteOffset: number;
  /** Set when it passed a limit: its segments are then counted and not kept. */
  tooLarge: { readonly first: Rows; segmentCount: number } | null;
}

interface StrayRun {
  readonly byteOffset: number;
  readonly tag: string;
  count: number;
}

const noGroup = (byteOffset: number): GroupHeader => ({
  functionalId: null,
  sender: null,
  receiver: null,
  controlNumber: null,
  version: null,
  byteOffset,
});

/** A control number longer than any standard allows is not remembered: nothing a sender makes up may grow without bound. */
const rememberedLengthMax = 64;

/**
 * Walks one interchange, segment by segment. A segment that closes what is open is not taken but given once more, so that each step
 * yields one event and the state between two events is always one a new reader can go on from.
 */
export class InterchangeWalk {
  readonly header: InterchangeHeader;
  ended = false;
  readonly #envelope: Envelope;
  readonly #tokens: Tokenizer;
  readonly #codes: Record<keyof Envelope['tags'], number>;
  #group: { readonly header: GroupHeader; counted: number } | null;
  #groups: number;
  #transactions: number;
  #bare: number;
  #acknowledgments: number;
  #seenGroups: SeenNumbers;
  #seenTransactions: SeenNumbers;
  #transaction: OpenTransaction | null = null;
  #stray: StrayRun | null = null;

  constructor(envelope: Envelope, tokens: Tokenizer, start: InterchangeHeader | WalkState) {
    const saved = 'seenGroups' in start ? start : null;
    this.header = 'seenGroups' in start ? start.header : start;
    this.#envelope = envelope;
    this.#tokens = tokens;
    const code = (tag: string | null) => (tag === null ? -1 : tagCode(tag));
    const { tags } = envelope;
    this.#codes = {
      interchangeEnd: code(tags.interchangeEnd),
      groupStart: code(tags.groupStart),
      groupEnd: code(tags.groupEnd),
      transactionStart: code(tags.transactionStart),
      transactionEnd: code(tags.transactionEnd),
      interchangeAcknowledgment: code(tags.interchangeAcknowledgment),
    };
    this.#group = saved?.group ? { ...saved.group } : null;
    this.#groups = saved?.groups ?? 0;
    this.#transactions = saved?.transactions ?? 0;
    this.#bare = saved?.bare ?? 0;
    this.#acknowledgments = saved?.acknowledgments ?? 0;
    this.#seenGroups = new SeenNumbers(saved?.seenGroups);
    this.#seenTransactions = new SeenNumbers(saved?.seenTransactions);
  }

  state(): WalkState {
    return {
      header: this.header,
      group: this.#group === null ? null : { ...this.#group },
      groups: this.#groups,
      transactions: this.#transactions,
      bare: this.#bare,
      acknowledgments: this.#acknowledgments,
      seenGroups: this.#seenGroups.state(),
      seenTransactions: this.#seenTransactions.state(),
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
        if (this.#transaction.tooLarge !== null) {
          this.#transaction.tooLarge.segmentCount++;
        }
        return null;
      }
      return this.#endTransaction('before');
    }
    return this.#takeOutside(tag);
  }

  /** The held transaction passed a limit: its segments are counted from here on, but not kept. */
  dropTransaction(): void {
    const open = this.#transaction;
    if (open === null) throw new Error('no transaction is open');
    const { segmentCount } = this.#tokens;
    open.tooLarge = { first: this.#tokens.rows(segmentCount - 1), segmentCount };
    this.#tokens.rewind();
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
        (tag === codes.groupEnd && this.#group !== null && this.#group.header.functionalId !== null) ||
        tag === codes.interchangeAcknowledgment);
    if (!known) return this.#takeStray();
    if (this.#stray !== null) {
      this.#tokens.rewind();
      return this.#endStray();
    }
    if (tag === codes.transactionStart) return this.#beginTransaction();
    if (tag === codes.groupEnd) return this.#endGroup(this.#segment());
    if (tag === codes.interchangeAcknowledgment) return this.#takeAcknowledgment();
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

  #takeStray(): null {
    if (this.#stray === null) {
      const { window, segmentStart, overlong } = this.#tokens;
      const tag = overlong ? '' : this.#tokens.rows().segment(0).tag.slice(0, 8);
      this.#stray = { byteOffset: window.base + segmentStart, tag, count: 0 };
    }
    this.#stray.count++;
    this.#tokens.letGo();
    return null;
  }

  #endStray(): ReadEvent {
    const { byteOffset, tag, count } = this.#stray ?? { byteOffset: 0, tag: '', count: 0 };
    this.#stray = null;
    const more = count > 1 ? `, with ${count - 1} more` : '';
    const found = problem('interchange/segment-unexpected', positionAt(byteOffset, { tag: tag === '' ? null : tag }), {
      message: `${tag === '' ? 'A segment' : `Segment ${tag}`}${more} stands where the envelope allows none.`,
      found: tag,
    });
    return { kind: 'stray', problems: [found] };
  }

  #takeAcknowledgment(): ReadEvent {
    const segment = this.#segment();
    this.#acknowledgments++;
    const inPlace = this.#groups === 0 && this.#group === null;
    const problems = inPlace
      ? []
      : [
          problem('interchange/segment-unexpected', positionAt(segment.byteOffset, { tag: segment.tag }), {
            message: 'TA1 stands behind a group: it belongs between ISA and the first GS.',
            severity: 'warning',
          }),
        ];
    return { kind: 'ta1', segment, problems };
  }

  #beginGroup(): ReadEvent {
    const segment = this.#segment();
    const { header, problems } = this.#envelope.group(segment);
    const all = [...problems];
    if (this.#bare > 0) all.push(this.#mixed(segment));
    this.#groups++;
    if (this.#groups === groupCountMax + 1) {
      all.push(problem('interchange/too-many-groups', positionAt(segment.byteOffset, { tag: segment.tag })));
    }
    const number = header.controlNumber ?? '';
    if (this.#groups <= groupCountMax && number !== '' && !remember(this.#seenGroups, number)) {
      const at = positionAt(segment.byteOffset, { tag: segment.tag });
      const message = `Group control number ${quoted(number)} was used earlier in this interchange.`;
      all.push(problem('group/control-number-duplicate', at, { message, found: number }));
    }
    this.#group = { header, counted: 0 };
    if (this.#envelope.transactionNumbersPer === 'group') this.#seenTransactions = new SeenNumbers();
    return { kind: 'group', header, segment, problems: all };
  }

  #mixed(segment: Segment): Problem {
    return problem('interchange/mixed-groups', positionAt(segment.byteOffset, { tag: segment.tag }));
  }

  #beginTransaction(): ReadEvent | null {
    const tokens = this.#tokens;
    const segment = tokens.rows().segment(0);
    if (this.#group === null) {
      tokens.rewind();
      const header = noGroup(segment.byteOffset);
      this.#group = { header, counted: 0 };
      if (this.#envelope.transactionNumbersPer === 'group') this.#seenTransactions = new SeenNumbers();
      const mixed = this.#envelope.countsBareTransactions && this.#groups > 0;
      return { kind: 'group', header, segment: null, problems: mixed ? [this.#mixed(segment)] : [] };
    }
    tokens.hold();
    const header = this.#envelope.transaction(segment, this.#group.header, this.header);
    this.#transaction = { header, byteOffset: segment.byteOffset, tooLarge: null };
    return null;
  }

  /** `trailer`: the completed segment is SE; `before`: it is another that closes; `at-end`: none is complete. */
  #endTransaction(how: 'trailer' | 'before' | 'at-end'): ReadEvent {
    const { tooLarge, header, byteOffset } = this.#transaction ?? this.#noTransaction();
    const tokens = this.#tokens;
    const end = tokens.window.base + (how === 'trailer' ? tokens.segmentEnd : tokens.segmentStart);
    const rows = tooLarge?.first ?? tokens.rows(how === 'before' ? 1 : 0);
    const counted = tooLarge === null ? rows.count : tooLarge.segmentCount + (how === 'trailer' ? 1 : 0);
    const problems = [...header.problems];
    if (tooLarge !== null) problems.push(tooLargeProblem(rows.segment(0)));
    problems.push(...this.#numberProblems(header, rows));
    if (how === 'trailer') {
      const trailer = tooLarge === null ? rows.segment(rows.count - 1) : tokens.rows().segment(0);
      const { sameReference } = this.#envelope;
      problems.push(
        ...checkTrailer(trailer, {
          level: 'transaction',
          counted,
          reference: header.controlNumber,
          sameReference: (a, b) => sameReference('transaction', a, b),
          segmentNumber: counted,
        }).problems,
      );
    } else problems.push(this.#trailerMissing('transaction', end));
    if (tooLarge === null) problems.push(...this.#contentProblems());
    if (how === 'trailer') tokens.letGo();
    else tokens.rewind();
    this.#transaction = null;
    this.#count();
    const facts = { ...header, syntax: this.#envelope.syntax, byteLength: end - byteOffset, problems };
    return { kind: 'transaction', transaction: new TransactionView(rows, facts) };
  }

  #noTransaction(): never {
    throw new Error('no transaction is open');
  }

  #count(): void {
    this.#transactions++;
    if (this.#group === null) return;
    this.#group.counted++;
    if (this.#group.header.functionalId === null) this.#bare++;
  }

  #numberProblems(header: TransactionHeader, rows: Rows): Problem[] {
    const perGroup = this.#envelope.transactionNumbersPer === 'group';
    const earlier = perGroup ? (this.#group?.counted ?? 0) : this.#transactions;
    const segment = rows.segment(0);
    const at = positionAt(segment.byteOffset, { segmentNumber: 1, tag: segment.tag });
    if (earlier === transactionCountMax) return [problem('group/too-many-transactions', at)];
    const number = header.controlNumber;
    if (earlier > transactionCountMax || number === '' || remember(this.#seenTransactions, number)) return [];
    const scope = perGroup ? 'group' : 'interchange';
    const message = `Control number ${quoted(number)} was used earlier in this ${scope}.`;
    return [problem('transaction/control-number-duplicate', at, { message, found: number })];
  }

  #contentProblems(): Problem[] {
    const { binaryMismatch, lineBreak } = this.#tokens;
    const problems: Problem[] = [];
    if (binaryMismatch >= 0) problems.push(problem('segment/binary-length', positionAt(binaryMismatch)));
    if (lineBreak >= 0) problems.push(problem('segment/line-break', positionAt(lineBreak), { severity: 'warning' }));
    return problems;
  }

  #trailerMissing(level: 'interchange' | 'group' | 'transaction', byteOffset: number): Problem {
    const { tags } = this.#envelope;
    const tag = { interchange: tags.interchangeEnd, group: tags.groupEnd, transaction: tags.transactionEnd }[level];
    return problem(`${level}/trailer-missing`, positionAt(byteOffset), {
      message: `${tag} is missing.`,
      expected: tag,
    });
  }

  #here(): number {
    const { window, scan } = this.#tokens;
    return window.base + scan;
  }

  #endGroup(segment: Segment | null): ReadEvent {
    const { header, counted } = this.#group ?? this.#noTransaction();
    this.#group = null;
    const end = { kind: 'group-end', header, segment, counted } as const;
    if (segment !== null) {
      const { sameReference } = this.#envelope;
      const reference = header.controlNumber ?? '';
      const checked = checkTrailer(segment, {
        level: 'group',
        counted,
        reference,
        sameReference: (a, b) => sameReference('group', a, b),
        segmentNumber: null,
      });
      return { ...end, ...checked };
    }
    const problems = header.functionalId === null ? [] : [this.#trailerMissing('group', this.#here())];
    return { ...end, claimed: null, problems };
  }

  #endInterchange(segment: Segment | null): ReadEvent {
    this.ended = true;
    const { header } = this;
    const byteEnd = this.#here();
    const bareCounts = this.#envelope.countsBareTransactions && this.#groups === 0;
    const counted = bareCounts ? this.#transactions : this.#groups;
    const end = { kind: 'interchange-end', header, segment, counted, byteEnd } as const;
    if (segment === null) return { ...end, claimed: null, problems: [this.#trailerMissing('interchange', byteEnd)] };
    const { sameReference } = this.#envelope;
    const { claimed, problems } = checkTrailer(segment, {
      level: 'interchange',
      counted: this.#acknowledgments > 0 && counted === 0 && segment.value(1) === '1' ? 1 : counted,
      reference: header.controlNumber,
      sameReference: (a, b) => sameReference('interchange', a, b),
      segmentNumber: null,
    });
    if (this.#tokens.unterminated) {
      const message = `The file ends behind ${segment.tag} without a segment terminator.`;
      problems.push(problem('file/truncated', positionAt(byteEnd), { message, severity: 'warning' }));
    }
    if (this.#groups + this.#transactions + this.#acknowledgments === 0) {
      problems.push(problem('interchange/empty', positionAt(header.byteOffset), { severity: 'warning' }));
    }
    return { ...end, claimed, problems };
  }
}

const remember = (seen: SeenNumbers, number: string): boolean =>
  number.length > rememberedLengthMax || seen.add(copyOf(number));

const tooLargeProblem = (segment: Segment): Problem =>
  problem('transaction/too-large', positionAt(segment.byteOffset, { segmentNumber: 1, tag: segment.tag }), {
    expected: `at most ${transactionBytesMax} bytes and ${transactionSegmentsMax} segments`,
  });
