import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readEdifact } from '../../src/simulator/edifact/read.ts';
import { withAgreements } from '../support/answers.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const channel = 'nordhandel/web';
const read = (path: string) => readFileSync(`fixtures/edifact/D96A/ORDERS/${path}`, 'latin1');

/** An invented order of the example distributor: two lines, written by hand. */
const message = (reference: string, number: string, quantity = '10') =>
  [
    `UNH+${reference}+ORDERS:D:96A:UN:EAN008`,
    `BGM+220+${number}+9`,
    'DTM+137:20361122:102',
    'NAD+BY+4012345000009::9',
    'NAD+SU+0614141000012::9',
    'CUX+2:EUR:9',
    'LIN+1++4012345001013:EN',
    `QTY+21:${quantity}:PCE`,
    'PRI+AAA:4.25',
    'UNS+S',
    'CNT+2:1',
    `UNT+12+${reference}`,
  ].join("'");

const interchange = (control: string, messages: readonly string[], asks = '1', count = messages.length) =>
  `UNB+UNOC:3+4012345000009:14+0614141000012:14+361122:0900+${control}++++${asks}'${messages.map((one) => `${one}'`).join('')}UNZ+${count}+${control}'`;

async function take(on: TestGateway, text: string, by = channel) {
  const { transmissionId } = await on.receive(by, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const answers = await on.rows<{ kind: string; file_name: string; bytes: Buffer }>(
    `select a.kind, d.file_name, (select string_agg(c.bytes, ''::bytea order by c.ordinal) from raw_chunk c where c.raw_file_id = d.raw_file_id) as bytes
     from raw_file f join interchange i on i.raw_file_id = f.id join acknowledgment a on a.interchange_id = i.id and a.direction = 'out'
       join delivery d on d.acknowledgment_id = a.id where f.transmission_id = $1 order by d.at, d.id`,
    transmissionId,
  );
  return answers.map(({ kind, bytes }) => ({ kind, text: bytes.toString('latin1') }));
}

const segmentsOf = (text = ''): string[] => text.split("'").slice(2, -3);
const ordersOf = async (on: TestGateway) =>
  (await on.rows<{ number: string }>('select number from purchase_order order by number')).map(({ number }) => number);

describe('ORDERS are answered by CONTRL on the road', () => {
  test('trap 65: asked for by UNB 0031, unswapped inside, swapped outside, and read by an independent reader', async () => {
    const on = await testGateway();
    const [answer, ...more] = await take(on, interchange('C1', [message('1', 'PO-C1')]));
    expect(more).toEqual([]);
    expect(answer?.kind).toBe('CONTRL');
    expect(answer?.text).toMatch(/^UNB\+UNOC:3\+0614141000012:14\+4012345000009:14\+361122:1000\+\d+'UNH\+/);
    expect(segmentsOf(answer?.text)).toEqual(['UCI+C1+4012345000009:14+0614141000012:14+7']);
    const independent = readEdifact(Buffer.from(answer?.text ?? '', 'latin1'));
    expect(independent.messages.map(({ type }) => type)).toEqual(['CONTRL']);
    expect(await ordersOf(on)).toEqual(['PO-C1']);
  });

  test('unasked there is none, unless the agreement wants one for what is refused', async () => {
    const on = await testGateway();
    expect(await take(on, interchange('C2', [message('1', 'PO-C2', 'x')], ''))).toEqual([]);
    const wants = await testGateway(
      withAgreements('nordhandel', 'in', ({ acknowledgment }) => ({
        acknowledgment: { ...acknowledgment, contrl: 'rejected' },
      })),
    );
    expect(await take(wants, interchange('C3', [message('1', 'PO-C3')], ''))).toEqual([]);
    const [answer] = await take(wants, interchange('C4', [message('1', 'PO-C4', 'x')], ''));
    expect(segmentsOf(answer?.text)).toEqual([
      'UCI+C4+4012345000009:14+0614141000012:14+7',
      'UCM+1+ORDERS:D:96A:UN:EAN008+4',
      'UCS+8',
      'UCD+37+2:2',
    ]);
  });

  test('trap 66: a bad message falls by itself, the others enter', async () => {
    const on = await testGateway();
    const [answer] = await take(
      on,
      interchange('C5', [message('1', 'PO-A'), message('2', 'PO-B', 'x'), message('3', 'PO-C')]),
    );
    expect(segmentsOf(answer?.text)).toEqual([
      'UCI+C5+4012345000009:14+0614141000012:14+7',
      'UCM+2+ORDERS:D:96A:UN:EAN008+4',
      'UCS+8',
      'UCD+37+2:2',
    ]);
    expect(await ordersOf(on)).toEqual(['PO-A', 'PO-C']);
  });

  test.each(['group', 'interchange'] as const)('by agreement it takes its %s along', async (rejects) => {
    const on = await testGateway(
      withAgreements('nordhandel', 'in', ({ acknowledgment }) => ({ acknowledgment: { ...acknowledgment, rejects } })),
    );
    const [answer] = await take(on, interchange('C6', [message('1', 'PO-A'), message('2', 'PO-B', 'x')]));
    expect(segmentsOf(answer?.text)).toEqual([
      `UCI+C6+4012345000009:14+0614141000012:14+${rejects === 'interchange' ? 4 : 7}`,
      'UCM+2+ORDERS:D:96A:UN:EAN008+4',
      'UCS+8',
      'UCD+37+2:2',
    ]);
    expect(await ordersOf(on)).toEqual([]);
  });

  const group = (number: number, inside: string, count = 1) =>
    `UNG+ORDERS+BUYER:14+SELLER+361122:0900+${number}+UN+D:96A'${inside}'UNE+${count}+${number}'`;

  test('groups: a bad message in one, a bad trailer in another', async () => {
    const on = await testGateway();
    const inside = [
      group(1, message('1', 'PO-G1')),
      group(2, message('2', 'PO-G2', 'x')),
      group(3, message('3', 'PO-G3'), 5),
    ].join('');
    const text = `UNB+UNOC:3+4012345000009:14+0614141000012:14+361122:0900+G1++++1'${inside}UNZ+3+G1'`;
    const [answer] = await take(on, text);
    expect(segmentsOf(answer?.text)).toEqual([
      'UCI+G1+4012345000009:14+0614141000012:14+7',
      'UCF+2+BUYER:14+SELLER+4',
      'UCM+2+ORDERS:D:96A:UN:EAN008+4',
      'UCS+8',
      'UCD+37+2:2',
      'UCF+3+BUYER:14+SELLER+4+29+UNE+2',
    ]);
    expect(await ordersOf(on)).toEqual(['PO-G1']);
  });

  test.each([
    ['UNH', [group(1, message('1', 'PO-M1')), `${message('2', 'PO-M2')}'`, group(3, message('3', 'PO-M3'))], 2],
    ['UNG', [`${message('2', 'PO-M2')}'`, group(1, message('1', 'PO-M1'))], 2],
  ])('trap 47: messages beside groups refuse all, at the first %s', async (tag, inside, count) => {
    const on = await testGateway();
    const text = `UNB+UNOC:3+4012345000009:14+0614141000012:14+361122:0900+M1++++1'${inside.join('')}UNZ+${count}+M1'`;
    const [answer] = await take(on, text);
    expect(segmentsOf(answer?.text)).toEqual([`UCI+M1+4012345000009:14+0614141000012:14+4+30+${tag}`]);
    expect(await ordersOf(on)).toEqual([]);
    expect(await on.rows(`select body ->> 'code' as code from problem where group_id is null`)).toEqual([
      { code: 'interchange/mixed-groups' },
    ]);
  });

  test('a trailer that is wrong refuses all: UCI 4 and what is wrong with UNZ', async () => {
    const on = await testGateway();
    const [answer] = await take(on, interchange('C7', [message('1', 'PO-C7')], '1', 2));
    expect(segmentsOf(answer?.text)).toEqual(['UCI+C7+4012345000009:14+0614141000012:14+4+29+UNZ+2']);
    expect(await ordersOf(on)).toEqual([]);
  });

  test('UNB 0031 = 2 asks for a receipt and gets one: action 8', async () => {
    const on = await testGateway();
    const [answer] = await take(on, interchange('C8', [message('1', 'PO-C8', 'x')], '2'));
    expect(segmentsOf(answer?.text)).toEqual(['UCI+C8+4012345000009:14+0614141000012:14+8']);
  });

  test('trap 68: a control number used before is refused with 26, where the agreement refuses it', async () => {
    const on = await testGateway(
      withAgreements('nordhandel', 'in', ({ duplicates }) => ({
        duplicates: { ...duplicates, controlNumber: 'reject' },
      })),
    );
    await take(on, interchange('C9', [message('1', 'PO-C9')]));
    const [answer] = await take(on, interchange('C9', [message('1', 'PO-OTHER')]));
    expect(segmentsOf(answer?.text)).toEqual(['UCI+C9+4012345000009:14+0614141000012:14+4+26+UNB']);
    expect(await ordersOf(on)).toEqual(['PO-C9']);
  });

  test('and held, unanswered, where it holds them (decision 0006)', async () => {
    const on = await testGateway();
    await take(on, interchange('C10', [message('1', 'PO-C10')]));
    expect(await take(on, interchange('C10', [message('1', 'PO-OTHER')]))).toEqual([]);
  });

  test('the fixture of every road', async () => {
    const on = await testGateway();
    const text = read('typical.edi')
      .replaceAll('4012345000016:14', '4012345000009:14')
      .replace('4012345090000:14', '0614141000012:14');
    const [answer] = await take(on, text.replace("+900034'", "+900034++++1'"));
    expect(answer === undefined ? [] : segmentsOf(answer.text)).toEqual([
      'UCI+900034+4012345000009:14+0614141000012:14+7',
    ]);
  });

  test('more messages than one page, and more bytes than one chunk', async () => {
    const on = await testGateway();
    const messages = Array.from({ length: 1_500 }, (_, index) => message(String(index + 1), `PO-${index}`, 'x'));
    const [answer] = await take(on, interchange('C11', messages));
    const lines = segmentsOf(answer?.text);
    expect(answer?.text.length).toBeGreaterThan(64 * 1024);
    expect(lines.filter((line) => line.startsWith('UCM+'))).toHaveLength(1_500);
    expect(lines.at(-3)).toBe('UCM+1500+ORDERS:D:96A:UN:EAN008+4');
    expect(readEdifact(Buffer.from(answer?.text ?? '', 'latin1')).messages[0]?.segments).toHaveLength(lines.length + 2);
  });
});

