import { createHash } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CmsFault } from '../../../src/transports/as2/cms/cms-fault.ts';
import { decrypted, enterContentInfo } from '../../../src/transports/as2/cms/decrypt.ts';
import { signDetached } from '../../../src/transports/as2/cms/signed-data.ts';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import type { MessageProfile } from '../../../src/transports/as2/message/build.ts';
import { answerMessage } from '../../../src/transports/as2/receive/answer.ts';
import { openFailurePace } from '../../../src/transports/as2/receive/failure-pace.ts';
import type { As2Answer } from '../../../src/transports/as2/receive/station.ts';
import { cut } from './cms/opening.ts';
import { build, headOf, judgedText, signedMdn, stations } from './stations.ts';

/*
 * Whoever has captured a message may send it again, changed, as often as he likes: AS2-From is nobody's secret. These are the attacks that read CBC
 * through answers (Vaudenay 2002): if one of 256 guesses is answered in another way than the rest, he has an octet of the plaintext.
 *
 * Answers carry ids and times of ours; here both stand still, so that answers can be compared octet for octet.
 */
const between = stations();
afterAll(() => between.close());
const { world } = between;
const agreed = between.relation;
const station = { ...between.station, newId: () => 'an-id' };
beforeEach(() => {
  between.relation = { ...agreed, policy: { requireSignature: true, requireEncryption: true, allowWeak: true } };
  between.taken.length = 0;
  between.posted.length = 0;
  between.refused.length = 0;
});
const signing = { identity: world.identity('sender'), digest: 'sha256', scheme: 'pkcs1' } as const;
const toReceiver = { certificate: world.identity('receiver').certificate, keyTransport: 'pkcs1' } as const;
const profileOf = (compress: MessageProfile['compress'], cipher: 'aes-256-cbc' | '3des' = 'aes-256-cbc') =>
  ({ sign: signing, encrypt: { recipients: [toReceiver], cipher }, compress }) as const;

const synchronous = signedMdn;
const asynchronous = { ...signedMdn, asynchronousUrl: 'http://sender.example/mdn' };

interface Captured {
  readonly head: ReturnType<typeof headOf>;
  readonly body: Buffer;
}
async function captured(profile: Partial<MessageProfile>, mdn: typeof signedMdn = synchronous): Promise<Captured> {
  const built = await build(between, { profile, mdn, messageId: '<captured@sender.example>' });
  return { head: headOf(built.headers), body: await collect(built.body.bytes()) };
}

/** What an attacker sees: the answer, and the receipt that was posted. */
async function told({ head }: Captured, body: Buffer): Promise<string> {
  between.taken.length = 0;
  between.posted.length = 0;
  const answer = await answerMessage(station, { head, body: cut(body, 700), remote: '192.0.2.66' });
  await answer.after;
  return JSON.stringify([answer.status, shown(answer.mdn), between.posted.map((mdn) => [mdn.url, shown(mdn)])]);
}
const shown = (mdn: As2Answer['mdn']) => mdn && [mdn.headers, mdn.body.toString('latin1')];

/** Ours alone to know: whether the padding is right. */
async function isPadded(body: Buffer): Promise<boolean> {
  try {
    const { kind, stream } = await enterContentInfo(contentOf(body).bytes());
    if (kind !== 'envelopedData') throw new Error('nothing encrypted');
    await collect((await decrypted(stream, kind, [world.identity('receiver')])).bytes);
    return true;
  } catch (error) {
    if (error instanceof CmsFault && error.kind === 'undecryptable') return false;
    throw error;
  }
}

/** In BER, the ends of five indefinite lengths stand behind the last piece of the ciphertext; in DER it is what a message ends with. */
const endsBytes = 10;
const guesses = Array.from({ length: 256 }, (_, guess) => guess);

/** Every answer to every guess, and how many of them had a right padding: an attack that never had one proves nothing. */
async function attack(message: Captured, changed: (guess: number) => Buffer) {
  const answers = new Map<string, number>();
  let padded = 0;
  for (const guess of guesses) {
    const body = changed(guess);
    const answer = await told(message, body);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    if (await isPadded(body)) padded++;
  }
  return { answers: [...answers.keys()], padded };
}

/** The answer to what no key of ours opens. */
async function answerToGarbage(mdn: typeof signedMdn): Promise<string> {
  const stranger = { certificate: world.identity('stranger').certificate, keyTransport: 'pkcs1' } as const;
  const message = await captured(
    { ...profileOf('none'), encrypt: { recipients: [stranger], cipher: 'aes-256-cbc' } },
    mdn,
  );
  return told(message, message.body);
}

