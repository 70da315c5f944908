import { describe, expect, test } from 'vitest';
import { readAnswers, withAgreements } from '../support/answers.ts';
import { acknowledgmentOf, interchange, isa, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';
/** Says no to whatever is broken, as a partner would want to know. */
const gateway = await testGateway();

const filesOf = (on: TestGateway, transmissionId: string) =>
  on.rows<{ state: string; first: boolean; interchanges: number }>(
    `select f.state, f.first_id is not null as first, (select count(*)::int from interchange i where i.raw_file_id = f.id) as interchanges
     from raw_file f where f.transmission_id = $1`,
    transmissionId,
  );
const interchangesOf = (on: TestGateway, transmissionId: string) =>
  on.rows<{ id: string; state: string; verdict: string | null; reason: string | null; company: string | null }>(
    `select i.id, i.state, i.verdict, i.quarantine_reason as reason, i.company_id as company
     from interchange i join raw_file f on f.id = i.raw_file_id where f.transmission_id = $1 order by i.ordinal`,
    transmissionId,
  );
const codesOf = async (on: TestGateway, transmissionId: string): Promise<string[]> => {
  const rows = await on.rows<{ code: string }>(
    `select p.body ->> 'code' as code from problem p join raw_file f on f.id = p.raw_file_id where f.transmission_id = $1 order by p.id`,
    transmissionId,
  );
  return rows.map(({ code }) => code);
};
const ordersOf = async (on: TestGateway) =>
  (await on.rows<{ number: string }>('select number from purchase_order order by number')).map(({ number }) => number);

/** Takes in a file, does all the work, and gives what became of it. */
async function take(on: TestGateway, bytes: string | Uint8Array, by = channel) {
  const { transmissionId } = await on.receive(by, bytes);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const [file] = await filesOf(on, transmissionId);
  return {
    file,
    interchanges: await interchangesOf(on, transmissionId),
    codes: await codesOf(on, transmissionId),
    answers: await readAnswers(await on.outbox(outbox)),
  };
}

const good = (number: string, control: number) => order850(number, control, undefined, { asksTa1: true });
const end = (answer: { segments: readonly string[] } | undefined) => answer?.segments.slice(1, -1);

test('what is not EDI is stored and named, and nobody is answered', async () => {
  for (const [bytes, code] of [
    ['', 'file/empty'],
    ['%PDF-1.7 an invoice, surely', 'file/not-edi'],
    ['\u00ff\u0001\u0002', 'file/not-edi'],
    ['\u0000\u0000\u001a', 'file/empty'],
    ['<order number="1"/>', 'file/not-edi'],
    ['ISA', 'file/not-edi'],
    ['   \n', 'file/empty'],
    ['ISA*00*~'.repeat(40), 'interchange/header-malformed'],
  ] as const) {
    const { file, interchanges, codes, answers } = await take(gateway, bytes);
    expect({ bytes, ...file }).toEqual({ bytes, state: 'not-edi', first: false, interchanges: 0 });
    expect({ bytes, interchanges, codes: codes.slice(0, 1), answers }).toEqual({
      bytes,
      interchanges: [],
      codes: [code],
      answers: [],
    });
  }
});

test('a file cut off at any byte is stored, named and answered with what is due', async () => {
  const whole = order850('CUT-1', 7_000, [line850(1, 1, '12.5', 'HT-1001')], { asksTa1: true });
  const cuts = new Map<string, number>();
  for (let length = 1; length < whole.length - 1; length++) {
    const { transmissionId } = await gateway.receive(channel, whole.slice(0, length));
    cuts.set(transmissionId, length);
  }
  await gateway.settle();
  expect(gateway.failures).toEqual([]);
  const rows = await gateway.rows<{
    transmission: string;
    file: string;
    state: string | null;
    verdict: string | null;
    problems: number;
    ta1: number;
    functional: number;
  }>(
    `select f.transmission_id as transmission, f.state as file, i.state, i.verdict,
       (select count(*)::int from problem p where p.raw_file_id = f.id) as problems,
       (select count(*)::int from acknowledgment a where a.interchange_id = i.id and a.kind = 'TA1') as ta1,
       (select count(*)::int from acknowledgment a where a.interchange_id = i.id and a.kind = '997') as functional
     from raw_file f left join interchange i on i.raw_file_id = f.id where f.transmission_id = any ($1)`,
    [...cuts.keys()],
  );
  expect(rows).toHaveLength(cuts.size);
  const isaLength = 106;
  for (const { transmission, ...row } of rows) {
    const length = cuts.get(transmission) ?? 0;
    const headerSeen = length >= isaLength;
    expect({ length, ...row, problems: row.problems > 0 }).toEqual(
      headerSeen
        ? { length, file: 'read', state: 'closed', verdict: 'rejected', problems: true, ta1: 1, functional: 0 }
        : { length, file: 'not-edi', state: null, verdict: null, problems: true, ta1: 0, functional: 0 },
    );
  }
  const answers = await readAnswers(await gateway.outbox(outbox));
  expect(answers).toHaveLength(whole.length - 1 - isaLength);
  expect(new Set(answers.map(({ segments }) => segments.join().replace(/\*\d{3}$/, '*NNN')))).toEqual(
    new Set(['TA1*000007000*261122*0900*R*NNN']),
  );
  expect(await ordersOf(gateway)).not.toContain('CUT-1');
  // None of these tries used up the number or the bytes.
  const { interchanges, answers: own } = await take(gateway, whole);
  expect(interchanges).toMatchObject([{ state: 'closed', verdict: 'accepted' }]);
  expect(own.map(({ kind }) => kind).toSorted()).toEqual(['855', '997', 'TA1']);
});

let nextControl = 7_100;
test.each`
  what                              | change                                                                          | answers      | says
  ${'IEA counts another group'}     | ${(text: string) => text.replace('IEA*1*', 'IEA*2*')}                           | ${'TA1'}     | ${'R*021'}
  ${'IEA has another number'}       | ${(text: string) => text.replace(/IEA\*1\*\d+/, 'IEA*1*000009999')}             | ${'TA1'}     | ${'R*001'}
  ${'GE counts another set'}        | ${(text: string) => text.replace('GE*1*', 'GE*3*')}                             | ${'997 TA1'} | ${'AK9*R*3*1*0*5'}
  ${'GE has another number'}        | ${(text: string) => text.replace(/GE\*1\*\d+/, 'GE*1*9')}                       | ${'997 TA1'} | ${'AK9*R*1*1*0*4'}
  ${'SE counts other segments'}     | ${(text: string) => text.replace(/SE\*\d+\*0001/, 'SE*99*0001')}                | ${'997 TA1'} | ${'AK5*R*4'}
  ${'SE has another number'}        | ${(text: string) => text.replace(/(SE\*\d+)\*0001/, '$1*0002')}                 | ${'997 TA1'} | ${'AK5*R*3'}
  ${'there is no SE'}               | ${(text: string) => text.replace(/SE\*\d+\*0001~/, '')}                         | ${'997 TA1'} | ${'AK5*R*2'}
  ${'there is no GE'}               | ${(text: string) => text.replace(/GE\*1\*\d+~/, '')}                            | ${'997 TA1'} | ${'AK9*R*1*1*0*3'}
  ${'a segment stands outside'}     | ${(text: string) => text.replace('GS*PO', 'REF*AA*1~GS*PO')}                    | ${'TA1'}     | ${'R*022'}
  ${'a set nobody knows'}           | ${(text: string) => text.replace('ST*850', 'ST*ZZZ')}                           | ${'997 TA1'} | ${'AK5*R*1'}
  ${'a set that was not agreed'}    | ${(text: string) => text.replace('GS*PO', 'GS*IN').replace('ST*850', 'ST*810')} | ${'997 TA1'} | ${'AK5*R'}
  ${'a version nobody knows'}       | ${(text: string) => text.replace('*004010~', '*009999~')}                       | ${'997 TA1'} | ${'AK5*R*1'}
  ${'a version that is not agreed'} | ${(text: string) => text.replace('*004010~', '*005010~')}                       | ${'997 TA1'} | ${'AK5*R*1'}
`(
  '$what: $answers, $says',
  async ({
    what,
    change,
    answers,
    says,
  }: {
    what: string;
    change: (text: string) => string;
    answers: string;
    says: string;
  }) => {
    const number = what.replaceAll(' ', '-').slice(0, 20);
    const text = good(number, nextControl++);
    expect(change(text)).not.toBe(text);
    const took = await take(gateway, change(text));
    expect(took.codes.length).toBeGreaterThan(0);
    expect(took.interchanges).toMatchObject([{ state: 'closed', verdict: 'rejected' }]);
    expect(
      took.answers
        .map(({ kind }) => kind)
        .toSorted()
        .join(' '),
    ).toBe(answers);
    expect(took.answers.flatMap(({ segments }) => segments).join('~')).toContain(says);
    expect(await ordersOf(gateway)).not.toContain(number);
    // Mended and sent again under the same numbers, it is taken.
    const again = await take(gateway, text);
    expect(again.interchanges).toMatchObject([{ state: 'closed', verdict: 'accepted' }]);
    expect(await ordersOf(gateway)).toContain(number);
  },
);

describe('validation.envelope weighs what trailers count and repeat', () => {
  const wrong = (number: string, control: number) =>
    good(number, control).replace('GE*1*', 'GE*3*').replace('IEA*1*', 'IEA*2*');
  /** More sets than one batch has: what is stored is judged by what is stored. */
  const many = (text: string) => {
    const [set = ''] = /ST\*.*SE\*\d+\*0001~/s.exec(text) ?? [];
    const sets = Array.from({ length: 130 }, (_, index) =>
      set.replaceAll('*0001', `*${1001 + index}`).replace(/(BEG\*00\*\w+\*)([^*]+)/, `$1$2-${index}`),
    );
    return text.replace(set, sets.join(''));
  };
  test.each`
    policy                  | verdict                   | severity     | says
    ${'accept-with-errors'} | ${'accepted-with-errors'} | ${'error'}   | ${['AK9*E*3*1*1*5', 'E*021']}
    ${'warn'}               | ${'accepted'}             | ${'warning'} | ${['AK9*A*3*1*1', 'A*000']}
    ${'off'}                | ${'accepted'}             | ${null}      | ${['AK9*A*3*1*1', 'A*000']}
  `('$policy: $says', async ({ policy, verdict, severity, says }) => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ validation }) => ({ validation: { ...validation, envelope: policy } })),
    );
    const took = await take(on, wrong('WEIGHED', 1));
    expect(took.interchanges).toMatchObject([{ state: 'closed', verdict }]);
    const text = took.answers.flatMap(({ segments }) => segments).join('~');
    for (const each of says) expect(text).toContain(each);
    expect(await ordersOf(on)).toContain('WEIGHED');
    const rows = await on.rows<{ severity: string }>(`select distinct body ->> 'severity' as severity from problem`);
    expect(rows.map((row) => row.severity)).toEqual(severity === null ? [] : [severity]);

    const large = await take(on, many(wrong('LARGE', 2)));
    expect(large.interchanges).toMatchObject([{ state: 'closed', verdict }]);
    expect(large.answers.flatMap(({ segments }) => segments).join('~')).toContain(
      says[0].replace('3*1*1', '3*130*130'),
    );
    // A trailer that never came is not weighed.
    const cut = await take(on, good('CUT-OFF', 3).replace(/IEA.*/, ''));
    expect(cut.interchanges).toMatchObject([{ state: 'closed', verdict: 'rejected' }]);
  });
});

