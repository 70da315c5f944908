import { describe, expect, test } from 'vitest';
import { tellTable } from './describe-tables.ts';

const x12 = tellTable('x12', '004010');

// Held against the standard's diagrams by hand, not against the files.
describe('places', () => {
  test.each`
    message  | path             | is
    ${'850'} | ${'ST'}          | ${'ST M 1'}
    ${'850'} | ${'BEG'}         | ${'BEG M 1'}
    ${'850'} | ${'CUR'}         | ${'CUR O 1'}
    ${'850'} | ${'REF'}         | ${'REF O >1'}
    ${'850'} | ${'PER'}         | ${'PER O 3'}
    ${'850'} | ${'ITD'}         | ${'ITD O >1'}
    ${'850'} | ${'DTM'}         | ${'DTM O 10'}
    ${'850'} | ${'TD5'}         | ${'TD5 O 12'}
    ${'850'} | ${'N9'}          | ${'loop N9 O 1000'}
    ${'850'} | ${'N9/MSG'}      | ${'MSG O 1000'}
    ${'850'} | ${'N1'}          | ${'loop N1 O 200'}
    ${'850'} | ${'N1/N2'}       | ${'N2 O 2'}
    ${'850'} | ${'N1/N3'}       | ${'N3 O 2'}
    ${'850'} | ${'N1/REF'}      | ${'REF O 12'}
    ${'850'} | ${'PO1'}         | ${'loop PO1 M 100000'}
    ${'850'} | ${'PO1/PID'}     | ${'loop PID O 1000'}
    ${'850'} | ${'PO1/PO4'}     | ${'PO4 O >1'}
    ${'850'} | ${'PO1/SAC'}     | ${'loop SAC O 25'}
    ${'850'} | ${'PO1/SDQ'}     | ${'SDQ O 500'}
    ${'850'} | ${'PO1/SCH'}     | ${'loop SCH O 200'}
    ${'850'} | ${'PO1/N1'}      | ${'loop N1 O 200'}
    ${'850'} | ${'CTT'}         | ${'loop CTT O 1'}
    ${'850'} | ${'CTT/AMT'}     | ${'AMT O 1'}
    ${'850'} | ${'SE'}          | ${'SE M 1'}
    ${'850'} | ${'BAK'}         | ${'nothing'}
    ${'855'} | ${'BAK'}         | ${'BAK M 1'}
    ${'855'} | ${'PO1'}         | ${'loop PO1 O 100000'}
    ${'855'} | ${'PO1/ACK'}     | ${'loop ACK O 104'}
    ${'856'} | ${'BSN'}         | ${'BSN M 1'}
    ${'856'} | ${'HL'}          | ${'loop HL M 200000'}
    ${'856'} | ${'HL/LIN'}      | ${'LIN O 1'}
    ${'856'} | ${'HL/SN1'}      | ${'SN1 O 1'}
    ${'856'} | ${'HL/PRF'}      | ${'PRF O 1'}
    ${'856'} | ${'HL/MAN'}      | ${'MAN O >1'}
    ${'856'} | ${'HL/N1'}       | ${'loop N1 O 200'}
    ${'856'} | ${'CTT'}         | ${'CTT O 1'}
    ${'810'} | ${'BIG'}         | ${'BIG M 1'}
    ${'810'} | ${'IT1'}         | ${'loop IT1 O 200000'}
    ${'810'} | ${'TDS'}         | ${'TDS M 1'}
    ${'810'} | ${'TXI'}         | ${'TXI O 10'}
    ${'810'} | ${'SAC'}         | ${'loop SAC O 25'}
    ${'810'} | ${'CTT'}         | ${'CTT O 1'}
    ${'820'} | ${'BPR'}         | ${'BPR M 1'}
    ${'820'} | ${'TRN'}         | ${'TRN O 1'}
    ${'820'} | ${'ENT'}         | ${'loop ENT O >1'}
    ${'820'} | ${'ENT/ADX'}     | ${'loop ADX O >1'}
    ${'820'} | ${'ENT/RMR'}     | ${'loop RMR O >1'}
    ${'820'} | ${'ENT/RMR/REF'} | ${'REF O >1'}
    ${'820'} | ${'ENT/RMR/ADX'} | ${'loop ADX O >1'}
    ${'997'} | ${'AK1'}         | ${'AK1 M 1'}
    ${'997'} | ${'AK2'}         | ${'loop AK2 O 999999'}
    ${'997'} | ${'AK2/AK3'}     | ${'loop AK3 O 999999'}
    ${'997'} | ${'AK2/AK3/AK4'} | ${'AK4 O 99'}
    ${'997'} | ${'AK2/AK5'}     | ${'AK5 M 1'}
    ${'997'} | ${'AK9'}         | ${'AK9 M 1'}
    ${'860'} | ${'POC'}         | ${'loop POC O >1'}
    ${'846'} | ${'LIN'}         | ${'loop LIN M 10000'}
  `('$message $path is $is', ({ message, path, is }) => expect(x12.place(message, path)).toBe(is));
});