describe.each([
  ['in the answer', synchronous],
  ['posted later', asynchronous],
] as const)('a receipt %s', (_way, mdn) => {
  test.each(['none', 'before-signing', 'after-signing'] as const)(
    'row 48: the last blocks replaced, compressed %s: 256 guesses have one answer',
    async (compress) => {
      const message = await captured(profileOf(compress), mdn);
      const { body } = message;
      const target = body.subarray(-48, -32);
      const { answers, padded } = await attack(message, (guess) => {
        const block = Buffer.alloc(16, 7);
        block[15] = guess;
        return Buffer.concat([body.subarray(0, -32), block, target]);
      });
      expect(answers).toEqual([await answerToGarbage(mdn)]);
      expect(answers[0]).toContain('decryption-failed');
      expect(answers[0]).not.toContain('Received-Content-MIC');
      expect(padded).toBeGreaterThan(0);
      expect(padded).toBeLessThan(10);
      // The operator is told the truth.
      expect(new Set(between.refused.map(({ modifier }) => modifier)).size).toBeGreaterThan(1);
      expect(between.taken).toEqual([]);
    },
    60_000,
  );
  test('row 48: a flipped initialisation vector has the same answer, and no digest of what came out', async () => {
    const message = await captured({ ...profileOf('none'), sign: null }, mdn);
    const oid = Buffer.from('060960864801650304012a0410', 'hex');
    const at = message.body.indexOf(oid) + oid.length;
    expect(at).toBeGreaterThan(oid.length);
    const { answers, padded } = await attack(message, (guess) => {
      const body = Buffer.from(message.body);
      body[at + (guess % 16)] = (body[at + (guess % 16)] ?? 0) ^ (guess | 1);
      return body;
    });
    expect(answers).toEqual([await answerToGarbage(mdn)]);
    expect(padded).toBe(256);
  });
  test('row 48: two blocks behind the last boundary: taken for its signature, whatever their padding is', async () => {
    const message = await captured({ ...profileOf('none'), encoding: 'ber' }, mdn);
    const { body } = message;
    const target = body.subarray(400, 416);
    const { answers, padded } = await attack(message, (guess) => {
      const block = Buffer.alloc(16, 9);
      block[15] = guess;
      const end = body.length - endsBytes;
      return Buffer.concat([body.subarray(0, end), Buffer.from([4, 32]), block, target, body.subarray(end)]);
    });
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain('; processed');
    expect([padded > 0, padded < 10]).toEqual([true, true]);
  }, 60_000);
});

test('row 48: 3DES, whose blocks are half as long', async () => {
  const message = await captured(profileOf('none', '3des'));
  const { body } = message;
  const target = body.subarray(-24, -16);
  const { answers, padded } = await attack(message, (guess) => {
    const block = Buffer.from([1, 2, 3, 4, 5, 6, 7, guess]);
    return Buffer.concat([body.subarray(0, -16), block, target]);
  });
  expect(answers).toEqual([await answerToGarbage(synchronous)]);
  expect(padded).toBeGreaterThan(0);
}, 60_000);

