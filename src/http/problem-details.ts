import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { type FailureError, type FailureKind, failureOf } from '../core/failure.ts';
import type { Finding } from '../orders/finding.ts';
import { isUniqueViolation } from '../store/database-failure.ts';
import { faultsOf } from './validation.ts';

/** What a caller asked for cannot be: every reason at once. Thrown, so that the transaction is rolled back. */
export class Refused extends Error {
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map(({ message }) => message).join(' '));
    this.findings = findings;
  }
}

/** What a failure is to the caller; every other kind is ours alone: 500, told in the log and nowhere else. */
const STATUS: Partial<Record<FailureKind, number>> = {
  'not-found': 404,
  'usage-wrong': 409,
  'agreement-missing': 409,
  'control-numbers-exhausted': 409,
  'database-busy': 503,
  'database-unreachable': 503,
  'queue-unreachable': 503,
  'disk-full': 507,
};

/** For failures whose own sentence names hosts, sockets or tables. */
const DETAILS: Readonly<Record<number, string>> = {
  500: 'The gateway failed; its log says why.',
  503: 'The database does not answer now; try again.',
  507: 'There is no space left on the disk of the gateway.',
};
const retryAfterSeconds = 5;

export const problemType = 'application/problem+json';

/** The text of a problem (RFC 9457). Its type is `about:blank`: the status says all there is to tell apart, `kind` and `faults` the rest. */
export const problemText = (status: number, detail: string, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...more });

/** Answers with a problem. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const { raw, headers } = reply.request;
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  // A body that is still coming is not waited for.
  if (hasBody && !raw.readableEnded) reply.header('connection', 'close');
  if (status === 503) reply.header('retry-after', String(retryAfterSeconds));
  // As bytes: to text fastify would add a charset, and this media type has none.
  return reply
    .code(status)
    .header('content-type', problemType)
    .send(Buffer.from(problemText(status, detail, more)));
}

type Thrown = FastifyError | Refused | FailureError | Error;

/** Every error of the operators' API as a problem; what is our fault is logged and not told in detail. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 404, `There is nothing at ${request.method} ${pathOf(request.url)}.`),
  );
  app.setErrorHandler((error: Thrown, request, reply) =>
    answerError(error, reply, () => request.log.error({ err: error }, 'request failed')),
  );
}

/** Gives an error its status; `log` is called for what is our fault. */
export function answerError(error: Thrown, reply: FastifyReply, log: () => void): FastifyReply {
  if (error instanceof Refused) return sendProblem(reply, 422, error.message, { findings: error.findings });
  if ('validation' in error && error.validation !== undefined) {
    const faults = faultsOf(error.validationContext ?? 'body', error.validation);
    return sendProblem(reply, 400, faults.map(({ at, message }) => `${at} ${message}`).join('; '), { faults });
  }
  if ('statusCode' in error && error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return sendProblem(reply, error.statusCode, error.message);
  const stored = storedDetail(error);
  if (stored !== null) return sendProblem(reply, 409, stored);
  const failure = failureOf(error);
  const status = STATUS[failure.kind] ?? 500;
  if (status >= 500) log();
  return sendProblem(reply, status, DETAILS[status] ?? failure.message, { kind: failure.kind, ...failure.present });
}

/** What the database itself refuses of what was posted: a number that another request took meanwhile, an amount beyond what it holds. */
function storedDetail(error: Error): string | null {
  if (isUniqueViolation(error, 'sscc_pkey')) return 'An SSCC of this shipment stands on another pack already.';
  if (isUniqueViolation(error)) return 'A number of this request was taken meanwhile.';
  if (!('code' in error) || typeof error.code !== 'string') return null;
  if (error.code === '22003') return 'An amount or a quantity is larger than can be kept.';
  return error.code === '23503' ? 'Something it refers to has gone meanwhile.' : null;
}

const pathOf = (url: string): string => url.slice(0, 200).split('?')[0] ?? '';
