import type { IncomingMessage } from 'node:http';
import { exchange, type Line, unreachable } from '../../http/client/exchange.ts';
import type { Content } from '../content.ts';
import { mdnBytesMax } from '../limits.ts';
import type { Head } from '../mime/head.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly head: Head;
  readonly body: Buffer;
}

/** One POST, and the whole of its answer. Throws as `exchange`. */
export async function post(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Content,
  line: Line,
): Promise<HttpAnswer> {
  const response = await exchange(url, headers, body, line);
  try {
    return { status: response.statusCode ?? 0, head: headOfAnswer(response), body: await bounded(response) };
  } catch (error) {
    response.destroy();
    throw unreachable(url, error);
  }
}

function headOfAnswer({ rawHeaders }: IncomingMessage): Head {
  const fields: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    fields.push([rawHeaders[at]?.toLowerCase() ?? '', rawHeaders[at + 1] ?? '']);
  return { fields, raw: Buffer.alloc(0) };
}

async function bounded(response: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let byteLength = 0;
  for await (const piece of response) {
    byteLength += piece.length;
    if (byteLength > mdnBytesMax) throw new Error(`an answer of more than ${mdnBytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
