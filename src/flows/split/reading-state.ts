import type { GroupHeader, InterchangeHeader } from '../../parsers/transaction.ts';
import type { GroupTally } from './verdicts.ts';

export interface OpenInterchange {
  readonly id: string;
  readonly company: string | null;
  readonly partner: string | null;
  readonly quarantined: boolean;
  readonly header: InterchangeHeader;
  broken: boolean;
  flawed: boolean;
  holdsTa1: boolean;
  groups: number;
  transactions: number;
}

export const openInterchange = (
  id: string,
  header: InterchangeHeader,
  company: string | null,
  partner: string | null,
  quarantined: boolean,
): OpenInterchange => ({
  ...{ id, header, partner, quarantined, company: quarantined ? null : company },
  ...{ broken: false, flawed: false, holdsTa1: false, groups: 0, transactions: 0 },
});

export interface OpenGroup {
  readonly header: GroupHeader;
  readonly tally: GroupTally;
  readonly acknowledges: boolean;
}

/** Where a reading stands between two batches, as plain JSON for the work row's cursor. */
export interface ReadingState {
  readonly interchanges: number;
  readonly interchange: OpenInterchange | null;
  readonly group: OpenGroup | null;
}

/** The file that is read. `orderKey`: of a channel whose files are processed in the order they came; null for others. */
export interface ReadFile {
  readonly id: string;
  readonly channelId: string;
  readonly orderKey: string | null;
}
