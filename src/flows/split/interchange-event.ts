import type { InterchangeRow } from '../../store/rows/envelope.ts';
import type { NewEvent } from '../../store/write-rows.ts';

type ToldInterchange = Pick<
  InterchangeRow,
  | 'id'
  | 'raw_file_id'
  | 'company_id'
  | 'partner_id'
  | 'usage'
  | 'channel_id'
  | 'control_number'
  | 'state'
  | 'verdict'
  | 'quarantine_reason'
  | 'transaction_count'
>;

/** One event an interchange: what it is, whose, and what became of it. */
export const interchangeEvent = (interchange: ToldInterchange, transmissionId: string, at: Date): NewEvent => ({
  at,
  type:
    interchange.state === 'quarantined'
      ? 'interchange/quarantined'
      : `interchange/${interchange.verdict ?? 'unfinished'}`,
  actor: interchange.partner_id === null ? `channel:${interchange.channel_id}` : `partner:${interchange.partner_id}`,
  company: interchange.company_id,
  usage: interchange.usage,
  ...(interchange.quarantine_reason === null ? {} : { reason: interchange.quarantine_reason }),
  data: { controlNumber: interchange.control_number, transactions: interchange.transaction_count },
  objects: [
    { kind: 'interchange', id: interchange.id, qualifier: 'closed' },
    { kind: 'raw-file', id: interchange.raw_file_id, qualifier: 'held' },
    { kind: 'transmission', id: transmissionId, qualifier: 'carried' },
  ],
});
