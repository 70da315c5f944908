import { referenceKey } from '../receivables/reference.ts';

/*
 * What arrives before what it refers to waits for it, by name, with a deadline; it is not an error. Whoever brings what is waited for wakes it.
 */

/** A remittance waits this long for an invoice it names; then it is a person's. */
export const remittanceWaitMs = 24 * 60 * 60_000;
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

/** By what its spellings share, as matching does. */
export const waitsForInvoice = (number: string): string => `invoice:${referenceKey(number) ?? number}`;
