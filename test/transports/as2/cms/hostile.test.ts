import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childrenOf, derOf, oidOf, readNode } from '../../../../src/transports/as2/cms/ber.ts';
import { CmsFault } from '../../../../src/transports/as2/cms/cms-fault.ts';
import { compressed, decompressed } from '../../../../src/transports/as2/cms/compress.ts';
import { enterContentInfo } from '../../../../src/transports/as2/cms/decrypt.ts';
import {
  context,
  derLength,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  tlv,
} from '../../../../src/transports/as2/cms/der.ts';
import { encrypted } from '../../../../src/transports/as2/cms/encrypt.ts';
import { signDetached } from '../../../../src/transports/as2/cms/signed-data.ts';
import { verifyDetached } from '../../../../src/transports/as2/cms/verify.ts';
import { collect, contentOf } from '../../../../src/transports/as2/content.ts';
import { opensslWorld } from '../openssl.ts';
import { cut, open } from './opening.ts';

const world = opensslWorld({ us: 'rsa', curve: 'p256' });
afterAll(() => world.close());
const content = randomBytes(300);
const digestsOf = () => [createHash('sha256').update(content).digest()];
const samples: Buffer[] = [];
beforeAll(async () => {
  const identity = world.identity('us');
  const signing = { identity, digest: 'sha256', scheme: 'pkcs1', signingTime: new Date(0) } as const;
  samples.push(await signDetached(digestsOf()[0] ?? content, signing));
  for (const cipher of ['aes-128-cbc', 'aes-256-gcm'] as const)
    for (const encoding of ['der', 'ber'] as const)
      for (const name of ['us', 'curve']) {
        const recipients = [{ certificate: world.identity(name).certificate, keyTransport: 'pkcs1' } as const];
        samples.push(await collect(encrypted(contentOf(content), { recipients, cipher, encoding }).bytes()));
      }
  for (const encoding of ['der', 'ber'] as const)
    samples.push(await collect((await compressed(contentOf(content), encoding)).bytes()));
});

/** Reads as CMS whatever it is; every way to fail but a CmsFault is a defect. */
async function readAll(bytes: Buffer, size: number): Promise<void> {
  const identities = [world.identity('us'), world.identity('curve')];
  try {
    const { kind, stream } = await enterContentInfo(cut(bytes, size));
    if (kind === 'compressedData') for await (const _ of decompressed(stream, 1e6));
    else if (kind === 'signedData')
      verifyDetached(
        bytes,
        digestsOf,
        identities.map(({ certificate }) => certificate),
      );
    else await open(cut(bytes, size), identities);
  } catch (error) {
    if (!(error instanceof CmsFault)) throw error;
  }
}

describe('hostile CMS', () => {
  test('damaged anywhere, it is a fault and never an exception of ours', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(samples.length - 1),
        fc.array(fc.tuple(fc.nat(3_000), fc.nat(255)), { maxLength: 4 }),
        fc.option(fc.nat(3_000)),
        fc.integer({ min: 1, max: 500 }),
        async (index, edits, length, size) => {
          const bytes = Buffer.from(samples[index] ?? content);
          for (const [at, octet] of edits) bytes[at % bytes.length] = octet;
          await readAll(length === null ? bytes : bytes.subarray(0, length), size);
        },
      ),
      { numRuns: 1_500 },
    );
  });
  test('random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await readAll(Buffer.from(bytes), 7);
        await readAll(Buffer.concat([Buffer.of(0x30, 0x80), bytes]), 7);
      }),
      { numRuns: 500 },
    );
  });
  test.each([
    ['an indefinite nest', Buffer.alloc(200_000, Buffer.of(0x30, 0x80))],
    ['an indefinite string nest', Buffer.concat([Buffer.of(0x24, 0x80), Buffer.alloc(200_000, Buffer.of(0x24, 0x80))])],
    ['a definite nest', Buffer.alloc(60_000, Buffer.of(0x30, 0x83, 0x00, 0xff, 0xff))],
    ['a length of 2^56', Buffer.of(0x30, 0x88, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['a length of 127 octets', Buffer.of(0x30, 0xff, 0x01)],
    ['a long tag', Buffer.of(0x3f, 0x81, 0x01, 0x00)],
    ['an indefinite primitive', Buffer.of(0x30, 0x80, 0x04, 0x80, 0x00, 0x00)],
    ['nothing', Buffer.alloc(0)],
  ])('%s is refused', async (_what, bytes) => {
    await expect(enterContentInfo(cut(bytes, 1_000))).rejects.toBeInstanceOf(CmsFault);
    expect(() => derOf(readNode(Buffer.from(bytes)))).toThrow(CmsFault);
  });
  test('an element that never ends is not gathered beyond its limit', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.of(0x30, 0x80, 0x30, 0x80);
      for (;;) {
        given += 65_536;
        yield Buffer.alloc(65_536, Buffer.of(0x04, 0x02, 1, 1));
      }
    }
    await expect(enterContentInfo(endless())).rejects.toMatchObject({ kind: 'limit' });
    expect(given).toBeLessThan(4 * 1024 * 1024);
  });
});

describe('DER', () => {
  test('object identifiers come back', () =>
    fc.assert(
      fc.property(fc.nat(2), fc.nat(39), fc.array(fc.nat(2 ** 31), { maxLength: 10 }), (first, second, arcs) => {
        const dotted = [first, second, ...arcs].join('.');
        expect(oidOf(readNode(objectIdentifier(dotted)))).toBe(dotted);
      }),
    ));
  test('lengths come back', () =>
    fc.assert(
      fc.property(fc.nat(70_000), (length) => {
        const node = readNode(octetString(Buffer.alloc(length)));
        expect(node.content.length).toBe(length);
        expect(node.raw.length).toBe(1 + derLength(length).length + length);
      }),
    ));
  test('BER becomes DER', () => {
    const ber = Buffer.concat([
      Buffer.of(0x30, 0x80, 0x24, 0x80, 0x04, 0x81, 0x02, 1, 2, 0x04, 0x01, 3, 0, 0),
      Buffer.of(0x31, 0x82, 0x00, 0x03, 0x02, 0x01, 0x05, 0, 0),
    ]);
    expect(derOf(readNode(ber))).toEqual(sequence(octetString(Buffer.of(1, 2, 3)), setOf(integer(5))));
    expect(childrenOf(readNode(ber))).toHaveLength(2);
  });
  test('times change their form in 2050', () => {
    expect(time(new Date('2049-12-31T23:59:59Z'))).toEqual(tlv(0x17, Buffer.from('491231235959Z')));
    expect(time(new Date('2050-01-01T00:00:00Z'))).toEqual(tlv(0x18, Buffer.from('20500101000000Z')));
  });
  test('integers keep their sign octet', () =>
    expect([0, 127, 128, 256].map((value) => integer(value).toString('hex'))).toEqual([
      '020100',
      '02017f',
      '02020080',
      '02020100',
    ]));
  test('context tags are constructed', () => expect(context(1, Buffer.of(5, 0))).toEqual(Buffer.of(0xa1, 2, 5, 0)));
});
