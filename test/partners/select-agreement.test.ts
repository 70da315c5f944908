import { describe, expect, test } from 'vitest';
import { identityOf } from '../../src/partners/identity.ts';
import { parseConfiguration } from '../../src/partners/parse-configuration.ts';
import {
  type AgreementQuery,
  mayChannelSpeakFor,
  type Parties,
  selectAgreement,
  selectAnswer,
} from '../../src/partners/select-agreement.ts';
import { configurationFiles } from './configuration-files.ts';

function parties(agreements: string, changes: Record<string, string> = {}): Parties {
  const files = configurationFiles({
    'partners/shop/partner.yaml': 'name: Shop\nidentities: ["x12:08:6112345678", "x12:12:2075550100"]\n',
    'partners/shop/agreements.yaml': `defaults: { channel: folder, version: "004010", theirs: "x12:08:6112345678" }\nagreements:\n${agreements}`,
    ...changes,
  });
  const { configuration, faults } = parseConfiguration(files);
  if (configuration === null) throw new Error(faults[0]?.message);
  return configuration;
}

const shop = { qualifier: '08', id: '6112345678' };
const us = { qualifier: 'ZZ', id: 'ACME' };
const query: AgreementQuery = {
  direction: 'in',
  syntax: 'x12',
  sender: shop,
  receiver: us,
  usage: 'production',
  message: '850',
  version: '004010',
};

describe('selecting an agreement', () => {
  const usual = parties(`  - { receive: 850, usage: [production, test] }
  - { receive: 820 }
  - { send: 855 }
`);

  test.each<[Partial<AgreementQuery>, string]>([
    [{}, 'shop/in/850/production'],
    [{ usage: 'test' }, 'shop/in/850/test'],
    [{ message: '820' }, 'shop/in/820/production'],
    [{ sender: { qualifier: '08', id: '6112345678     ' } }, 'shop/in/850/production'],
    [{ version: '004010VICS' }, 'shop/in/850/production'],
    [{ direction: 'out', sender: us, receiver: shop, message: '855' }, 'shop/out/855/production'],
  ])('%j: %s', (change, id) => expect(selectAgreement(usual, { ...query, ...change }).agreement?.id).toBe(id));

  test.each<[Partial<AgreementQuery>, string, string, string | null]>([
    [{ sender: { qualifier: '08', id: '9' } }, 'unknown-sender', "x12:08:9 is no partner's identity.", null],
    [
      { sender: { qualifier: 'ZZ', id: '6112345678' } },
      'unknown-sender',
      "x12:ZZ:6112345678 is no partner's identity.",
      null,
    ],
    [{ syntax: 'edifact' }, 'unknown-sender', "edifact:08:6112345678 is no partner's identity.", null],
    [
      { receiver: { qualifier: 'ZZ', id: 'OTHER' } },
      'unknown-receiver',
      'x12:ZZ:OTHER is no identity of ours.',
      'shop',
    ],
    [
      { sender: { qualifier: '08', id: '9' }, receiver: { qualifier: 'ZZ', id: 'OTHER' } },
      'unknown-sender',
      "x12:08:9 is no partner's identity.",
      null,
    ],
    [{ message: '860' }, 'message-not-agreed', 'shop agreed on 850, 820, not on 860.', 'shop'],
    [{ message: '855' }, 'message-not-agreed', 'shop agreed on 850, 820, not on 855.', 'shop'],
    [
      { sender: { qualifier: '12', id: '2075550100' } },
      'message-not-agreed',
      'shop agreed on nothing, not on 850.',
      'shop',
    ],
    [{ version: '005010' }, 'version-not-agreed', 'shop agreed on 850 in 004010, not in 005010.', 'shop'],
    [{ usage: 'test', message: '820' }, 'usage-not-agreed', 'shop agreed on 820 for production, not for test.', 'shop'],
    [
      { direction: 'out', sender: us, receiver: { qualifier: '08', id: '9' } },
      'unknown-receiver',
      "x12:08:9 is no partner's identity.",
      null,
    ],
  ])('%j: %s', (change, reason, message, partner) =>
    expect(selectAgreement(usual, { ...query, ...change })).toEqual({ agreement: undefined, reason, message, partner }),
  );

  test('the whole GS08 wins over its first six characters', () => {
    const both = parties(`  - { receive: 850, version: "004010VICS", name: vics }
  - { receive: 850, version: "004010UCS", name: ucs }
`);
    const choose = (version: string) => selectAgreement(both, { ...query, version });
    expect(choose('004010VICS').agreement?.id).toBe('shop/in/850/production/vics');
    expect(choose('004010UCS').agreement?.id).toBe('shop/in/850/production/ucs');
    expect(choose('004010')).toMatchObject({ reason: 'several-agree', partner: 'shop' });
  });

  test('EDIFACT directories are whole', () => {
    const edifact = parties('  - { receive: 850 }\n', {
      'partners/hub/partner.yaml': 'name: Hub\nidentities: ["edifact::HUB"]\n',
      'partners/hub/channels.yaml': 'channels:\n  folder: { kind: directory, inbox: hub }\n',
      'partners/hub/agreements.yaml':
        'agreements:\n  - { receive: ORDERS, version: D96A, channel: folder, acknowledgment: { contrl: never } }\n',
    });
    const asked = {
      ...query,
      syntax: 'edifact',
      sender: { qualifier: null, id: 'HUB' },
      receiver: { qualifier: '14', id: '4012345000009' },
      message: 'ORDERS',
    } as const;
    expect(selectAgreement(edifact, { ...asked, version: 'D96A' }).agreement?.id).toBe('hub/in/ORDERS/production');
    expect(selectAgreement(edifact, { ...asked, version: 'D96B' }).reason).toBe('version-not-agreed');
  });
});

