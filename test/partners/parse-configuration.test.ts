import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../src/partners/configuration.ts';
import { describeFault } from '../../src/partners/fault.ts';
import { type ConfigurationChecks, parseConfiguration } from '../../src/partners/parse-configuration.ts';
import { changed, configurationFiles } from './configuration-files.ts';

const faultsOf = (changes: Record<string, string | undefined>, checks: ConfigurationChecks = {}) =>
  parseConfiguration(configurationFiles(changes), checks).faults.map(describeFault);

function parsed(changes: Record<string, string | undefined> = {}): Configuration {
  const { configuration, faults } = parseConfiguration(configurationFiles(changes));
  if (configuration === null) throw new Error(faults.map(describeFault).join('\n'));
  return configuration;
}

describe('a whole configuration', () => {
  test('is expanded: every default is filled in', async () =>
    expect(`${JSON.stringify(parsed(), null, 2)}\n`).toMatchFileSnapshot('expanded-configuration.json'));

  test('has one agreement for each usage, alike but for id and usage', () => {
    const { agreements } = parsed(
      changed('partners/shop/agreements.yaml', 'channel: folder', 'channel: folder\n  usage: [production, test]'),
    );
    expect(agreements.map(({ id }) => id)).toEqual([
      'shop/in/850/production',
      'shop/in/850/test',
      'shop/out/855/production',
      'shop/out/855/test',
    ]);
    const [production, testing] = agreements;
    expect({ ...testing, id: production?.id, usage: production?.usage }).toEqual(production);
  });

  test('lets an entry win over the file, and the file over the built-in, key by key', () => {
    const { agreements } = parsed({
      'partners/shop/agreements.yaml': `defaults:
  version: "004010VICS"
  channel: folder
  envelope: { segmentSuffix: "\\n", delimiters: { terminator: "'", component: ":" } }
  validation: { codes: reject, notes: warn }
  values: { shape: "0001", creditSign: keep }
agreements:
  - receive: 850
    envelope: { replaceDelimiterWith: " ", delimiters: { component: "|" } }
    validation: { codes: off }
    values: { shape: "0002" }
`,
    });
    expect(agreements[0]).toMatchObject({
      version: '004010VICS',
      map: 'x12/004010/850',
      envelope: {
        segmentSuffix: '\n',
        interchangeVersion: '00401',
        onDelimiterInData: { replaceWith: ' ' },
        delimiters: { element: '*', component: '|', terminator: "'", repetition: null },
      },
      validation: { codes: 'off', notes: 'warn', tree: 'reject' },
      values: { currency: 'USD', shape: '0002', creditSign: 'keep' },
    });
  });

  test('keeps what YAML would make a number of: versions, ids, prices', () => {
    const { agreements, items } = parsed({
      'company/items.yaml': `items:
  - { id: 0012, description: 100, unit: each, price: 1.50, products: [{ scheme: upc, value: 614141010110 }] }
  - { id: 1e3, description: x, unit: each, price: 10 }
`,
    });
    expect(agreements[0]).toMatchObject({ message: '850', version: '004010' });
    expect(items).toMatchObject([
      { id: '0012', description: '100', price: '1.50', products: [{ value: '614141010110' }] },
      { id: '1e3', price: '10' },
    ]);
  });

  test('tells two identities of one partner apart by name', () => {
    const { agreements } = parsed({
      'partners/shop/partner.yaml': 'name: Shop\nidentities: [x12:08:11, x12:08:12]\n',
      'partners/shop/agreements.yaml': `defaults: { version: "004010", channel: folder }
agreements:
  - { receive: 850, theirs: "x12:08:11" }
  - { receive: 850, theirs: "x12:08:12", name: west }
`,
    });
    expect(agreements.map(({ id }) => id)).toEqual(['shop/in/850/production', 'shop/in/850/production/west']);
  });
});

const AGREEMENTS = 'partners/shop/agreements.yaml';
const CHANNELS = 'partners/shop/channels.yaml';
const COMPANY = 'company/company.yaml';

