import type { Decimal } from '../core/decimal.ts';
import type { LocalDate } from '../core/local-date.ts';
import type { Order } from '../documents/order.ts';

/** What an agreement says about deciding its orders; flows fill it. */
export interface DecisionPolicy {
  /** Both bounds hold: the stricter decides. Amount is per unit, in the item's currency. */
  readonly priceTolerancePercent: Decimal;
  readonly priceToleranceAmount: Decimal;
  readonly onPriceMismatch: 'answer-our-price' | 'hold' | 'accept-theirs';
  readonly onShortage: 'backorder' | 'cut' | 'reject-line';
  readonly defaultLeadTimeDays: number;
  /** The currency of an order that names none. */
  readonly currency: string;
}

/** What every step of one decision looks at. */
export interface Deciding {
  readonly order: Order;
  readonly policy: DecisionPolicy;
  readonly today: LocalDate;
}
