import { accepted, framingHammer, hammer, mallet, screwdrivers, tape, unsold, wrench } from './goods.ts';
import type { Usage } from './protocol.ts';
import { rungsOf, stepsOf, trade } from './trade.ts';

/*
 * Conversation  one order and everything that follows from it, as a buyer lives it: what it orders, what answer it reckons with, in how many
 *               shipments, how it pays. Each says how often every rung of the gateway's ladder must be met, and which steps the buyer itself
 *               must have seen: the demo ends well only when both lists are complete.
 */
export const RUNGS = [
  'order-received',
  'order-receipted',
  'order-acknowledged',
  'order-decided',
  'response-sent',
  'response-delivered',
  'response-acknowledged',
  'shipped',
  'ship-notice-sent',
  'ship-notice-delivered',
  'ship-notice-acknowledged',
  'invoice-sent',
  'invoice-delivered',
  'invoice-acknowledged',
  'change-received',
  'change-receipted',
  'change-acknowledged',
  'change-answered',
  'change-answer-delivered',
  'change-answer-acknowledged',
  'advice-received',
  'advice-receipted',
  'advice-acknowledged',
  'claim-received',
  'claim-receipted',
  'claim-acknowledged',
  'claim-decided',
  'remittance-received',
  'remittance-receipted',
  'remittance-acknowledged',
  'cash-applied',
] as const;
export type RungName = (typeof RUNGS)[number];

/** So much of a line, with the answer's code (X12 668). */
export interface Answer {
  readonly code: string;
  readonly quantity: string;
}

export interface Line {
  readonly number: string;
  readonly upc: string;
  readonly vendorItem: string;
  readonly buyerItem: string;
  readonly description: string;
  readonly quantity: string;
  /** The price the buyer orders at. */
  readonly price: string;
  /** The price the supplier must answer with and bill; absent: the ordered one. */
  readonly acknowledgedPrice?: string;
  /** What must be answered: exact parts, or a line too large for the shelf, of which `shelf` at most comes at once and the rest later. */
  readonly answer: readonly Answer[] | { readonly shelf: string };
}

export type Story = 'order-to-cash' | 'duplicate' | 'broken' | 'changed' | 'refused';

export interface Conversation {
  /** Short and stable: reports, tables and `--json` name it so. */
  readonly key: string;
  readonly title: string;
  readonly party: 'brightmart' | 'cedarsupply' | 'nordhandel';
  readonly story: Story;
  readonly usage: Usage;
  /** BAK02. */
  readonly verdict: string;
  readonly lines: readonly Line[];
  /** Parts of the invoiced total, in percent, one remittance each; the last pays what is left. */
  readonly payments: readonly number[];
  /** ISA14 on the order: the TA1 that follows is looked at too. */
  readonly wantTa1: boolean;
  readonly rungs: Readonly<Partial<Record<RungName, number>>>;
  readonly steps: readonly string[];
  /** What stands in the order's note; absent: its title. */
  readonly note?: string;
  /** The quantity of its one line that an 860 asks for in time. */
  readonly changedTo?: string;
  /** What the buyer expects off its invoice and does not find there; it refuses the invoice until it does. */
  readonly allowance?: string;
  /** So much of its one line arrives damaged: claimed, and kept back. */
  readonly damaged?: string;
  /** How many invoices the buyer refuses. A refusal stands as a failed rung until the invoice was corrected and sent again, and must be. */
  readonly refusedInvoices?: number;
}

const duplicate: Conversation = {
  ...trade({ key: 'duplicate', title: 'the same order again', lines: [accepted(mallet('1', '4'))] }),
  story: 'duplicate',
  steps: [
    ...stepsOf(1, 1),
    'same bytes sent again',
    'same bytes not entered again',
    'same numbers with other bytes sent',
    'same numbers with other bytes quarantined',
  ],
};

const broken: Conversation = {
  ...trade({ key: 'broken', title: 'a broken order', lines: [accepted(hammer('1', '12'))] }),
  story: 'broken',
  payments: [],
  rungs: {},
  steps: ['850 sent', '850 rejected by 997', 'order not entered'],
};

/** Said in the note of an order: the back office ships no part of it before it was changed. */
export const HOLD_UNTIL_CHANGED = 'HOLD UNTIL CHANGED';

const whole = trade({ key: 'changed', title: 'changed', lines: [accepted(tape('1', '30'))] });
const changed: Conversation = {
  ...whole,
  title: 'changed in time, and too late',
  note: HOLD_UNTIL_CHANGED,
  story: 'changed',
  changedTo: '18',
  rungs: {
    ...whole.rungs,
    'change-received': 2,
    'change-receipted': 2,
    'change-acknowledged': 2,
    'change-answered': 2,
    'change-answer-delivered': 2,
    'change-answer-acknowledged': 2,
  },
  steps: [
    ...whole.steps,
    '860 1 sent',
    '860 1 accepted by 997',
    '865 1 right',
    '860 2 sent',
    '860 2 accepted by 997',
    '865 2 right',
  ],
};

