import { describe, expect, test } from 'vitest';
import { readX12 } from '../../src/simulator/x12/read.ts';
import { withAgreements } from '../support/answers.ts';
import { interchange, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const channel = 'brightmart/folder';
const outbox = 'exchange/brightmart/outbox';
const with999 = withAgreements('brightmart', 'in', ({ acknowledgment }) => ({
  acknowledgment: { ...acknowledgment, functional: '999' },
}));

async function take(on: TestGateway, text: string): Promise<string[]> {
  await on.receive(channel, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  return [...(await on.outbox(outbox)).values()].map((text) => text.replaceAll('\n', ''));
}

describe('trap 38: a 999 where it was agreed', () => {
  test('its own convention, whatever version it answers; its notes, and the element that makes another wrong', async () => {
    const on = await testGateway(with999);
    const [text = '', ...more] = await take(on, order850('N-1', 81, ['PO1*1*10*EA*12.5**VN']));
    expect(more).toEqual([]);
    expect(text).toMatch(/~GS\*FA\*[^~]*\*X\*005010X231A1~ST\*999\*\d+\*005010X231A1~AK1\*PO\*81\*004010~/);
    expect(text).toContain(
      '~AK2*850*0001~IK3*PO1*6*PO1*8~IK4*7*234*2~CTX*SITUATIONAL TRIGGER*PO1*6*PO1*6*235~IK5*R*5~AK9*R*1*1*0~',
    );
    const { groups } = await readX12(Buffer.from(text, 'latin1'));
    expect(groups[0]?.transactions.map(({ set }) => set)).toEqual(['999']);
  });

  test('an order that is fine', async () => {
    const on = await testGateway(with999);
    const answers = await take(on, order850('N-2', 82));
    expect(answers.find((text) => text.includes('~ST*999*'))).toContain('~AK2*850*0001~IK5*A~AK9*A*1*1*1~');
  });

  test('and never one for theirs (trap 37)', async () => {
    const on = await testGateway(with999);
    const theirs = interchange('FA', 83, '999', ['AK1*PR*1', 'AK2*855*0001', 'IK5*A', 'AK9*A*1*1*1']);
    expect(await take(on, theirs.replaceAll('*X*004010~', '*X*005010X231A1~'))).toEqual([]);
  });
});

test('their 999 rejects a document of ours as their 997 would, errors on our fields', async () => {
  const on = await testGateway();
  const answers = await take(on, order850('N-4', 84));
  const ours = answers.find((text) => text.includes('~ST*855*')) ?? '';
  const [, group = ''] = /GS\*PR\*[^*]*\*[^*]*\*\d+\*\d+\*(\d+)\*/.exec(ours) ?? [];
  const [, set = ''] = /ST\*855\*(\d+)/.exec(ours) ?? [];
  const segments = ours.slice(ours.indexOf('~ST*') + 1).split('~');
  const number = segments.findIndex((segment) => segment.startsWith('PO1*')) + 1;
  const theirs = interchange('FA', 85, '999', [
    `AK1*PR*${group}`,
    `AK2*855*${set}`,
    `IK3*PO1*${number}*PO1*8`,
    'IK4*4*212*I12*12.5',
    'CTX*SITUATIONAL TRIGGER*PO1*6*PO1*5*639',
    'IK5*R*5',
    'AK9*R*1*1*0',
  ]);
  await take(on, theirs.replaceAll('*X*004010~', '*X*005010X231A1~'));
  const [event] = await on.rows<{ data: { errors: unknown } }>(
    `select data from event where type = 'transaction/partner-rejected'`,
  );
  expect(event?.data.errors).toMatchObject([
    { segment: number, tag: 'PO1', element: 4, codes: ['I12'], found: '12.5', paths: ['lines[0].price.amount'] },
  ]);
});
