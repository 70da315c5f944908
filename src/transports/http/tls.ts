import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { FailureError } from '../../core/failure.ts';

/** PEM: a private key, and its certificate with those of the authorities between. */
export interface TlsPair {
  readonly key: Buffer;
  readonly certificate: Buffer;
}

/**
 * TLS 1.2 and 1.3. A certificate is asked of every client and none is demanded here: which one counts is a matter of the channel, and that is
 * known only when the request has said whose it is.
 */
export const secureOptions = ({ key, certificate }: TlsPair): TlsOptions => ({
  key,
  cert: certificate,
  minVersion: 'TLSv1.2',
  requestCert: true,
  rejectUnauthorized: false,
});

export interface TlsFiles {
  readonly key: string;
  readonly certificate: string;
}

/** Reads the two files. FailureError `config-invalid` when one cannot be read or they do not belong together. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsPair> {
  try {
    const [key, certificate] = await Promise.all([readFile(files.key), readFile(files.certificate)]);
    createSecureContext({ key, cert: certificate });
    return { key, certificate };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new FailureError('config-invalid', `The key and certificate of the listener are none: ${why}.`, { cause });
  }
}

export interface FollowedFiles {
  /** At once, for who does not want to wait: resolves when the files were looked at, and a change was taken up or told. Never rejects. */
  look(): Promise<void>;
  close(): void;
}

/** How often the files are looked at: who renews a certificate does so weeks before it ends. */
const lookEveryMs = 60_000;

/**
 * Takes new files when they change, as certbot and its like write them, without a restart: connections that are open stay. Half-written or wrong
 * ones are told, and the old ones kept.
 */
export function followTlsFiles(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  report: (
    event: { readonly failure: FailureError } | { readonly certificate: Buffer; readonly validTo: Date },
  ) => void,
  everyMs = lookEveryMs,
): FollowedFiles {
  const stampOf = async (): Promise<string> =>
    (await Promise.all([stat(files.key), stat(files.certificate)]))
      .map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`)
      .join();
  let known: string | null = null;
  const look = async (): Promise<void> => {
    const stamp = await stampOf();
    if (stamp === known) return;
    const isFirst = known === null;
    known = stamp;
    if (isFirst) return;
    const { key, certificate } = await readTlsFiles(files);
    server.setSecureContext({ key, cert: certificate, minVersion: 'TLSv1.2' });
    report({ certificate, validTo: new Date(new X509Certificate(certificate).validTo) });
  };
  // One after another: two at once would both find the first stamp, or the same change.
  let last = Promise.resolve();
  const looking = (): Promise<void> => {
    last = last.then(look).catch((thrown: unknown) =>
      report({
        failure:
          thrown instanceof FailureError
            ? thrown
            : new FailureError('config-invalid', 'The key and certificate of the listener are gone.', {
                cause: thrown,
              }),
      }),
    );
    return last;
  };
  void looking();
  const timer = setInterval(() => void looking(), everyMs);
  timer.unref();
  return { look: looking, close: () => clearInterval(timer) };
}
