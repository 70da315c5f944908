import { assertNever } from './assert-never.ts';

/*
 * Failure  something wrong on our side or on the wire, thrown as FailureError. It knows whether to retry or to park.
 *          A partner's mistake is a Problem instead, and is never thrown.
 */
export type FailureKind =
  // passing: the same work may succeed later
  | 'database-busy'
  | 'database-unreachable'
  | 'queue-unreachable'
  | 'partner-unreachable'
  | 'partner-refused-for-now'
  | 'disk-full'
  // lasting: a person must change something first
  | 'config-invalid'
  | 'map-broken'
  | 'map-missing'
  | 'agreement-missing'
  | 'credential-missing'
  | 'partner-refused'
  | 'document-unwritable'
  | 'control-numbers-exhausted'
  | 'schema-too-new'
  | 'data-folder-in-use'
  | 'data-folder-unusable'
  | 'platform-unsupported'
  | 'not-found'
  | 'usage-wrong'
  | 'bug';

/** What a worker does after a failure: try the same work again later, or park it until a person acts. */
export function nextStepAfter(kind: FailureKind): 'retry' | 'park' {
  switch (kind) {
    case 'database-busy':
    case 'database-unreachable':
    case 'queue-unreachable':
    case 'partner-unreachable':
    case 'partner-refused-for-now':
    case 'disk-full':
      return 'retry';
    case 'config-invalid':
    case 'map-broken':
    case 'map-missing':
    case 'agreement-missing':
    case 'credential-missing':
    case 'partner-refused':
    case 'document-unwritable':
    case 'control-numbers-exhausted':
    case 'schema-too-new':
    case 'data-folder-in-use':
    case 'data-folder-unusable':
    case 'platform-unsupported':
    case 'not-found':
    case 'usage-wrong':
    case 'bug':
      return 'park';
    default:
      return assertNever(kind);
  }
}

export class FailureError extends Error {
  readonly kind: FailureKind;
  /** What an operator can do about it, when we know. */
  readonly remedy: string | null;
  /** Certain that this attempt to send gave the other side nothing it could use; false: it may have it, or nothing was to be sent. */
  readonly nothingSent: boolean;
  /** The content is what was refused: the way there is well, and another one would carry the same mistake. */
  readonly isOfContent: boolean;
  /** When the next try must come at the latest, though the pauses between tries have grown longer by now; null: as they are. */
  readonly tryAgainBy: Date | null;
  /** What stands in the way, as whoever asked may see it. */
  readonly present: Readonly<Record<string, unknown>>;

  constructor(
    kind: FailureKind,
    message: string,
    options: {
      cause?: unknown;
      remedy?: string;
      nothingSent?: boolean;
      isOfContent?: boolean;
      tryAgainBy?: Date;
      present?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FailureError';
    this.kind = kind;
    this.remedy = options.remedy ?? null;
    this.nothingSent = options.nothingSent ?? false;
    this.isOfContent = options.isOfContent ?? false;
    this.tryAgainBy = options.tryAgainBy ?? null;
    this.present = options.present ?? {};
  }
}

/** The same failure, of an attempt to send that is certain to have given the other side nothing. */
export const withNothingSent = (thrown: unknown): FailureError => again(thrown, { nothingSent: true });

/** The same failure, which must not wait longer than this for its next try. */
export const withTryAgainBy = (thrown: unknown, tryAgainBy: Date): FailureError => again(thrown, { tryAgainBy });

function again(thrown: unknown, more: { nothingSent?: boolean; tryAgainBy?: Date }): FailureError {
  const failure = failureOf(thrown);
  const { kind, message, remedy, nothingSent, isOfContent, tryAgainBy } = failure;
  return new FailureError(kind, message, {
    cause: failure,
    nothingSent,
    isOfContent,
    ...(remedy === null ? {} : { remedy }),
    ...(tryAgainBy === null ? {} : { tryAgainBy }),
    ...more,
  });
}

/** Any thrown value as a FailureError; what is not one already is a bug of ours. */
export function failureOf(thrown: unknown): FailureError {
  if (thrown instanceof FailureError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new FailureError('bug', message, { cause: thrown });
}