describe('elements', () => {
  test.each`
    id       | is
    ${'355'} | ${'ID 2 2'}
    ${'373'} | ${'DT 8 8'}
    ${'337'} | ${'TM 4 8'}
    ${'127'} | ${'AN 1 30'}
    ${'128'} | ${'ID 2 3'}
    ${'98'}  | ${'ID 2 3'}
    ${'67'}  | ${'AN 2 80'}
    ${'93'}  | ${'AN 1 60'}
    ${'166'} | ${'AN 1 55'}
    ${'156'} | ${'ID 2 2'}
    ${'116'} | ${'ID 3 15'}
    ${'212'} | ${'R 1 17'}
    ${'234'} | ${'AN 1 48'}
    ${'324'} | ${'AN 1 22'}
    ${'329'} | ${'AN 4 9'}
    ${'330'} | ${'R 1 15'}
    ${'347'} | ${'R 1 10'}
    ${'352'} | ${'AN 1 80'}
    ${'354'} | ${'N0 1 6'}
    ${'358'} | ${'R 1 10'}
    ${'610'} | ${'N2 1 15'}
    ${'782'} | ${'R 1 18'}
  `('$id is $is', ({ id, is }) => expect(x12.element(id)).toBe(is));
});

describe('segments and notes', () => {
  test.each`
    tag      | elements
    ${'N1'}  | ${'98 M, 93 X, 66 X, 67 X, 706 O, 98 O'}
    ${'REF'} | ${'128 M, 127 X, 352 X, C040 O'}
    ${'DTM'} | ${'374 M, 373 X, 337 X, 623 O, 1250 X, 1251 X'}
    ${'CTT'} | ${'354 M, 347 O, 81 X, 355 X, 183 X, 355 X, 352 O'}
    ${'SE'}  | ${'96 M, 329 M'}
    ${'ST'}  | ${'143 M, 329 M'}
    ${'HL'}  | ${'628 M, 734 O, 735 M, 736 O'}
    ${'TDS'} | ${'610 M, 610 O, 610 O, 610 O'}
  `('$tag is $elements', ({ tag, elements }) => expect(x12.segment(tag)).toBe(elements));

  test.each`
    tag      | notes
    ${'N1'}  | ${'R0203 P0304'}
    ${'REF'} | ${'R0203'}
    ${'DTM'} | ${'R020305 C0403 P0506'}
    ${'PER'} | ${'P0304 P0506 P0708'}
    ${'ACK'} | ${'P0203'}
    ${'CTT'} | ${'P0304 P0506'}
    ${'HL'}  | ${''}
  `('$tag has notes $notes', ({ tag, notes }) =>
    expect(x12.notes(tag).split(' ').slice(0, notes.split(' ').length).join(' ')).toBe(notes),
  );

  test('an 810 line needs quantity, unit and price together', () => expect(x12.notes('IT1')).toContain('P020304'));
  test('allowances', () => expect(x12.notes('SAC')).toMatch(/R0203.*P0304.*P0607.*P0910/));
});

describe('codes and messages', () => {
  test.each`
    id       | code     | has
    ${'353'} | ${'00'}  | ${true}
    ${'92'}  | ${'SA'}  | ${true}
    ${'98'}  | ${'ST'}  | ${true}
    ${'98'}  | ${'st'}  | ${false}
    ${'355'} | ${'EA'}  | ${true}
    ${'355'} | ${'EAC'} | ${false}
    ${'668'} | ${'IA'}  | ${true}
    ${'717'} | ${'E'}   | ${true}
  `('element $id has code $code: $has', ({ id, code, has }) => expect(x12.hasCode(id, code)).toBe(has));

  test('794 units of measure', () => expect(x12.codesOf('355')?.size).toBe(794));

  test.each(['850 PO', '855 PR', '856 SH', '810 IN', '820 RA', '997 FA', '860 PC', '846 IB'])(
    '%s is its group',
    (both) => {
      const [message = '', group] = both.split(' ');
      expect(x12.message(message)?.functionalId).toBe(group);
    },
  );

  test('areas', () => {
    const area = (tag: string) =>
      x12.message('810')?.root.children.find((child) => (child.kind === 'loop' ? child.trigger : child.tag) === tag)
        ?.area;
    expect([area('BIG'), area('IT1'), area('TDS'), area('CTT')]).toEqual(['header', 'detail', 'summary', 'summary']);
  });

  test('LDT in a line stands between LS and LE', () => {
    const line = x12.message('850')?.root.children.find((child) => child.kind === 'loop' && child.id === 'PO1');
    const bounded =
      line?.kind === 'loop'
        ? line.children
            .filter((child) => child.kind === 'loop' && child.bounded)
            .map(({ kind, ...rest }) => kind === 'loop' && 'id' in rest && rest.id)
        : [];
    expect(bounded).toEqual(['LDT']);
  });
});

describe('what 005010 changed', () => {
  const later = tellTable('x12', '005010');
  test.each`
    id        | was          | is
    ${'127'}  | ${'AN 1 30'} | ${'AN 1 50'}
    ${'358'}  | ${'R 1 10'}  | ${'R 1 15'}
    ${'364'}  | ${'AN 1 80'} | ${'AN 1 256'}
    ${'1035'} | ${'AN 1 35'} | ${'AN 1 60'}
  `('$id was $was and is $is', ({ id, was, is }) => {
    expect(x12.element(id)).toBe(was);
    expect(later.element(id)).toBe(is);
  });
  test('ST03, 844 units, the 999', () => {
    expect(later.segment('ST')).toBe('143 M, 329 M, 1705 O');
    expect(later.codesOf('355')?.size).toBe(844);
    expect(later.place('999', 'AK2/IK3/IK4')).toBe('loop IK4 O >1');
  });
});
