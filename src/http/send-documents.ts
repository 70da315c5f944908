import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { object } from '../documents/parts.ts';
import type { FlowContext } from '../flows/context.ts';
import { sendDocument } from '../flows/send-document.ts';
import { requestHash } from '../store/idempotency.ts';
import { rowOrFailure } from './lists.ts';
import { once } from './once.ts';
import { actorOf, answers, By, forBodies, IdempotencyHeaders, named, plainText, told } from './schemas.ts';

const Sent = object({
  agreement: plainText(300),
  document: Type.Unsafe<object>({ type: 'object' }),
  by: By,
});

/** Documents that follow from no order: a back office gives them whole. */
export const sendDocuments =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/documents',
      {
        schema: {
          ...told(
            'documents',
            'sendDocument',
            'Send a document of our own',
            'An InventoryAdvice (846), PriceCatalogue (832), TextMessage (864) or OrderStatus (870), under an agreement to send it. Without an Idempotency-Key the same words are the same document, and go out once.',
          ),
          headers: IdempotencyHeaders,
          body: Sent,
          response: answers(
            'It goes out, now or the first time it was asked.',
            named('DocumentRow'),
            [...forBodies, 422],
            {
              status: 201,
            },
          ),
        },
      },
      async ({ headers, body }, reply) => {
        const asked = {
          scope: `documents/${body.agreement}`,
          key: headers['idempotency-key'] ?? null,
          posted: body,
          impliedKey: async () => `implied:${requestHash(body).toString('hex')}`,
        };
        return once(context, reply, asked, async (tx) => {
          const sent = await sendDocument(context, tx, body.agreement, body.document, actorOf(body.by));
          return sent.ok ? { ok: true, value: await rowOrFailure(tx, 'documents', sent.value.id) } : sent;
        });
      },
    );
  };
