import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate, connect as tlsConnect } from 'node:tls';
import { FailureError } from '../../../core/failure.ts';
import { requestMsMax } from '../../limits.ts';
import type { Content } from '../content.ts';
import { mdnBytesMax } from '../limits.ts';
import type { Head } from '../mime/head.ts';
import { guardedLookup, hostOf, isNeverReached } from './reach.ts';

/** How a partner's server is reached. */
export interface Line {
  readonly timeoutMs: number;
  /** PEM certificates that are trusted instead of the public authorities: the server's own, pinned, or its authority's. */
  readonly trusted: readonly string[];
  /** Ours, shown to the server when it asks (mTLS); PEM. */
  readonly client: { readonly certificate: string; readonly key: string } | null;
  readonly basic: { readonly user: string; readonly password: string } | null;
  /** An HTTP proxy: "http://proxy.example:3128". */
  readonly proxyUrl: string | null;
  /** Loopback and link-local addresses too; for tests and a partner on this machine. */
  readonly allowLoopback: boolean;
  /** Chunked instead of Content-Length; some old servers answer that with 411. */
  readonly chunked: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly head: Head;
  readonly body: Buffer;
}

/**
 * One POST over a connection of its own: a kept one may be closed by them while we write, and OpenAS2 closes every one. Redirects are not
 * followed. FailureError `partner-unreachable` tells which of name, connection, TLS and HTTP broke.
 */
export async function post(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Content,
  line: Line,
): Promise<HttpAnswer> {
  if (!line.allowLoopback && isNeverReached(hostOf(url)))
    throw new FailureError('config-invalid', `${url.host} is a loopback or link-local address.`, {
      remedy: 'Give the partner’s own address, or set allowLoopback for this channel.',
    });
  const request = await openRequest(url, requestOptions(url, headers, body, line), line);
  request.setTimeout(line.timeoutMs, () => request.destroy(new Error(`no answer for ${line.timeoutMs} ms`)));
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject); // stays for good: an error after the answer has nobody to tell
      pipeline(Readable.from(body.bytes(), { objectMode: false }), request).catch(reject);
    });
    return { status: response.statusCode ?? 0, head: headOfAnswer(response), body: await bounded(response) };
  } catch (error) {
    request.destroy();
    throw unreachable(url, error);
  }
}

function requestOptions(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Content,
  line: Line,
): https.RequestOptions {
  const length: [string, string] =
    body.byteLength === null || line.chunked
      ? ['Transfer-Encoding', 'chunked']
      : ['Content-Length', `${body.byteLength}`];
  const basic: [string, string][] =
    line.basic === null
      ? []
      : [['Authorization', `Basic ${Buffer.from(`${line.basic.user}:${line.basic.password}`).toString('base64')}`]];
  return {
    method: 'POST',
    // As a list, so that their case and order stay as RFC 4130 writes them.
    headers: [
      ['Host', url.host],
      ['User-Agent', 'Tallyport'],
      ['Connection', 'close'],
      ...headers,
      length,
      ...basic,
    ].flat() as never,
    agent: false,
    signal: AbortSignal.timeout(requestMsMax),
    ...(line.allowLoopback ? {} : { lookup: guardedLookup }),
    ...(url.protocol === 'https:' ? tlsOptions(url, line) : {}),
  };
}

function tlsOptions(url: URL, { trusted, client }: Line): ConnectionOptions {
  const host = hostOf(url);
  return {
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(trusted.length === 0 ? {} : { ca: [...trusted] }),
    ...(client === null ? {} : { cert: client.certificate, key: client.key }),
    // A server's own certificate that is pinned is that server, whatever name stands in it: self-signed ones often have none.
    checkServerIdentity: (name, certificate) =>
      trusted.some((pem) => isSame(pem, certificate)) ? undefined : checkServerIdentity(name, certificate),
  };
}

const isSame = (pem: string, { raw }: PeerCertificate): boolean =>
  Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').equals(raw);

/** Directly, or through the proxy: an absolute address for http, a tunnel for https. */
async function openRequest(url: URL, options: https.RequestOptions, line: Line): Promise<http.ClientRequest> {
  if (line.proxyUrl === null) return (url.protocol === 'https:' ? https : http).request(url, options);
  const proxy = new URL(line.proxyUrl);
  const port = proxy.port === '' ? 80 : Number(proxy.port);
  // The proxy is our own, and it does the look-up: its address is not held to the partner's rule.
  const { lookup: _lookup, ...rest } = options;
  if (url.protocol === 'http:') return http.request({ ...rest, host: hostOf(proxy), port, path: url.href });
  const target = `${hostOf(url)}:${url.port === '' ? 443 : url.port}`;
  const tunnel = http.request({
    method: 'CONNECT',
    host: hostOf(proxy),
    port,
    path: target,
    headers: { Host: target },
    agent: false,
  });
  tunnel.setTimeout(line.timeoutMs, () => tunnel.destroy(new Error('no answer of the proxy')));
  const socket = await new Promise<import('node:net').Socket>((resolve, reject) => {
    tunnel.once('connect', (response, connected) =>
      response.statusCode === 200 ? resolve(connected) : reject(new Error(`the proxy answered ${response.statusCode}`)),
    );
    tunnel.once('error', reject);
    tunnel.end();
  }).catch((error: unknown) => {
    throw unreachable(url, error);
  });
  const request = https.request(url, {
    ...rest,
    createConnection: () => tlsConnect({ ...tlsOptions(url, line), socket }),
  });
  // The request ends TLS and leaves the tunnel open: proxies count those.
  request.once('close', () => socket.destroy());
  return request;
}

function headOfAnswer({ rawHeaders }: http.IncomingMessage): Head {
  const fields: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    fields.push([rawHeaders[at]?.toLowerCase() ?? '', rawHeaders[at + 1] ?? '']);
  return { fields, raw: Buffer.alloc(0) };
}

async function bounded(response: http.IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let byteLength = 0;
  for await (const piece of response) {
    byteLength += piece.length;
    if (byteLength > mdnBytesMax) throw new Error(`an answer of more than ${mdnBytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Which part of the way broke; told in the first word, so that an operator knows whom to call. */
function unreachable(url: URL, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const stage = /^(?:ENOTFOUND|EAI_)/.test(code)
    ? 'DNS'
    : /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)/.test(code)
      ? 'TCP'
      : /CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code)
        ? 'TLS'
        : 'HTTP';
  const reason = error instanceof Error && error.message !== '' ? error.message : code;
  return new FailureError(
    'partner-unreachable',
    `${stage}: ${url.host} could not be reached: ${reason}.`.slice(0, 300),
    { cause: error },
  );
}
