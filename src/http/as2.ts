import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { object } from '../documents/parts.ts';
import { diagnose } from '../flows/as2/doctor.ts';
import { diagnoseRefused } from '../flows/as2/doctor-received.ts';
import type { FlowContext } from '../flows/context.ts';
import { refusedMessages, unkeptHours } from '../store/as2/refused.ts';
import { Instant, orNull } from './rows.ts';
import { answers, IdParams, limitOf, plainText, told } from './schemas.ts';

const Text = orNull(Type.String());
const DiagnosisAnswer = object({
  deliveryId: Type.String(),
  messageId: Text,
  state: Type.String(),
  broke: orNull(
    Type.String({ description: 'DNS, TCP, TLS, HTTP, MDN, MIC, configuration or other; null: nothing did.' }),
  ),
  evidence: Type.Array(Type.String()),
  findings: Type.Array(object({ what: Type.String(), setting: Text })),
});

const RefusedRow = object({
  id: Type.String({ format: 'uuid' }),
  channel: Type.String(),
  messageId: Text,
  modifier: Type.String({
    description:
      'What was wrong: a modifier of RFC 4130, or receipt, receipt-address, not-admitted, malformed. A receipt says decryption-failed of all that is wrong with an encrypted message before its signature was verified.',
  }),
  detail: Type.String(),
  remote: Text,
  at: Instant,
});
const UnkeptRow = object({
  channel: Type.String(),
  modifier: Type.String(),
  hour: Instant,
  kept: Type.Integer({ description: 'How many of that hour were kept.' }),
  count: Type.Integer({ description: 'How many more were only counted.' }),
});
const { remote: _remote, ...common } = RefusedRow.properties;
const RefusedAnswer = object({
  ...common,
  evidence: Type.Array(Type.String()),
  findings: Type.Array(object({ what: Type.String(), setting: Text })),
});

/** Why a delivery over AS2 did not arrive, and what of partners' was refused. */
export const as2 =
  (context: FlowContext, masterKey: Buffer | null): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/deliveries/:id/as2',
      {
        schema: {
          ...told(
            'wire',
            'diagnoseDelivery',
            'Tell why a delivery over AS2 did not arrive',
            'Which part of the way broke, with the evidence; for a MIC of another kind, what the partner hashed and the setting that agrees with it.',
          ),
          params: IdParams,
          response: answers('What was found.', DiagnosisAnswer, [400, 404, 409]),
        },
      },
      async ({ params: { id } }) => {
        const { evidence, findings, ...rest } = await diagnose(context, id);
        return { ...rest, evidence: [...evidence], findings: [...findings] };
      },
    );
    app.get(
      '/as2/refused',
      {
        schema: {
          ...told(
            'wire',
            'listRefused',
            'List AS2 messages of partners that were refused, newest first',
            'The newest 60 of each channel and reason, for 14 days; of one reason 60 an hour, 20 of them from one address. `unkept`: the hours in which more came. What came under unknown names is only counted: see `GET /metrics`.',
          ),
          querystring: object({ channel: Type.Optional(plainText(200)), limit: limitOf(500, 100) }),
          response: answers(
            'The newest.',
            object({ items: Type.Array(RefusedRow), unkept: Type.Array(UnkeptRow) }),
            [400],
          ),
        },
      },
      async ({ query: { channel = null, limit = 100 } }) => ({
        items: (await refusedMessages(context.database, channel, limit)).map(({ at, ...row }) => ({
          ...row,
          at: at.toISOString(),
        })),
        unkept: (await unkeptHours(context.database, channel, 24)).map(({ hour, ...row }) => ({
          ...row,
          hour: hour.toISOString(),
        })),
      }),
    );
    app.get(
      '/as2/refused/:id',
      {
        schema: {
          ...told(
            'wire',
            'diagnoseRefused',
            'Tell why an AS2 message of a partner was refused',
            'By its id or its Message-ID: what was found layer by layer, the partner’s quirk, and the setting that accepts it.',
          ),
          params: object({ id: plainText(600) }),
          response: answers('What was found.', RefusedAnswer, [400, 404, 409]),
        },
      },
      async ({ params: { id } }) => {
        const { evidence, findings, ...rest } = await diagnoseRefused(context, masterKey, id);
        return { ...rest, evidence: [...evidence], findings: [...findings] };
      },
    );
  };
