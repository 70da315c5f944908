import type { Problem, Severity } from '../../src/core/problem.ts';
import { openStandards } from '../../src/library/standards.ts';
import type { ReadEvent, Transaction } from '../../src/parsers/transaction.ts';
import { validate, validateUnknown } from '../../src/parsers/validate.ts';
import { readText, transactionsOf } from './reading.ts';

/* Bytes read and judged by all layers, as the sweeps over whole folders of files need it. */

export const standards = openStandards();

/** Every problem of a transaction, its envelope's among them; those of the tables only where tables are held. */
export function transactionProblems(transaction: Transaction): readonly Problem[] {
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined)
    return validateUnknown(transaction, standards.version(syntax, version) !== undefined).problems;
  const [implied, balances] = [standards.implied(message), standards.balances(message)];
  return validate(transaction, table, { implied, balances }).problems;
}

/** The first transaction of a text. */
export function only(text: string): Transaction {
  const [transaction] = transactionsOf(readText(text));
  if (transaction === undefined) throw new Error('no transaction');
  return transaction;
}

/** What the tables say of the first transaction of a text, every layer under these policies. */
export function judged(text: string, policies = {}) {
  const transaction = only(text);
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined) throw new Error(`no table for ${version} ${message}`);
  const [implied, balances] = [standards.implied(message), standards.balances(message)];
  return validate(transaction, table, { policies, implied, balances });
}

/** Every problem of what was read, in wire order of the events. */
export const judge = (events: readonly ReadEvent[]): readonly Problem[] =>
  events.flatMap((event) => (event.kind === 'transaction' ? transactionProblems(event.transaction) : event.problems));

/** "error element/too-long N1@6 04-2 (ACME)": what a person compares; the sentence is left out, for it only says the same again. */
export function brief({ code, severity, at, found }: Problem): string {
  const { tag, segmentNumber, elementNumber, componentNumber, repetition } = at;
  const element = elementNumber === null ? '' : ` ${String(elementNumber).padStart(2, '0')}`;
  const component = componentNumber === null ? '' : `-${componentNumber}`;
  const times = repetition === null ? '' : `/${repetition}`;
  const shown = found === null || found === '' ? '' : ` (${found.replace(/[\r\n]+/g, ' ').slice(0, 24)})`;
  return `${severity} ${code} ${tag ?? '-'}@${segmentNumber ?? '-'}${element}${component}${times}${shown}`;
}

export const isOf =
  (severity: Severity) =>
  (one: Problem): boolean =>
    one.severity === severity;
