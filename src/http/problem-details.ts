import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { type FailureError, type FailureKind, failureOf } from '../core/failure.ts';
import type { Finding } from '../orders/finding.ts';

/** What a caller asked for cannot be: every reason at once. Thrown, so that the transaction is rolled back. */
export class Refused extends Error {
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map(({ message }) => message).join(' '));
    this.findings = findings;
  }
}

const STATUS: Partial<Record<FailureKind, number>> = {
  'not-found': 404,
  'usage-wrong': 409,
  'database-busy': 503,
  'database-unreachable': 503,
  'queue-unreachable': 503,
  'disk-full': 507,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Refused',
  500: 'Internal error',
  503: 'Not available',
  507: 'No space left',
};

export const problemType = 'application/problem+json';

/** Answers with RFC 9457 problem details. */
export const sendProblem = (
  reply: FastifyReply,
  status: number,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): FastifyReply =>
  reply
    .code(status)
    .type(problemType)
    .send({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, ...more });

/** Every error of the operators' API as a problem; what is our fault is logged and not told in detail. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 404, `There is nothing at ${request.method} ${request.url}.`),
  );
  app.setErrorHandler((error: FastifyError | Refused | FailureError | Error, request, reply) => {
    if (error instanceof Refused) return sendProblem(reply, 422, error.message, { findings: error.findings });
    if ('validation' in error && error.validation !== undefined) {
      const where = error.validationContext ?? 'body';
      const faults = error.validation.map(({ instancePath, message }) => ({
        at: `${where}${instancePath}`,
        message: message ?? 'is not valid',
      }));
      return sendProblem(reply, 400, faults.map(({ at, message }) => `${at} ${message}`).join('; '), { faults });
    }
    if ('statusCode' in error && error.statusCode !== undefined && error.statusCode < 500)
      return sendProblem(reply, error.statusCode, error.message);
    const failure = failureOf(error);
    const status = STATUS[failure.kind] ?? 500;
    if (status === 500) request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, status, status === 500 ? 'The gateway failed; its log says why.' : failure.message, {
      kind: failure.kind,
    });
  });
}
