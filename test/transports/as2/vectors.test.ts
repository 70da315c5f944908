import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../src/transports/as2/byte-reader.ts';
import { readCertificate } from '../../../src/transports/as2/cms/certificate.ts';
import { collect } from '../../../src/transports/as2/content.ts';
import { judgeMdn, readMdn } from '../../../src/transports/as2/mdn/read.ts';
import type { ExpectedMics } from '../../../src/transports/as2/message/build.ts';
import { openMessage } from '../../../src/transports/as2/message/open.ts';
import { fieldOf, readHead } from '../../../src/transports/as2/mime/head.ts';
import { bareMessageId, nameIn } from '../../../src/transports/as2/names.ts';
import { spool } from '../../../src/transports/as2/spool.ts';
import { cut } from './cms/opening.ts';

/** 84 items that passed between a test station and two other products; they are not part of this repository. */
const folder = ['../shared/as2-vectors', '../../shared/as2-vectors']
  .map((path) => resolve(import.meta.dirname, '../../..', path))
  .find((path) => existsSync(join(path, 'index.json')));

interface Vector {
  readonly file: string;
  readonly kind: 'mdn' | 'message';
  readonly from: string;
  readonly mid?: string;
  readonly mics?: ExpectedMics;
  readonly disposition?: string;
  readonly signed?: boolean | string;
  readonly sigOk?: boolean;
  readonly mic?: string;
  readonly micOk?: boolean;
  readonly disp?: string;
  readonly encrypted?: string | null;
  readonly compressed?: number;
  readonly filename?: string;
  readonly payloadSha256?: string;
  readonly micSha256?: string;
}

if (folder === undefined) test.skip('as2-vectors (skipped: vectors absent)', () => undefined);
else {
  const read = (name: string) => readFileSync(join(folder, name));
  const vectors: readonly Vector[] = JSON.parse(read('index.json').toString('utf8'));
  const certificates = new Map(['gw', 'pyas2', 'openas2'].map((name) => [name, readCertificate(read(`${name}.crt`))]));
  const certificateOf = (name: string) => {
    const certificate = certificates.get(name.split('_')[0] ?? '');
    if (certificate === undefined) throw new Error(`no certificate of ${name}`);
    return certificate;
  };
  const us = {
    certificate: certificateOf('gw'),
    privateKey: createPrivateKey({ key: read('gw.key.der'), format: 'der', type: 'pkcs8' }),
  };
  const entityOf = async (name: string, size: number) => {
    const bytes = read(name);
    const reader = new ByteReader(cut(bytes.subarray(bytes.indexOf('\r\n') + 2), size));
    const head = await readHead(reader);
    if (head === null) throw new Error(`${name} has no headers`);
    return { head, body: reader.rest() };
  };

  describe.each([64 * 1024, 97, 1])('as2-vectors, %i bytes at a time', (size) => {
    const some = size === 1 ? vectors.filter((_, index) => index % 7 === 0) : vectors;
    test.each(some.filter(({ kind }) => kind === 'mdn'))('as2-vectors $file', async (vector) => {
      const { head, body } = await entityOf(vector.file, size);
      const reading = readMdn(head, body, [certificateOf(vector.from)]);
      if (vector.disposition === undefined) return expect(reading).rejects.toMatchObject({ name: 'As2Fault' });
      const mdn = await reading;
      expect(mdn.dispositionText).toBe(vector.disposition);
      expect(mdn.signature.kind).toBe(vector.signed === true ? (vector.sigOk === true ? 'good' : 'wrong') : 'none');
      expect(bareMessageId(mdn.originalMessageId ?? '')).toBe(bareMessageId(vector.mid ?? ''));
      expect(mdn.mic?.base64).toBe(vector.mic);
      const verdict = judgeMdn(mdn, {
        signed: vector.signed === true,
        messageIsSigned: vector.mic !== undefined,
        mics: vector.mics ?? {},
      });
      const taken = /; *processed *$/i.test(vector.disposition);
      expect(verdict.kind).toBe(taken ? (vector.micOk === false ? 'mic-differs' : 'accepted') : verdict.kind);
      if (!taken && !/warning/i.test(vector.disposition)) expect(verdict.kind).toBe('refused');
    });

    test.each(some.filter(({ kind }) => kind === 'message'))('as2-vectors $file', async (vector) => {
      const { head, body } = await entityOf(vector.file, size);
      expect(nameIn(fieldOf(head, 'as2-from'))).toBe(vector.from.startsWith('pyas2') ? 'pyas2' : vector.from);
      const outcome = await openMessage(head, body, {
        keys: { decryptWith: [us], verifyWith: [certificateOf(vector.from)] },
        fileBytesMax: 1e6,
        micDigest: 'sha256',
        spool: (source, max) => spool(source, max, tmpdir()),
      });
      const { layers } = outcome;
      expect(layers.encrypted?.cipher ?? null).toBe(vector.encrypted === 'des-ede3-cbc' ? '3des' : vector.encrypted);
      if (vector.disp !== 'processed') {
        expect(outcome.ok ? 'processed' : `processed/error: ${outcome.fault.modifier}`).toBe(vector.disp);
        return;
      }
      if (!outcome.ok) throw outcome.fault;
      expect(layers.signed?.digest ?? false).toBe(vector.signed);
      expect(layers.compressed === 'none' ? 0 : 1).toBe(vector.compressed);
      const [file, ...others] = outcome.files;
      expect(others).toEqual([]);
      expect(file?.spooled.sha256.toString('hex')).toBe(vector.payloadSha256);
      if (vector.filename !== undefined) expect(file?.name).toBe(vector.filename);
      expect((await collect(file?.spooled.bytes() ?? cut(Buffer.alloc(0), 1))).length).toBe(file?.spooled.byteLength);
      const mics = outcome.mics.map(({ digests, formIndex }) => digests('sha256')?.[formIndex]?.toString('base64'));
      expect(mics).toContain(vector.micSha256);
    });
  });
}