describe('trap 65: a CONTRL is never answered', () => {
  const contrl = (control: string, more = '', count = 1) =>
    `UNB+UNOC:3+4012345000009:14+0614141000012:14+361122:0900+${control}++++1'UNH+1+CONTRL:D:3:UN'UCI+X1+0614141000012:14+4012345000009:14+7'${more}UNT+3+1'UNZ+${count}+${control}'`;
  const always = withAgreements('nordhandel', 'in', ({ acknowledgment }) => ({
    acknowledgment: { ...acknowledgment, contrl: 'always' },
  }));

  test.each([
    ['one that asks for it', contrl('N1')],
    ['one that is wrong', contrl('N2', "XYZ+1'")],
    ['one whose trailer is wrong', contrl('N3', '', 7)],
  ])('%s', async (_what, text) => expect(await take(await testGateway(always), text)).toEqual([]));
});

/** An interchange of ours on its way to the distributor, with the trace of what was read, for the messages the gateway writes come later. */
async function sent(on: TestGateway, control: string): Promise<{ document: string; interchange: string }> {
  await take(on, interchange(`IN-${control}`, [message('1', `PO-${control}`)]));
  const copy = (table: string, where: string, changes: string) =>
    on.rows(
      `insert into ${table} select (jsonb_populate_record(null::${table}, to_jsonb(x) || ${changes})).* from ${table} x where ${where}`,
    );
  const [ids] = await on.rows<{ i: string; g: string; t: string; d: string }>(
    `select i.id as i, g.id as g, t.id as t, d.id as d from interchange i join functional_group g on g.interchange_id = i.id
       join transaction t on t.group_id = g.id join document d on d.transaction_id = t.id where i.control_number = $1`,
    `IN-${control}`,
  );
  const fresh = [0, 1, 2, 3, 4].map(() => on.context.newId());
  const [i, g, t, d, delivery] = fresh;
  await copy(
    'interchange',
    `id = '${ids?.i}'`,
    `'{"id": "${i}", "direction": "out", "control_number": "${control}", "ordinal": 2}'`,
  );
  await copy('functional_group', `id = '${ids?.g}'`, `'{"id": "${g}", "interchange_id": "${i}", "direction": "out"}'`);
  await copy(
    'transaction',
    `id = '${ids?.t}'`,
    `'{"id": "${t}", "interchange_id": "${i}", "group_id": "${g}", "direction": "out", "verdict": null}'`,
  );
  await copy(
    'document',
    `id = '${ids?.d}'`,
    `'{"id": "${d}", "transaction_id": "${t}", "direction": "out", "state": "sent"}'`,
  );
  await on.rows(
    `insert into delivery (id, transmission_id, raw_file_id, interchange_id, company_id, partner_id, usage, channel_id, file_name, document_id, state, at)
     select $1, f.transmission_id, f.id, i.id, i.company_id, i.partner_id, i.usage, i.channel_id, 'x.edi', $2, 'sent', now()
     from interchange i join raw_file f on f.id = i.raw_file_id where i.id = $3`,
    delivery,
    d,
    i,
  );
  await on.rows(
    `insert into expectation (id, company_id, partner_id, usage, kind, subject_kind, subject_id, outstanding, state, at)
     select $1, company_id, partner_id, usage, 'acknowledgment', 'interchange', id, '{"by": "once"}', 'open', now() from interchange where id = $2`,
    on.context.newId(),
    i,
  );
  return { document: d ?? '', interchange: i ?? '' };
}

