import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FailureError } from '../../core/failure.ts';
import { pushAnswerBytesMax, requestMsMax } from '../limits.ts';
import type { OutboundDelivery, Receipt, Transport } from '../transport.ts';
import type { HttpSettings } from './authenticate.ts';

export type PushSettings = Pick<HttpSettings, 'pushTokenVariable' | 'timeoutMs'> & { readonly pushUrl: string };

/**
 * Posts deliveries to a partner's address, with the same bytes and Idempotency-Key at every attempt. Redirects are not followed: a partner
 * names where it listens, and a redirect could lead anywhere, also inside our own network.
 */
export function httpPush(settings: PushSettings, environment: Readonly<Record<string, string | undefined>>): Transport {
  return {
    async send(delivery) {
      const url = addressOf(settings.pushUrl);
      const headers = headersFor(delivery, tokenOf(settings, environment));
      const response = await post(url, headers, delivery, settings.timeoutMs);
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

const headersFor = (delivery: OutboundDelivery, token: string | null): http.OutgoingHttpHeaders => ({
  'content-type': delivery.contentType,
  'content-length': delivery.byteLength,
  'content-disposition': `attachment; filename="${delivery.fileName.replaceAll(/[^A-Za-z0-9._-]/g, '-')}"`,
  'idempotency-key': delivery.idempotencyKey,
  'user-agent': 'tallyport',
  ...(token === null ? {} : { authorization: `Bearer ${token}` }),
});

/** The answer's head. Its status decides even when it comes before our last byte. */
async function post(
  url: URL,
  headers: http.OutgoingHttpHeaders,
  delivery: OutboundDelivery,
  timeoutMs: number,
): Promise<http.IncomingMessage> {
  const { request: open } = url.protocol === 'https:' ? https : http;
  // A connection each time: one kept alive may be closed by them at the moment we write to it.
  const request = open(url, { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(requestMsMax) });
  // Silence, not the whole upload: a large file takes its time.
  request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer for ${timeoutMs} ms`)));
  try {
    return await new Promise((resolve, reject) => {
      request.once('response', resolve);
      // Stays for good: an error after the answer has nobody to tell.
      request.on('error', reject);
      pipeline(Readable.from(announced(delivery), { objectMode: false }), request).catch(reject);
    });
  } catch (error) {
    request.destroy();
    if (error instanceof FailureError) throw error; // our own bytes could not be read
    const reason = error instanceof Error && error.message !== '' ? error.message : codeOf(error);
    throw new FailureError('partner-unreachable', `${url.host} could not be reached: ${reason}.`, { cause: error });
  }
}

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

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'it said nothing';

/** Reads an answer's body to no purpose but to let the connection end; one that does not end is cut. */
function drop(response: http.IncomingMessage): void {
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
    throw new FailureError('partner-refused-for-now', `${url.host} answered ${status}.`);
  const remedy =
    code >= 300 && code < 400
      ? 'Redirects are not followed: put the address it redirects to into pushUrl.'
      : 'Ask the partner why, then release the delivery.';
  throw new FailureError('partner-refused', `${url.host} answered ${status}.`, { remedy });
}
