import { openStandards } from '../../src/library/standards.ts';
import { createReader } from '../../src/parsers/index.ts';
import { validate } from '../../src/parsers/validate.ts';
import type { Agreement, Configuration } from '../../src/partners/configuration.ts';
import { element, readX12, type Segment } from '../../src/simulator/x12/read.ts';

const standards = openStandards();

/** One interchange of ours, as an independent reader sees it. */
export interface Answer {
  readonly name: string;
  readonly text: string;
  /** "TA1", "997", "855"… */
  readonly kind: string;
  readonly controlNumber: string;
  readonly usage: string;
  /** Of the transaction, or the TA1 alone: "AK5*R*5". */
  readonly segments: readonly string[];
}

/**
 * Reads what was sent: strictly with node-x12, and with our own reader and its checks, neither of which may find fault. So every test that
 * looks at what left also proves that it can be read.
 */
export async function readAnswers(files: ReadonlyMap<string, string>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [name, text] of files) {
    const faults = faultsOf(text);
    if (faults.length > 0) throw new Error(`${name}: our own reader refuses it: ${faults.join('; ')}`);
    const { header, acknowledgments, groups } = await readX12(Buffer.from(text, 'latin1'));
    const transactions = groups.flatMap((group) => group.transactions);
    const [only] = transactions;
    if (transactions.length + acknowledgments.length !== 1) throw new Error(`${name} holds more than one answer`);
    const segments = (only?.segments ?? acknowledgments).map(written);
    answers.push({
      name,
      text,
      kind: only?.set ?? 'TA1',
      controlNumber: element(header, 13) ?? '',
      usage: element(header, 15) ?? '',
      segments,
    });
  }
  return answers;
}

const written = ({ tag, elements }: Segment): string => [tag, ...elements].join('*').replace(/\*+$/, '');

function faultsOf(text: string): readonly string[] {
  const reader = createReader();
  const problems = [...reader.push(Buffer.from(text, 'latin1')), ...reader.end()].flatMap((event) => {
    if (event.kind !== 'transaction') return event.problems;
    const { syntax, version, message } = event.transaction;
    const table = standards.table(syntax, version, message);
    if (table === undefined) throw new Error(`we hold no table for ${message} ${version}`);
    const more = { implied: standards.implied(message), balances: standards.balances(message) };
    const { problems } = validate(event.transaction, table, more);
    // A 997 says again what the partner wrote: codes nobody knows, numbers that are too short.
    return message === '997' ? problems.filter(({ at }) => !['AK1', 'AK2', 'AK4'].includes(at.tag ?? '')) : problems;
  });
  return problems.map(({ message }) => message);
}

/** The configuration with some agreements changed: those of a partner, in a direction. */
export const withAgreements =
  (partner: string, direction: Agreement['direction'], change: (agreement: Agreement) => Partial<Agreement>) =>
  (configuration: Configuration): Configuration => ({
    ...configuration,
    agreements: configuration.agreements.map((agreement) =>
      agreement.partner === partner && agreement.direction === direction
        ? { ...agreement, ...change(agreement) }
        : agreement,
    ),
  });