test('a TA1 of impossible values fells no order that stands beside it', async () => {
  const text = good('BESIDE-TA1', nextControl++).replace('GS*PO', 'TA1*000000001*261122*0915*Z*999~GS*PO');
  const took = await take(gateway, text);
  expect(took.codes).toEqual(['interchange/field-invalid', 'interchange/field-invalid']);
  expect(took.interchanges).toMatchObject([{ state: 'closed', verdict: 'accepted-with-errors' }]);
  expect(took.answers.flatMap(({ segments }) => segments).join('~')).toMatch(/\*A\*000/);
  expect(await ordersOf(gateway)).toContain('BESIDE-TA1');
});

test.each`
  reason                  | text                                                                 | by                     | company
  ${'sender-unknown'}     | ${order850('WHO-1', 7_300, undefined, { sender: '9999999999' })}     | ${'brightmart/folder'} | ${null}
  ${'receiver-unknown'}   | ${order850('WHO-2', 7_301, undefined, { receiver: 'SOMEBODYELSE' })} | ${'brightmart/folder'} | ${null}
  ${'sender-not-allowed'} | ${order850('WHO-3', 7_302)}                                          | ${'cedarsupply/web'}   | ${null}
`(
  '$reason: quarantined, told and not answered',
  async ({ reason, text, by, company }: { reason: string; text: string; by: string; company: null }) => {
    const took = await take(gateway, text, by);
    expect(took.interchanges).toMatchObject([{ state: 'quarantined', reason, company, verdict: null }]);
    expect(took.codes).toEqual([`interchange/${reason}`]);
    expect(took.answers).toEqual([]);
    expect(
      await gateway.rows('select state from transaction where interchange_id = $1', took.interchanges[0]?.id),
    ).toEqual([{ state: 'quarantined' }]);
    expect(
      await gateway.rows(
        `select e.type, e.reason from event e join event_object o on o.event_id = e.id where o.object_id = $1`,
        took.interchanges[0]?.id,
      ),
    ).toEqual([{ type: 'interchange/quarantined', reason }]);
    // It claimed nothing: once the configuration knows them, the same file is entered.
    expect(
      await gateway.rows(
        'select 1 from content_claim c join raw_file f on f.id = c.raw_file_id join interchange i on i.raw_file_id = f.id where i.id = $1',
        took.interchanges[0]?.id,
      ),
    ).toEqual([]);
  },
);

