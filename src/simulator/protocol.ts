import type { Check } from './check.ts';

/*
 * What the processes of a demo tell each other: one JSON object a line, reports on a child's stdout, commands on its stdin.
 *
 * Step        something a conversation must do on the partner's side: a file read and found right, a file put where we take it.
 * Checkpoint  facts a partner knows and the gateway must show too: its operator looks them up and lets the conversation go on.
 */
export type Usage = 'production' | 'test';

/** A file or message that passed between a partner and the gateway, as the partner saw it. */
export interface Wire {
  /** From the gateway's side. */
  readonly direction: 'in' | 'out';
  readonly message: string;
  readonly interchangeNumber: string;
  readonly groupNumber: string | null;
  readonly fileName: string;
}

/** What the operator must find through the API. Amounts are decimals as text. */
export type Fact =
  | { readonly kind: 'orders'; readonly number: string; readonly usage: Usage; readonly count: number }
  | {
      readonly kind: 'open-item';
      readonly number: string;
      readonly usage: Usage;
      readonly amount: string;
      readonly remaining: string;
    }
  | {
      readonly kind: 'interchanges';
      readonly partner: string;
      readonly controlNumber: string;
      readonly quarantined: number;
      readonly entered: number;
    }
  | { readonly kind: 'duplicate-file'; readonly partner: string; readonly fileName: string }
  | {
      /** Documents of ours of one number, the first made first: in which state each is. */
      readonly kind: 'documents';
      readonly document: 'invoice';
      readonly number: string;
      readonly usage: Usage;
      readonly states: readonly string[];
    }
  | {
      /** The field of a refused document of ours that the refusal means. */
      readonly kind: 'refused-field';
      readonly document: 'invoice';
      readonly number: string;
      readonly usage: Usage;
      readonly path: string;
    }
  | {
      readonly kind: 'claim';
      readonly number: string;
      readonly usage: Usage;
      readonly amount: string;
      /** The invoice it is about. */
      readonly reference: string;
      readonly state: string;
    }
  | {
      readonly kind: 'order-document';
      readonly number: string;
      readonly usage: Usage;
      readonly state: readonly string[];
      readonly lines: readonly OrderedLine[];
      readonly currency: string;
    };

/** A line of a canonical order as the buyer meant it. */
export interface OrderedLine {
  readonly number: string;
  readonly quantity: string;
  readonly price: string;
  readonly product: string;
  readonly promised: string;
}

export type Report =
  | {
      readonly kind: 'began';
      readonly party: string;
      readonly conversation: string;
      /** The order number this conversation is about in this run; null when no order is meant to stand. */
      readonly order: string | null;
      readonly usage: Usage;
    }
  | {
      readonly kind: 'step';
      readonly party: string;
      readonly conversation: string;
      readonly step: string;
      readonly wire: Wire | null;
    }
  | {
      readonly kind: 'checked';
      readonly party: string;
      readonly conversation: string | null;
      readonly subject: string;
      readonly passed: number;
      readonly failed: readonly Check[];
    }
  | {
      readonly kind: 'checkpoint';
      readonly party: string;
      readonly conversation: string;
      readonly id: string;
      readonly step: string;
      readonly facts: readonly Fact[];
    }
  | {
      readonly kind: 'finished';
      readonly party: string;
      readonly conversation: string;
      readonly invoiced: string | null;
      readonly paid: string | null;
    }
  | { readonly kind: 'failed'; readonly party: string; readonly conversation: string | null; readonly message: string }
  /** The answer to `account`: what conversations wait for, and what came that none of them took. */
  | {
      readonly kind: 'account';
      readonly party: string;
      readonly waiting: readonly string[];
      readonly leftovers: readonly string[];
    }
  /** Everything this party set out to do is done; it goes on reading and answering. */
  | { readonly kind: 'closed'; readonly party: string }
  | { readonly kind: 'note'; readonly party: string; readonly conversation: string | null; readonly text: string };

export type Command = { readonly kind: 'checkpoint-met'; readonly id: string } | { readonly kind: 'account' };

/** Hands a report on: to the parent's pipe, or to a test's list. */
export type Tell = (report: Report) => void;

const REPORT_KINDS: ReadonlySet<string> = new Set([
  'began',
  'step',
  'checked',
  'checkpoint',
  'finished',
  'failed',
  'closed',
  'account',
  'note',
] satisfies Report['kind'][]);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isReport = (value: unknown): value is Report =>
  isRecord(value) && typeof value.kind === 'string' && REPORT_KINDS.has(value.kind);

const isCommand = (value: unknown): value is Command =>
  isRecord(value) && (value.kind === 'account' || (value.kind === 'checkpoint-met' && typeof value.id === 'string'));

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null; // whatever it is, it is not one of ours: the caller shows the line as it came
  }
};

/** The report on a line; null when the line is none (a stray warning of the runtime, say). */
export function reportOf(line: string): Report | null {
  const value = parsed(line);
  return isReport(value) ? value : null;
}

export function commandOf(line: string): Command | null {
  const value = parsed(line);
  return isCommand(value) ? value : null;
}
