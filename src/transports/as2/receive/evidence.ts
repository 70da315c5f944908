import { evidenceBytesMax } from '../limits.ts';
import type { As2Request, RefusedMessage, Station } from './station.ts';

/** A request whose body is kept as it passes, up to a limit: what was wrong with it can then be looked into. */
export interface RememberedRequest extends As2Request {
  /** What has passed; null when that was more than is kept. */
  readonly passed: () => Buffer | null;
}

export function remembered(request: As2Request): RememberedRequest {
  let pieces: Uint8Array[] | null = [];
  let byteLength = 0;
  const source = request.body[Symbol.asyncIterator]();
  const next = async () => {
    const result = await source.next();
    if (result.done !== true) {
      byteLength += result.value.byteLength;
      if (byteLength > evidenceBytesMax) pieces = null;
      pieces?.push(result.value);
    }
    return result;
  };
  // Without `return`: whoever stops in the middle, at a fault, leaves the rest to be read on from there.
  return {
    ...request,
    body: { [Symbol.asyncIterator]: () => ({ next }) },
    passed: () => (pieces === null ? null : Buffer.concat(pieces)),
  };
}

const SECRET: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** The headers but for those that hold a secret. */
export const shownHeaders = ({ head }: As2Request): readonly (readonly [string, string])[] =>
  head.fields.filter(([name]) => !SECRET.has(name));

/** Tells that something was refused, and keeps what is known of it. */
export async function tellRefused(
  station: Station,
  request: As2Request | RememberedRequest,
  refusal: Pick<RefusedMessage, 'channelId' | 'messageId' | 'modifier' | 'detail'>,
): Promise<void> {
  station.report({ kind: 'refused', ...refusal });
  const body = 'passed' in request ? request.passed() : null;
  await station.lookups.keepRefused({ ...refusal, headers: shownHeaders(request), remote: request.remote, body });
}
