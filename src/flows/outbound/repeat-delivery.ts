import type { Tx } from '../../store/database.ts';
import type { EarlierDelivery } from '../../store/envelope/acknowledgments-of-file.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';

/**
 * A delivery of bytes that went out before: same RawFile, same control numbers, a new act on the wire. Its file name says so, for
 * another file of the first one's name may still lie where it was put. Gives the new delivery's id; the caller makes the work.
 */
export async function repeatDelivery({ newId, clock }: FlowContext, tx: Tx, earlier: EarlierDelivery): Promise<string> {
  const at = clock.now();
  const id = newId();
  const transmissionId = newId();
  const { raw_file_id, interchange_id, company_id, partner_id, usage, channel_id, document_id, acknowledgment_id } =
    earlier;
  const fileName = repeatedName(earlier.file_name, id);
  await writeRows(
    tx,
    {
      transmission: [
        {
          id: transmissionId,
          direction: 'out',
          channel_id,
          source_key: null,
          name: fileName,
          headers: {},
          remote: null,
          at,
        },
      ],
      delivery: [
        {
          id,
          transmission_id: transmissionId,
          raw_file_id,
          interchange_id,
          company_id,
          partner_id,
          usage,
          channel_id,
          file_name: fileName,
          document_id,
          acknowledgment_id,
          state: 'ready',
          at,
          sent_at: null,
        },
      ],
    },
    [
      {
        at,
        type: 'delivery/repeated',
        actor: 'gateway',
        company: company_id,
        usage,
        objects: [
          { kind: 'delivery', id, qualifier: 'repeat' },
          { kind: 'delivery', id: earlier.id, qualifier: 'first' },
        ],
      },
    ],
  );
  return id;
}

/** "997-000000012.edi" → "997-000000012-again-5f0c.edi". */
const repeatedName = (name: string, id: string): string => {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  return `${stem}-again-${id.slice(-4)}${dot > 0 ? name.slice(dot) : ''}`;
};
