import { FailureError } from '../core/failure.ts';

/*
 * What PostgreSQL's and the network's error codes mean for the work at hand. Codes: PostgreSQL manual, appendix A.
 */

/** Two transactions crossed; running the same one again is safe and usually succeeds. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error) ?? '');

/** A violated unique key: the caller decides what that means. `name`: only when it is this constraint. */
export const isUniqueViolation = (error: unknown, name?: string): boolean =>
  codeOf(error) === '23505' &&
  (name === undefined || (error instanceof Error && 'constraint' in error && error.constraint === name));

/**
 * A failure of the database as a FailureError: `database-busy`, `database-unreachable`, `disk-full` or `config-invalid`.
 * Anything else (a violated constraint, a wrong statement) comes back as it was, for the caller to judge.
 */
export function databaseFailureOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FailureError) return error;
  const code = codeOf(error);
  const kind = code === undefined ? kindOfMessage(error.message) : kindOfCode(code);
  return kind === undefined
    ? error
    : new FailureError(kind, `The database says: ${error.message || code}`, { cause: error });
}

type DatabaseFailureKind = 'database-busy' | 'database-unreachable' | 'disk-full' | 'config-invalid';

const KIND_OF_CODE: Record<string, DatabaseFailureKind> = {
  '40001': 'database-busy', // serialization failure
  '40P01': 'database-busy', // deadlock
  '55P03': 'database-busy', // lock not available
  '57014': 'database-busy', // statement timeout
  '25P03': 'database-busy', // idle in transaction timeout
  '53200': 'database-busy', // out of memory
  '53300': 'database-busy', // too many connections
  '53100': 'disk-full',
  '57P01': 'database-unreachable', // shutting down
  '57P02': 'database-unreachable', // crashed, restarting
  '57P03': 'database-unreachable', // starting up
  ECONNREFUSED: 'database-unreachable',
  ECONNRESET: 'database-unreachable',
  ECONNABORTED: 'database-unreachable',
  EPIPE: 'database-unreachable',
  ENOENT: 'database-unreachable', // its socket
  ENOTFOUND: 'database-unreachable',
  EAI_AGAIN: 'database-unreachable',
  EHOSTUNREACH: 'database-unreachable',
  ENETUNREACH: 'database-unreachable',
  ETIMEDOUT: 'database-unreachable',
  '28000': 'config-invalid', // not allowed in
  '28P01': 'config-invalid', // wrong password
  '3D000': 'config-invalid', // no such database
};

const kindOfCode = (code: string): DatabaseFailureKind | undefined =>
  KIND_OF_CODE[code] ?? (code.startsWith('08') ? 'database-unreachable' : undefined);

/** pg gives these no code. */
function kindOfMessage(message: string): DatabaseFailureKind | undefined {
  if (message.startsWith('timeout exceeded when trying to connect')) return 'database-busy'; // all of the pool is in use
  if (message.startsWith('Query read timeout')) return 'database-busy';
  const gone = ['Connection terminated', 'Client has encountered a connection error', 'Connection ended'];
  return gone.some((start) => message.startsWith(start)) ? 'database-unreachable' : undefined;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
