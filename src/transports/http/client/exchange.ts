import { X509Certificate } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate, connect as tlsConnect } from 'node:tls';
import { FailureError } from '../../../core/failure.ts';
import { requestMsMax } from '../../limits.ts';
import { guardedLookup, hostOf, isNeverReached } from './reach.ts';

/*
 * The one HTTP client towards partners: AS2 messages and receipts, and pushes over HTTPS.
 */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** How a partner's server is reached. */
export interface Line {
  readonly timeoutMs: number;
  /** PEM certificates that are trusted instead of the public authorities: the server's own, pinned, or its authority's. */
  readonly trusted: readonly string[];
  /** Ours, shown to the server when it asks (mTLS); PEM. */
  readonly client: { readonly certificate: string; readonly key: string } | null;
  readonly basic: Credentials | null;
  /** An HTTP proxy: "http://proxy.example:3128". */
  readonly proxyUrl: string | null;
  /** What the proxy wants to see; the partner never sees it. */
  readonly proxyBasic: Credentials | null;
  /** Loopback and link-local addresses too; for tests and a partner on this machine. */
  readonly allowLoopback: boolean;
  /** Chunked instead of Content-Length; some old servers answer that with 411. */
  readonly chunked: boolean;
}

/** A partner like others: trusted by public authorities, asked for nothing, reached directly. */
export const plainLine: Line = {
  timeoutMs: 60_000,
  trusted: [],
  client: null,
  basic: null,
  proxyUrl: null,
  proxyBasic: null,
  allowLoopback: false,
  chunked: false,
};

export interface Body {
  /** Null: not known before its last byte. */
  readonly byteLength: number | null;
  bytes(): AsyncIterable<Uint8Array>;
}

/**
 * One POST over a connection of its own: a kept one may be closed by them while we write (OpenAS2 closes every one), and no answer can be another
 * message's. Gives the answer's head, which decides even when it comes before our last byte; its body is the caller's to read. Redirects are not
 * followed: a partner names where it listens, and a redirect could lead anywhere, also inside our own network. FailureError `partner-unreachable` tells
 * which of name, connection, TLS and HTTP broke, and is certain that nothing was sent when the connection never stood.
 */
export async function exchange(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Body,
  line: Line,
): Promise<http.IncomingMessage> {
  if (!line.allowLoopback && isNeverReached(hostOf(url)))
    throw new FailureError('config-invalid', `${url.host} is a loopback or link-local address.`, {
      remedy: 'Give the partner’s own address, or set allowLoopback for this channel.',
    });
  const request = await openRequest(url, requestOptions(url, headers, body, line), line);
  let isConnected = false;
  request.once('socket', (socket) =>
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      isConnected = true;
    }),
  );
  // Silence, not the whole upload: a large file takes its time.
  request.setTimeout(line.timeoutMs, () => request.destroy(new Error(`no answer for ${line.timeoutMs} ms`)));
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject); // stays for good: an error after the answer has nobody to tell
      pipeline(Readable.from(body.bytes(), { objectMode: false }), request).catch(reject);
    });
    // Of a tunnel it was told before; 407 is a proxy's answer alone (RFC 9110 15.5.8), and the partner never heard of the message.
    if (line.proxyUrl !== null && response.statusCode === 407) throw new Error('the proxy answered 407');
    return response;
  } catch (error) {
    request.destroy();
    throw unreachable(url, error, !isConnected);
  }
}

function requestOptions(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Body,
  line: Line,
): https.RequestOptions {
  const length: [string, string] =
    body.byteLength === null || line.chunked
      ? ['Transfer-Encoding', 'chunked']
      : ['Content-Length', `${body.byteLength}`];
  const basic: [string, string][] = line.basic === null ? [] : [['Authorization', basicOf(line.basic)]];
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
      // For http the proxy reads the request itself and takes this out; into a tunnel it does not belong.
      ...(url.protocol === 'http:' ? [shownToProxy(line)] : []),
    ].flat() as never,
    agent: false,
    signal: AbortSignal.timeout(requestMsMax),
    ...(line.allowLoopback ? {} : { lookup: guardedLookup }),
    ...(url.protocol === 'https:' ? tlsOptions(url, line) : {}),
  };
}

const basicOf = ({ user, password }: Credentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const shownToProxy = ({ proxyUrl, proxyBasic }: Line): readonly string[] =>
  proxyUrl === null || proxyBasic === null ? [] : ['Proxy-Authorization', basicOf(proxyBasic)];

function tlsOptions(url: URL, { trusted, client }: Line): ConnectionOptions {
  const host = hostOf(url);
  return {
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    // Partial: a pinned certificate that an authority signed needs none of that authority's.
    ...(trusted.length === 0 ? {} : { ca: [...trusted], allowPartialTrustChain: true }),
    ...(client === null ? {} : { cert: client.certificate, key: client.key }),
    // A server's own certificate that is pinned is that server, whatever name stands in it: self-signed ones often have none.
    checkServerIdentity: (name, certificate) =>
      trusted.some((pem) => isSame(pem, certificate)) ? undefined : checkServerIdentity(name, certificate),
  };
}

const isSame = (pem: string, { raw }: PeerCertificate): boolean => new X509Certificate(pem).raw.equals(raw);

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
    headers: ['Host', target, ...shownToProxy(line)] as never,
    agent: false,
  });
  tunnel.setTimeout(line.timeoutMs, () => tunnel.destroy(new Error('no answer of the proxy')));
  const socket = await new Promise<Socket>((resolve, reject) => {
    tunnel.once('connect', (response, connected) =>
      response.statusCode === 200 ? resolve(connected) : reject(new Error(`the proxy answered ${response.statusCode}`)),
    );
    tunnel.once('error', reject);
    tunnel.end();
  }).catch((error: unknown) => {
    throw unreachable(url, error, true);
  });
  const request = https.request(url, {
    ...rest,
    createConnection: () => tlsConnect({ ...tlsOptions(url, line), socket }),
  });
  // The request ends TLS and leaves the tunnel open: proxies count those.
  request.once('close', () => socket.destroy());
  return request;
}

/** What Node calls a server's certificate that it does not take (X509 verification, and its name); alerts of theirs about ours are others. */
const untrusted =
  /^(?:CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET|VERIFY|DECODE)|INVALID_CA|ERR_TLS_CERT_ALTNAME)/;

/** Which part of the way broke; told in the first word, so that an operator knows whom to call. */
export function unreachable(url: URL, error: unknown, nothingSent = false): FailureError {
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
  // Ended by us in the handshake, before a byte of a document: waiting mends nothing, a person must look.
  if (untrusted.test(code))
    return new FailureError(
      'partner-refused',
      `TLS: ${url.host} shows a certificate we do not trust: ${reason}.`.slice(0, 300),
      {
        cause: error,
        nothingSent: true,
        remedy:
          'Ask the partner whether they changed it. If so, put it or its authority into serverCertificates and apply.',
      },
    );
  // OpenSSL's own words for it go over two lines and name its source files.
  if (/wrong version number|packet length too long|ERR_SSL_WRONG_VERSION_NUMBER/i.test(`${code} ${reason}`))
    return new FailureError(
      'partner-unreachable',
      `TLS: ${url.host} answers without TLS: what listens there speaks something else.`,
      { cause: error, nothingSent },
    );
  const how = stage === 'HTTP' && !nothingSent ? 'was reached, and gave no answer of use' : 'could not be reached';
  return new FailureError(
    'partner-unreachable',
    `${stage}: ${url.host} ${how}: ${reason}.`.replaceAll(/\s+/g, ' ').slice(0, 300),
    { cause: error, nothingSent },
  );
}
