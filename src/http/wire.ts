import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import { acceptInterchange } from '../flows/accept-interchange.ts';
import type { FlowContext } from '../flows/context.ts';
import { type ListName, listedRow, listPage } from '../store/views/lists.ts';
import { problemsOf, remittanceLines, wholeDocument } from '../store/views/problems.ts';
import { readChunks, readRange } from '../store/wire/chunks.ts';
import { rawFileToRead } from '../store/wire/raw-file.ts';
import { transactionPlace } from '../store/wire/transaction-place.ts';
import { shown } from './lists.ts';
import { Anything, IdParams, problems } from './schemas.ts';

/** What stood on the wire and what became of it: transmissions, files byte for byte, interchanges, transactions, documents, remittances. */
export const wire =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database } = context;
    const one = async (name: ListName, id: string) => {
      const row = await listedRow(database, name, id);
      if (row === undefined) throw new FailureError('not-found', `There is nothing with the id ${id} among ${name}.`);
      return shown(row);
    };
    const show = (path: string, summary: string, handler: (id: string) => Promise<Record<string, unknown>>) =>
      app.get(
        `${path}/:id`,
        { schema: { summary, params: IdParams, response: { 200: Anything, ...problems } } },
        ({ params }) => handler(params.id),
      );

    show('/transmissions', 'Show a transmission', async (id) => {
      const transmission = await one('transmissions', id);
      return {
        ...transmission,
        interchanges: (await listPage(database, 'interchanges', { file: String(transmission.file) }, 100, null)).map(
          shown,
        ),
      };
    });
    show('/files', 'Show a file with its problems', async (id) => {
      const file = await rawFileToRead(database, id);
      if (file === undefined) throw new FailureError('not-found', `There is no file ${id}.`);
      return {
        id,
        transmission: file.transmission_id,
        channel: file.channel_id,
        name: file.name,
        state: file.state,
        byteLength: Number(file.byte_length),
        sha256: file.sha256.toString('hex'),
        interchanges: (await listPage(database, 'interchanges', { file: id }, 100, null)).map(shown),
        problems: await problemsOf(database, 'raw_file_id', id),
      };
    });
    show('/interchanges', 'Show an interchange with its problems', async (id) => ({
      ...(await one('interchanges', id)),
      problems: await problemsOf(database, 'interchange_id', id),
      transactionList: (await listPage(database, 'transactions', { interchange: id }, 500, null)).map(shown),
    }));
    show('/transactions', 'Show a transaction with its problems', async (id) => ({
      ...(await one('transactions', id)),
      problems: await problemsOf(database, 'transaction_id', id),
    }));
    show('/documents', 'Show a document with its trace', async (id) => {
      const document = await wholeDocument(database, id);
      if (document === undefined) throw new FailureError('not-found', `There is no document ${id}.`);
      return { ...document };
    });
    show('/remittances', 'Show a remittance, line by line', async (id) => {
      const remittance = await one('remittances', id);
      const lines = await remittanceLines(database, id);
      return { ...remittance, lines: lines.map((line) => shown({ ...line, currency: remittance.currency })) };
    });

    app.get(
      '/files/:id/bytes',
      { schema: { summary: 'The bytes of a file as they came or left', params: IdParams } },
      async ({ params }, reply) => {
        if ((await rawFileToRead(database, params.id)) === undefined)
          throw new FailureError('not-found', `There is no file ${params.id}.`);
        return reply.type('application/octet-stream').send(Readable.from(readChunks(database, params.id)));
      },
    );
    app.get(
      '/transactions/:id/bytes',
      { schema: { summary: 'The bytes of one transaction', params: IdParams } },
      async ({ params }, reply) => {
        const place = await transactionPlace(database, params.id);
        if (place === undefined) throw new FailureError('not-found', `There is no transaction ${params.id}.`);
        const bytes = await readRange(database, place.rawFileId, place.byteOffset, place.byteLength);
        return reply.type('application/octet-stream').send(bytes);
      },
    );
    app.post(
      '/interchanges/:id/accept',
      {
        schema: {
          summary: 'Let a quarantined interchange in though its control number was used before',
          params: IdParams,
          body: Type.Object({
            reason: Type.String({ minLength: 1, maxLength: 1_000 }),
            by: Type.Optional(Type.String({ maxLength: 200 })),
          }),
          response: { 200: Anything, ...problems },
        },
      },
      async ({ params, body }) => {
        await acceptInterchange(context, params.id, `operator:${body.by ?? 'api'}`, body.reason);
        return one('interchanges', params.id);
      },
    );
  };