describe('the agreement that answers', () => {
  test('is between the same identities and for the same usage when there is one', () => {
    const { agreements } = parties(`  - { receive: 850, usage: [production, test] }
  - { send: 855, usage: [production, test] }
  - { send: 855, theirs: "x12:12:2075550100", name: phone }
`);
    const inbound = (id: string) => {
      const found = agreements.find((agreement) => agreement.id === id);
      if (found === undefined) throw new Error(id);
      return found;
    };
    expect(selectAnswer(agreements, inbound('shop/in/850/production'), 'order-response')?.id).toBe(
      'shop/out/855/production',
    );
    expect(selectAnswer(agreements, inbound('shop/in/850/test'), 'order-response')?.id).toBe('shop/out/855/test');
    expect(selectAnswer(agreements, inbound('shop/in/850/production'), 'invoice')).toBeUndefined();
  });

  test('else is the only one the partner has, and none when there are two', () => {
    const only = parties('  - { receive: 850 }\n  - { send: 855, theirs: "x12:12:2075550100" }\n').agreements;
    const two = parties(
      '  - { receive: 850 }\n  - { send: 855, theirs: "x12:12:2075550100" }\n  - { send: 855, theirs: "x12:12:2075550100", version: "005010", name: later }\n',
    ).agreements;
    const [first] = only;
    if (first === undefined) throw new Error('no agreement');
    expect(selectAnswer(only, first, 'order-response')?.id).toBe('shop/out/855/production');
    expect(selectAnswer(two, first, 'order-response')).toBeUndefined();
  });
});

test.each([
  ['x12:08:1', true],
  ['x12:08:2', true],
  ['x12:08:3', false],
  ['x12:ZZ:1', false],
  ['edifact:08:1', false],
])('a channel that speaks for two may speak for %s: %s', (text, expected) => {
  const speaksFor = ['x12:08:1', 'x12:08:2'].flatMap((each) => identityOf(each) ?? []);
  const sender = identityOf(text);
  if (sender === undefined) throw new Error(text);
  expect(mayChannelSpeakFor({ speaksFor }, sender)).toBe(expected);
});