test('one bad interchange among several spoils nothing but itself', async () => {
  const bad = good('MANY-2', 7_401).replace('IEA*1*', 'IEA*7*');
  const stranger = order850('MANY-4', 7_403, undefined, { sender: '9999999999' });
  const took = await take(
    gateway,
    `${good('MANY-1', 7_400)}\r\n${bad}~~garbage\n${good('MANY-3', 7_402)}${stranger}${good('MANY-5', 7_404)}`,
  );
  expect(took.interchanges.map(({ state, verdict }) => `${state} ${verdict}`)).toEqual([
    'closed accepted',
    'closed rejected',
    'closed accepted',
    'quarantined null',
    'closed accepted',
  ]);
  const orders = (await ordersOf(gateway)).filter((number) => number.startsWith('MANY'));
  expect(orders).toEqual(['MANY-1', 'MANY-3', 'MANY-5']);
  expect(took.answers.map(({ kind }) => kind).toSorted()).toEqual([
    '855',
    '855',
    '855',
    '997',
    '997',
    '997',
    'TA1',
    'TA1',
    'TA1',
    'TA1',
  ]);
  expect(
    took.answers
      .filter(({ kind }) => kind === 'TA1')
      .map(({ segments }) => segments[0]?.slice(-5))
      .toSorted(),
  ).toEqual(['A*000', 'A*000', 'A*000', 'R*021']);
  expect(took.codes).toContain('file/stray-bytes');
});

