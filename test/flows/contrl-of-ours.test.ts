import { expect, test } from 'vitest';
import type { Agreement, Configuration } from '../../src/partners/configuration.ts';
import { readEdifact } from '../../src/simulator/edifact/read.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

/* What we send as EDIFACT asks for a CONTRL and waits for it, from the order to their answer: the ORDRSP of the example distributor. */
const channel = 'nordhandel/web';

/** Decided by rules, and a CONTRL is owed within the hour. */
const answering = (configuration: Configuration): Configuration => ({
  ...configuration,
  agreements: configuration.agreements.map((agreement): Agreement => {
    if (agreement.partner !== 'nordhandel') return agreement;
    if (agreement.message === 'ORDERS') return { ...agreement, decision: { ...agreement.decision, decideBy: 'rules' } };
    return agreement.message === 'ORDRSP'
      ? { ...agreement, deadlines: { ...agreement.deadlines, acknowledgmentMinutes: 60 } }
      : agreement;
  }),
});

const order = [
  "UNB+UNOC:3+4012345000009:14+0614141000012:14+361122:0900+IN1'UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+PO-1+9'",
  "DTM+137:20361122:102'NAD+BY+4012345000009::9'NAD+SU+0614141000012::9'CUX+2:EUR:9'",
  "LIN+1++0614141001001:EN'QTY+21:10:PCE'PRI+AAA:12.5'UNS+S'CNT+2:1'UNT+12+1'UNZ+1+IN1'",
].join('');

async function take(on: TestGateway, text: string): Promise<void> {
  await on.receive(channel, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
}

test('an ORDRSP of ours asks for a CONTRL, waits for it, and shows what it rejects on our own field', async () => {
  const on = await testGateway(answering);
  await take(on, order);
  const [sent] = await on.rows<{ control: string; set: string; bytes: Buffer; document: string; due: Date }>(
    `select i.control_number as control, t.control_number as set, d.id as document, x.due_at as due,
       (select string_agg(c.bytes, ''::bytea order by c.ordinal) from raw_chunk c where c.raw_file_id = i.raw_file_id) as bytes
     from document d join transaction t on t.id = d.transaction_id join interchange i on i.id = t.interchange_id
       join expectation x on x.subject_id = i.id and x.kind = 'acknowledgment' and x.state = 'open' where d.kind = 'order-response'`,
  );
  expect(sent?.due).toEqual(new Date(on.clock.now().getTime() + 60 * 60_000));
  const { header, messages } = readEdifact(sent?.bytes ?? Buffer.alloc(0));
  // UNB 0031: a CONTRL is asked for.
  expect(header.elements[8]).toEqual(['1']);
  expect(messages.map(({ type }) => type)).toEqual(['ORDRSP']);
  const quantity = (messages[0]?.segments.findIndex(({ tag }) => tag === 'QTY') ?? -1) + 1;
  expect(quantity).toBeGreaterThan(1);

  await take(
    on,
    `UNB+UNOC:3+4012345000009:14+0614141000012:14+361122:0930+R1'UNH+1+CONTRL:D:3:UN'UCI+${sent?.control}+0614141000012:14+4012345000009:14+7'UCM+${sent?.set}+ORDRSP:D:96A:UN+4'UCS+${quantity}'UCD+12+2:2'UNT+6+1'UNZ+1+R1'`,
  );
  expect(
    await on.rows(
      `select d.state, t.verdict, x.state as expected from document d join transaction t on t.id = d.transaction_id
         join expectation x on x.subject_id = t.interchange_id and x.kind = 'acknowledgment' where d.id = $1`,
      sent?.document,
    ),
  ).toEqual([{ state: 'rejected', verdict: 'rejected', expected: 'met' }]);
  const [event] = await on.rows<{ data: { errors: readonly { paths: readonly string[] }[] } }>(
    `select data from event where type = 'transaction/partner-rejected'`,
  );
  expect(event?.data.errors[0]?.paths.join()).toMatch(/^lines\[0\]\..*quantity/);
  // Nothing answers their answer.
  expect(await on.rows(`select kind from acknowledgment where direction = 'out'`)).toEqual([]);
});
