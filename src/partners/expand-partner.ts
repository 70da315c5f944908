import type { Channel, ChannelSettings, Company, Item, Partner } from './configuration.ts';
import { channelDefaults, directoryDefaults, itemDefaults } from './defaults.ts';
import { expandAs2 } from './expand-as2.ts';
import { expandHttp } from './expand-http.ts';
import { expandFtps, expandSftp, expandSftpMailbox } from './expand-sftp.ts';
import { faultOfFileName } from './file-name.ts';
import type { ChannelEntry, ChannelsFile, CompanyFile, ItemsFile, PartnerFile } from './file-schemas.ts';
import { type Draft, type Faults, identitiesAt, idsAt } from './gathering.ts';

/** `company/company.yaml`, expanded; what is wrong in it joins the faults. */
export function expandCompany(draft: Draft<CompanyFile>, faults: Faults): Company {
  const { value, source } = draft;
  if (!isZone(value.zone))
    faults.push(
      source.faultAt(['zone'], `'${value.zone}' is no time zone; an IANA name like Europe/Berlin is expected.`, {
        found: value.zone,
        expected: 'an IANA name like Europe/Berlin',
      }),
    );
  return {
    id: value.id,
    name: value.name,
    identities: identitiesAt(draft, ['identities'], value.identities, faults),
    gs1Prefix: value.gs1Prefix ?? null,
    currency: value.currency,
    zone: value.zone,
    address: {
      lines: value.address?.lines ?? [],
      city: value.address?.city ?? null,
      region: value.address?.region ?? null,
      postalCode: value.address?.postalCode ?? null,
      country: value.address?.country ?? null,
    },
    ids: idsAt(draft, value.ids ?? [], faults),
  };
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // the question's answer, not a failure
  }
}

/** `company/items.yaml`, expanded. An id or product id must name one item only: rules look items up by both. */
export function expandItems({ value, source }: Draft<ItemsFile>, currency: string, faults: Faults): readonly Item[] {
  const owners = new Map<string, string>();
  const claim = (key: string, owner: string, path: readonly (string | number)[], what: string): void => {
    const earlier = owners.get(key);
    if (earlier !== undefined)
      faults.push(source.faultAt(path, `${what} is taken by item '${earlier}'.`, { found: what }));
    else owners.set(key, owner);
  };
  return value.items.map((item, index) => {
    const products = item.products ?? [];
    const stock = item.stock ?? [];
    claim(`id ${item.id}`, item.id, ['items', index, 'id'], `Id '${item.id}'`);
    for (const [at, { scheme, value: id }] of products.entries())
      claim(`product ${scheme} ${id}`, item.id, ['items', index, 'products', at], `${scheme} '${id}'`);
    for (const [at, { location }] of stock.entries())
      claim(`stock ${index} ${location}`, item.id, ['items', index, 'stock', at], `Location '${location}'`);
    return {
      id: item.id,
      description: item.description,
      products,
      unit: item.unit,
      price: item.price,
      currency: item.currency ?? currency,
      stock,
      leadTimeDays: item.leadTimeDays ?? itemDefaults.leadTimeDays,
    };
  });
}

/** `partners/<name>/partner.yaml`, expanded; the folder's name is the partner's id. */
export const expandPartner = (id: string, draft: Draft<PartnerFile>, faults: Faults): Partner => ({
  id,
  name: draft.value.name,
  identities: identitiesAt(draft, ['identities'], draft.value.identities, faults),
  ids: idsAt(draft, draft.value.ids ?? [], faults),
});

/** `partners/<name>/channels.yaml`, expanded. A channel speaks for its partner's identities unless it lists others. */
export function expandChannels(
  partner: string,
  identities: Partner['identities'],
  draft: Draft<ChannelsFile>,
  faults: Faults,
): readonly Channel[] {
  return Object.entries(draft.value.channels).map(([name, entry]) => {
    const path = ['channels', name];
    if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
      faults.push(
        draft.source.faultAt(path, `'${name}' is no channel name; small letters, digits and hyphens are expected.`, {
          found: name,
          atKey: true,
        }),
      );
    return {
      id: `${partner}/${name}`,
      partner,
      name,
      settings: expandSettings(draft, path, entry, faults),
      speaksFor:
        entry.speaksFor === undefined
          ? identities
          : identitiesAt(draft, [...path, 'speaksFor'], entry.speaksFor, faults),
      fileBytesMax: entry.fileBytesMax ?? channelDefaults.fileBytesMax,
      inFlightMax: entry.inFlightMax ?? channelDefaults.inFlightMax,
      firstInFirstOut: entry.firstInFirstOut ?? channelDefaults.firstInFirstOut,
    };
  });
}

function expandSettings(
  draft: Draft<unknown>,
  path: readonly string[],
  entry: ChannelEntry,
  faults: Faults,
): ChannelSettings {
  const { source, lacks } = draft;
  if (entry.kind === 'as2') return expandAs2(draft, path, entry, faults);
  if (entry.kind === 'sftp') return expandSftp(draft, path, entry, faults);
  if (entry.kind === 'ftps') return expandFtps(draft, path, entry, faults);
  if (entry.kind === 'sftp-mailbox') return expandSftpMailbox(draft, path, entry, faults);
  if (entry.kind === 'http') return expandHttp(draft, path, entry, faults);
  const { inbox = null, archive = null, outbox = null, fileName = directoryDefaults.fileName } = entry;
  if (inbox === null && outbox === null && !lacks(path))
    faults.push(source.faultAt(path, 'This channel does nothing: neither inbox nor outbox is given.'));
  const wrongName = faultOfFileName(fileName);
  if (wrongName !== null)
    faults.push(
      source.faultAt([...path, 'fileName'], `'${fileName}' makes no file name: ${wrongName}.`, { found: fileName }),
    );
  return {
    kind: 'directory',
    inbox,
    archive,
    outbox,
    pollIntervalMs: entry.pollIntervalMs ?? directoryDefaults.pollIntervalMs,
    takeWhen: entry.takeWhen ?? directoryDefaults.takeWhen,
    fileName,
  };
}
