import { STATUS_CODES } from 'node:http';

/** An answer that is not a success, thrown where it is found. Tells the partner what to mend, and nothing of us (RFC 9457). */
export class HttpProblem extends Error {
  readonly status: number;
  readonly detail: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string | null = null, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${detail ?? ''}`);
    this.name = 'HttpProblem';
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

/** The body of an application/problem+json answer. */
export const problemBody = (status: number, detail: string | null): Record<string, unknown> => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  ...(detail === null ? {} : { detail }),
});

export const problemType = 'application/problem+json';