test('an interchange is found behind a letter, and beside one of another syntax', async () => {
  const edifact = "UNB+UNOC:3+4012345000009:14+0614141000012:14+261122:0900+1'UNZ+0+1'";
  const took = await take(gateway, `From: edi@brightmart.example\r\n\r\n${good('LETTER-1', 7_420)}${edifact}`);
  expect(took.interchanges).toMatchObject([
    { state: 'closed', verdict: 'accepted' },
    { state: 'quarantined', reason: 'sender-not-allowed' },
  ]);
  expect(await ordersOf(gateway)).toContain('LETTER-1');
});

test('NUL in every kind of value: stored, answered, and nothing throws', async () => {
  const text = good('NUL-1', 7_430);
  for (const [from, to] of [
    ['NUL-1', 'NUL\0-1'],
    ['Store 12', 'Sto\0re'],
    ['GS*PO', 'GS*P\0'],
    ['ST*850', 'ST*8\0'],
    ['*0001~', '*00\x001~'],
    ['6112390000 ', '611239\x000 '],
    ['EA*', 'E\0*'],
    ['HT-1001', 'HT\0'],
  ] as const) {
    const took = await take(gateway, text.replace(from, to));
    expect(took.interchanges, from).toHaveLength(1);
    expect(took.file?.state).toBe('read');
  }
});

