import type { Order, OrderLine } from '../../src/documents/order.ts';
import type { DecisionPolicy } from '../../src/orders/decision-policy.ts';
import type { ItemView } from '../../src/orders/items.ts';

/** Invented goods and orders for the tests of this folder. */
export const today = '2026-03-10';

export const lamp: ItemView = {
  id: 'LAMP',
  description: 'Desk lamp',
  products: [
    { scheme: 'upc', value: '036000291452' },
    { scheme: 'supplier-item', value: 'L-100' },
  ],
  unit: 'each',
  price: '12.50',
  currency: 'USD',
  stock: [
    { location: 'north', quantity: '60' },
    { location: 'south', quantity: '40' },
  ],
  leadTimeDays: 14,
};
export const chair: ItemView = {
  id: 'CHAIR',
  description: 'Folding chair',
  products: [{ scheme: 'supplier-item', value: 'C-7' }],
  unit: 'each',
  price: '40',
  currency: 'USD',
  stock: [],
  leadTimeDays: null,
};

export const policy: DecisionPolicy = {
  priceTolerancePercent: '0.5',
  priceToleranceAmount: '1',
  onPriceMismatch: 'answer-our-price',
  onShortage: 'backorder',
  defaultLeadTimeDays: 21,
  currency: 'USD',
};

export const lineOf = (quantity: string, more: Partial<OrderLine> = {}): OrderLine => ({
  number: '1',
  quantity: { value: quantity, unit: { code: 'each', original: 'EA' } },
  price: { amount: '12.50' },
  products: [{ scheme: { code: 'upc', original: 'UP' }, value: '036000291452' }],
  ...more,
});

export const orderOf = (lines: readonly OrderLine[], more: Partial<Order> = {}): Order => ({
  number: 'PO-1001',
  purpose: { code: 'original', original: '00' },
  orderedOn: '2026-03-09',
  lines: [...lines],
  ...more,
});
