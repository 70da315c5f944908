import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type TSchema, Type } from 'typebox';
import { DecimalText, object } from '../documents/parts.ts';
import type { Database } from '../store/database.ts';
import { wholeDocument } from '../store/views/documents.ts';
import type { ListedRow } from '../store/views/list-view.ts';
import type { ListName } from '../store/views/lists.ts';
import { applicationsOf, remittanceLines, remittanceWhole } from '../store/views/money.ts';
import { LISTED, rowOrFailure } from './lists.ts';
import { ROWS } from './rows.ts';
import { answers, IdParams, named, told } from './schemas.ts';

const Applications = Type.Array(named('Application'));

/** Shipments and invoices with what was sent of them; open items and remittances with the money that was applied. */
export const money =
  (database: Database): FastifyPluginAsyncTypebox =>
  async (app) => {
    const show = (
      name: ListName,
      operationId: string,
      summary: string,
      schema: TSchema,
      more: (row: ListedRow) => Promise<object>,
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
        async ({ params: { id } }) => {
          const row = await rowOrFailure(database, name, id);
          return { ...row, ...(await more(row)) };
        },
      );
    const bodyOf = async ({ document }: ListedRow): Promise<unknown> =>
      typeof document === 'string' ? ((await wholeDocument(database, document))?.body ?? null) : null;

    show(
      'shipments',
      'getShipment',
      'Show a shipment with its ship notice',
      object({ ...ROWS.shipments, body: named('ShipNotice') }),
      async (row) => ({ body: await bodyOf(row) }),
    );
    show(
      'invoices',
      'getInvoice',
      'Show an invoice with its document and what was paid on it',
      object({ ...ROWS.invoices, body: named('Invoice'), applications: Applications }),
      async (row) => ({
        body: await bodyOf(row),
        applications: typeof row.openItem === 'string' ? await applicationsOf(database, 'open-item', row.openItem) : [],
      }),
    );
    show(
      'openItems',
      'getOpenItem',
      'Show an open item with the money and discount applied to it',
      object({ ...ROWS.openItems, applications: Applications }),
      async ({ id }) => ({ applications: await applicationsOf(database, 'open-item', id) }),
    );
    show(
      'remittances',
      'getRemittance',
      'Show a remittance line by line, with what was applied',
      object({
        ...ROWS.remittances,
        body: named('Remittance'),
        reasons: Type.Array(object({ code: Type.String(), message: Type.String() })),
        remainder: object({ onAccount: DecimalText, unapplied: DecimalText }),
        waitsFor: Type.Array(Type.String()),
        lines: Type.Array(named('RemittanceLine')),
        applications: Applications,
      }),
      async (row) => ({
        ...(await remittanceWhole(database, row.id)),
        body: await bodyOf(row),
        lines: await remittanceLines(database, row.id),
        applications: await applicationsOf(database, 'remittance', row.id),
      }),
    );
  };