test('one bad set among several: the others are entered, and the 997 says which', async () => {
  const text = interchange('PO', 7_450, '850', [
    'BEG*00*SA*SET-1**20261122',
    'N1*ST*Store 12*92*0012',
    line850(1, 1, '12.5', 'HT-1001'),
    'CTT*1',
  ]);
  const second = text
    .slice(text.indexOf('ST*'), text.indexOf('GE*'))
    .replaceAll('0001', '0002')
    .replace('SET-1', 'SET-2')
    .replace('20261122', '20261399');
  const third = second.replaceAll('0002', '0003').replace('SET-2', 'SET-3').replace('20261399', '20261122');
  const fourth = third.replaceAll('SET-3', 'SET-4');
  const took = await take(gateway, text.replace('GE*1', `${second}${third}${fourth}GE*4`));
  expect(took.interchanges).toMatchObject([{ verdict: 'partially-accepted' }]);
  const functional = took.answers.find(({ kind }) => kind === '997');
  expect(end(functional)).toEqual([
    'AK1*PO*7450',
    'AK2*850*0001',
    'AK5*A',
    'AK2*850*0002',
    'AK3*BEG*2**8',
    'AK4*5*373*8*20261399',
    'AK5*R*5',
    'AK2*850*0003',
    'AK5*A',
    'AK2*850*0003',
    'AK5*R*23',
    'AK9*P*4*4*2',
  ]);
  expect((await ordersOf(gateway)).filter((number) => number.startsWith('SET'))).toEqual(['SET-1', 'SET-3']);
});

test('what was agreed for production only is refused for tests, in a test answer', async () => {
  const narrow = await testGateway((configuration) => ({
    ...configuration,
    agreements: configuration.agreements.filter(
      ({ usage, partner }) => partner !== 'brightmart' || usage === 'production',
    ),
  }));
  const took = await take(narrow, order850('TEST-1', 1, undefined, { usage: 'T' }));
  expect(took.codes).toEqual(['transaction/not-agreed']);
  expect(took.answers).toMatchObject([{ kind: '997', usage: 'T' }]);
  expect(end(took.answers[0])).toEqual(['AK1*PO*1', 'AK2*850*0001', 'AK5*R*1', 'AK9*R*1*1*0']);
  expect(await ordersOf(narrow)).toEqual([]);
  // The test answer took its number from the range of tests.
  expect((await take(narrow, order850('PROD-1', 1))).answers.find(({ kind }) => kind === '997')).toMatchObject({
    usage: 'P',
    controlNumber: '000000001',
  });
});

