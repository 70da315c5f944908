import { keyPairs } from '../../store/as2/key-pairs.ts';
import { setOnce } from '../../store/settings.ts';
import { writeRows } from '../../store/write-rows.ts';
import { type Certificate, readCertificate } from '../../transports/as2/cms/certificate.ts';
import type { FlowContext } from '../context.ts';
import { isAs2 } from './relations.ts';

/** Told once at each: two months to plan, a day to call somebody; 0: it has ended. */
export const expiryDays = [60, 30, 14, 7, 1, 0] as const;
const dayMs = 86_400_000;

interface Watched {
  /** "key:ours-2026", "channel:acme/as2". */
  readonly whose: string;
  readonly certificate: Certificate;
}

/**
 * Writes an Event for every certificate of ours and of our partners that ends within 60, 30, 14, 7 or 1 days, or has ended: once for each certificate and
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

/** How many days each certificate of ours and of our partners has left, with a fraction; below zero: it has ended. */
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

async function watched({
  database,
  configuration,
}: Pick<FlowContext, 'database' | 'configuration'>): Promise<readonly Watched[]> {
  const ours = (await keyPairs(database)).map(({ name, certificate }) => ({
    whose: `key:${name}`,
    certificate: readCertificate(certificate),
  }));
  const theirs = (await configuration()).channels.filter(isAs2).flatMap(({ id, settings }) =>
    [
      ...settings.theirCertificates.map(({ pem }) => pem),
      ...settings.serverCertificates,
      ...(settings.theirClientCertificates ?? []),
    ].map((pem) => ({
      whose: `channel:${id}`,
      certificate: readCertificate(pem),
    })),
  );
  return [...ours, ...theirs];
}
