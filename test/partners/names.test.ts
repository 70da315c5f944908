import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultOfFileName, fileNameOf } from '../../src/partners/file-name.ts';
import { identityKey, identityOf } from '../../src/partners/identity.ts';

test.each([
  ['x12:08:6112345678', { syntax: 'x12', qualifier: '08', id: '6112345678' }],
  ['x12:ZZ:A:B C', { syntax: 'x12', qualifier: 'ZZ', id: 'A:B C' }],
  ['edifact:14:4012345000009', { syntax: 'edifact', qualifier: '14', id: '4012345000009' }],
  ['edifact::HUB', { syntax: 'edifact', qualifier: null, id: 'HUB' }],
  ['x12:8:1', undefined],
  ['x12:08:', undefined],
  ['x12:08: 1', undefined],
  ['x12:08:1 ', undefined],
  ['x12:08:1234567890123456', undefined],
  ['edifact:ZZZZZ:1', undefined],
  ['edi:08:1', undefined],
  ['x12:08:1\n', undefined],
])('%j is the identity %j', (text, identity) => {
  expect(identityOf(text)).toEqual(identity);
  if (identity !== undefined)
    expect(identityOf(text)).toSatisfy((read: Parameters<typeof identityKey>[0]) => identityKey(read) === text);
});

const parts = {
  ...{ partner: 'shop', message: '855', controlNumber: '000000001', usage: 'test', deliveryId: '0190-ab' },
  ...{ date: '20261231', time: '235959' },
};
test.each([
  ['{message}-{controlNumber}.edi', '855-000000001.edi'],
  ['{partner}_{deliveryId}', 'shop_0190-ab'],
  ['{partner}.{date}T{time}.{controlNumber}.edi', 'shop.20261231T235959.000000001.edi'],
])('%s makes %s', (template, name) => {
  expect(faultOfFileName(template)).toBeNull();
  expect(fileNameOf(template, parts)).toBe(name);
});

test.each([
  '{message}.edi',
  '{date}-{time}.edi',
  '../{deliveryId}',
  '{deliveryId}/x',
  '.{deliveryId}',
  '{name}{deliveryId}',
  '{deliveryId} x',
  '',
  `${'x'.repeat(120)}{deliveryId}`,
])('%j makes none', (template) => expect(faultOfFileName(template)).not.toBeNull());

test('whatever the parts hold, the name stays in its folder', () =>
  fc.assert(
    fc.property(
      fc.string(),
      fc.string({ unit: fc.constantFrom('.', '/', '\\', '\0', 'a', '~') }),
      (controlNumber, partner) => {
        const name = fileNameOf('x{partner}-{controlNumber}.edi', { ...parts, controlNumber, partner });
        expect(name).toMatch(/^x[A-Za-z0-9._-]*\.edi$/);
        expect(name.length).toBeLessThanOrEqual(200);
      },
    ),
  ));
