import { createHash, randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import { operatorApi } from '../../src/http/api.ts';
import type { TestGateway } from '../support/gateway.ts';
import { answerCheck } from './answer-check.ts';

export const apiKey = 'tp_test-key';
const keySha256 = createHash('sha256').update(apiKey).digest('hex');

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Parsed; an empty object when it is no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Operator {
  readonly app: Awaited<ReturnType<typeof operatorApi>>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  /** As it is: any method, headers and payload, no key. */
  ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    headers: Readonly<Record<string, string>>,
    payload?: string | Buffer,
  ): Promise<Answer>;
  /** The items of a list. */
  items(path: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** The operators' API on a test gateway. Every answer is held against the schema that /openapi.json publishes for it. */
export async function operator(
  { context }: Pick<TestGateway, 'context'>,
  masterKey: Buffer | null = null,
): Promise<Operator> {
  const app = await operatorApi({ context, keySha256, masterKey });
  afterAll(() => app.close());
  const check = answerCheck(app.swagger());
  const ask: Operator['ask'] = async (method, path, headers, payload) => {
    const answer = await app.inject({ method, url: path, headers, ...(payload === undefined ? {} : { payload }) });
    const type = String(answer.headers['content-type'] ?? '');
    const body: unknown = type.includes('json') ? JSON.parse(answer.body) : {};
    check(method, path, answer.statusCode, type, body);
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: typeof body === 'object' && body !== null ? { ...body } : {},
    };
  };
  const keyed = { authorization: `Bearer ${apiKey}` };
  const send = (method: 'POST' | 'PUT', path: string, body: unknown, headers = {}) =>
    ask(method, path, { ...keyed, 'content-type': 'application/json', ...headers }, JSON.stringify(body));
  return {
    app,
    ask,
    get: (path, headers = {}) => ask('GET', path, { ...keyed, ...headers }),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body) => send('PUT', path, body),
    async items(path) {
      const { status, body, text } = await ask('GET', path, keyed);
      if (status !== 200 || !Array.isArray(body.items)) throw new Error(`${path} answered ${status} ${text}`);
      return body.items;
    },
  };
}

export const nobody = randomUUID();
