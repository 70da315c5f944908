import type { Tx } from '../../store/database.ts';
import { acknowledgmentsOfFile } from '../../store/envelope/acknowledgments-of-file.ts';
import { type RawFileToRead, setRawFileState } from '../../store/wire/raw-file.ts';
import { insertWork } from '../../store/work/insert-work.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { repeatDelivery } from '../outbound/repeat-delivery.ts';
import { answeringAgreement } from './whose.ts';

/**
 * The same bytes again, over a new transmission: linked to the first, not entered. The earlier acknowledgments go out again as they were,
 * where the agreement says so: the sender who repeats himself has usually not seen them.
 */
export async function enterDuplicate(
  context: FlowContext,
  tx: Tx,
  file: RawFileToRead,
  firstId: string,
): Promise<void> {
  const { clock } = context;
  await setRawFileState(tx, file.id, 'duplicate', firstId);
  await writeRows(tx, {}, [
    {
      at: clock.now(),
      type: 'raw-file/duplicate',
      actor: `channel:${file.channel_id}`,
      data: { name: file.name },
      objects: [
        { kind: 'raw-file', id: file.id, qualifier: 'repeated' },
        { kind: 'raw-file', id: firstId, qualifier: 'first' },
        { kind: 'transmission', id: file.transmission_id, qualifier: 'carried' },
      ],
    },
  ]);
  const known = await context.configuration();
  for (const earlier of await acknowledgmentsOfFile(tx, firstId)) {
    const { company_id: company, partner_id: partner, usage, syntax } = earlier;
    const agreement = answeringAgreement(known.between(company, partner), { company, partner, usage, syntax });
    if (agreement?.acknowledgment.repeatOnDuplicate !== true) continue;
    const deliveryId = await repeatDelivery(context, tx, earlier);
    await insertWork(tx, [{ kind: 'deliver', subjectId: deliveryId, fairnessKey: earlier.channel_id }]);
  }
}