test('a signature around the envelope proves nothing of what is in it: whoever signs what he captured reads it no more', async () => {
  const { body: envelope } = await captured({ ...profileOf('none'), sign: null });
  const message = await captured({ sign: signing });
  const head = headOf([
    ...message.head.fields.filter(([name]) => name !== 'content-type'),
    ['content-type', 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=b'],
  ]);
  const wrapped = async (inner: Buffer) => {
    const part = Buffer.concat([Buffer.from('Content-Type: application/pkcs7-mime\r\n\r\n'), inner]);
    const cms = await signDetached(createHash('sha256').update(part).digest(), {
      ...signing,
      signingTime: new Date(0),
    });
    const signature = `Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n${cms.toString('base64')}`;
    return Buffer.concat([Buffer.from('--b\r\n'), part, Buffer.from(`\r\n--b\r\n${signature}\r\n--b--\r\n`)]);
  };
  const answers = new Set<string>();
  let padded = 0;
  for (const guess of guesses) {
    const inner = Buffer.from(envelope);
    const at = inner.length - 17;
    inner[at] = guess;
    if (await isPadded(inner)) padded++;
    answers.add(await told({ head, body: inner }, await wrapped(inner)));
  }
  expect(padded).toBeGreaterThan(0);
  expect([...answers]).toEqual([await answerToGarbage(synchronous)]);
}, 60_000);

test('compression around the envelope has no answer of its own', async () => {
  const { compressed } = await import('../../../src/transports/as2/cms/compress.ts');
  const message = await captured(profileOf('none'));
  const packed = async (inner: Buffer) => {
    const part = Buffer.concat([Buffer.from('Content-Type: application/pkcs7-mime\r\n\r\n'), inner]);
    return collect((await compressed(contentOf(part), 'der')).bytes());
  };
  const answers = new Set<string>();
  for (const guess of guesses) {
    const inner = Buffer.from(message.body);
    inner[inner.length - 17] = guess;
    answers.add(await told(message, await packed(inner)));
  }
  const intact = await told(message, await packed(message.body));
  answers.delete(intact); // one of the guesses is the octet that stood there
  expect(intact).toContain('; processed');
  expect([...answers]).toEqual([await answerToGarbage(synchronous)]);
}, 60_000);

describe('where no signature is wanted', () => {
  beforeEach(() => {
    between.relation = agreed;
  });
  test('what anybody could have made is refused without its digest', async () => {
    between.relation = { ...agreed, attachments: 'one' };
    const message = await captured({ ...profileOf('none'), sign: null });
    const files = [1, 2].map((number) => ({
      content: contentOf(Buffer.from(`file ${number}`)),
      contentType: 'text/plain',
      name: `${number}.txt`,
    }));
    const two = await build(between, { profile: { ...profileOf('none'), sign: null }, files });
    const answer = await answerMessage(station, {
      head: headOf(two.headers),
      body: two.body.bytes(),
      remote: null,
    });
    expect(judgedText(answer)).toContain('decryption-failed');
    expect(answer.mdn?.body.toString()).not.toContain('Received-Content-MIC');
    expect(between.refused.at(-1)?.detail).toContain('Several attachments');
    expect(await told(message, message.body)).toContain('Received-Content-MIC'); // taken: the agreement's choice
  });
  test('an address whose failures wait is read no faster than it is answered', async () => {
    const message = await captured({ ...profileOf('none'), sign: null });
    const slowed = { ...station, failures: { pause: async () => undefined, isCrowded: () => true } };
    const ask = async () =>
      (await answerMessage(slowed, { head: message.head, body: cut(message.body, 700), remote: null })).status;
    expect(await ask()).toBe(429);
    expect(between.taken).toEqual([]);
    // Where a signature is wanted nothing is learned from it, so nobody is held up.
    between.relation = { ...agreed, policy: { ...agreed.policy, requireSignature: true } };
    const signed = await captured(profileOf('none'));
    const answer = await answerMessage(slowed, { head: signed.head, body: cut(signed.body, 700), remote: null });
    expect(judgedText(answer)).toContain('processed');
  });
});

describe('the pace of failures', () => {
  /** A clock that goes on when somebody sleeps. */
  function paced() {
    let now = 0;
    const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
    const pace = openFailurePace(
      () => now,
      (ms) => new Promise((wake) => sleepers.push({ at: now + ms, wake })),
    );
    const goOn = async (ms: number) => {
      now += ms;
      for (const { at, wake } of sleepers) if (at <= now) wake();
      await Promise.resolve();
      await Promise.resolve();
    };
    return { pace, goOn, waits: () => sleepers.map(({ at }) => at) };
  }
  test('a partner with a wrong certificate is answered at the next tick, a flood late, and what is too much not at all', async () => {
    const { pace, goOn, waits } = paced();
    await goOn(1_033);
    for (let count = 0; count < 20; count++) expect(pace.pause('a/as2', '192.0.2.1')).not.toBeNull();
    expect(new Set(waits())).toEqual(new Set([1_100]));
    for (let count = 20; count < 32; count++) expect(pace.pause('a/as2', '192.0.2.1')).not.toBeNull();
    expect(waits().at(-1)).toBe(6_100);
    expect(pace.pause('a/as2', '192.0.2.1')).toBeNull();
    expect(pace.pause('b/as2', '192.0.2.1')).not.toBeNull(); // another pair has nothing to do with it
    expect(pace.isCrowded('a/as2', '192.0.2.1')).toBe(true);
    expect(pace.isCrowded('a/as2', '192.0.2.2')).toBe(false); // nor has another address
    await goOn(6_000);
    expect(pace.isCrowded('a/as2', '192.0.2.1')).toBe(false);
    expect(pace.pause('a/as2', '192.0.2.1')).not.toBeNull();
    expect(waits().at(-1)).toBe(7_100); // two tokens came back in six seconds
  });
});
