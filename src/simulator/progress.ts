import { type Check, sentenceOf } from './check.ts';
import { type Rung, rungKey } from './ladder.ts';
import type { Report, Usage } from './protocol.ts';
import { CONVERSATIONS, type Conversation, RUNGS } from './scenarios.ts';

/*
 * Progress  how far every conversation has come: rungs the gateway shows, steps the partners took, checks that held and failed. It alone
 *           decides whether the demo went well, and can say at any moment what is missing.
 */
export interface Talk {
  readonly conversation: Conversation;
  order: string | null;
  usage: Usage;
  readonly steps: Set<string>;
  /** Rungs that are met, by key. */
  readonly rungs: Map<string, Rung>;
  /** Invoices the partner refused, as this conversation means it to, by the rung's subject: whether they were corrected and sent again. */
  readonly refusals: Map<string, 'stands' | 'replaced'>;
  checksPassed: number;
  readonly failures: string[];
  /** Steps that wait for the operator, with what it has not found yet. */
  readonly unmet: Map<string, readonly string[]>;
  /** Numbers of the invoices the partner was sent. */
  readonly invoices: Set<string>;
  invoiced: string | null;
  paid: string | null;
  finished: boolean;
}

export interface Progress {
  readonly talks: ReadonlyMap<string, Talk>;
  /** Failures of no conversation in particular: an envelope, a process that broke. */
  readonly failures: string[];
  /** What parties wait for and have left over, when they were asked. */
  readonly accounts: Map<string, string>;
  /** Parties that said they have nothing left to do. */
  readonly closed: Set<string>;
  checksPassed: number;
}

export function newProgress(only?: readonly string[]): Progress {
  const wanted = CONVERSATIONS.filter(({ key }) => only?.includes(key) ?? true);
  const talks = wanted.map((conversation): [string, Talk] => [
    conversation.key,
    {
      conversation,
      order: null,
      usage: conversation.usage,
      steps: new Set(),
      rungs: new Map(),
      refusals: new Map(),
      checksPassed: 0,
      failures: [],
      unmet: new Map(),
      invoices: new Set(),
      invoiced: null,
      paid: null,
      finished: false,
    },
  ]);
  return { talks: new Map(talks), failures: [], accounts: new Map(), closed: new Set(), checksPassed: 0 };
}

/** Takes a report of a partner into account. */
export function note(progress: Progress, report: Report): void {
  const key = 'conversation' in report ? report.conversation : null;
  const talk = key === null ? undefined : progress.talks.get(key);
  const failures = talk?.failures ?? progress.failures;
  switch (report.kind) {
    case 'began':
      if (talk !== undefined) {
        talk.order = report.order;
        talk.usage = report.usage;
      }
      break;
    case 'step':
      talk?.steps.add(report.step);
      talk?.unmet.delete(report.step);
      break;
    case 'checked':
      progress.checksPassed += report.passed;
      if (talk !== undefined) talk.checksPassed += report.passed;
      failures.push(...report.failed.map((check: Check) => `${report.party}: ${sentenceOf(check)}`));
      break;
    case 'finished':
      if (talk !== undefined) {
        talk.finished = true;
        talk.invoiced = report.invoiced;
        talk.paid = report.paid;
      }
      break;
    case 'failed':
      failures.push(`${report.party}: ${report.message}`);
      break;
    case 'closed':
      progress.closed.add(report.party);
      break;
    case 'checkpoint':
      for (const fact of report.facts) if (fact.kind === 'open-item') talk?.invoices.add(fact.number);
      break;
    case 'account':
      progress.accounts.set(report.party, accountText(report.waiting, report.leftovers));
      break;
    case 'note':
      break;
  }
}

const accountText = (waiting: readonly string[], leftovers: readonly string[]): string =>
  `waits for ${waiting.join(', ') || 'nothing'}; has left over ${leftovers.join(', ') || 'nothing'}`;

/** As the gateway tells that a refused document of ours was put right. */
const REPLACED = 'rejected, corrected and sent again';

