import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TSchema } from 'typebox';
import { describe, expect, test } from 'vitest';
import { AgreementsFile, ChannelsFile, CompanyFile, ItemsFile, PartnerFile } from '../../src/partners/file-schemas.ts';
import { parseConfiguration } from '../../src/partners/parse-configuration.ts';
import { configurationFiles } from './configuration-files.ts';

const docs = resolve(import.meta.dirname, '../../docs');
const reference = readFileSync(resolve(docs, 'reference/partner-files.md'), 'utf8');

/** The rows of a file's tables in the reference: key → the default it tells. */
function rowsOf(heading: string): ReadonlyMap<string, string> {
  const section = reference.split(/^## /m).find((each) => each.replaceAll('\\', '').startsWith(heading)) ?? '';
  const rows = [...section.matchAll(/^\| `([\w.]+)` \| (.*?) \| .*\|$/gm)];
  return new Map(rows.map(([, key = '', told = '']) => [key, told]));
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, step) => Reflect.get(Object(inner), step), value);

/** Every key of a schema that holds a value, dotted; what lists and records hold is another table's subject. */
const keysOf = (schema: TSchema, prefix = ''): readonly string[] =>
  Object.entries(Object(at(schema, 'properties'))).flatMap(([name, inner]) => {
    const within = keysOf(Object(inner), `${prefix}${name}.`);
    return within.length > 0 ? within : [`${prefix}${name}`];
  });

const kinds = at(ChannelsFile, 'properties.channels.patternProperties');
const channelSchemas: readonly TSchema[] = Object(Object.values(Object(kinds))[0]).oneOf;

describe('the reference lists exactly the keys there are', () => {
  test.each([
    ['company/company.yaml', keysOf(CompanyFile)],
    ['company/items.yaml', keysOf(Object(at(ItemsFile, 'properties.items.items')))],
    ['partners/<name>/partner.yaml', keysOf(PartnerFile)],
    ['partners/<name>/channels.yaml', [...new Set(channelSchemas.flatMap((schema) => keysOf(schema)))]],
    ['partners/<name>/agreements.yaml', keysOf(Object(at(AgreementsFile, 'properties.agreements.items')))],
  ])('of %s', (file, keys) => {
    expect(keys.length).toBeGreaterThan(2);
    expect([...rowsOf(file).keys()].toSorted()).toEqual(keys.toSorted());
  });
});

describe('the reference tells the defaults there are', () => {
  const { configuration } = parseConfiguration(
    configurationFiles({
      'partners/shop/channels.yaml': `channels:
  folder: { kind: directory, outbox: out, inbox: in }
  web: { kind: http, pushUrl: "https://shop.example/in" }
  theirs: { kind: sftp, host: sftp.shop.example, username: acme, hostKeys: ["SHA256:${'A'.repeat(43)}"], privateKeyVariable: KEY, inbox: /out, archive: /done }
  ours: { kind: sftp-mailbox, username: shop, keys: [{ publicKey: "ssh-ed25519 AAAA" }] }
  as2: { kind: as2, ourName: US, theirName: THEM }
  ftps: { kind: ftps, host: ftp.shop.example, username: acme, passwordVariable: KEY, outbox: /in }
`,
      'partners/shop/agreements.yaml': `agreements:
  - { receive: 850, version: "004010" }
  - { send: 940, version: "004010", channel: web, warehouse: { shipsFor: [shop] } }
  - { send: 855, version: "004010", channel: web, fallback: { channels: [folder] } }
`,
    }),
  );
  const [agreement, warehouse, sent] = configuration?.agreements ?? [];
  const settings = Object.assign(
    {},
    ...(configuration?.channels ?? []).toReversed().map((channel) => channel.settings),
  );
  const channel = { ...configuration?.channels[0], ...settings };
  const told = (file: string) => [...rowsOf(file)].filter(([, text]) => /`/.test(text));

  test.each(
    told('partners/<name>/agreements.yaml').filter(
      ([key]) => !['values', 'envelope.replaceDelimiterWith', 'envelope.unwritableCharacters'].includes(key),
    ),
  )('%s of an agreement: %s', (key, text) => {
    // A warehouse and a fallback have defaults only where there is one.
    const of = { warehouse, fallback: sent }[key.split('.')[0] ?? ''] ?? agreement;
    const value = at(of, key);
    expect(text).toContain(`\`${value === '' ? '""' : String(value)}\``);
  });

  test.each(
    told('partners/<name>/channels.yaml').filter(
      ([key]) => !['inbox', 'outbox', 'archive', 'pushUrl', 'privateKeyVariable'].includes(key),
    ),
  )('%s of a channel: %s', (key, text) => expect(text).toBe(`\`${String(at(channel, key))}\``));

  test('lead time of an item', () =>
    expect(rowsOf('company/items.yaml').get('leadTimeDays')).toBe(`\`${configuration?.items[0]?.leadTimeDays}\``));
});

test('what the start page shows is a configuration', () => {
  const page = readFileSync(resolve(docs, 'start/partners.md'), 'utf8');
  const [company = '', partner = '', folder = '', web = '', agreements = ''] = [
    ...page.matchAll(/```yaml\n(.*?)```/gs),
  ].map(([, text = '']) => text);
  const { faults } = parseConfiguration([
    { path: 'company/company.yaml', text: company },
    { path: 'partners/acme-stores/partner.yaml', text: partner },
    {
      path: 'partners/acme-stores/channels.yaml',
      text: folder + web.replace('channels:\n', '').replace('<the 64 digits>', 'a'.repeat(64)),
    },
    { path: 'partners/acme-stores/agreements.yaml', text: agreements },
  ]);
  expect(faults).toEqual([]);
});
