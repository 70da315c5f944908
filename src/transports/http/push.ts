import type { IncomingMessage } from 'node:http';
import { FailureError } from '../../core/failure.ts';
import { pushAnswerBytesMax } from '../limits.ts';
import type { OutboundDelivery, Receipt, Transport } from '../transport.ts';
import type { HttpSettings } from './authenticate.ts';
import { exchange, type Line } from './client/exchange.ts';

export type PushSettings = Pick<HttpSettings, 'pushTokenVariable'> & { readonly pushUrl: string };

/** Posts deliveries to a partner's address, with the same bytes and Idempotency-Key at every attempt. */
export function httpPush(
  settings: PushSettings,
  environment: Readonly<Record<string, string | undefined>>,
  /** How the partner is reached: looked up for each delivery, for keys and passwords change. */
  lineOf: () => Promise<Line>,
): Transport {
  return {
    async send(delivery) {
      const url = addressOf(settings.pushUrl);
      const headers = headersFor(delivery, tokenOf(settings, environment));
      const { byteLength } = delivery;
      const response = await exchange(url, headers, { byteLength, bytes: () => announced(delivery) }, await lineOf());
      const status = `${response.statusCode} ${response.statusMessage ?? ''}`.trim().slice(0, 100);
      drop(response);
      return receiptFor(response.statusCode ?? 0, status, url);
    },
  };
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === undefined || !isHttp || url.username !== '' || url.password !== '')
    throw new FailureError('config-invalid', 'The pushUrl is no http or https address without credentials.');
  return url;
}

function tokenOf({ pushTokenVariable }: PushSettings, environment: Readonly<Record<string, string | undefined>>) {
  if (pushTokenVariable === null) return null;
  const token = environment[pushTokenVariable];
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) return token;
  const what = token === undefined ? 'is not set' : 'holds no token';
  throw new FailureError('credential-missing', `The environment variable ${pushTokenVariable} ${what}.`, {
    remedy: `Set ${pushTokenVariable}, restart, and release the delivery.`,
  });
}

const headersFor = (delivery: OutboundDelivery, token: string | null): readonly (readonly [string, string])[] => [
  ['Content-Type', delivery.contentType],
  ['Content-Disposition', `attachment; filename="${delivery.fileName.replaceAll(/[^A-Za-z0-9._-]/g, '-')}"`],
  ['Idempotency-Key', delivery.idempotencyKey],
  ...(token === null ? [] : [['Authorization', `Bearer ${token}`] as const]),
];

/** The bytes, held to the length that the headers gave: a shorter body would leave the partner waiting. */
async function* announced({ id, byteLength, bytes }: OutboundDelivery): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const piece of bytes()) {
    sent += piece.byteLength;
    if (sent > byteLength) break;
    yield piece;
  }
  if (sent !== byteLength)
    throw new FailureError('bug', `Delivery ${id} has other than the ${byteLength} bytes that were announced.`);
}

/** Reads an answer's body to no purpose but to let the connection end; one that does not end is cut. */
function drop(response: IncomingMessage): void {
  let byteLength = 0;
  response.on('error', () => response.destroy()); // the status is known; what follows it decides nothing
  response.on('data', (chunk: Buffer) => {
    byteLength += chunk.byteLength;
    if (byteLength > pushAnswerBytesMax) response.destroy();
  });
}

/** 408, 425, 429 and 5xx pass; every other answer but a 2xx wants a person. */
function receiptFor(code: number, status: string, url: URL): Receipt {
  if (code >= 200 && code < 300) return { kind: 'http-accepted', detail: `${url.host} answered ${status}` };
  if (code >= 500 || [408, 425, 429].includes(code))
    // 408 and the 5xx of a proxy between us may come after their server took it; 425, 429 and 503 say that it did not.
    throw new FailureError('partner-refused-for-now', `${url.host} answered ${status}.`, {
      nothingSent: [425, 429, 503].includes(code),
    });
  if (contentRefusals.has(code))
    throw new FailureError('partner-refused', `${url.host} answered ${status}.`, {
      remedy:
        'Their server was reached and refuses what was sent. Ask the partner what is wrong with it, then release the delivery, or reroute it.',
      nothingSent: true,
      isOfContent: true,
    });
  const remedy =
    code >= 300 && code < 400
      ? 'Redirects are not followed: put the address it redirects to into pushUrl.'
      : 'Ask the partner why, then release the delivery.';
  // 409: another request with this Idempotency-Key came before, or is under way.
  throw new FailureError('partner-refused', `${url.host} answered ${status}.`, { remedy, nothingSent: code !== 409 });
}

/** RFC 9110: malformed, not acceptable, too large, of a type they do not take, not to be processed. 401, 403 and 404 say nothing of the content. */
const contentRefusals: ReadonlySet<number> = new Set([400, 406, 413, 415, 422]);
