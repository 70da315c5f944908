import { describe, expect, test } from 'vitest';
import { tellTable } from './describe-tables.ts';

const d96a = tellTable('edifact', 'D96A');
const d01b = tellTable('edifact', 'D01B');

// Held against the UN directories by hand, not against the files.
describe('D96A places', () => {
  test.each`
    message     | path                 | is
    ${'ORDERS'} | ${'UNH'}             | ${'UNH M 1'}
    ${'ORDERS'} | ${'BGM'}             | ${'BGM M 1'}
    ${'ORDERS'} | ${'DTM'}             | ${'DTM M 35'}
    ${'ORDERS'} | ${'RFF'}             | ${'loop SG1 C 10'}
    ${'ORDERS'} | ${'NAD'}             | ${'loop SG2 C 99'}
    ${'ORDERS'} | ${'NAD/CTA'}         | ${'loop SG5 C 5'}
    ${'ORDERS'} | ${'CUX'}             | ${'loop SG7 C 5'}
    ${'ORDERS'} | ${'LIN'}             | ${'loop SG25 C 200000'}
    ${'ORDERS'} | ${'LIN/PIA'}         | ${'PIA C 25'}
    ${'ORDERS'} | ${'LIN/QTY'}         | ${'QTY C 10'}
    ${'ORDERS'} | ${'LIN/PRI'}         | ${'loop SG28 C 25'}
    ${'ORDERS'} | ${'UNS'}             | ${'UNS M 1'}
    ${'ORDERS'} | ${'CNT'}             | ${'CNT C 10'}
    ${'DESADV'} | ${'CPS'}             | ${'loop SG10 C 9999'}
    ${'DESADV'} | ${'CPS/LIN'}         | ${'loop SG15 C 9999'}
    ${'DESADV'} | ${'CPS/PAC/PCI/GIN'} | ${'loop SG14 C 99'}
    ${'INVOIC'} | ${'LIN'}             | ${'loop SG25 C 9999999'}
    ${'INVOIC'} | ${'MOA'}             | ${'loop SG48 M 100'}
    ${'REMADV'} | ${'DOC'}             | ${'loop SG4 C 9999'}
    ${'CONTRL'} | ${'UCI'}             | ${'nothing'}
  `('$message $path is $is', ({ message, path, is }) => expect(d96a.place(message, path)).toBe(is));
});

describe('D96A elements, composites, codes', () => {
  test.each`
    id        | is
    ${'1004'} | ${'an 1 35'}
    ${'6060'} | ${'n 1 15'}
    ${'6411'} | ${'an 1 3'}
    ${'3039'} | ${'an 1 35'}
    ${'7140'} | ${'an 1 35'}
    ${'5004'} | ${'n 1 18'}
    ${'2380'} | ${'an 1 35'}
    ${'2379'} | ${'an 1 3'}
    ${'4440'} | ${'an 1 70'}
  `('$id is $is', ({ id, is }) => expect(d96a.element(id)).toBe(is));

  test('free text grew to 512 in D01B', () => expect(d01b.element('4440')).toBe('an 1 512'));

  test.each`
    tag      | elements
    ${'DTM'} | ${'C507 M'}
    ${'QTY'} | ${'C186 M'}
    ${'UNS'} | ${'0081 M'}
    ${'UNT'} | ${'0074 M, 0062 M'}
    ${'NAD'} | ${'3035 M, C082 C, C058 C, C080 C, C059 C, 3164 C, 3229 C, 3251 C, 3207 C'}
    ${'LIN'} | ${'1082 C, 1229 C, C212 C, C829 C, 1222 C, 7083 C'}
  `('$tag is $elements', ({ tag, elements }) => expect(d96a.segment(tag)).toBe(elements));

  test('C507 needs its qualifier only', () => {
    const composite = d96a.message('ORDERS')?.segments.get('DTM')?.elements[0]?.composite;
    expect(composite?.components.map(({ element, requirement }) => `${element.id} ${requirement}`)).toEqual([
      '2005 M',
      '2380 C',
      '2379 C',
    ]);
  });

  test.each`
    id        | code     | has
    ${'1001'} | ${'220'} | ${true}
    ${'1001'} | ${'380'} | ${true}
    ${'3035'} | ${'BY'}  | ${true}
    ${'6063'} | ${'21'}  | ${true}
    ${'2379'} | ${'102'} | ${true}
    ${'7143'} | ${'SRV'} | ${false}
  `('element $id has code $code: $has', ({ id, code, has }) => expect(d96a.hasCode(id, code)).toBe(has));

  test('units, currencies and countries are lists of others', () =>
    expect([d96a.codesOf('6411'), d96a.codesOf('6345'), d96a.codesOf('3207')]).toEqual([null, null, null]));
});

describe('group numbers differ by directory, triggers do not (trap 50)', () => {
  test.each(['ORDERS LIN', 'INVOIC LIN', 'DESADV CPS'])('%s', (both) => {
    const [message = '', path = ''] = both.split(' ');
    expect(d96a.place(message, path)).toMatch(/^loop SG/);
    expect(d01b.place(message, path)).toMatch(/^loop SG/);
  });
  test('ORDERS LIN is SG25, then SG28', () =>
    expect([d96a.place('ORDERS', 'LIN'), d01b.place('ORDERS', 'LIN')]).toEqual([
      'loop SG25 C 200000',
      'loop SG28 C 200000',
    ]));
});

test('areas: the second UNS of DELFOR begins its summary', () => {
  const children = d96a.message('DELFOR')?.root.children ?? [];
  expect(children.filter((child) => child.kind === 'segment' && child.tag === 'UNS').map(({ area }) => area)).toEqual([
    'detail',
    'summary',
  ]);
  expect(children.find((child) => child.kind === 'loop' && child.trigger === 'LIN')?.area).toBe('detail');
});

test('CONTRL of both syntaxes', () => {
  expect(tellTable('edifact', 'D3').place('CONTRL', 'UCI')).toBe('UCI M 1');
  expect(tellTable('edifact', '41').place('CONTRL', 'UCM/UCS')).toBe('loop SG2 C 999');
  expect(tellTable('edifact', 'D3').element('0051')).toBe('an 1 2');
  expect(tellTable('edifact', '41').element('0051')).toBe('an 1 3');
});