/** Said in the note of an order, before what is to be taken off its invoice. */
export const ALLOWANCE_NOTE = 'PROMOTION ALLOWANCE';

const disputed = trade({
  key: 'refused',
  title: 'invoice refused, corrected, then claimed',
  lines: [accepted(mallet('1', '20'))],
});
const refused: Conversation = {
  ...disputed,
  story: 'refused',
  note: `${ALLOWANCE_NOTE} 5.00`,
  allowance: '5.00',
  damaged: '2',
  refusedInvoices: 1,
  rungs: {
    ...disputed.rungs,
    // What was refused, and what took its place.
    'invoice-sent': 2,
    'invoice-delivered': 2,
    'invoice-acknowledged': 2,
    'advice-received': 1,
    'advice-receipted': 1,
    'advice-acknowledged': 1,
    'claim-received': 1,
    'claim-receipted': 1,
    'claim-acknowledged': 1,
    'claim-decided': 1,
    // What was paid, and what was given up of the rest.
    'cash-applied': 2,
  },
  steps: [
    ...disputed.steps,
    '824 sent',
    '824 accepted by 997',
    'refusal landed on its field',
    'corrected 810 right',
    'corrected 810 acknowledged',
    '812 sent',
    '812 accepted by 997',
    'claim accepted, nothing moved',
  ],
};

/** Over SFTP nothing is receipted: what was fetched from the mailbox has arrived. */
const { 'order-receipted': _order, 'remittance-receipted': _remittance, ...rungsWithoutReceipts } = rungsOf(1, 1);

const distributor: Conversation = {
  key: 'distributor',
  title: 'EDIFACT from ORDERS to REMADV',
  party: 'nordhandel',
  story: 'order-to-cash',
  usage: 'production',
  verdict: 'accepted',
  lines: [accepted(hammer('1', '120')), accepted(wrench('2', '45', '16.40'))],
  payments: [100],
  wantTa1: false,
  rungs: rungsWithoutReceipts,
  steps: [
    'ORDERS sent',
    'ORDERS accepted by CONTRL',
    'order stands as meant',
    'ORDRSP right',
    'DESADV right',
    'INVOIC right',
    'REMADV sent',
    'REMADV accepted by CONTRL',
    'cash agreed',
  ],
};

/**
 * Every conversation of the demo. They share no item that runs short, so they may run at once; and they order little: the back office fills the
 * shelves long before a run could empty one.
 */
export const CONVERSATIONS: readonly Conversation[] = [
  trade({
    key: 'whole',
    title: 'accepted whole',
    lines: [accepted(hammer('1', '12')), accepted(tape('2', '24'))],
    wantTa1: true,
  }),
  trade({
    key: 'short',
    title: 'a line short, shipped later',
    lines: [{ ...screwdrivers('1', '100'), answer: { shelf: '60' } }, accepted(mallet('2', '4'))],
    verdict: 'AC',
    shipments: 2,
  }),
  trade({
    key: 'unknown-item',
    title: 'a line rejected',
    lines: [accepted(hammer('1', '8')), { ...unsold('2', '5'), answer: [{ code: 'R2', quantity: '5' }] }],
    verdict: 'AC',
  }),
  trade({
    key: 'price',
    title: 'a price of last year',
    lines: [
      { ...wrench('1', '4', '15.00'), acknowledgedPrice: '17.95', answer: [{ code: 'IP', quantity: '4' }] },
      // Within the agreed tolerance: taken at the buyer's price.
      accepted(framingHammer('2', '2', '21.70')),
    ],
    verdict: 'AC',
  }),
  duplicate,
  broken,
  changed,
  refused,
  trade({
    key: 'partial',
    title: 'paid in two parts',
    lines: [accepted(tape('1', '20'))],
    payments: [40, 60],
  }),
  trade({
    key: 'test-usage',
    title: 'a whole conversation for test',
    lines: [accepted(framingHammer('1', '3'))],
    usage: 'test',
  }),
  trade({
    key: 'back-office',
    title: 'decided, shipped and billed by the back office',
    party: 'cedarsupply',
    lines: [accepted(hammer('1', '30')), accepted(mallet('2', '15'))],
  }),
  distributor,
];

export const conversationsOf = (party: Conversation['party']): readonly Conversation[] =>
  CONVERSATIONS.filter((conversation) => conversation.party === party);

/** Parts of a line that will be shipped; R2, IR and ID will not. */
const REFUSED: ReadonlySet<string> = new Set(['IR', 'ID', 'R1', 'R2', 'R3', 'R4']);

export const isRefused = (code: string): boolean => REFUSED.has(code);