const theirs = (control: string, body: string) =>
  `UNB+UNOC:3+4012345000009:14+0614141000012:14+361122:0930+${control}'UNH+1+CONTRL:D:3:UN'${body}UNT+${body.split("'").length + 1}+1'UNZ+1+${control}'`;

async function stateOf(on: TestGateway, { document, interchange: id }: { document: string; interchange: string }) {
  const [row] = await on.rows<{ document: string; verdict: string | null; expected: string; acknowledgment: string }>(
    `select d.state as document, t.verdict, x.state as expected,
       (select a.state from acknowledgment a where a.kind = 'CONTRL' and a.direction = 'in' order by a.id desc limit 1) as acknowledgment
     from document d join transaction t on t.id = d.transaction_id join expectation x on x.subject_id = $2 where d.id = $1`,
    document,
    id,
  );
  return row;
}

describe('what they say of ours', () => {
  const uci = (control: string, rest: string) => `UCI+${control}+0614141000012:14+4012345000009:14+${rest}'`;

  test('7 accepts what it does not name, and meets what was expected', async () => {
    const on = await testGateway();
    const ours = await sent(on, 'OUT1');
    expect(await stateOf(on, ours)).toMatchObject({ document: 'sent', verdict: null, expected: 'open' });
    await take(on, theirs('R1', uci('OUT1', '7')));
    expect(await stateOf(on, ours)).toEqual({
      document: 'accepted',
      verdict: 'accepted',
      expected: 'met',
      acknowledgment: 'reconciled',
    });
  });

  test('UCM 4 rejects one message, and UCD stands on our own field (trap 67: S011 counts the tag)', async () => {
    const on = await testGateway();
    const ours = await sent(on, 'OUT2');
    await take(on, theirs('R2', `${uci('OUT2', '7')}UCM+1+ORDERS:D:96A:UN:EAN008+4'UCS+8'UCD+12+2:2'UCS+2+12'`));
    expect(await stateOf(on, ours)).toMatchObject({ document: 'rejected', verdict: 'rejected', expected: 'met' });
    const [event] = await on.rows<{ data: { errors: unknown } }>(
      `select data from event where type = 'transaction/partner-rejected'`,
    );
    expect(event?.data.errors).toEqual([
      { segment: 8, tag: '', element: 1, component: 2, codes: ['12'], found: null, paths: ['lines[0].quantity.value'] },
      { segment: 2, tag: '', codes: ['12'], paths: expect.arrayContaining(['number']) },
    ]);
    expect(await on.rows(`select type from event where type like 'interchange/partner-%'`)).toEqual([
      { type: 'interchange/partner-partially-accepted' },
    ]);
  });

  test('4 refuses all of it', async () => {
    const on = await testGateway();
    const ours = await sent(on, 'OUT3');
    await take(on, theirs('R3', uci('OUT3', '4+29+UNZ+2')));
    expect(await stateOf(on, ours)).toMatchObject({ document: 'rejected', verdict: 'rejected', expected: 'met' });
    expect(
      await on.rows(`select type, data ->> 'code' as code from event where type like 'interchange/partner-%'`),
    ).toEqual([{ type: 'interchange/partner-rejected', code: '29' }]);
  });

  test('8 says that it has come: what becomes of it is still owed, and a 7 that follows settles it', async () => {
    const on = await testGateway();
    const ours = await sent(on, 'OUT4');
    await take(on, theirs('R4', uci('OUT4', '8')));
    expect(await stateOf(on, ours)).toMatchObject({
      document: 'sent',
      verdict: null,
      expected: 'open',
      acknowledgment: 'reconciled',
    });
    await take(on, theirs('R5', uci('OUT4', '7')));
    expect(await stateOf(on, ours)).toMatchObject({ document: 'accepted', expected: 'met' });
  });

  test('one about nothing of ours waits', async () => {
    const on = await testGateway();
    await take(on, theirs('R6', uci('NOWHERE', '7')));
    expect(await on.rows(`select state, waits_for from acknowledgment where direction = 'in'`)).toEqual([
      { state: 'waiting', waits_for: 'interchange:NOWHERE' },
    ]);
  });
});

