import { positionAt } from '../../core/position.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { EndedGroup, EndedInterchangeSize } from '../../store/envelope/update-ended.ts';
import type { AcknowledgmentRow, DocumentRow } from '../../store/rows/documents.ts';
import type { GroupRow, InterchangeRow, ProblemRow, TransactionRow } from '../../store/rows/envelope.ts';
import type { NewEvent } from '../../store/write-rows.ts';
import type { GroupTally } from './verdicts.ts';

/** An interchange read to its end; what of it stands in earlier batches is not repeated here. */
export interface EndedInterchange {
  readonly id: string;
  readonly broken: boolean;
  readonly flawed: boolean;
  readonly holdsTa1: boolean;
  readonly groups: readonly GroupTally[];
}

/** A batch is one database transaction: bounded, so that no lock is held long and a restart loses little. */
export interface BatchLimits {
  readonly transactionsMax: number;
  /** Of the transactions in it. */
  readonly bytesMax: number;
  /** Of all kinds: a file may hold nothing but empty groups, or mistakes. */
  readonly rowsMax: number;
  /** Of the whole file. */
  readonly interchangesMax: number;
}

export const batchLimits: BatchLimits = {
  // 200 orders of 2 KB with their documents and traces took the process to 257 MB; 100 leave it at 240, and a large file commits twice as often.
  transactionsMax: 100,
  bytesMax: 4 * 1024 * 1024,
  rowsMax: 1000,
  // Each is closed by work of its own, judged, told of and answered, however little it holds. A VAN's mailbox of a busy day has some
  // thousands; 200,000 bare headers are 21 MB of nothing.
  interchangesMax: 20_000,
};

/** Where the first interchange stands that is not read. */
export const overfull = ({ syntax, byteOffset }: InterchangeHeader): Problem =>
  problem('file/too-many-interchanges', positionAt(byteOffset, { tag: syntax === 'x12' ? 'ISA' : 'UNB' }));

/** What one stretch of a file became, as rows still to be written; all of it provisional until closed. */
export interface Batch {
  readonly rows: {
    readonly interchange: InterchangeRow[];
    readonly functional_group: GroupRow[];
    readonly transaction: TransactionRow[];
    readonly problem: ProblemRow[];
    readonly document: DocumentRow[];
    readonly acknowledgment: AcknowledgmentRow[];
  };
  readonly events: NewEvent[];
  /** Interchanges whose ends this batch holds, in order. */
  readonly ended: EndedInterchange[];
  /** Groups and interchanges begun in an earlier batch whose ends this one holds. */
  readonly endedGroups: EndedGroup[];
  readonly endedInterchanges: EndedInterchangeSize[];
}

export const emptyBatch = (): Batch => ({
  rows: { interchange: [], functional_group: [], transaction: [], problem: [], document: [], acknowledgment: [] },
  events: [],
  ended: [],
  endedGroups: [],
  endedInterchanges: [],
});
