import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { object } from '../documents/parts.ts';
import { acceptInterchange } from '../flows/accept-interchange.ts';
import type { FlowContext } from '../flows/context.ts';
import { releaseTransaction } from '../flows/release-transaction.ts';
import { attemptsOf, receiptsOf } from '../store/views/deliveries.ts';
import { wholeDocument } from '../store/views/documents.ts';
import { type ListName, listPage } from '../store/views/lists.ts';
import { problemsOf } from '../store/views/problems.ts';
import { readChunks, readRange } from '../store/wire/chunks.ts';
import { rawFileToRead } from '../store/wire/raw-file.ts';
import { transactionPlace } from '../store/wire/transaction-place.ts';
import { LISTED, notFound, rowOrFailure } from './lists.ts';
import { Instant, orNull, ROWS } from './rows.ts';
import { actorOf, answers, Bytes, forBodies, IdParams, named, Reason, told } from './schemas.ts';

/** So many interchanges and transactions are told with what holds them; the lists have them all. */
const heldMax = 500;

const Problems = Type.Array(named('Problem'));
const Text = orNull(Type.String());
const Attempt = object({
  number: Type.Integer(),
  startedAt: Instant,
  finishedAt: orNull(Instant),
  outcome: Text,
  detail: Text,
  nothingSent: Type.Boolean({ description: 'It is certain that this attempt gave the partner nothing.' }),
});
const Receipt = object({ kind: Type.String(), at: Instant, detail: Type.Unknown() });

/** What stood on the wire and what became of it: transmissions, files byte for byte, interchanges, transactions, deliveries, documents. */
export const wire =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database } = context;
    const held = async (name: 'interchanges' | 'transactions', filter: Readonly<Record<string, string>>) =>
      (await listPage(database, name, filter, heldMax, null)).items.toReversed();
    const show = (
      name: ListName,
      operationId: string,
      summary: string,
      schema: TSchema,
      more: (id: string) => Promise<object>,
    ) =>
      app.get(
        `${LISTED[name].path}/:id`,
        {
          schema: {
            ...told(LISTED[name].tag, operationId, summary),
            params: IdParams,
            response: answers(`The ${LISTED[name].one}.`, schema, [400, 404]),
          },
        },
        async ({ params: { id } }) => ({ ...(await rowOrFailure(database, name, id)), ...(await more(id)) }),
      );

    show(
      'transmissions',
      'getTransmission',
      'Show a transmission with the interchanges it carried',
      object({ ...ROWS.transmissions, interchanges: Type.Array(named('InterchangeRow')) }),
      async (id) => {
        const { file } = await rowOrFailure(database, 'transmissions', id);
        return { interchanges: typeof file === 'string' ? await held('interchanges', { file }) : [] };
      },
    );
    show(
      'files',
      'getFile',
      'Show a file with its interchanges and problems',
      object({ ...ROWS.files, interchanges: Type.Array(named('InterchangeRow')), problems: Problems }),
      async (id) => ({
        interchanges: await held('interchanges', { file: id }),
        problems: await problemsOf(database, 'raw_file_id', id),
      }),
    );
    show(
      'interchanges',
      'getInterchange',
      'Show an interchange with its transactions and problems',
      object({ ...ROWS.interchanges, problems: Problems, transactionList: Type.Array(named('TransactionRow')) }),
      async (id) => ({
        problems: await problemsOf(database, 'interchange_id', id),
        transactionList: await held('transactions', { interchange: id }),
      }),
    );
    show(
      'transactions',
      'getTransaction',
      'Show a transaction with its problems',
      object({ ...ROWS.transactions, problems: Problems }),
      async (id) => ({ problems: await problemsOf(database, 'transaction_id', id) }),
    );
    show(
      'deliveries',
      'getDelivery',
      'Show a delivery with its attempts and receipts',
      object({ ...ROWS.deliveries, attempts: Type.Array(Attempt), receipts: Type.Array(Receipt) }),
      async (id) => ({ attempts: await attemptsOf(database, id), receipts: await receiptsOf(database, id) }),
    );
    show(
      'documents',
      'getDocument',
      'Show a document whole, with its trace to the wire',
      named('DocumentDetail'),
      async (id) => (await wholeDocument(database, id)) ?? {},
    );

    app.get(
      '/files/:id/bytes',
      {
        schema: {
          ...told('wire', 'getFileBytes', 'The bytes of a file as they came or left'),
          params: IdParams,
          response: answers('The bytes.', Bytes, [400, 404], { type: bytesType }),
        },
      },
      async ({ params: { id } }, reply) => {
        const file = await rawFileToRead(database, id);
        if (file === undefined) throw notFound('files', id);
        reply.header('content-length', file.byte_length.toString());
        return sendBytes(reply, id, Readable.from(readChunks(database, id)));
      },
    );
    app.get(
      '/transactions/:id/bytes',
      {
        schema: {
          ...told('wire', 'getTransactionBytes', 'The bytes of one transaction'),
          params: IdParams,
          response: answers('The bytes.', Bytes, [400, 404], { type: bytesType }),
        },
      },
      async ({ params: { id } }, reply) => {
        const place = await transactionPlace(database, id);
        if (place === undefined) throw notFound('transactions', id);
        return sendBytes(reply, id, await readRange(database, place.rawFileId, place.byteOffset, place.byteLength));
      },
    );
    app.post(
      '/interchanges/:id/accept',
      {
        schema: {
          ...told(
            'wire',
            'acceptInterchange',
            'Let a quarantined interchange in',
            'Though its control number, or its bytes, were used before; or because the configuration knows its sender, receiver or channel by now: its bytes then come in anew.',
          ),
          params: IdParams,
          body: Reason,
          response: answers('The interchange as it stands now.', named('InterchangeRow'), forBodies),
        },
      },
      async ({ params: { id }, body }) => {
        await acceptInterchange(context, id, actorOf(body.by), body.reason);
        return rowOrFailure(database, 'interchanges', id);
      },
    );
    app.post(
      '/transactions/:id/release',
      {
        schema: {
          ...told(
            'wire',
            'releaseTransaction',
            'Read a parked transaction again',
            'After its map or agreement was mended. What it says enters as if it had just come; one that still cannot be read stays parked.',
          ),
          params: IdParams,
          body: Reason,
          response: answers('The transaction as it stands now.', named('TransactionRow'), forBodies),
        },
      },
      async ({ params: { id }, body }) => {
        await releaseTransaction(context, id, actorOf(body.by), body.reason);
        return rowOrFailure(database, 'transactions', id);
      },
    );
  };

const bytesType = 'application/octet-stream';

/** A partner's bytes: to be kept, never to be shown by a browser as what they pretend to be. */
const sendBytes = (reply: FastifyReply, id: string, bytes: Readable | Uint8Array): FastifyReply =>
  reply.type(bytesType).header('content-disposition', `attachment; filename="${id}.edi"`).send(bytes);
