import { FailureError } from '../core/failure.ts';
import { type AskFlags, type Commands, defaultApi } from './commands.ts';

export interface GatewayClient {
  get(path: string): Promise<Readonly<Record<string, unknown>>>;
  post(
    path: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
}

/** Asks a running gateway. Throws FailureError `not-found` when none answers there or the key is missing or wrong. */
export function gatewayClient(url: string, key: string | null): GatewayClient {
  const ask = async (
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> => {
    if (key === null) {
      throw new FailureError('usage-wrong', 'An API key is needed.', {
        remedy: 'No gateway has run on this data folder: say --data with the one of yours, or set TALLYPORT_API_KEY.',
      });
    }
    let answer: Response;
    try {
      answer = await fetch(`${url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } });
    } catch (cause) {
      throw new FailureError('not-found', `No gateway answers at ${url}.`, {
        cause,
        remedy: 'Start one with `tallyport serve`, or say --api-url.',
      });
    }
    const body: unknown = await answer.json().catch(() => ({}));
    const record = typeof body === 'object' && body !== null ? { ...body } : {};
    if (answer.status === 401)
      throw new FailureError('usage-wrong', `The gateway at ${url} does not take this API key.`);
    return { status: answer.status, body: record };
  };
  return {
    async get(path) {
      const { status, body } = await ask(path, {});
      if (status !== 200)
        throw new FailureError('not-found', 'detail' in body ? String(body.detail) : `${path} answered ${status}`);
      return body;
    },
    post: (path, body) =>
      ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  };
}

/** Where `--api-url` says, else where the gateway of the data folder answers, else the usual port of this machine. */
export async function askedGateway(commands: Commands, flags: AskFlags): Promise<GatewayClient> {
  const dataFolder = commands.resolve(flags.data);
  const url = flags.apiUrl ?? (await commands.apiUrl(dataFolder)) ?? `http://${defaultApi.host}:${defaultApi.port}`;
  return gatewayClient(url, await commands.apiKey(dataFolder));
}
