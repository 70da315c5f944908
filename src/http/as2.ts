import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { object } from '../documents/parts.ts';
import { diagnose } from '../flows/as2/doctor.ts';
import type { FlowContext } from '../flows/context.ts';
import { orNull } from './rows.ts';
import { answers, IdParams, told } from './schemas.ts';

const Text = orNull(Type.String());
const DiagnosisAnswer = object({
  deliveryId: Type.String(),
  messageId: Text,
  state: Type.String(),
  broke: orNull(Type.String({ description: 'DNS, TCP, TLS, HTTP, MDN, MIC or other; null: nothing did.' })),
  evidence: Type.Array(Type.String()),
  findings: Type.Array(object({ what: Type.String(), setting: Text })),
});

/** Why a delivery over AS2 did not arrive. */
export const as2 =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
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
  };