test('a partner of two identities is answered at the one it wrote from', async () => {
  const other = { syntax: 'x12' as const, qualifier: '08', id: '6112390001' };
  const twofold = await testGateway((configuration) => ({
    ...configuration,
    partners: configuration.partners.map((partner) =>
      partner.id === 'brightmart' ? { ...partner, identities: [...partner.identities, other] } : partner,
    ),
    channels: configuration.channels.map((one) =>
      one.partner === 'brightmart' ? { ...one, speaksFor: [...one.speaksFor, other] } : one,
    ),
  }));
  const took = await take(twofold, order850('TWO-1', 1, undefined, { sender: other.id }));
  expect(took.answers).toHaveLength(1);
  expect(took.answers[0]?.text).toContain('*08*6112390001     *');
  expect(took.answers[0]?.text).toMatch(/GS\*FA\*HARBORTOOLS\*6112390001\*/);
  expect(took.answers[0]?.segments).toContain('AK5*R*1');
});

test.each`
  policy         | asked    | broken   | owed
  ${'requested'} | ${false} | ${false} | ${false}
  ${'requested'} | ${true}  | ${false} | ${true}
  ${'requested'} | ${false} | ${true}  | ${false}
  ${'requested'} | ${true}  | ${true}  | ${true}
  ${'rejected'}  | ${false} | ${false} | ${false}
  ${'rejected'}  | ${false} | ${true}  | ${true}
  ${'always'}    | ${false} | ${false} | ${true}
  ${'always'}    | ${false} | ${true}  | ${true}
  ${'never'}     | ${true}  | ${false} | ${false}
  ${'never'}     | ${true}  | ${true}  | ${false}
`(
  'TA1 $policy, ISA14 $asked, broken $broken: $owed',
  async ({ policy, asked, broken, owed }: { policy: 'requested'; asked: boolean; broken: boolean; owed: boolean }) => {
    const on = await gatewayOf(policy);
    const control = 1 + Number(asked) + 2 * Number(broken);
    const text = order850(`TA1-${control}`, control, undefined, { asksTa1: asked });
    const took = await take(on, broken ? text.replace('IEA*1', 'IEA*2') : text);
    const kinds = took.answers.map(({ kind }) => kind);
    expect(kinds.includes('TA1')).toBe(owed);
    expect(kinds.includes('997')).toBe(!broken);
    const ta1 = took.answers.find(({ kind }) => kind === 'TA1');
    if (owed) expect(ta1?.segments).toEqual([`TA1*00000000${control}*261122*0900*${broken ? 'R*021' : 'A*000'}`]);
  },
);

const gateways = new Map<string, Promise<TestGateway>>();
function gatewayOf(ta1: 'requested' | 'always' | 'rejected' | 'never'): Promise<TestGateway> {
  const known =
    gateways.get(ta1) ??
    testGateway(
      withAgreements('brightmart', 'in', ({ acknowledgment }) => ({ acknowledgment: { ...acknowledgment, ta1 } })),
    );
  gateways.set(ta1, known);
  return known;
}

test('an acknowledgment is never acknowledged, broken or not', async () => {
  const on = await gatewayOf('always');
  const order = await take(on, order850('ACK-1', 50));
  const response = order.answers.find(({ kind }) => kind === '855')?.text ?? '';
  const functional = acknowledgmentOf(response, 51).replace('U*00401*000000051*0', 'U*00401*000000051*1');
  const ta1 = `${isa(52, { asksTa1: true })}TA1*000000001*361122*1000*A*000~IEA*0*000000052~`;
  for (const text of [
    functional,
    functional.replaceAll('51', '53').replace('IEA*1', 'IEA*3'),
    functional.replaceAll('51', '54').replace(/SE\*\d+/, 'SE*77'),
    ta1,
    ta1.replaceAll('52', '55').replace('IEA*0', 'IEA*8'),
  ]) {
    expect((await take(on, text)).answers, text).toEqual([]);
  }
});
