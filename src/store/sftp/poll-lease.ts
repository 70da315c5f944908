import type { Queryable } from '../database.ts';

/** Takes the lease of a place, or prolongs it; false while another holds it. The server's clock decides, for there is one of it. */
export async function takePollLease(
  client: Queryable,
  place: string,
  holder: string,
  milliseconds: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into poll_lease (place, holder, until) values ($1, $2, now() + make_interval(secs => $3))
     on conflict (place) do update set holder = excluded.holder, until = excluded.until
     where poll_lease.holder = excluded.holder or poll_lease.until < now()`,
    [place, holder, milliseconds / 1_000],
  );
  return rowCount === 1;
}

export async function releasePollLease(client: Queryable, place: string, holder: string): Promise<void> {
  await client.query('delete from poll_lease where place = $1 and holder = $2', [place, holder]);
}
