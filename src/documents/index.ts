import type { TSchema } from 'typebox';
import { ApplicationAdvice } from './application-advice.ts';
import { DebitCreditAdvice } from './debit-credit-advice.ts';
import { InventoryAdvice } from './inventory-advice.ts';
import { Invoice } from './invoice.ts';
import { Order } from './order.ts';
import { OrderChange } from './order-change.ts';
import { OrderResponse } from './order-response.ts';
import { OrderStatus } from './order-status.ts';
import { PriceCatalogue } from './price-catalogue.ts';
import { Remittance } from './remittance.ts';
import { ShipNotice } from './ship-notice.ts';
import { TextMessage } from './text-message.ts';
import { WarehouseOrder } from './warehouse-order.ts';
import { WarehouseShipment } from './warehouse-shipment.ts';

/*
 * Document  the business meaning in canonical form. Schema = type = published JSON Schema. Contains no EDI words.
 */
export interface DocumentOf {
  readonly order: Order;
  readonly 'order-change': OrderChange;
  readonly 'order-response': OrderResponse;
  readonly 'ship-notice': ShipNotice;
  readonly invoice: Invoice;
  readonly remittance: Remittance;
  readonly 'application-advice': ApplicationAdvice;
  readonly 'debit-credit-advice': DebitCreditAdvice;
  readonly 'inventory-advice': InventoryAdvice;
  readonly 'price-catalogue': PriceCatalogue;
  readonly 'text-message': TextMessage;
  readonly 'order-status': OrderStatus;
  readonly 'warehouse-order': WarehouseOrder;
  readonly 'warehouse-shipment': WarehouseShipment;
}
export type DocumentKind = keyof DocumentOf;
export type Document = DocumentOf[DocumentKind];

/** Adding a document is one file and one word here. */
export const DOCUMENT_SCHEMAS: Readonly<Record<DocumentKind, TSchema>> = {
  order: Order,
  'order-change': OrderChange,
  'order-response': OrderResponse,
  'ship-notice': ShipNotice,
  invoice: Invoice,
  remittance: Remittance,
  'application-advice': ApplicationAdvice,
  'debit-credit-advice': DebitCreditAdvice,
  'inventory-advice': InventoryAdvice,
  'price-catalogue': PriceCatalogue,
  'text-message': TextMessage,
  'order-status': OrderStatus,
  'warehouse-order': WarehouseOrder,
  'warehouse-shipment': WarehouseShipment,
};
export const DOCUMENT_KINDS: readonly DocumentKind[] = [
  'order',
  'order-change',
  'order-response',
  'ship-notice',
  'invoice',
  'remittance',
  'application-advice',
  'debit-credit-advice',
  'inventory-advice',
  'price-catalogue',
  'text-message',
  'order-status',
  'warehouse-order',
  'warehouse-shipment',
];
