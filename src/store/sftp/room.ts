import type { Queryable } from '../database.ts';

export interface SftpRoom {
  readonly holder: string;
  /** What is free on the disk of its spool; null: not known. */
  readonly freeBytes: number | null;
  /** Uploads are refused. */
  readonly isLow: boolean;
  readonly connectionCount: number;
}

/** Says how a process that serves SFTP stands. */
export async function putSftpRoom(
  client: Queryable,
  { holder, freeBytes, isLow, connectionCount }: SftpRoom,
): Promise<void> {
  await client.query(
    `insert into sftp_room (holder, free_bytes, is_low, connection_count, at) values ($1, $2, $3, $4, now())
     on conflict (holder) do update set free_bytes = excluded.free_bytes, is_low = excluded.is_low,
       connection_count = excluded.connection_count, at = excluded.at`,
    [holder, freeBytes === null ? null : Math.max(0, Math.round(freeBytes)), isLow, connectionCount],
  );
}

export async function removeSftpRoom(client: Queryable, holder: string): Promise<void> {
  await client.query('delete from sftp_room where holder = $1', [holder]);
}

/** Those that said something within the last two minutes: the others are gone. */
export async function sftpRooms(client: Queryable): Promise<readonly SftpRoom[]> {
  const { rows } = await client.query<{
    holder: string;
    free_bytes: bigint | null;
    is_low: boolean;
    connection_count: number;
  }>(
    `select holder, free_bytes, is_low, connection_count from sftp_room where at > now() - interval '2 minutes' order by holder`,
  );
  return rows.map(({ holder, free_bytes, is_low, connection_count }) => ({
    holder,
    freeBytes: free_bytes === null ? null : Number(free_bytes),
    isLow: is_low,
    connectionCount: connection_count,
  }));
}
