import { X509Certificate } from 'node:crypto';
import type { ChannelSettings } from '../../partners/configuration.ts';
import { keyPairs } from '../../store/as2/key-pairs.ts';
import { setOnce } from '../../store/settings.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { shownCertificates } from '../listener-certificate.ts';

/** Told once at each: two months to plan, a day to call somebody; 0: it has ended. */
export const expiryDays = [60, 30, 14, 7, 1, 0] as const;
const dayMs = 86_400_000;

interface Watched {
  /** "key:ours-2026", "channel:acme/as2", "listener:partners". */
  readonly whose: string;
  readonly certificate: { readonly fingerprint: string; readonly subject: string; readonly validTo: Date };
}

/**
 * Writes an Event for every certificate of ours, of our listener and of our partners that ends within 60, 30, 14, 7 or 1 days, or has ended: once for each certificate and
 * step, whoever looks. One that is found late is told at the step it stands at, not at those it has passed. Gives how many were told.
 */
export async function tellExpiring(context: FlowContext): Promise<number> {
  const { database, clock } = context;
  const now = clock.now();
  let told = 0;
  for (const { whose, certificate } of await watched(context)) {
    const { fingerprint, validTo, subject } = certificate;
    const left = (validTo.getTime() - now.getTime()) / dayMs;
    const step = expiryDays.toReversed().find((days) => left <= days);
    if (step === undefined) continue;
    const isNew = await database.inTransaction(async (tx) => {
      if (!(await setOnce(tx, `certificate-expiry:${whose}:${fingerprint}:${step}`, now.toISOString()))) return false;
      const type = left <= 0 ? 'certificate/expired' : 'certificate/expiring';
      const data = { whose, subject, fingerprint, validTo, daysLeft: Math.max(0, Math.floor(left)) };
      const [kind = '', id = ''] = whose.split(':');
      await writeRows(tx, {}, [
        { at: now, type, actor: 'gateway', data, objects: [{ kind, id, qualifier: 'subject' }] },
      ]);
      return true;
    });
    if (isNew) told++;
  }
  return told;
}

/** How many days each certificate of ours, of our listener and of our partners has left, with a fraction; below zero: it has ended. */
export async function certificatesLeft(
  context: Pick<FlowContext, 'database' | 'configuration' | 'clock'>,
): Promise<readonly { readonly whose: string; readonly fingerprint: string; readonly days: number }[]> {
  const now = context.clock.now().getTime();
  return (await watched(context)).map(({ whose, certificate: { fingerprint, validTo } }) => ({
    whose,
    fingerprint,
    days: (validTo.getTime() - now) / dayMs,
  }));
}

async function watched(
  context: Pick<FlowContext, 'database' | 'configuration' | 'clock'>,
): Promise<readonly Watched[]> {
  const { database, configuration } = context;
  const ours = (await keyPairs(database)).map(({ name, certificate }) => watch(`key:${name}`, certificate));
  const theirs = (await configuration()).channels.flatMap(({ id, settings }) =>
    certificatesIn(settings).map((pem) => watch(`channel:${id}`, pem)),
  );
  const listeners = (await shownCertificates(context)).map((pem) => watch('listener:partners', pem));
  return [...ours, ...theirs, ...listeners];
}

/** A configuration that was applied before a setting was known has none of it. */
function certificatesIn(settings: ChannelSettings): readonly string[] {
  if (settings.kind === 'http' || settings.kind === 'ftps') return settings.serverCertificates ?? [];
  if (settings.kind !== 'as2') return [];
  const { theirCertificates, serverCertificates, theirClientCertificates } = settings;
  return [...theirCertificates.map(({ pem }) => pem), ...serverCertificates, ...(theirClientCertificates ?? [])];
}

/** Not `readCertificate`: TLS has kinds of keys that CMS has not, and their days count as much. */
function watch(whose: string, pem: string): Watched {
  const { fingerprint256, subject, validTo } = new X509Certificate(pem);
  const certificate = {
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    subject: subject.split('\n').join(', '),
    validTo: new Date(validTo),
  };
  return { whose, certificate };
}
