import { describe, expect, test } from 'vitest';
import { atQuantity } from '../../src/simulator/changes.ts';
import { type CheckList, failuresOf, sentenceOf } from '../../src/simulator/check.ts';
import { expectedShipments } from '../../src/simulator/stories.ts';
import {
  checkAccepting,
  checkRejecting,
  checkTa1,
  checkTa1Interchange,
  type SentGroup,
} from '../../src/simulator/x12/check-acknowledgment.ts';
import { checkChangeResponse } from '../../src/simulator/x12/check-change.ts';
import { checkEnvelope } from '../../src/simulator/x12/check-envelope.ts';
import { checkInvoice } from '../../src/simulator/x12/check-invoice.ts';
import { checkResponse } from '../../src/simulator/x12/check-response.ts';
import { checkShipNotice } from '../../src/simulator/x12/check-ship-notice.ts';
import { readX12 } from '../../src/simulator/x12/read.ts';
import { interchangeText } from '../../src/simulator/x12/write.ts';
import {
  buyer,
  bytesOf,
  changed,
  envelope,
  INVOICE_SHORT,
  NOTICE_SHORT,
  orderOf,
  RESPONSE_SHORT,
  SHIPPED_SHORT,
  set,
  transactionOf,
} from './documents.ts';

/** What is wrong, by the name of the place: "855 for 4500000101: BAK02" → "BAK02". */
const wrongIn = ({ checks }: CheckList): readonly string[] =>
  failuresOf(checks).map(({ what }) => what.slice(what.indexOf(': ') + 2));
const isNew = () => true;

describe('865', () => {
  const order = atQuantity(orderOf('changed'), '18');
  const TAKEN = [
    `BCA*04*AD*${order.number}**1*${order.orderedOn}`,
    'POC*1*QD*18*18*EA*9.99**UP*614141010417*VN*HT-4001',
    'ACK*IA*18*EA',
    'CTT*1',
  ];
  const REFUSED = [
    `BCA*04*RD*${order.number}**2*${order.orderedOn}`,
    'N9*L1*1',
    'MSG*Line 1 can no longer be changed: 18 of 18 have left.',
    'POC*1*QD*18*0*EA*9.99**UP*614141010417*VN*HT-4001',
    'ACK*IR*18*EA',
    'CTT*1',
  ];
  const judge = (body: readonly string[], taken: boolean) =>
    wrongIn(checkChangeResponse(transactionOf('865', body), order, { change: taken ? 1 : 2, taken }));

  test('right ones pass', () => expect([judge(TAKEN, true), judge(REFUSED, false)]).toEqual([[], []]));

  test.each`
    taken    | from              | to                | at
    ${true}  | ${'BCA*04'}       | ${'BCA*00'}       | ${'BCA01'}
    ${true}  | ${'*AD*'}         | ${'*RD*'}         | ${'BCA02'}
    ${true}  | ${'**1*'}         | ${'**2*'}         | ${'BCA05'}
    ${true}  | ${'QD*18*18'}     | ${'QD*30*18'}     | ${'line 1 POC03'}
    ${true}  | ${'ACK*IA'}       | ${'ACK*IR'}       | ${'line 1 ACK01'}
    ${true}  | ${'IA*18'}        | ${'IA*30'}        | ${'line 1 ACK02'}
    ${true}  | ${'614141010417'} | ${'614141010110'} | ${'line 1 UP'}
    ${false} | ${'*RD*'}         | ${'*AC*'}         | ${'BCA02'}
    ${false} | ${'ACK*IR'}       | ${'ACK*IA'}       | ${'line 1 ACK01'}
    ${false} | ${'have left'}    | ${'are there'}    | ${'MSG01'}
  `('$to instead of $from is found at $at', ({ taken, from, to, at }) =>
    expect(judge(changed(taken ? TAKEN : REFUSED, from, to), taken)).toEqual([at]),
  );
});

