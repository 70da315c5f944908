import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FlowContext } from '../flows/context.ts';
import { correctInvoice } from '../flows/orders/correct-invoice.ts';
import type { InvoiceCorrection } from '../orders/invoice-request.ts';
import { requestHash } from '../store/idempotency.ts';
import { documentOfInvoice } from '../store/orders/corrections.ts';
import { once } from './once.ts';
import { actorOf, answers, forBodies, IdempotencyHeaders, IdParams, named, told } from './schemas.ts';

/** What a person does with an invoice the partner has refused. */
export const invoiceActs =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/invoices/:id/corrections',
      {
        schema: {
          ...told(
            'money',
            'correctInvoice',
            'Correct a rejected invoice and send it again',
            'The corrected invoice goes out in an interchange of its own, and its open item takes the new amount. What is left out of the body is billed as before.',
          ),
          params: IdParams,
          headers: IdempotencyHeaders,
          body: named('InvoiceCorrection'),
          response: answers(
            'Sent again, now or the first time it was asked.',
            named('InvoicePosted'),
            [...forBodies, 422],
            {
              status: 201,
            },
          ),
        },
      },
      async ({ params: { id }, headers, body }, reply) => {
        const posted = body as InvoiceCorrection;
        const asked = {
          scope: `invoice/corrections/${id}`,
          key: headers['idempotency-key'] ?? null,
          posted,
          // A second correction with the same words, after the first was refused too, is another act; a mere repeat finds nothing to correct.
          impliedKey: async (tx: Parameters<typeof documentOfInvoice>[0]) =>
            `implied:${await documentOfInvoice(tx, id)}:${requestHash(posted).toString('hex')}`,
        };
        return once(context, reply, asked, (tx) => correctInvoice(context, tx, id, posted, actorOf(posted.by)));
      },
    );
  };
