import { referenceKey } from '../receivables/reference.ts';

/*
 * What arrives before what it refers to waits for it, by name, with a deadline; it is not an error. Whoever brings what is waited for wakes it.
 */

/** A remittance waits this long for an invoice it names; then it is a person's. */
export const remittanceWaitMs = 24 * 60 * 60_000;
/**
 * What it waits for may have been made in the same moment, by a transaction that did not see it waiting yet. Transactions take
 * milliseconds: a second look after this long finds it.
 */
export const secondLookMs = 60_000;
/** An acknowledgment waits this long for the delivery it answers to be recorded; then it answers nothing we sent. */
export const acknowledgmentWaitMs = 15 * 60_000;

/** By what its spellings share, as matching does. */
export const waitsForInvoice = (number: string): string => `invoice:${referenceKey(number) ?? number}`;
