import { isRecord, type OperatorApi } from './api.ts';

/** One text for one JSON value: the order of an object's names means nothing, and a store may change it. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join()}}`;
}

/** The second time with the same key must be told what the first was told, and do nothing. */
export async function postTwice(api: OperatorApi, path: string, body: unknown, key: string): Promise<void> {
  const first = await api.post(path, body, key);
  const again = await api.post(path, body, key);
  const [told, retold] = [first, again].map(canonical);
  if (told !== retold) {
    throw new Error(`POST ${path} answered the same key with ${told}, then ${retold}`);
  }
}