test.each([
  ['C\0', ['CONTRL']],
  ['\0', []], // nothing is left of it that a UCI could copy
  ['C\0\0', ['CONTRL']],
])('a NUL in a control number (%j) is refused, and holds up nobody', async (control, kinds) => {
  const on = await testGateway();
  const answers = await take(on, interchange(control, [message('1', 'PO-NUL')]));
  expect(answers.map(({ kind }) => kind)).toEqual(kinds);
  for (const { text } of answers) expect(text).toMatch(/'UCI\+[^+]*\+[^+]*\+[^+]*\+4\+12/);
  expect(await ordersOf(on)).toEqual([]);
  // PostgreSQL's text has no NUL: what stands for it is U+FFFD, and the bytes stand in the file.
  expect(await on.rows(`select control_number, verdict from interchange where direction = 'in'`)).toEqual([
    { control_number: control.replaceAll('\0', '\ufffd'), verdict: 'rejected' },
  ]);
  expect(await on.rows(`select distinct body ->> 'code' as code from problem`)).toEqual([
    { code: 'interchange/control-number-invalid' },
  ]);
});

describe('what a CONTRL cannot name', () => {
  const unnamed = (reference: string, number: string): string =>
    message(reference, number).replace(':D:96A:UN:EAN008', '');

  test('where all is refused, UCI refuses the whole: nothing is untrue about it', async () => {
    const on = await testGateway();
    const [answer] = await take(on, interchange('N1', [unnamed('1', 'PO-N1')]));
    expect(segmentsOf(answer?.text)).toEqual(['UCI+N1+4012345000009:14+0614141000012:14+4+18']);
  });

  test('where only a part is, nothing is sent that a translator would refuse: the interchange has the reason, and no work is parked', async () => {
    const on = await testGateway();
    expect(await take(on, interchange('N2', [message('1', 'PO-N2'), unnamed('2', 'PO-N3')]))).toEqual([]);
    expect(await ordersOf(on)).toEqual(['PO-N2']);
    expect(await on.rows(`select 1 from delivery`)).toEqual([]);
    expect(await on.rows(`select subject_id from work where state <> 'done'`)).toEqual([]);
    expect(await on.rows(`select state from acknowledgment`)).toEqual([{ state: 'withheld' }]);
    const why = 'No CONTRL can tell of this interchange: message 2 has no type, version, release or agency (UNH S009).';
    expect(
      await on.rows(
        `select body ->> 'severity' as severity, body ->> 'message' as message from problem where body ->> 'code' = 'interchange/unanswered'`,
      ),
    ).toEqual([{ severity: 'warning', message: why }]);
    expect(await on.rows(`select reason from event where type = 'acknowledgment/withheld'`)).toEqual([{ reason: why }]);
    // Answered before or after, other interchanges are answered.
    const [answer] = await take(on, interchange('N3', [message('1', 'PO-N4')]));
    expect(segmentsOf(answer?.text)).toEqual(['UCI+N3+4012345000009:14+0614141000012:14+7']);
  });

  test('a partner who sends many such fills no list of parked work', async () => {
    const on = await testGateway();
    for (let index = 1; index <= 20; index++)
      await on.receive(channel, interchange(`F${index}`, [message('1', `PO-F${index}`), unnamed('2', 'PO-F')]));
    await on.settle();
    expect(on.failures.splice(0)).toEqual([]);
    expect(await on.rows(`select state, count(*)::int from acknowledgment group by state`)).toEqual([
      { state: 'withheld', count: 20 },
    ]);
  });

  test.each([
    'ORDERSXY:D:96A:UN:EAN008',
    'ORDERS:D:96ABC:UN:EAN008',
    'ORDERS:D:96A:UNIT:EAN008',
    'ORDERS:D:96A:UN:EAN0089',
  ])('what is too long in S009 (%s) is told by its beginning, and our own check takes it', async (identifier) => {
    const on = await testGateway();
    const [answer] = await take(
      on,
      interchange('N4', [message('1', 'PO-N4').replace('ORDERS:D:96A:UN:EAN008', identifier)]),
    );
    expect(answer?.text).toContain("'UCI+N4+");
  });
});

describe('trap 48: an order split over several messages (S010)', () => {
  /** A part: UNH names the common access reference, its number, and C, nothing or F for the first, middle and last. */
  const part = (reference: string, place: string): string =>
    message(reference, 'PO-S10').replace(':UN:EAN008', `:UN:EAN008+PO-S10+${place}`);

  test('a part is taken as a message of its own and told; CONTRL names what breaks the sequence, at S010', async () => {
    const on = await testGateway();
    const [whole] = await take(on, interchange('S1', [part('1', '1:C'), part('2', '2:F')]));
    expect(segmentsOf(whole?.text)).toEqual(['UCI+S1+4012345000009:14+0614141000012:14+7']);
    expect(await on.rows(`select body ->> 'code' as code, body ->> 'severity' as severity from problem`)).toEqual(
      Array.from({ length: 2 }, () => ({ code: 'transaction/part-of-sequence', severity: 'warning' })),
    );
    const [broken] = await take(on, interchange('S2', [part('1', '1:C'), part('2', '3:F')]));
    expect(segmentsOf(broken?.text)).toEqual([
      'UCI+S2+4012345000009:14+0614141000012:14+7',
      'UCM+2+ORDERS:D:96A:UN:EAN008+4+12+UNH+5:1',
    ]);
  });
});
