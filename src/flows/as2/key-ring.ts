import type { Clock } from '../../core/clock.ts';
import { FailureError } from '../../core/failure.ts';
import { keyPairs } from '../../store/as2/key-pairs.ts';
import type { Database } from '../../store/database.ts';
import { type Identity, readCertificate } from '../../transports/as2/cms/certificate.ts';
import { openPrivateKey } from './sealing.ts';

/** Our key pairs, opened. A new or replaced one is felt within a second, as configuration is. */
export interface KeyRing {
  /** FailureError `credential-missing` when there is none of that name, or it cannot be opened. */
  identities(names: readonly string[]): Promise<readonly Identity[]>;
}

const ageMsMax = 1_000;

/** `masterKey` null: none was given, and every use of a key says so. */
export function openKeyRing(database: Database, clock: Clock, masterKey: Buffer | null): KeyRing {
  let known = new Map<string, { readonly fingerprint: string; readonly identity: Identity }>();
  let sealed = new Map<string, Awaited<ReturnType<typeof keyPairs>>[number]>();
  let checkedAt = Number.NEGATIVE_INFINITY;
  return {
    async identities(names) {
      if (names.length === 0) return [];
      if (clock.now().getTime() - checkedAt >= ageMsMax || names.some((name) => !sealed.has(name))) {
        sealed = new Map((await keyPairs(database)).map((pair) => [pair.name, pair]));
        known = new Map([...known].filter(([name, { fingerprint }]) => sealed.get(name)?.fingerprint === fingerprint));
        checkedAt = clock.now().getTime();
      }
      return names.map((name) => {
        const opened = known.get(name);
        if (opened !== undefined) return opened.identity;
        const pair = sealed.get(name);
        if (pair === undefined)
          throw new FailureError('credential-missing', `There is no key ${name}.`, {
            remedy: `Make it with tallyport keys create ${name}, or import it.`,
          });
        if (masterKey === null)
          throw new FailureError('credential-missing', 'TALLYPORT_KEY is not set, so no private key can be opened.', {
            remedy: 'Set TALLYPORT_KEY to the master key and restart.',
          });
        const identity = {
          certificate: readCertificate(pair.certificate),
          privateKey: openPrivateKey(pair.sealed, name, masterKey),
        };
        known.set(name, { fingerprint: pair.fingerprint, identity });
        return identity;
      });
    },
  };
}