describe('855', () => {
  const judge = (body: readonly string[], changes = {}) =>
    wrongIn(checkResponse(transactionOf('855', body), orderOf('short', changes)).list);

  test('a right one passes', () => expect(judge(RESPONSE_SHORT)).toEqual([]));

  test.each`
    from                          | to                      | at
    ${'BAK*00'}                   | ${'BAK*06'}             | ${'BAK01'}
    ${'*AC*45'}                   | ${'*AD*45'}             | ${'BAK02'}
    ${'4500000101'}               | ${'4500000102'}         | ${'BAK03'}
    ${'101*20261122'}             | ${'101*20261121'}       | ${'BAK04'}
    ${'92*0417'}                  | ${'92*417'}             | ${'N104 of ST'}
    ${'SE*USD'}                   | ${'SE*EUR'}             | ${'CUR02'}
    ${'PO1*1*100'}                | ${'PO1*1*10'}           | ${'line 1 PO102'}
    ${'PO1*2*4*EA'}               | ${'PO1*2*4*CA'}         | ${'line 2 PO103'}
    ${'EA*24*PE'}                 | ${'EA*24.01*PE'}        | ${'line 1 PO104'}
    ${'UP*614141010318'}          | ${'UP*614141010317'}    | ${'line 1 UP'}
    ${'IN*B1003'}                 | ${'IN*B1004'}           | ${'line 2 IN'}
    ${'ACK*IA*60*EA'}             | ${'ACK*IA*61*EA'}       | ${'line 1 ACK'}
    ${'ACK*IB*40'}                | ${'ACK*IB*4'}           | ${'line 1 ACK'}
    ${'ACK*IB*40'}                | ${'ACK*IR*40'}          | ${'line 1 ACK'}
    ${'ACK*IA*4*EA'}              | ${'ACK*IA*4*CA'}        | ${'line 2 ACK03'}
    ${'EA*068*20261204'}          | ${'EA*068*20261123'}    | ${'line 1 ACK05'}
    ${'EA*068*20261204'}          | ${'EA'}                 | ${'line 1 ACK05'}
    ${'60*EA*068*20261124'}       | ${'60*EA*068*20261125'} | ${'line 1 ACK05'}
    ${'60*EA*068*20261124'}       | ${'60*EA*067*20261124'} | ${'line 1 ACK05'}
    ${'ACK*IA*4*EA*068*20261124'} | ${''}                   | ${'line 2 ACK'}
    ${'CTT*2'}                    | ${'CTT*3'}              | ${'CTT01'}
  `('$from changed to "$to" is found at $at', ({ from, to, at }) =>
    expect(judge(changed(RESPONSE_SHORT, from, to))).toContain(at),
  );

  test('a line left out is found', () => {
    const body = RESPONSE_SHORT.filter((line) => !line.startsWith('PO1*2') && line !== 'ACK*IA*4*EA*068*20261124');
    expect(judge(body)).toEqual(expect.arrayContaining(['PO1 segments', 'line 2 PO102', 'line 2 ACK']));
  });

  test('on an emptied shelf any part may come now, but the sum and the backorder must stand', () => {
    const shelfIsFull = false;
    const later = changed(changed(RESPONSE_SHORT, 'ACK*IA*60*EA*068*20261124', ''), 'IB*40', 'IB*100');
    expect(judge(later, { shelfIsFull })).toEqual([]);
    expect(judge(changed(RESPONSE_SHORT, 'IB*40', 'IB*41'), { shelfIsFull })).toEqual(['line 1 ACK02']);
    expect(judge(changed(RESPONSE_SHORT, 'ACK*IB*40*EA*068*20261204', ''), { shelfIsFull })).toContain('line 1 ACK01');
  });

  test('what was promised becomes what must be shipped: now, and later', () => {
    const order = orderOf('short');
    const { answers } = checkResponse(transactionOf('855', RESPONSE_SHORT), order);
    expect(expectedShipments(order, { answers }).map((one) => [...one])).toEqual([
      [
        ['1', '60'],
        ['2', '4'],
      ],
      [['1', '40']],
    ]);
  });
});

