import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemText, problemType } from './problem-details.ts';

/** What is not HTTP, has too many headers or comes too slowly: there is no request to answer, only a socket. */
export function answerClientErrors(error: Error & { readonly code?: string }, socket: Socket): void {
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = problemText(status, 'This is no request that can be answered.');
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${problemType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroySoon();
}
