import type { Static, TObject } from 'typebox';
import type { as2Entry } from './as2-schema.ts';
import { type As2Settings, as2Defaults, as2Defaults13 } from './as2-settings.ts';
import { httpDefaults } from './defaults.ts';
import type { Draft, Faults } from './gathering.ts';
import { bareCertificates, checkedLine } from './line-settings.ts';

type As2Entry = Static<TObject<typeof as2Entry>>;

/** An AS2 channel with every default filled in; tells what cannot work: no certificate to encrypt for, no key to sign with. */
export function expandAs2(
  { source, lacks }: Draft<unknown>,
  path: readonly string[],
  entry: As2Entry,
  faults: Faults,
): As2Settings {
  const tell = (key: string, message: string) => {
    if (!lacks([...path, key])) faults.push(source.faultAt([...path, key], message));
  };
  const settings = withCertificates(checkedLine(filled(entry), tell), tell);
  if (settings.ourName === settings.theirName) tell('theirName', `'${settings.theirName}' is our own name too.`);
  const hasKey = (use: 'signing' | 'encryption') =>
    settings.ourKeys.some((one) => one.use === 'both' || one.use === use);
  const hasCertificate = (use: 'signing' | 'encryption') =>
    settings.theirCertificates.some((one) => one.use === 'both' || one.use === use);
  if (settings.url !== null && settings.sign !== 'none' && !hasKey('signing'))
    tell('ourKeys', 'A key of ours to sign with is wanted; sign: none sends unsigned.');
  if (settings.url !== null && settings.encrypt !== 'none' && !hasCertificate('encryption'))
    tell('theirCertificates', 'A certificate of theirs to encrypt for is wanted; encrypt: none sends in the clear.');
  if (settings.url !== null && settings.mdn === 'signed' && !hasCertificate('signing'))
    tell('theirCertificates', 'A certificate of theirs to verify receipts with is wanted; mdn: unsigned takes any.');
  if ((settings.theirUser === null) !== (settings.theirPasswordVariable === null))
    tell('theirUser', 'theirUser and theirPasswordVariable belong together.');
  return settings;
}

function filled(entry: As2Entry): As2Settings {
  const dated = { use: 'both', from: null } as const;
  return {
    ...as2Defaults,
    ...(entry.version === '1.3' ? as2Defaults13 : {}),
    url: null,
    receiptHosts: [],
    timeoutMs: httpDefaults.timeoutMs,
    ...given(entry),
    ourKeys: (entry.ourKeys ?? []).map((key) => ({ ...dated, ...key })),
    theirCertificates: (entry.theirCertificates ?? []).map((certificate) => ({ ...dated, ...certificate })),
  };
}

/** Without what every channel has, which stands beside the settings. */
function given(entry: As2Entry): As2Entry {
  const {
    speaksFor: _s,
    fileBytesMax: _b,
    inFlightMax: _f,
    firstInFirstOut: _o,
    ...rest
  } = entry as As2Entry & Record<string, unknown>;
  return rest as As2Entry;
}

/** Theirs without the text around them. */
const withCertificates = (settings: As2Settings, tell: (key: string, message: string) => void): As2Settings => ({
  ...settings,
  theirCertificates: settings.theirCertificates.map((one) => ({
    ...one,
    pem: bareCertificates([one.pem], 'theirCertificates', tell)[0] ?? one.pem,
  })),
  theirClientCertificates: bareCertificates(settings.theirClientCertificates, 'theirClientCertificates', tell),
});