describe('856', () => {
  const judge = (body: readonly string[], seen: (sscc: string) => boolean = isNew) =>
    wrongIn(checkShipNotice(transactionOf('856', body), orderOf('short'), SHIPPED_SHORT, seen).list);

  test('a right one passes', () => expect(judge(NOTICE_SHORT)).toEqual([]));

  test.each`
    from                             | to                               | at
    ${'BSN*00'}                      | ${'BSN*05'}                      | ${'BSN01'}
    ${'SH0000001'}                   | ${''}                            | ${'BSN02'}
    ${'*20261122*1400'}              | ${'*20261322*1400'}              | ${'BSN03'}
    ${'*1400*0001'}                  | ${'*14*0001'}                    | ${'BSN04'}
    ${'*1400*0001'}                  | ${'*1400*0002'}                  | ${'BSN05'}
    ${'HL*4*3*P*1'}                  | ${'HL*3*3*P*1'}                  | ${'HL 4 HL01'}
    ${'HL*4*3*P*1'}                  | ${'HL*4*9*P*1'}                  | ${'HL 4 HL02'}
    ${'HL*2*1*O*1'}                  | ${'HL*2**O*1'}                   | ${'HL 2 HL02'}
    ${'HL*5*4*I'}                    | ${'HL*5*2*I'}                    | ${'HL 5 HL03'}
    ${'HL*5*4*I'}                    | ${'HL*5*6*I'}                    | ${'HL 5 HL02'}
    ${'HL*7*6*I*0'}                  | ${'HL*7*6*I*1'}                  | ${'HL 7 I HL04'}
    ${'HL*6*3*P*1'}                  | ${'HL*6*3*P*0'}                  | ${'HL 6 P HL04'}
    ${'HL*1**S*1'}                   | ${'HL*1**O*1'}                   | ${'first level'}
    ${'PRF*4500000101'}              | ${'PRF*4500000100'}              | ${'PRF01'}
    ${'***20261122'}                 | ${'***20261123'}                 | ${'PRF04'}
    ${'92*0417'}                     | ${'92*0418'}                     | ${'N104 of ST'}
    ${'MAN*GM*00006141410000000012'} | ${'MAN*GM*00006141410000000013'} | ${'HL 3 MAN02'}
    ${'MAN*GM*006141410000000029'}   | ${'MAN*CP*006141410000000029'}   | ${'HL 4 MAN01'}
    ${'MAN*GM*006141410000000029'}   | ${''}                            | ${'HL 4 MAN segments'}
    ${'MAN*GM*006141410000000036'}   | ${'MAN*GM*006141410000000029'}   | ${'SSCCs'}
    ${'TD1*CTN*2'}                   | ${'TD1*CTN*4'}                   | ${'TD102'}
    ${'SN1*1*40*EA'}                 | ${'SN1*1*41*EA'}                 | ${'shipped of line 1'}
    ${'SN1*2*4*EA'}                  | ${'SN1*2*5*EA'}                  | ${'shipped of line 2'}
    ${'SN1*2*4*EA'}                  | ${'SN1*2*4*EA**6*EA'}            | ${'HL 8 SN105'}
    ${'SN1*2*4*EA'}                  | ${'SN1*2*4*EA**4*CA'}            | ${'HL 8 SN106'}
    ${'SN1*2*4*EA'}                  | ${'SN1*2*4*CA'}                  | ${'HL 8 SN103'}
    ${'SN1*2*4*EA'}                  | ${'SN1*2**EA'}                   | ${'HL 8 SN102'}
    ${'LIN*2*UP'}                    | ${'LIN*1*UP'}                    | ${'HL 8 LIN01'}
    ${'UP*614141010134'}             | ${'UP*614141010127'}             | ${'HL 8 UP'}
    ${'CTT*8'}                       | ${'CTT*3'}                       | ${'CTT01'}
    ${'8*64'}                        | ${'8*65'}                        | ${'CTT02'}
  `('$from changed to "$to" is found at $at', ({ from, to, at }) =>
    expect(judge(changed(NOTICE_SHORT, from, to))).toContain(at),
  );

  test('a pack with nothing in it is found', () => {
    const body = changed(
      NOTICE_SHORT,
      'HL*5*4*I\nLIN*1*UP*614141010318\nSN1*1*40*EA',
      'HL*5*3*P\nMAN*GM*006141410000000043',
    );
    expect(judge(body)).toEqual(expect.arrayContaining(['HL 4 P', 'HL 5 P']));
  });

  test('a label of an earlier shipment is found', () =>
    expect(judge(NOTICE_SHORT, (sscc) => sscc !== '006141410000000029')).toEqual(['SSCC 006141410000000029']));
});

