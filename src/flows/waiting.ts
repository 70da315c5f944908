import type { NewWork } from '../core/work.ts';
import { referenceKey } from '../receivables/reference.ts';

/*
 * What arrives before what it refers to waits for it, by name, with a deadline; it is not an error. Whoever brings what is waited for wakes it.
 */

/** A remittance waits this long for an invoice it names; then it is a person's. */
export const remittanceWaitMs = 24 * 60 * 60_000;
/** A cancellation or replacement waits this long for the order it is about: files that come together are read side by side. */
export const orderWaitMs = 5 * 60_000;
/** An acknowledgment waits this long for the delivery it answers to be recorded; then it answers nothing we sent. */
export const acknowledgmentWaitMs = 15 * 60_000;

/**
 * What is waited for may have been made in the same moment, by a transaction that did not see it waiting yet. Transactions take
 * milliseconds: a second look after this long finds it. No look is taken sooner, for clocks differ: what comes a little before its
 * deadline by the worker's clock would come again at once.
 */
const secondLookMs = 60_000;

/** When to look again at what waits: soon after it began to, then at its deadline. */
export const nextLookAt = (now: Date, deadline: Date, isFirst: boolean): Date => {
  const soon = new Date(now.getTime() + secondLookMs);
  return isFirst || deadline < soon ? soon : deadline;
};

/** By the number its sender gave it. */
export const waitsForOrder = (partner: string, number: string, release: string): string =>
  `order:${partner}:${number}:${release}`;

/** By what its spellings share, as matching does. */
export const waitsForInvoice = (number: string): string => `invoice:${referenceKey(number) ?? number}`;

/** What waited goes on, in its turn. */
export const processAgain = (waiting: { id: string; partner_id: string; order_key: string | null }): NewWork => ({
  kind: 'process',
  subjectId: waiting.id,
  fairnessKey: waiting.partner_id,
  orderKey: waiting.order_key,
});
