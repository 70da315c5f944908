import type { RawFileToRead } from '../../store/wire/raw-file.ts';
import type { NewEvent } from '../../store/write-rows.ts';

/** No interchange was found in the file. */
export const refusedEvent = (file: RawFileToRead, code: string | null, at: Date): NewEvent => ({
  at,
  type: 'raw-file/refused',
  actor: 'gateway',
  data: { code, name: file.name },
  objects: [
    { kind: 'raw-file', id: file.id, qualifier: 'refused' },
    { kind: 'transmission', id: file.transmission_id, qualifier: 'carried' },
  ],
});