describe('810', () => {
  const judge = (body: readonly string[], isNewNumber = true) =>
    wrongIn(
      checkInvoice(transactionOf('810', body), orderOf('short'), SHIPPED_SHORT, { isNew: () => isNewNumber }).list,
    );

  test('a right one passes, and the buyer reckons the same total', () => {
    expect(judge(INVOICE_SHORT)).toEqual([]);
    expect(checkInvoice(transactionOf('810', INVOICE_SHORT), orderOf('short'), SHIPPED_SHORT, { isNew })).toMatchObject(
      {
        number: 'INV0000001',
        issuedOn: '20261122',
        cents: 147_360n,
      },
    );
  });

  test.each`
    from              | to                           | at
    ${'BIG*20261122'} | ${'BIG*20261131'}            | ${'BIG01'}
    ${'INV0000001'}   | ${''}                        | ${'BIG02'}
    ${'*20261122*45'} | ${'*20261120*45'}            | ${'BIG03'}
    ${'4500000101'}   | ${'4500000102'}              | ${'BIG04'}
    ${'***DR'}        | ${'***CR'}                   | ${'BIG07'}
    ${'SE*USD'}       | ${'SE*CAD'}                  | ${'CUR02'}
    ${'*****30'}      | ${'*****60'}                 | ${'ITD07'}
    ${'IT1*1*60'}     | ${'IT1*1*61'}                | ${'billed of line 1'}
    ${'IT1*1*60'}     | ${'IT1*2*60'}                | ${'IT1 614141010318 IT101'}
    ${'4*EA*8.4*PE'}  | ${'4*EA*8.5*PE'}             | ${'IT1 614141010134 IT104'}
    ${'4*EA*8.4*PE'}  | ${'4*CA*8.4*PE'}             | ${'IT1 614141010134 IT103'}
    ${'614141010134'} | ${'614141010127'}            | ${'IT1 614141010127 UP'}
    ${'TDS*147360'}   | ${'TDS*147361'}              | ${'TDS01'}
    ${'TDS*147360'}   | ${'TDS*1473.60'}             | ${'TDS01'}
    ${'TDS*147360'}   | ${'TDS*0147360'}             | ${'TDS01'}
    ${'CTT*2'}        | ${'CTT*1'}                   | ${'CTT01'}
    ${'CTT*2'}        | ${'SAC*C*D240***500\nCTT*2'} | ${'SAC segments'}
    ${'CTT*2'}        | ${'TXI*ST*5\nCTT*2'}         | ${'TXI segments'}
  `('$from changed to "$to" is found at $at', ({ from, to, at }) =>
    expect(judge(changed(INVOICE_SHORT, from, to))).toContain(at),
  );

  test('a line billed twice is found', () =>
    expect(judge(changed(INVOICE_SHORT, 'TDS', 'IT1*2*4*EA*8.4*PE*UP*614141010134\nTDS'))).toContain(
      'billed of line 2',
    ));

  test('a line amount is reckoned again where it is told', () => {
    const withAmount = (amount: string) => changed(INVOICE_SHORT, 'TDS*', `PAM****1*${amount}\nTDS*`);
    expect([judge(withAmount('33.60')), judge(withAmount('33.6'))]).toEqual([[], []]);
    expect(judge(withAmount('33.61'))).toEqual(['IT1 614141010134 PAM05']);
  });

  test('a number used before is found', () => expect(judge(INVOICE_SHORT, false)).toEqual(['BIG02']));

  describe('corrected', () => {
    const corrects = { number: 'INV0000001', allowance: '5.00' };
    const CORRECTED = changed(changed(INVOICE_SHORT, 'TDS*147360', 'TDS*146860'), 'CTT', 'SAC*A*F800***500\nCTT');
    const read = (body: readonly string[]) =>
      checkInvoice(transactionOf('810', body), orderOf('short'), SHIPPED_SHORT, { corrects });

    test('a right one passes, of the number that was refused, and less is reckoned', () => {
      expect(wrongIn(read(CORRECTED).list)).toEqual([]);
      expect(read(CORRECTED).cents).toBe(146_860n);
    });

    test.each`
      from                    | to                           | at
      ${'INV0000001'}         | ${'INV0000002'}              | ${'BIG02'}
      ${'TDS*146860'}         | ${'TDS*147360'}              | ${'TDS01'}
      ${'SAC*A'}              | ${'SAC*C'}                   | ${'SAC01'}
      ${'F800'}               | ${'D240'}                    | ${'SAC02'}
      ${'***500'}             | ${'***50'}                   | ${'SAC05'}
      ${'SAC*A*F800***500\n'} | ${''}                        | ${'SAC segments'}
      ${'CTT*2'}              | ${'SAC*A*F800***500\nCTT*2'} | ${'SAC segments'}
    `('$from changed to "$to" is found at $at', ({ from, to, at }) =>
      expect(wrongIn(read(changed(CORRECTED, from, to)).list)).toContain(at),
    );
  });
});

const sent: SentGroup = {
  interchangeNumber: '000000101',
  date: '261122',
  time: '1345',
  functionalId: 'PO',
  groupNumber: '31',
  sets: [{ set: '850', controlNumber: '0007' }],
};

