import { FailureError } from '../../src/core/failure.ts';
import { plainLine } from '../../src/transports/http/client/exchange.ts';

/** How a gateway without keys reaches servers of a test: on this machine, in the clear; nothing leaves over AS2. */
export const loopbackLine = {
  transport: {
    send: async (): Promise<never> => {
      throw new FailureError('config-invalid', 'This gateway has no keys.');
    },
  },
  lineTo: async () => ({ ...plainLine, timeoutMs: 5_000, allowLoopback: true }),
};
