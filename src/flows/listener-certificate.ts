import { X509Certificate } from 'node:crypto';
import { type FailureError, failureOf } from '../core/failure.ts';
import { setSetting, settingsUnder } from '../store/settings.ts';
import { pemOf } from '../transports/as2/cms/self-signed.ts';
import { tellExpiring } from './as2/expiring.ts';
import type { FlowContext } from './context.ts';

/*
 * The certificate of the partners' listener lies in a file of the process that listens; who looks for certificates that end, and who is asked for metrics, may be
 * other processes. So the one that listens keeps what it shows in the database, again and again while it shows it.
 */
const prefix = 'listener-certificate:';
const againMs = 10 * 60_000;
/** Three times over: a process that was away for a moment still shows it. */
const silenceMsMax = 3 * againMs;

interface Shown {
  readonly pem: string;
  readonly seenAt: string;
}

export interface ShownCertificate {
  /** Another took its place. */
  changed(certificate: Buffer): void;
  close(): void;
}

/** Keeps the listener's certificate (PEM; those of the authorities behind it are passed over) where it is watched, and has it told when it ends soon. */
export function showCertificate(
  context: FlowContext,
  certificate: Buffer,
  report: (failure: FailureError) => void,
): ShownCertificate {
  let shown = certificate;
  const keep = async (): Promise<void> => {
    const { raw, fingerprint256 } = new X509Certificate(shown);
    const value: Shown = { pem: pemOf('CERTIFICATE', raw), seenAt: context.clock.now().toISOString() };
    await setSetting(context.database, `${prefix}${fingerprint256}`, value);
    await tellExpiring(context);
  };
  const keeping = (): void => void keep().catch((thrown: unknown) => report(failureOf(thrown)));
  keeping();
  const timer = setInterval(keeping, againMs);
  timer.unref();
  return {
    changed(next) {
      shown = next;
      keeping();
    },
    close: () => clearInterval(timer),
  };
}

/** PEM of what listeners show now. */
export async function shownCertificates({
  database,
  clock,
}: Pick<FlowContext, 'database' | 'clock'>): Promise<readonly string[]> {
  const since = clock.now().getTime() - silenceMsMax;
  const all = (await settingsUnder(database, prefix)) as readonly Shown[];
  return all.filter(({ seenAt }) => Date.parse(seenAt) >= since).map(({ pem }) => pem);
}