describe('a fault names file, line, column and path, what was found and what is expected', () => {
  test.each<[string, Record<string, string | undefined>, string[]]>([
    [
      'a word that is not known',
      changed(CHANNELS, 'outbox', 'outobx'),
      [
        `${CHANNELS}:5:5 channels.folder.outobx: 'outobx' is not known here. Known are kind, inbox, archive, outbox, pollIntervalMs, takeWhen, fileName, speaksFor, fileBytesMax, inFlightMax, firstInFirstOut.`,
      ],
    ],
    [
      'a missing word',
      changed(COMPANY, 'currency: USD\n', ''),
      [`${COMPANY}:1:1 currency: 'currency' is missing: a currency of three capital letters (ISO 4217) is expected.`],
    ],
    [
      'another kind of value',
      changed(CHANNELS, 'inbox: shop/in', 'inbox: shop/in\n    pollIntervalMs: soon'),
      [`${CHANNELS}:5:21 channels.folder.pollIntervalMs: Found 'soon'; expected a whole number.`],
    ],
    [
      'too small a number',
      changed(CHANNELS, 'inbox: shop/in', 'inbox: shop/in\n    pollIntervalMs: 5'),
      [`${CHANNELS}:5:21 channels.folder.pollIntervalMs: Found 5; expected 100 or more.`],
    ],
    [
      'a kind that does not exist',
      changed(CHANNELS, 'directory', 'ftp'),
      [
        `${CHANNELS}:3:11 channels.folder.kind: Found 'ftp'; expected directory or http or as2 or sftp or ftps or sftp-mailbox.`,
      ],
    ],
    [
      'a channel without a kind',
      changed(CHANNELS, 'kind: directory\n    ', ''),
      [
        `${CHANNELS}:3:5 channels.folder.kind: Found nothing; expected directory or http or as2 or sftp or ftps or sftp-mailbox.`,
      ],
    ],
    [
      'GS1 prefix digits',
      changed(COMPANY, '"4012345"', '"40123"'),
      [`${COMPANY}:4:12 gs1Prefix: Found '40123'; expected 7 to 10 digits.`],
    ],
    [
      'a zone that is none',
      changed(COMPANY, 'America/New_York', 'America/Newyork'),
      [`${COMPANY}:6:7 zone: 'America/Newyork' is no time zone; an IANA name like Europe/Berlin is expected.`],
    ],
    [
      'a GLN with a wrong check digit',
      changed(COMPANY, '4012345000009', '4012345000008'),
      [`${COMPANY}:3:27 identities[1]: '4012345000008' is no GLN; 4012345000009 is expected (GS1 check digit).`],
    ],
    [
      'an identity of the wrong form',
      changed(COMPANY, 'x12:ZZ:ACME', 'x12:Z:ACME'),
      [
        `${COMPANY}:3:14 identities[0]: 'x12:Z:ACME' is no identity; x12:<2 characters>:<1 to 15 characters> is expected.`,
        `${AGREEMENTS}:5:5 agreements[0]: 'ours' is missing: the company has no x12 identity at all.`,
        `${AGREEMENTS}:6:5 agreements[1]: 'ours' is missing: the company has no x12 identity at all.`,
      ],
    ],
    [
      'a secret in a file',
      changed(CHANNELS, 'inbox: shop/in', 'token: abc'),
      [
        `${CHANNELS}:4:5 channels.folder.token: 'token' is not known here. A secret never stands in a file: name the environment variable that holds it. Known are kind, inbox, archive, outbox, pollIntervalMs, takeWhen, fileName, speaksFor, fileBytesMax, inFlightMax, firstInFirstOut.`,
      ],
    ],
    [
      'a token instead of a variable',
      {
        [CHANNELS]:
          'channels:\n  folder: { kind: http, pushUrl: "https://shop.example/in", pushTokenVariable: s3cr3t }\n',
      },
      [
        `${CHANNELS}:2:80 channels.folder.pushTokenVariable: Found 's3cr3t'; expected the name of an environment variable like BRIGHTMART_TOKEN.`,
      ],
    ],
    [
      'a URL with credentials',
      { [CHANNELS]: 'channels:\n  folder: { kind: http, pushUrl: "https://a:b@shop.example/in" }\n' },
      [
        `${CHANNELS}:2:34 channels.folder.pushUrl: Found 'https://a:b@shop.example/in'; expected an http or https address without credentials.`,
      ],
    ],
    [
      'an unknown channel',
      changed(AGREEMENTS, 'channel: folder', 'channel: fodler'),
      [`${AGREEMENTS}:3:12 defaults.channel: 'fodler' is no channel of shop; known: folder.`],
    ],
    [
      'an order of fallback that leads nowhere',
      changed(AGREEMENTS, 'channel: folder', 'channel: folder\n  fallback: { channels: [folder, fodler] }'),
      [
        `${AGREEMENTS}:4:26 defaults.fallback.channels[0]: 'folder' is the agreement's own channel: it cannot stand in for itself.`,
        `${AGREEMENTS}:4:34 defaults.fallback.channels[1]: 'fodler' is no channel of shop; known: folder.`,
      ],
    ],
    [
      'a channel that cannot send',
      changed(CHANNELS, '    outbox: shop/out\n', ''),
      [
        `${AGREEMENTS}:3:12 defaults.channel: 'folder' cannot send: it has no outbox.`,
        `${AGREEMENTS}:5:5 agreements[0].acknowledgment.channel: Our 997 has no way out: 'folder' has no outbox, and acknowledgment.channel names no other.`,
      ],
    ],
    [
      'an unknown message',
      changed(AGREEMENTS, 'send: 855', 'send: 851'),
      [
        `${AGREEMENTS}:6:11 agreements[1].send: Found '851'; expected 810, 812, 820, 824, 832, 846, 850, 855, 856, 860, 864, 865, 870, 940, 945, ORDERS, ORDCHG, ORDRSP, DESADV, INVOIC, REMADV, APERAK.`,
      ],
    ],
    [
      'neither direction',
      changed(AGREEMENTS, 'send: 855', 'version: "004010"'),
      [`${AGREEMENTS}:6:5 agreements[1]: Found neither of 'receive' and 'send'; expected one of them.`],
    ],
    [
      'no version',
      changed(AGREEMENTS, '  version: 004010\n', ''),
      [
        `${AGREEMENTS}:4:5 agreements[0]: 'version' is missing: a GS08 like 004010 is expected.`,
        `${AGREEMENTS}:5:5 agreements[1]: 'version' is missing: a GS08 like 004010 is expected.`,
      ],
    ],
    [
      'a version that is none',
      changed(AGREEMENTS, '004010', '4010'),
      [
        `${AGREEMENTS}:2:12 defaults.version: Found '4010'; expected six digits and up to six more characters like 004010 or 004010VICS (GS08).`,
      ],
    ],
    [
      'an agreement twice',
      changed(AGREEMENTS, 'send: 855', 'receive: 850'),
      [
        `${AGREEMENTS}:6:5 agreements[1]: This agreement is there already: shop/in/850/production stands in line 5. Two that differ in version or identity carry a name.`,
      ],
    ],
    [
      'an identity of two partners',
      {
        'partners/twin/partner.yaml': 'name: Twin\nidentities: ["x12:08:6112345678"]\n',
        'partners/twin/channels.yaml': 'channels:\n  folder: { kind: directory, outbox: twin }\n',
        'partners/twin/agreements.yaml': 'agreements:\n  - { send: 855, version: "004010", channel: folder }\n',
      },
      [`partners/twin/partner.yaml:2:14 identities[0]: 'x12:08:6112345678' is an identity of shop too.`],
    ],
    [
      'one inbox for two channels',
      changed(CHANNELS, 'channels:', 'channels:\n  other: { kind: directory, inbox: shop/in/ }'),
      [`${CHANNELS}:5:12 channels.folder.inbox: 'shop/in' is the inbox of shop/other already.`],
    ],
    [
      'a file nobody reads',
      { 'partners/shop/agreement.yaml': 'x: 1' },
      [
        'partners/shop/agreement.yaml:1:1 This file is not known. A partner has partner.yaml, channels.yaml, agreements.yaml, maps/<name>.yaml and guides/<name>.yaml.',
      ],
    ],
    [
      'a missing file',
      { 'partners/shop/partner.yaml': undefined },
      ['partners/shop/partner.yaml:1:1 The file is missing.'],
    ],
    [
      'two delimiters alike',
      changed(
        AGREEMENTS,
        'receive: 850',
        'receive: 850\n    envelope: { delimiters: { element: "*", component: "*" } }',
      ),
      [
        `${AGREEMENTS}:6:56 agreements[0].envelope.delimiters.component: The component delimiter is that of element: they must differ.`,
      ],
    ],
    [
      'a repetition separator before 00402',
      changed(AGREEMENTS, 'receive: 850', 'receive: 850\n    envelope: { delimiters: { repetition: "^" } }'),
      [
        `${AGREEMENTS}:6:43 agreements[0].envelope.delimiters.repetition: ISA11 is no separator before 00402, and ISA12 is 00401; null is expected.`,
      ],
    ],
    [
      'a file name that is not one',
      changed(CHANNELS, 'outbox: shop/out', 'outbox: shop/out\n    fileName: "../{message}"'),
      [
        `${CHANNELS}:6:15 channels.folder.fileName: '../{message}' makes no file name: letters, digits, points, hyphens and underscores may stand beside the parts.`,
      ],
    ],
    [
      'two items of one product',
      changed(
        'company/items.yaml',
        '  - id: A-1',
        '  - { id: A-1, description: x, unit: each, price: 1 }\n  - id: A-1',
      ),
      [`company/items.yaml:3:9 items[1].id: Id 'A-1' is taken by item 'A-1'.`],
    ],
    [
      'a key twice',
      changed(COMPANY, 'name: Acme', 'name: Acme\nname: Acme'),
      [`${COMPANY}:3:1 This is not YAML we can read: Map keys must be unique`],
    ],
    [
      'YAML that is broken',
      changed(COMPANY, 'identities: [x12', 'identities: [[x12'),
      [expect.stringMatching(/^company\/company\.yaml:\d+:\d+ This is not YAML we can read: /)],
    ],
  ])('%s', (_name, changes, expected) => expect(faultsOf(changes)).toEqual(expected));

  test('all at once, in the order of files and lines', () => {
    const faults = faultsOf({
      ...changed(COMPANY, 'currency: USD', 'currency: dollars'),
      ...changed(CHANNELS, 'outbox', 'outobx'),
      ...changed(AGREEMENTS, 'send: 855', 'send: 851'),
    });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      `${COMPANY}:5:11`,
      `${AGREEMENTS}:6:11`,
      `${CHANNELS}:5:5`,
    ]);
  });

  test('shape and meaning in one pass: what is wrong by form hides nothing that is wrong in itself', () => {
    const faults = faultsOf({
      'company/company.yaml': `id: acme
identities: [x12:ZZ:ACME]
currency: dollars
zone: Mars
`,
      'company/items.yaml': `items:
  - { id: A-1, description: x, unit: each, price: cheap }
  - { id: A-2, description: x, unit: each, price: 1 }
  - { id: A-2, description: x, unit: each, price: 1 }
`,
      [CHANNELS]: `channels:
  old: { kind: ftp }
  folder: { kind: directory, inbox: shop/in, outbox: shop/out, pollIntervalMs: soon, fileName: "../x" }
  web: { kind: http }
`,
      [AGREEMENTS]: `defaults:
  channel: folder
  version: 004010
agreements:
  - { receive: 851 }
  - { receive: 850, channel: fodler, version: 4010 }
  - { send: 855, channel: old, guide: theirs, colour: red }
  - { send: 810, theirs: "x12:01:1" }
  - { send: 810, theirs: "x12:01:1" }
`,
    });
    expect(faults.map((fault) => fault.replace(/; (?:known|expected).*|Known are.*/, ''))).toEqual([
      `${COMPANY}:1:1 name: 'name' is missing: text is expected.`,
      `${COMPANY}:3:11 currency: Found 'dollars'`,
      `${COMPANY}:4:7 zone: 'Mars' is no time zone; an IANA name like Europe/Berlin is expected.`,
      "company/items.yaml:2:51 items[0].price: Found 'cheap'",
      "company/items.yaml:4:11 items[2].id: Id 'A-2' is taken by item 'A-2'.",
      `${AGREEMENTS}:5:16 agreements[0].receive: Found '851'`,
      `${AGREEMENTS}:6:30 agreements[1].channel: 'fodler' is no channel of shop`,
      `${AGREEMENTS}:6:47 agreements[1].version: Found '4010'`,
      `${AGREEMENTS}:7:39 agreements[2].guide: There is no guide 'theirs' in the partner's guides folder.`,
      `${AGREEMENTS}:7:47 agreements[2].colour: 'colour' is not known here. `,
      `${AGREEMENTS}:8:26 agreements[3].theirs: 'x12:01:1' is no x12 identity of shop`,
      `${AGREEMENTS}:9:5 agreements[4]: This agreement is there already: shop/out/810/production stands in line 8. Two that differ in version or identity carry a name.`,
      `${AGREEMENTS}:9:26 agreements[4].theirs: 'x12:01:1' is no x12 identity of shop`,
      `${CHANNELS}:2:16 channels.old.kind: Found 'ftp'`,
      `${CHANNELS}:3:80 channels.folder.pollIntervalMs: Found 'soon'`,
      `${CHANNELS}:3:96 channels.folder.fileName: '../x' makes no file name: letters, digits, points, hyphens and underscores may stand beside the parts.`,
      `${CHANNELS}:4:8 channels.web: This channel does nothing: neither tokenSha256 nor pushUrl is given.`,
    ]);
  });

  const warehouse = (more: string, other = '') => ({
    'partners/depot/partner.yaml': 'name: Depot\nidentities: [x12:ZZ:DEPOT]\n',
    'partners/depot/channels.yaml': 'channels:\n  folder: { kind: directory, inbox: depot/in, outbox: depot/out }\n',
    'partners/depot/agreements.yaml': `defaults: { version: "004010", channel: folder }\nagreements:\n  - { ${more} }\n${other}`,
  });
  const DEPOT = 'partners/depot/agreements.yaml';
  test.each([
    [
      'of nobody',
      'send: 940',
      '',
      [
        `${DEPOT}:3:5 agreements[0].warehouse.shipsFor: 'warehouse.shipsFor' is missing: whose orders the warehouse ships.`,
      ],
    ],
    [
      'of a stranger',
      'send: 940, warehouse: { shipsFor: [shopp] }',
      '',
      [`${DEPOT}:3:41 agreements[0].warehouse.shipsFor: 'shopp' is no partner.`],
    ],
    [
      'of one whose orders go elsewhere',
      'send: 940, warehouse: { shipsFor: [shop] }',
      '  - { send: 940, name: second, warehouse: { shipsFor: [shop] } }\n',
      [
        `${DEPOT}:4:55 agreements[1].warehouse.shipsFor: The orders of shop go to depot/out/940/production already, and cannot go to depot/out/940/production/second too.`,
      ],
    ],
    [
      'that would tell us',
      'receive: 940',
      '',
      [`${DEPOT}:3:16 agreements[0].receive: A 940 is sent to a warehouse; we are none, and can only send it.`],
    ],
    [
      'of a 945',
      'receive: 945, warehouse: { shipsFor: [shop] }',
      '',
      [`${DEPOT}:3:32 agreements[0].warehouse: 'warehouse' belongs to a 940 that is sent.`],
    ],
    ['that is right', 'send: 940, warehouse: { shipsFor: [shop], releaseWhen: picked }', '  - { receive: 945 }\n', []],
  ])('a warehouse %s', (_what, more, other, told) => {
    expect(faultsOf(warehouse(more, other))).toEqual(told);
  });

  test.each(['855', '856', '810', '865'])(
    'a %s that would be received, and with which nothing would be done',
    (message) => {
      expect(faultsOf(changed(AGREEMENTS, 'receive: 850', `receive: ${message}`))).toEqual([
        `${AGREEMENTS}:5:14 agreements[0].receive: A ${message} is ours to send: nothing would be done with one that comes.`,
      ]);
    },
  );

  test('a file that is missing, or no YAML, keeps the others from nothing', () => {
    const faults = faultsOf({
      'partners/shop/partner.yaml': undefined,
      [CHANNELS]: 'channels: [',
      ...changed(AGREEMENTS, '004010', '4010'),
    });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      `${AGREEMENTS}:2:12`,
      `${CHANNELS}:1:12`,
      'partners/shop/partner.yaml:1:1',
    ]);
  });

  test('maps and guides are asked for when the asker can answer', () => {
    const asked: string[] = [];
    const faults = faultsOf(changed(AGREEMENTS, 'send: 855', 'send: 855\n    map: ours\n    guide: theirs'), {
      mapExists: (name, partner) => asked.push(`${partner} ${name}`) > 0 && name !== 'ours',
    });
    expect(asked).toEqual(['shop x12/004010/850', 'shop ours']);
    expect(faults).toEqual([
      `${AGREEMENTS}:7:10 agreements[1].map: There is no map 'ours', neither among the base maps nor in company/maps or the partner's maps.`,
      `${AGREEMENTS}:8:12 agreements[1].guide: There is no guide 'theirs' in the partner's guides folder.`,
    ]);
  });
});
