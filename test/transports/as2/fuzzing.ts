import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { ByteReader } from '../../../src/transports/as2/byte-reader.ts';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import { examine } from '../../../src/transports/as2/doctor/received.ts';
import { As2Fault } from '../../../src/transports/as2/fault.ts';
import { buildMdn } from '../../../src/transports/as2/mdn/build.ts';
import { parseDisposition } from '../../../src/transports/as2/mdn/disposition.ts';
import { parseMdnOptions } from '../../../src/transports/as2/mdn/options.ts';
import { readMdn } from '../../../src/transports/as2/mdn/read.ts';
import { fieldOf, type Head, readHead } from '../../../src/transports/as2/mime/head.ts';
import { MultipartReader } from '../../../src/transports/as2/mime/multipart.ts';
import { decodedWords, parseParameterized } from '../../../src/transports/as2/mime/parameters.ts';
import { bareMessageId, digestCalled, messageIdIn, nameIn } from '../../../src/transports/as2/names.ts';
import { answerMessage } from '../../../src/transports/as2/receive/answer.ts';
import { cut } from './cms/opening.ts';
import { build, headOf, order, type Sending, type Stations } from './stations.ts';

/* What whoever may post to us can do to our readers. Each property has one way to pass: an answer, or a fault of the sender's. */

interface Sample {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export async function samplesOf(between: Stations): Promise<{ readonly messages: Sample[]; readonly mdns: Sample[] }> {
  const { world } = between;
  const sign = { identity: world.identity('sender'), digest: 'sha256', scheme: 'pkcs1' } as const;
  const recipient = { certificate: world.identity('receiver').certificate, keyTransport: 'pkcs1' } as const;
  const encrypt = { recipients: [recipient], cipher: 'aes-256-cbc' } as const;
  const sendings: Sending[] = [
    {},
    { profile: { sign } },
    { profile: { encrypt } },
    { profile: { compress: 'before-signing' } },
    { profile: { compress: 'after-signing', sign, encrypt, encoding: 'ber' } },
  ];
  const messages: Sample[] = [];
  for (const sending of sendings) {
    const built = await build(between, sending);
    messages.push({ headers: built.headers, body: await collect(built.body.bytes()) });
  }
  // OpenSSL's own, which hold their content: BER with and without lengths.
  world.write('content', order);
  for (const more of [[], ['-stream', '-indef'], ['-noattr']]) {
    const signer = ['-signer', 'sender.crt', '-inkey', 'sender.key', '-outform', 'DER'];
    const body = world.run('cms', '-sign', '-nodetach', '-binary', '-in', 'content', ...signer, ...more);
    const [first] = messages;
    const headers = (first?.headers ?? []).filter(([name]) => !/^content-/i.test(name));
    messages.push({ headers: [...headers, ['Content-Type', 'application/pkcs7-mime; smime-type=signed-data']], body });
  }
  const content = {
    originalMessageId: '<m@sender.example>',
    originalFrom: 'a',
    originalTo: 'b',
    disposition: 'processed',
    text: 'x',
    mic: { base64: 'AAAA', spelled: 'sha-256' },
    messageId: '<r@receiver.example>',
    at: new Date(0),
    version: '1.2',
  } as const;
  const identity = world.identity('receiver');
  const mdns = [
    await buildMdn(content, null),
    await buildMdn(content, { identity, digest: 'sha256', scheme: 'pkcs1' }),
  ];
  return { messages, mdns };
}

/** Where requests are kept that broke something, each as HTTP would bring it. */
export const crasherFolder = new URL('../../../fixtures/as2-crashers/', import.meta.url);

/** A kept request: header lines, a blank line, the body. */
export function wireIn(bytes: Buffer): Sample {
  const end = bytes.indexOf('\r\n\r\n');
  const headers = bytes
    .toString('latin1', 0, end)
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
  return { headers, body: bytes.subarray(end + 4) };
}

/**
 * Runs what must not throw; what makes it throw is kept, and thrown on. While fast-check makes it smaller the file is written over, so the last
 * is the smallest: give it a name of its own and commit it.
 */
async function keepingCrashers(kind: 'message' | 'receipt', sample: Sample, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const head = sample.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const wire = Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), sample.body]);
    writeFileSync(new URL(`found-${kind}.http`, crasherFolder), wire);
    throw error;
  }
}

/** Pieces that do more harm than noise. */
const PIECES = [
  '\r\n',
  '\n',
  '\r\n\r\n',
  '--',
  '--b--\r\n',
  ';',
  '=',
  '"',
  ':',
  'boundary=',
  'Content-Type: multipart/signed; boundary=b',
  'Content-Type: application/pkcs7-mime',
  'Content-Transfer-Encoding: base64',
  '\0',
  '0\x80',
  '$\x80',
];
const edits = fc.array(
  fc.tuple(fc.nat(6_000), fc.nat(40), fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 }))),
  { maxLength: 5 },
);

