import { createDeflate, createInflate, type Deflate, deflateSync, type Inflate } from 'node:zlib';
import type { Content } from '../content.ts';
import { inflationFreeBytes, inflationRatioMax, memoryBytesMax, pieceBytes } from '../limits.ts';
import { OID } from './algorithms.ts';
import { childAt, oidOf } from './ber.ts';
import type { BerStream } from './ber-stream.ts';
import { CmsFault, malformed } from './cms-fault.ts';
import { context, contextTag, integer, objectIdentifier, octetString, SEQUENCE, sequence } from './der.ts';

/*
 * CompressedData (RFC 3274): version 0, zlib, and the compressed bytes in an octet string. Its length is known only at the end, so a
 * large one is written in pieces of indefinite length unless its bytes were kept first: see `spooled`.
 */

const algorithm = sequence(objectIdentifier(OID.zlib));

/** Small contents in one piece of DER; large ones as they come. The same bytes at every reading: zlib has no chance in it. */
export async function compressed(content: Content, encoding: 'der' | 'ber'): Promise<Content> {
  if (encoding === 'ber' || content.byteLength === null || content.byteLength > memoryBytesMax)
    return { byteLength: null, bytes: () => indefinite(content) };
  const pieces: Uint8Array[] = [];
  for await (const piece of content.bytes()) pieces.push(piece);
  const whole = inDer(deflateSync(Buffer.concat(pieces)));
  return {
    byteLength: whole.length,
    async *bytes() {
      yield whole;
    },
  };
}

function inDer(zlib: Buffer): Buffer {
  const inner = sequence(objectIdentifier(OID.data), context(0, octetString(zlib)));
  return sequence(objectIdentifier(OID.compressedData), context(0, sequence(integer(0), algorithm, inner)));
}

async function* indefinite(content: Content): AsyncGenerator<Buffer> {
  const open = (tag: number) => Buffer.of(tag, 0x80);
  yield Buffer.concat([
    ...[
      open(SEQUENCE),
      objectIdentifier(OID.compressedData),
      open(contextTag(0)),
      open(SEQUENCE),
      integer(0),
      algorithm,
    ],
    ...[open(SEQUENCE), objectIdentifier(OID.data), open(contextTag(0)), Buffer.of(0x24, 0x80)],
  ]);
  for await (const piece of through(content.bytes(), createDeflate({ chunkSize: pieceBytes })))
    yield octetString(piece);
  yield Buffer.alloc(12); // the ends of the six that were opened
}

/**
 * The inflated bytes of a CompressedData after its ContentInfo was entered. Ends with CmsFault `not-inflatable` for a broken stream, one
 * that grows beyond `bytesMax`, and one that grows faster than EDI can.
 */
export async function* decompressed(stream: BerStream, bytesMax: number): AsyncGenerator<Buffer> {
  await stream.enter(SEQUENCE);
  await stream.element(); // version
  if (oidOf(childAt(await stream.element(), 0)) !== OID.zlib) throw malformed('A compression other than zlib.');
  await stream.enter(SEQUENCE);
  await stream.element(); // content type
  await stream.enter(contextTag(0));
  let read = 0;
  let written = 0;
  const octets = stream.octets(await stream.enter());
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of octets) {
      read += piece.length;
      yield piece;
    }
  }
  for await (const piece of through(counted(), createInflate({ chunkSize: pieceBytes }))) {
    written += piece.length;
    if (written > bytesMax) throw new CmsFault('not-inflatable', `It inflates to more than ${bytesMax} bytes.`);
    if (written > inflationFreeBytes && written > read * inflationRatioMax)
      throw new CmsFault('not-inflatable', `It inflates to more than ${inflationRatioMax} times its size.`);
    yield piece;
  }
}

/**
 * What comes out of an engine that is fed from a source. Not `pipeline`: octets behind the end of a zlib stream, which some senders leave there,
 * end it with "premature close" or not at all, as they happen to be cut. They are read and passed over.
 */
async function* through(source: AsyncIterable<Uint8Array>, engine: Deflate | Inflate): AsyncGenerator<Buffer> {
  const feed: Feed = { stopped: false, failure: null };
  const feeding = feedInto(engine, source, feed);
  try {
    for await (const piece of engine) yield piece;
    await feeding;
    if (feed.failure !== null) throw feed.failure;
  } catch (error) {
    throw isZlibError(error) ? new CmsFault('not-inflatable', 'Its zlib stream is broken.') : error;
  } finally {
    feed.stopped = true;
    engine.destroy();
  }
}

interface Feed {
  /** Nobody reads on: the source is let go. */
  stopped: boolean;
  failure: Error | null;
}

/** Never rejects: what the source throws is told by the engine's reader. */
async function feedInto(engine: Deflate | Inflate, source: AsyncIterable<Uint8Array>, feed: Feed): Promise<void> {
  try {
    for await (const piece of source) {
      if (feed.stopped) return;
      if (engine.readableEnded || engine.destroyed) continue;
      if (!engine.write(piece)) await drainedOrClosed(engine);
    }
    if (!engine.destroyed) engine.end();
  } catch (error) {
    feed.failure = error instanceof Error ? error : new Error(String(error));
    engine.destroy(feed.failure);
  }
}

const drainedOrClosed = (engine: Deflate | Inflate): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      engine.off('drain', done).off('close', done).off('end', done);
      resolve();
    };
    if (engine.destroyed) resolve();
    else engine.once('drain', done).once('close', done).once('end', done);
  });

const isZlibError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^Z_/.test(error.code);
