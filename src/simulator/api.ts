/*
 * The gateway's operator API as a program outside of it sees it: JSON over HTTP with an API key, problems as RFC 9457. Nothing is imported from
 * the gateway; what an answer must hold is looked at here, so that a changed answer is a told error and not an undefined.
 */
export interface OperatorApi {
  /** GET; throws ApiProblem for any status but 200. */
  get(path: string): Promise<unknown>;
  /** POST under an idempotency key; throws ApiProblem for any status of 400 and more. */
  post(
    path: string,
    body: unknown,
    idempotencyKey: string,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** PUT; throws ApiProblem for any status of 400 and more. */
  put(path: string, body: unknown): Promise<unknown>;
}

export class ApiProblem extends Error {
  readonly status: number;
  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path} answered ${status}: ${body.slice(0, 500)}`);
    this.name = 'ApiProblem';
    this.status = status;
  }
}

/** 20 s: the gateway answers from one database transaction. */
const answerMsMax = 20_000;

export function operatorApi(url: string, apiKey: string): OperatorApi {
  const ask = async (method: string, path: string, init: RequestInit): Promise<{ status: number; body: unknown }> => {
    const headers = { authorization: `Bearer ${apiKey}`, accept: 'application/json', ...init.headers };
    const response = await fetch(`${url}${path}`, {
      ...init,
      method,
      headers,
      signal: AbortSignal.timeout(answerMsMax),
    });
    const text = await response.text();
    if (response.status >= 400) throw new ApiProblem(method, path, response.status, text);
    const body: unknown = text === '' ? null : JSON.parse(text);
    return { status: response.status, body };
  };
  return {
    async get(path) {
      const { status, body } = await ask('GET', path, {});
      if (status !== 200) throw new ApiProblem('GET', path, status, JSON.stringify(body));
      return body;
    },
    post: (path, body, idempotencyKey) =>
      ask('POST', path, {
        headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
        body: JSON.stringify(body),
      }),
    put: async (path, body) =>
      (await ask('PUT', path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).body,
  };
}

/** A query string without the parameters that have no value. */
export const query = (parameters: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects under `name` of an answer; an answer without such a list is an error. */
export function listIn(answer: unknown, name = 'items'): readonly Readonly<Record<string, unknown>>[] {
  const list = isRecord(answer) ? answer[name] : undefined;
  if (!Array.isArray(list) || !list.every(isRecord)) {
    throw new Error(`the gateway answered ${JSON.stringify(answer)?.slice(0, 200)}, without a list "${name}"`);
  }
  return list;
}

/** The text under `name`; an answer without it is an error. */
export function textIn(answer: unknown, name: string): string {
  const value = isRecord(answer) ? answer[name] : undefined;
  if (typeof value !== 'string') {
    throw new Error(`the gateway answered ${JSON.stringify(answer)?.slice(0, 200)}, without the text "${name}"`);
  }
  return value;
}

/** The text under `name`, or null when it is null or absent. */
export const textOrNull = (answer: unknown, name: string): string | null => {
  const value = isRecord(answer) ? answer[name] : undefined;
  return typeof value === 'string' ? value : null;
};
