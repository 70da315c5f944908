import type { Agreement } from '../../partners/configuration.ts';
import { type ControlNumberLevel, controlNumberRange } from '../../partners/control-numbers.ts';
import type { Tx } from '../../store/database.ts';
import { takeControlNumbers } from '../../store/envelope/take-control-numbers.ts';
import type { TakenNumbers } from './envelope.ts';

/** Always ISA13, then GS06, then ST02: two workers then never wait for each other crosswise. `alone`: a TA1 has no group and no set. */
export async function takeNumbers(
  tx: Tx,
  agreement: Pick<Agreement, 'ours' | 'theirs' | 'usage' | 'syntax'>,
  alone: boolean,
): Promise<TakenNumbers> {
  const levels: ControlNumberLevel[] = ['interchange'];
  if (!alone && agreement.syntax === 'x12') levels.push('group');
  if (!alone) levels.push('transaction');
  const taken = await takeControlNumbers(
    tx,
    levels.map((level) => controlNumberRange(agreement, level)),
  );
  const numberOf = (level: ControlNumberLevel): string => taken[levels.indexOf(level)] ?? '';
  return { interchange: numberOf('interchange'), group: numberOf('group'), transaction: numberOf('transaction') };
}
