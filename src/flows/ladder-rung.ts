/*
 * Rung  one step of an order from wire to cash. `met`: it was climbed, at `at`. `open`: it is to come. `overdue`: it is to come and late.
 *       `failed`: the partner rejected it, or it cannot leave until a person acts. What is still to be made has a rung too, so that
 *       whoever reads a ladder sees what is missing and not only what is there.
 */
/** What a partner sends about an order. An advice is an 824 or APERAK, a claim an 812. */
export type Theirs = 'order' | 'change' | 'advice' | 'claim' | 'remittance';

/** What we send about one. A change's answer is an 865, or an ORDRSP. */
export type Ours = 'response' | 'change-answer' | 'ship-notice' | 'invoice';

export type RungName =
  | `${Theirs}-received`
  | `${Theirs}-receipted`
  | `${Theirs}-acknowledged`
  | 'order-decided'
  | 'change-answered'
  | 'change-answer-delivered'
  | 'change-answer-acknowledged'
  | 'claim-decided'
  | 'response-sent'
  | 'response-delivered'
  | 'response-acknowledged'
  | 'shipped'
  | 'ship-notice-sent'
  | 'ship-notice-delivered'
  | 'ship-notice-acknowledged'
  | 'invoice-sent'
  | 'invoice-delivered'
  | 'invoice-acknowledged'
  | 'cash-applied';

export const RUNG_STATES = ['met', 'open', 'overdue', 'failed'] as const;

export interface Rung {
  readonly rung: RungName;
  readonly state: (typeof RUNG_STATES)[number];
  /** ISO 8601; null while it is not climbed. */
  readonly at: string | null;
  readonly direction: 'in' | 'out' | 'none';
  readonly message: string | null;
  readonly interchangeControlNumber: string | null;
  readonly groupControlNumber: string | null;
  readonly controlNumber: string | null;
  readonly fileName: string | null;
  readonly detail: string | null;
  readonly subject: { readonly kind: string; readonly id: string };
}

/** Of a rung that no message stands for. */
export const bare = {
  message: null,
  interchangeControlNumber: null,
  groupControlNumber: null,
  controlNumber: null,
  fileName: null,
};
export const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
