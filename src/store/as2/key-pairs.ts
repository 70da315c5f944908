import type { Queryable } from '../database.ts';

export interface StoredKeyPair {
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  readonly sealed: Buffer;
  readonly fingerprint: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** Keeps a key pair; false when the name or the certificate is there already. */
export async function insertKeyPair(client: Queryable, pair: StoredKeyPair, at: Date): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into key_pair (name, certificate, sealed, fingerprint, valid_from, valid_to, made_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [pair.name, pair.certificate, pair.sealed, pair.fingerprint, pair.validFrom, pair.validTo, at],
  );
  return rowCount === 1;
}

/** Destroys a key pair; the fingerprint of its certificate, undefined when there is none of that name. */
export async function deleteKeyPair(client: Queryable, name: string): Promise<string | undefined> {
  const { rows } = await client.query<{ fingerprint: string }>(
    'delete from key_pair where name = $1 returning fingerprint',
    [name],
  );
  return rows[0]?.fingerprint;
}

/** All of them, by name. There are tens. */
export async function keyPairs(client: Queryable): Promise<readonly StoredKeyPair[]> {
  const { rows } = await client.query<{
    name: string;
    certificate: string;
    sealed: Buffer;
    fingerprint: string;
    valid_from: Date;
    valid_to: Date;
  }>('select name, certificate, sealed, fingerprint, valid_from, valid_to from key_pair order by name');
  return rows.map(({ valid_from: validFrom, valid_to: validTo, ...row }) => ({ ...row, validFrom, validTo }));
}
