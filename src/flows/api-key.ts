import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../store/database.ts';
import { setOnce, settingOf } from '../store/settings.ts';

export interface ApiKey {
  readonly sha256: string;
  /** The key itself, only when it was made just now: the database keeps its digest. */
  readonly made: string | null;
}

/** The operators' API key of this installation, made at the first start. */
export async function apiKeyOf(database: Database): Promise<ApiKey> {
  const known = await settingOf(database, 'api-key-sha256');
  if (typeof known === 'string') return { sha256: known, made: null };
  const made = `tp_${randomBytes(24).toString('base64url')}`;
  const sha256 = createHash('sha256').update(made).digest('hex');
  return (await setOnce(database, 'api-key-sha256', sha256)) ? { sha256, made } : apiKeyOf(database);
}