function edited(bytes: Buffer, changes: readonly (readonly [number, number, string])[]): Buffer {
  let result = bytes;
  for (const [at, length, by] of changes) {
    const from = at % (result.length + 1);
    result = Buffer.concat([result.subarray(0, from), Buffer.from(by, 'latin1'), result.subarray(from + length)]);
  }
  return result;
}

/** A message damaged anywhere is answered, never thrown, and leaves nothing in the temp folder. */
export const damagedMessages = (between: Stations, messages: readonly Sample[], numRuns: number) => {
  const cabinet = {
    ours: [{ name: 'ours', inChannel: true, identity: between.world.identity('receiver') }],
    theirs: [{ whose: 'them', inChannel: true, certificate: between.world.identity('sender').certificate }],
  };
  return fc.assert(
    fc.asyncProperty(
      fc.nat(messages.length - 1),
      edits,
      edits,
      fc.integer({ min: 1, max: 3_000 }),
      async (index, inBody, inType, size) => {
        const { headers, body } = messages[index] ?? { headers: [], body: Buffer.alloc(0) };
        const changed = headers.map(
          ([name, value]) =>
            [
              name,
              name === 'Content-Type'
                ? edited(Buffer.from(value), inType)
                    .toString('latin1')
                    .replaceAll(/[\r\n\0]/g, ' ')
                : value,
            ] as const,
        );
        const sample = { headers: changed, body: edited(body, inBody) };
        await keepingCrashers('message', sample, async () => {
          const head = headOf(sample.headers);
          const { status } = await answerMessage(between.station, { head, body: cut(sample.body, size), remote: null });
          if (![200, 400, 403].includes(status)) throw new Error(`answered ${status}`);
          // What was refused is looked into by a doctor, who must bear it too.
          await examine(head, sample.body, cabinet);
        });
      },
    ),
    { numRuns },
  );
};

/** A receipt damaged anywhere is read or is none. */
export const damagedMdns = (between: Stations, mdns: readonly Sample[], numRuns: number) =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(mdns.length - 1),
      edits,
      fc.integer({ min: 1, max: 2_000 }),
      async (index, changes, size) => {
        const { headers, body } = mdns[index] ?? { headers: [], body: Buffer.alloc(0) };
        const sample = { headers, body: edited(body, changes) };
        await keepingCrashers('receipt', sample, async () => {
          try {
            await readMdn(headOf(headers), cut(sample.body, size), [between.world.identity('receiver').certificate]);
          } catch (error) {
            if (!(error instanceof As2Fault)) throw error;
          }
        });
      },
    ),
    { numRuns },
  );

/** Parts come out as they went in, however the bytes are cut, and whatever looks like a boundary in them. */
export const splitParts = (numRuns: number) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.array(fc.constantFrom('--b', '--b--', '\r\n', '\n', '\r', '-', 'x', '--', '\r\n--bb', '\r\n--b x'), {
          maxLength: 12,
        }),
        { minLength: 1, maxLength: 4 },
      ),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom('\r\n', '\n'),
      async (parts, size, lineEnd) => {
        const texts = parts.map((part) => part.join(''));
        // A line that is a delimiter is one: such parts are another message.
        fc.pre(
          !texts.some(
            (text) => /(?:^|\n)--b(?:--)?[ \t]*\r?(?:\n|$)/.test(text) || /(?:^|\n)--b(?:--)?[ \t]*\r?$/.test(text),
          ),
        );
        fc.pre(lineEnd === '\r\n' || !texts.some((text) => text.endsWith('\r')));
        const body = `${texts.map((text) => `--b${lineEnd}${text}${lineEnd}`).join('')}--b--${lineEnd}`;
        const reader = new MultipartReader(new ByteReader(cut(Buffer.from(body, 'latin1'), size)), 'b');
        const found: string[] = [];
        for (let part = await reader.next(); part !== null; part = await reader.next())
          found.push((await collect(part)).toString('latin1'));
        if (JSON.stringify(found) !== JSON.stringify(texts))
          throw new Error(`${JSON.stringify(texts)} became ${JSON.stringify(found)}`);
      },
    ),
    { numRuns },
  );

/** Header values of every kind: read, or read as nothing. */
export const headerValues = (numRuns: number) =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ maxLength: 200, unit: 'binary-ascii' }),
        fc
          .array(fc.constantFrom(...PIECES, "filename*0*=utf-8''%41", '*1=', '=?utf-8?B?QQ==?=', '%ZZ', '\\'), {
            maxLength: 20,
          })
          .map((all) => all.join('')),
      ),
      async (text) => {
        parseParameterized(text);
        decodedWords(text);
        parseDisposition(text);
        parseMdnOptions(text);
        digestCalled(text);
        bareMessageId(text);
        nameIn(text);
        messageIdIn(text);
        const head: Head | null = await readHead(
          new ByteReader(contentOf(Buffer.from(`Content-Type: ${text}\r\n\r\nbody`, 'latin1')).bytes()),
        );
        if (head !== null) fieldOf(head, 'content-type');
      },
    ),
    { numRuns },
  );
