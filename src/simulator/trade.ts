import type { Usage } from './protocol.ts';
import type { Conversation, Line, RungName } from './scenarios.ts';

/** How often each rung is climbed by an order with so many shipments and remittances, over AS2, where each message has its receipt. */
export const rungsOf = (shipments: number, payments: number): Readonly<Partial<Record<RungName, number>>> => ({
  'order-received': 1,
  'order-receipted': 1,
  'order-acknowledged': 1,
  'order-decided': 1,
  'response-sent': 1,
  'response-delivered': 1,
  'response-acknowledged': 1,
  shipped: shipments,
  'ship-notice-sent': shipments,
  'ship-notice-delivered': shipments,
  'ship-notice-acknowledged': shipments,
  'invoice-sent': shipments,
  'invoice-delivered': shipments,
  'invoice-acknowledged': shipments,
  'remittance-received': payments,
  'remittance-receipted': payments,
  'remittance-acknowledged': payments,
  // Each remittance pays part of every invoice, and there is one invoice a shipment.
  'cash-applied': payments * shipments,
});

/** The buyer's side of the same: every message read and found right, every remittance acknowledged, every open amount as reckoned. */
export const stepsOf = (shipments: number, payments: number): readonly string[] => [
  '850 sent',
  '850 accepted by 997',
  '855 right',
  ...Array.from({ length: shipments }, (_, index) => [`856 ${index + 1} right`, `810 ${index + 1} right`]).flat(),
  ...Array.from({ length: payments }, (_, index) => [
    `820 ${index + 1} sent`,
    `820 ${index + 1} accepted by 997`,
    `cash ${index + 1} agreed`,
  ]).flat(),
];

interface Trade {
  readonly key: string;
  readonly title: string;
  readonly lines: readonly Line[];
  readonly party?: 'brightmart' | 'cedarsupply';
  readonly usage?: Usage;
  readonly verdict?: string;
  readonly shipments?: number;
  readonly payments?: readonly number[];
  readonly wantTa1?: boolean;
}

export function trade({ key, title, lines, ...more }: Trade): Conversation {
  const payments = more.payments ?? [100];
  const shipments = more.shipments ?? 1;
  const wantTa1 = more.wantTa1 ?? false;
  return {
    key,
    title,
    lines,
    payments,
    wantTa1,
    party: more.party ?? 'brightmart',
    story: 'order-to-cash',
    usage: more.usage ?? 'production',
    verdict: more.verdict ?? 'AD',
    rungs: rungsOf(shipments, payments.length),
    steps: [...stepsOf(shipments, payments.length), ...(wantTa1 ? ['850 received by TA1'] : [])],
  };
}
