import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import { object } from '../documents/parts.ts';
import { createKey, importKey, removeKey, shownKeys } from '../flows/as2/keep-key.ts';
import type { OpenAs2 } from '../flows/as2/open-as2.ts';
import type { FlowContext } from '../flows/context.ts';
import { orNull } from './rows.ts';
import { actorOf, answers, By, forBodies, oneOf, plainText, told } from './schemas.ts';

const Name = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', description: 'Small letters, digits and hyphens.' });
const Key = object({
  name: Name,
  subject: Type.String(),
  fingerprint: Type.String({ description: 'SHA-256 of the certificate.' }),
  validFrom: Type.String(),
  validTo: Type.String(),
  certificate: Type.String({ description: 'PEM, to be given to partners.' }),
  weakness: orNull(Type.String({ description: 'Why partners may refuse it, or should.' })),
});
const NewKey = object({
  name: Name,
  commonName: plainText(64),
  organization: plainText(64),
  kind: oneOf(['rsa-2048', 'rsa-3072', 'rsa-4096', 'p256', 'p384']),
  validDays: Type.Integer({ minimum: 1, maximum: 7_300 }),
  by: By,
});
// 16 KiB: an RSA-4096 key has 3.3, encrypted 3.5.
const pem = Type.String({ minLength: 1, maxLength: 16_384 });
const Imported = object({
  name: Name,
  privateKeyPem: pem,
  certificatePem: pem,
  passphrase: Type.Optional(Type.String({ maxLength: 1_000 })),
  by: By,
});

const Fingerprint = Type.String({ description: 'SHA-256 of a certificate.' });
const RehearsalAnswer = object({
  channel: Type.String(),
  key: Type.String(),
  fingerprint: Fingerprint,
  encryptedFor: orNull(Fingerprint),
  outcome: oneOf(['accepted', 'refused', 'unclear']),
  detail: Type.String(),
  receiptSignedWith: orNull(
    object({
      fingerprint: Fingerprint,
      subject: Type.String(),
      which: oneOf(['the one in force', 'the next one', 'an earlier one']),
    }),
  ),
});

/** Our key pairs: made, taken in and listed. A private key goes in and never comes out. */
export const keys =
  (context: FlowContext, masterKey: Buffer | null, rehearse: OpenAs2['rehearse'] | null): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/keys/rehearsals',
      {
        schema: {
          ...told(
            'keys',
            'rehearseKey',
            'Send a signed test over an AS2 channel with its next key',
            'Encrypted for the partner’s next certificate where there is one; tells whether they took it and which certificate signed the receipt. The test holds no business document.',
          ),
          body: object({ channel: plainText(200), key: Type.Optional(Name), by: By }),
          response: answers('What they answered.', RehearsalAnswer, [...forBodies, 404]),
        },
      },
      async ({ body: { channel, key = null, by } }) => {
        if (rehearse === null) throw new FailureError('usage-wrong', 'This process speaks no AS2.');
        const { receiptSignedWith, ...rest } = await rehearse(channel, { key }, actorOf(by));
        return { ...rest, receiptSignedWith: receiptSignedWith === null ? null : { ...receiptSignedWith } };
      },
    );
    app.get(
      '/keys',
      {
        schema: {
          ...told('keys', 'listKeys', 'List our key pairs', 'Certificates only: private keys are never given back.'),
          response: answers('By name.', object({ keys: Type.Array(Key) })),
        },
      },
      async () => ({ keys: [...(await shownKeys(context))] }),
    );
    app.post(
      '/keys',
      {
        schema: {
          ...told(
            'keys',
            'createKey',
            'Make a key pair',
            'With a certificate signed by itself, as AS2 partners exchange them.',
          ),
          body: NewKey,
          response: answers('The new key.', Key, forBodies),
        },
      },
      async ({ body: { by, ...key } }) => createKey(context, masterKey, key, actorOf(by)),
    );
    app.post(
      '/keys/import',
      {
        schema: {
          ...told('keys', 'importKey', 'Take in a key pair', 'A private key and its certificate in PEM.'),
          body: Imported,
          response: answers('The key as it was kept.', Key, forBodies),
        },
      },
      async ({ body: { by, passphrase, ...key } }) =>
        importKey(context, masterKey, passphrase === undefined ? key : { ...key, passphrase }, actorOf(by)),
    );
    app.post(
      '/keys/:name/removal',
      {
        schema: {
          ...told(
            'keys',
            'removeKey',
            'Destroy a key pair',
            'Only one that no channel names any more. What comes for it from then on can be opened by nobody.',
          ),
          params: object({ name: Name }),
          body: object({ by: By }),
          response: answers('It is gone.', object({ name: Name }), [...forBodies, 404]),
        },
      },
      async ({ params: { name }, body: { by } }) => {
        await removeKey(context, name, actorOf(by));
        return { name };
      },
    );
  };