describe('997', () => {
  const accepting = ['AK1*PO*31', 'AK2*850*0007', 'AK5*A', 'AK9*A*1*1*1'];
  const judge = (body: readonly string[]) => wrongIn(checkAccepting(transactionOf('997', body), sent));

  test('an accepting one passes', () => expect(judge(accepting)).toEqual([]));

  test.each`
    from                       | to                       | at
    ${'AK1*PO'}                | ${'AK1*PR'}              | ${'AK101'}
    ${'PO*31'}                 | ${'PO*32'}               | ${'AK102'}
    ${'AK2*850'}               | ${'AK2*855'}             | ${'AK201'}
    ${'*0007'}                 | ${'*7'}                  | ${'AK202'}
    ${'AK5*A'}                 | ${'AK5*E'}               | ${'AK5 of set 0007'}
    ${'AK5*A'}                 | ${'AK5*A*5'}             | ${'AK5 of set 0007'}
    ${'AK9*A*1*1*1'}           | ${'AK9*P*1*1*1'}         | ${'AK9'}
    ${'AK9*A*1*1*1'}           | ${'AK9*A*1*1*0'}         | ${'AK9'}
    ${'AK5*A'}                 | ${'AK3*BEG*2**8\nAK5*A'} | ${'segments'}
    ${'AK2*850*0007\nAK5*A\n'} | ${''}                    | ${'segments'}
  `('$from changed to "$to" is found at $at', ({ from, to, at }) =>
    expect(judge(changed(accepting, from, to))).toContain(at),
  );
});

describe('997 that rejects', () => {
  const errors = [
    { tag: 'BEG', segmentNumber: 2, loop: '', element: 5, dataElement: '373', code: '8', found: '20260231' },
    { tag: 'N1', segmentNumber: 5, loop: 'N1', element: 4, dataElement: '67', code: '2', found: null },
  ];
  const rejecting = [
    'AK1*PO*31',
    'AK2*850*0007',
    'AK3*BEG*2**8',
    'AK4*5*373*8*20260231',
    'AK3*N1*5*N1*8',
    'AK4*4*67*2',
    'AK5*R*5',
    'AK9*R*1*1*0',
  ];
  const judge = (body: readonly string[]) => wrongIn(checkRejecting(transactionOf('997', body), sent, errors, '>'));

  test('a right one passes', () => expect(judge(rejecting)).toEqual([]));

  test.each`
    from                             | to                                      | at
    ${'AK3*BEG*2'}                   | ${'AK3*BIG*2'}                          | ${'AK301 for BEG at 2'}
    ${'AK3*BEG*2'}                   | ${'AK3*BEG*3'}                          | ${'AK302 for BEG at 2'}
    ${'N1*5*N1*8'}                   | ${'N1*5**8'}                            | ${'AK303 for N1 at 5'}
    ${'BEG*2**8'}                    | ${'BEG*2**3'}                           | ${'AK304 for BEG at 2'}
    ${'AK4*5*373'}                   | ${'AK4*6*373'}                          | ${'AK401 for BEG at 2'}
    ${'AK4*5*373'}                   | ${'AK4*5*374'}                          | ${'AK402 for BEG at 2'}
    ${'373*8*'}                      | ${'373*7*'}                             | ${'AK403 for BEG at 2'}
    ${'*20260231'}                   | ${''}                                   | ${'AK404 for BEG at 2'}
    ${'AK4*4*67*2'}                  | ${'AK4*4*67*1'}                         | ${'AK403 for N1 at 5'}
    ${'AK5*R*5'}                     | ${'AK5*A'}                              | ${'AK501'}
    ${'AK5*R*5'}                     | ${'AK5*R'}                              | ${'AK502'}
    ${'AK9*R*1*1*0'}                 | ${'AK9*A*1*1*1'}                        | ${'AK9'}
    ${'AK3*N1*5*N1*8\nAK4*4*67*2\n'} | ${''}                                   | ${'segments'}
    ${'AK5*R*5'}                     | ${'AK3*CTT*8**8\nAK4*1*354*6\nAK5*R*5'} | ${'segments'}
  `('$from changed to "$to" is found at $at', ({ from, to, at }) =>
    expect(judge(changed(rejecting, from, to))).toContain(at),
  );
});