/**
 * Takes a look at a ladder into account; gives the rungs that are newly met, in the order they were climbed. A rung that was met and says later
 * that it was overruled and put right is told again, and counts once.
 */
export function climb(talk: Talk, rungs: readonly Rung[]): readonly Rung[] {
  const fresh: Rung[] = [];
  for (const rung of rungs) {
    const key = rungKey(rung);
    if (rung.state !== 'met' || (talk.rungs.has(key) && !isNewlyReplaced(talk, rung))) continue;
    if (rung.detail === REPLACED) talk.refusals.set(rung.subject, 'replaced');
    talk.rungs.set(key, rung);
    fresh.push(rung);
  }
  for (const rung of rungs.filter(({ state }) => state === 'failed')) {
    if (isMeantRefusal(talk, rung)) {
      talk.refusals.set(rung.subject, 'stands');
      continue;
    }
    const told = `the gateway shows ${rung.rung} failed${rung.detail === null ? '' : `: ${rung.detail}`}`;
    if (!talk.failures.includes(told)) talk.failures.push(told);
  }
  return fresh.toSorted(
    (a, b) => (a.at ?? '').localeCompare(b.at ?? '') || RUNGS.indexOf(a.rung) - RUNGS.indexOf(b.rung),
  );
}

const isNewlyReplaced = ({ refusals }: Talk, rung: Rung): boolean =>
  rung.detail === REPLACED && refusals.get(rung.subject) !== 'replaced';

/** So many invoices as the conversation says it refuses, and no more. */
function isMeantRefusal({ conversation, refusals }: Talk, rung: Rung): boolean {
  if (rung.rung !== 'invoice-acknowledged') return false;
  return refusals.has(rung.subject) || refusals.size < (conversation.refusedInvoices ?? 0);
}

/** Rungs met of rungs expected; more of one rung does not make up for another. */
export function rungCount({ conversation, rungs }: Talk): { readonly met: number; readonly expected: number } {
  let met = 0;
  let expected = 0;
  for (const name of RUNGS) {
    const wanted = conversation.rungs[name] ?? 0;
    expected += wanted;
    met += Math.min(wanted, [...rungs.values()].filter(({ rung }) => rung === name).length);
  }
  return { met, expected };
}

/** What a conversation still lacks, one sentence each. */
export function missing(talk: Talk): readonly string[] {
  const lacking: string[] = [];
  for (const name of RUNGS) {
    const wanted = talk.conversation.rungs[name] ?? 0;
    const met = [...talk.rungs.values()].filter(({ rung }) => rung === name).length;
    if (met < wanted) lacking.push(`rung ${name}: met ${met} of ${wanted} times`);
  }
  const wanted = talk.conversation.refusedInvoices ?? 0;
  const replaced = [...talk.refusals.values()].filter((how) => how === 'replaced').length;
  if (replaced !== wanted) lacking.push(`refused invoices: ${replaced} of ${wanted} corrected and sent again`);
  for (const step of talk.conversation.steps) {
    if (talk.steps.has(step)) continue;
    const why = talk.unmet.get(step);
    lacking.push(`step "${step}"${why === undefined ? '' : `: ${why.join('; ')}`}`);
  }
  return lacking;
}

export const hasFailed = ({ failures, talks }: Progress): boolean =>
  failures.length > 0 || [...talks.values()].some((talk) => talk.failures.length > 0);

export const isRight = (talk: Talk): boolean => talk.failures.length === 0 && missing(talk).length === 0;

/** Every conversation is complete, and every party has looked for what nobody waited for. */
export const isComplete = (progress: Progress, parties: readonly string[]): boolean =>
  [...progress.talks.values()].every((talk) => talk.finished && missing(talk).length === 0) &&
  parties.every((party) => progress.closed.has(party));

/** Complete, and nothing was found wrong. */
export const wentWell = (progress: Progress, parties: readonly string[]): boolean =>
  isComplete(progress, parties) && !hasFailed(progress);
