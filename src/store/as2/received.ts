import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';

export interface StoredMdn {
  readonly id: string;
  readonly channelId: string;
  /** Null: it was the answer itself. */
  readonly url: string | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

interface MdnRow {
  readonly id: string | null;
  readonly channel_id: string;
  readonly url: string | null;
  readonly headers: StoredMdn['headers'];
  readonly body: Buffer;
}

const mdnOf = ({ id, channel_id, url, headers, body }: MdnRow): StoredMdn | null =>
  id === null ? null : { id, channelId: channel_id, url, headers, body };

/** What a message was answered that was taken before; undefined when it was not. */
export async function receivedBefore(
  client: Queryable,
  key: string,
): Promise<{ readonly mdn: StoredMdn | null } | undefined> {
  const { rows } = await client.query<MdnRow & Record<string, unknown>>(
    `select m.id, m.channel_id, m.url, m.headers, m.body from as2_received r left join as2_mdn m on m.id = r.mdn_id where r.key = $1`,
    [key],
  );
  const [row] = rows;
  return row === undefined ? undefined : { mdn: mdnOf(row) };
}

export interface NewReceived {
  readonly key: string;
  readonly channelId: string;
  readonly messageId: string;
  readonly transmissionId: string;
  readonly layers: unknown;
  readonly mic: string | null;
  readonly mdnId: string | null;
  readonly at: Date;
}

/** Claims a message's key; false when another copy has it. Waits for a copy that is being stored at this moment. */
export async function claimReceived(tx: Queryable, received: NewReceived): Promise<boolean> {
  const { key, channelId, messageId, transmissionId, layers, mic, mdnId, at } = received;
  const { rowCount } = await tx.query(
    `insert into as2_received (key, channel_id, message_id, transmission_id, layers, mic, mdn_id, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [key, channelId, messageId, transmissionId, jsonText(layers), mic, mdnId, at],
  );
  return rowCount === 1;
}

/** Keeps a receipt of ours; `ready`: it waits to be posted. */
export async function insertMdn(tx: Queryable, mdn: StoredMdn, state: 'answered' | 'ready', at: Date): Promise<void> {
  const { id, channelId, url, headers, body } = mdn;
  await tx.query(
    'insert into as2_mdn (id, channel_id, url, headers, body, state, at) values ($1, $2, $3, $4, $5, $6, $7)',
    [id, channelId, url, jsonText(headers), body, state, at],
  );
}

/** A receipt that waits to be posted; undefined when there is none of this id. */
export async function mdnToPost(
  client: Queryable,
  id: string,
): Promise<{ readonly mdn: StoredMdn; readonly isSent: boolean } | undefined> {
  const { rows } = await client.query<MdnRow & { state: string }>(
    'select id, channel_id, url, headers, body, state from as2_mdn where id = $1',
    [id],
  );
  const [row] = rows;
  const mdn = row === undefined ? null : mdnOf(row);
  return mdn === null ? undefined : { mdn, isSent: row?.state !== 'ready' };
}

export async function setMdnSent(tx: Queryable, id: string, at: Date): Promise<void> {
  await tx.query(`update as2_mdn set state = 'sent', sent_at = $2 where id = $1 and state = 'ready'`, [id, at]);
}