describe('TA1', () => {
  const ta1 = (text: string) => ({ tag: 'TA1', elements: text.split('*').slice(1) });

  test.each`
    text                                   | wrong
    ${'TA1*000000101*261122*1345*A*000'}   | ${[]}
    ${'TA1*000000102*261122*1345*A*000'}   | ${['TA101']}
    ${'TA1*000000101*20261122*1345*A*000'} | ${['TA102']}
    ${'TA1*000000101*261122*1346*A*000'}   | ${['TA103']}
    ${'TA1*000000101*261122*1345*E*000'}   | ${['TA104']}
    ${'TA1*000000101*261122*1345*A*025'}   | ${['TA105']}
    ${'TA1*000000101*261122*1345*A'}       | ${['TA105', 'elements']}
  `('$text is wrong at $wrong', ({ text, wrong }) =>
    expect(wrongIn(checkTa1(ta1(text), sent, 'A', '000'))).toEqual(wrong),
  );

  test('alone in an interchange that asks for a TA1 in turn is found', async () => {
    const isa = interchangeText(envelope({ wantTa1: true }), []).slice(0, 106);
    const read = await readX12(bytesOf(`${isa}TA1*000000101*261122*1345*A*000~IEA*0*000000007~`));
    expect(wrongIn(checkTa1Interchange(read))).toEqual(['ISA14']);
  });
});

describe('envelope', () => {
  const text = interchangeText(envelope(), [set('855', RESPONSE_SHORT)]);
  const judge = async (sentText: string, isNewNumber = true) =>
    wrongIn(
      checkEnvelope(await readX12(bytesOf(sentText)), {
        from: buyer.supplier,
        to: buyer.self,
        today: '2026-11-22',
        isNew: () => isNewNumber,
      }),
    );

  test('a right one passes', async () => expect(await judge(text)).toEqual([]));

  test.each`
    from                     | to                       | at
    ${'ISA*00*'}             | ${'ISA*03*'}             | ${'ISA01'}
    ${'*ZZ*HARBORTOOLS    '} | ${'*01*HARBORTOOLS    '} | ${'ISA05'}
    ${'HARBORTOOLS    '}     | ${'HARBORTOOL     '}     | ${'ISA06'}
    ${'*08*611239'}          | ${'*ZZ*611239'}          | ${'ISA07'}
    ${'6112390000     '}     | ${'6112390001     '}     | ${'ISA08'}
    ${'*261122*1345*'}       | ${'*261222*1345*'}       | ${'ISA09'}
    ${'*261122*1345*'}       | ${'*261122*2560*'}       | ${'ISA10'}
    ${'*U*00401'}            | ${'*^*00401'}            | ${'ISA11'}
    ${'*U*00401'}            | ${'*U*00501'}            | ${'ISA12'}
    ${'*P*>'}                | ${'*X*>'}                | ${'ISA15'}
    ${'GS*PR'}               | ${'GS*PO'}               | ${'group 12 GS01'}
    ${'PR*HARBORTOOLS'}      | ${'PR*HARBOR'}           | ${'GS02'}
    ${'*6112390000*2026'}    | ${'*611239*2026'}        | ${'GS03'}
    ${'*20261122*1345*12'}   | ${'*20260230*1345*12'}   | ${'GS04'}
    ${'*20261122*1345*12'}   | ${'*20261122*13:45*12'}  | ${'GS05'}
    ${'X*004010'}            | ${'X*004030'}            | ${'GS08'}
    ${'X*004010'}            | ${'T*004010'}            | ${'GS07'}
    ${'92*0417~'}            | ${'92*0417*~'}           | ${'segment 4 N1 last element'}
    ${'CUR*SE*USD'}          | ${'CUR**'}               | ${'segment 3 CUR'}
  `('$from changed to "$to" is found at $at', async ({ from, to, at }) => {
    expect(text).toContain(from);
    expect(await judge(text.replace(from, to))).toContain(at);
  });

  test('numbers used before are found', async () => expect(await judge(text, false)).toEqual(['ISA13', 'GS06']));

  test('a set number used twice in a group is found', async () => {
    const twice = interchangeText(envelope(), [set('855', RESPONSE_SHORT), set('855', RESPONSE_SHORT)]);
    expect(await judge(twice)).toEqual(['group 12 ST02']);
  });
});

test('a failed check reads like a sentence', () => {
  const { list } = checkResponse(transactionOf('855', changed(RESPONSE_SHORT, '*AC*45', '*AD*45')), orderOf('short'));
  expect(failuresOf(list.checks).map(sentenceOf)).toEqual(['855 for 4500000101: BAK02: found AD, expected AC']);
});
