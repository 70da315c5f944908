import { acknowledgmentOf, interchange, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { type Operator, operator } from './operator.ts';

export const outbox = 'exchange/brightmart/outbox';

export interface World {
  readonly gateway: TestGateway;
  readonly api: Operator;
  /** Decided by rules, shipped, billed and partly paid. */
  readonly soldId: string;
  /** A test order that waits for the back office. */
  readonly waitingId: string;
}

/** A gateway whose test orders wait for the back office; production orders are decided by rules, as the example partner has it. */
export const openGateway = async (): Promise<{ gateway: TestGateway; api: Operator }> => {
  const gateway = await testGateway((configuration) => ({
    ...configuration,
    agreements: configuration.agreements.map((agreement) =>
      agreement.usage === 'test' && agreement.message === '850'
        ? { ...agreement, decision: { ...agreement.decision, decideBy: 'back-office' } }
        : agreement,
    ),
  }));
  return { gateway, api: await operator(gateway) };
};

/** Files of ours in the outbox, by the set they hold. */
export async function sent(gateway: TestGateway): Promise<Readonly<Record<string, string>>> {
  const files = [...(await gateway.outbox(outbox)).values()];
  return Object.fromEntries(files.map((text) => [/~\s*ST\*(\d{3})/.exec(text)?.[1] ?? 'TA1', text]));
}

/** An order enters; gives its id. */
export async function enterOrder(
  gateway: TestGateway,
  number: string,
  control: number,
  lines?: readonly string[],
  usage: 'P' | 'T' = 'P',
): Promise<string> {
  await gateway.receive('brightmart/folder', order850(number, control, lines, { usage }));
  await gateway.settle();
  const [row] = await gateway.rows<{ id: string }>('select id from purchase_order where number = $1', number);
  if (row === undefined) throw new Error(`order ${number} was not entered: ${gateway.failures.join()}`);
  return row.id;
}

export const advice820 = (control: number, trace: string, amount: string, lines: readonly string[]) =>
  interchange('RA', control, '820', [
    `BPR*C*${amount}*C*ACH*CTX***********20261125`,
    `TRN*1*${trace}*1611239000`,
    'N1*PR*Brightmart Stores*1*611239000',
    'ENT*1',
    ...lines,
  ]);

/** Something of everything: whole conversations, and whatever can be wrong with a file. */
export async function tradedWorld(): Promise<World> {
  const { gateway, api } = await openGateway();
  const { receive, settle } = gateway;
  const soldId = await enterOrder(gateway, 'PO-1', 101);
  await receive('brightmart/folder', acknowledgmentOf((await sent(gateway))['855'] ?? '', 102));
  await settle();
  const shipped = await api.post(`/orders/${soldId}/shipments`, {
    shipment: 'S-1',
    packs: [{ contents: [{ line: '1', quantity: '6' }] }, { contents: [{ line: '1', quantity: '4' }] }],
  });
  if (shipped.status !== 201) throw new Error(shipped.text);
  await settle();
  const left = await sent(gateway);
  await receive('brightmart/folder', acknowledgmentOf(left['856'] ?? '', 103));
  await receive('brightmart/folder', acknowledgmentOf(left['810'] ?? '', 104, 'R'));
  await receive('brightmart/folder', advice820(105, 'PAY-1', '100', ['RMR*IV*INV0000001*PI*100*125*0']));
  // For an invoice that was never made, and an acknowledgment of what was never sent.
  await receive('brightmart/folder', advice820(106, 'PAY-2', '70', ['RMR*IV*INV0000099*PI*70*70*0']));
  await receive('brightmart/folder', interchange('FA', 107, '997', ['AK1*PO*7777', 'AK9*A*1*1*1']));
  await settle();
  const waitingId = await enterOrder(gateway, 'PO-2', 108, [line850(1, 5, '12.5', 'HT-1001')], 'T');
  await receive('brightmart/folder', order850('PO-1', 101, [line850(1, 11, '12.5', 'HT-1001')])); // used number, other bytes
  await receive('brightmart/folder', order850('PO-3', 109, ['PO1*1*x*EA*12.5**VN*HT-1001']), 'broken');
  await receive('brightmart/folder', order850('PO-2', 108, [line850(1, 5, '12.5', 'HT-1001')], { usage: 'T' })); // the same bytes again
  await receive('brightmart/folder', 'Dear Sirs, please send ten hammers.');
  await settle();
  if (gateway.failures.length > 0) throw new Error(gateway.failures.join('\n'));
  return { gateway, api, soldId, waitingId };
}
