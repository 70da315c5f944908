import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/documents/order.ts';
import type { ShipmentRequest } from '../../src/orders/ship.ts';
import { toShipNotice } from '../../src/orders/ship-notice.ts';
import { bytesOf } from '../mappers/wire.ts';
import { mapNamed } from '../maps/base-maps.ts';
import { type MapName, placedFixture } from '../maps/fixtures.ts';
import { tallyport } from './captured.ts';

/*
 * One shipment, told to a retailer by an 856 and to a distributor by a DESADV: whoever shows the two files reads one story. The story is taken
 * from what `show` tells, not from our documents: numbers, days as it words them, labels, and what is in which pack.
 */
const SYNTAXES = {
  '856': 'x12/004010/856',
  DESADV: 'edifact/D96A/DESADV',
} as const satisfies Readonly<Record<string, MapName>>;
type Message = keyof typeof SYNTAXES;

const LABELS = ['006141410000030019', '006141410000030026', '006141410000030033'];
const SHIPMENT: ShipmentRequest = {
  shipment: 'SHP-1',
  shippedOn: '2026-12-01',
  references: [{ kind: { code: 'bill-of-lading' }, value: 'BOL-7' }],
  packs: [
    { id: '1', contents: [{ line: '1', quantity: '7' }] },
    {
      id: '2',
      contents: [
        { line: '1', quantity: '5' },
        { line: '2', quantity: '3' },
      ],
    },
  ],
};

function noticeOf() {
  const { document } = mapNamed('x12/004010/850').read(placedFixture('x12/004010/850', 'twin').placed, {});
  if (document === null) throw new Error('the twin order is not read');
  const order = document as Order;
  return {
    order,
    notice: toShipNotice([order], SHIPMENT, {
      number: 'SHP-1',
      createdAt: '2026-12-01T14:30:15',
      shippedOn: '2026-12-01',
      ssccs: LABELS,
      changes: new Map([[order.number, 'C1']]),
    }),
  };
}

const fileOf = (message: Message) => `test/cli/golden/shipment.${message}.edi`;

/** Writes the shipment as the message; the file is golden, and is what is shown. */
async function written(message: Message): Promise<string> {
  const { draft, problems } = mapNamed(SYNTAXES[message]).write(noticeOf().notice, { shipNotice: { shape: '0001' } });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  await expect(Buffer.from(bytesOf(draft)).toString('latin1')).toMatchFileSnapshot(`../../${fileOf(message)}`);
  return fileOf(message);
}

interface Shown {
  readonly tag: string;
  readonly elements: readonly {
    readonly element: number;
    readonly component: number | null;
    readonly value: string;
    readonly meaning: string | null;
  }[];
}

async function segmentsOf(path: string): Promise<readonly Shown[]> {
  const { stdout } = await tallyport('show', '--json', path);
  const { interchanges } = JSON.parse(stdout) as {
    interchanges: { groups: { transactions: { segments: Shown[] }[] }[] }[];
  };
  return interchanges.flatMap(({ groups }) =>
    groups.flatMap(({ transactions }) => transactions.flatMap(({ segments }) => segments)),
  );
}

const at = ({ elements }: Shown, element: number, component: number | null = null) =>
  elements.find((one) => one.element === element && one.component === component);
const value = (...of: Parameters<typeof at>): string => at(...of)?.value ?? '';

interface Story {
  shipment: string;
  order: string;
  shippedOn: string;
  lading: string;
  packs: { label: string; contents: { product: string; quantity: string; unit: string }[] }[];
}

/** What one segment adds to the story, by syntax: the same facts stand at other places. */
const READERS: Readonly<Record<Message, (segment: Shown, story: Story) => void>> = {
  '856': (segment, story) => {
    if (segment.tag === 'BSN') story.shipment = value(segment, 2);
    if (segment.tag === 'DTM' && value(segment, 1) === '011') story.shippedOn = at(segment, 2)?.meaning ?? '';
    if (segment.tag === 'REF' && value(segment, 1) === 'BM') story.lading = value(segment, 2);
    if (segment.tag === 'PRF') story.order = value(segment, 1);
    // 00 is the application identifier of the label, not part of the number.
    if (segment.tag === 'MAN')
      story.packs.push({ label: value(segment, 2).replace(/^00(?=\d{18}$)/, ''), contents: [] });
    if (segment.tag === 'LIN')
      story.packs.at(-1)?.contents.push({ product: productIn(segment), quantity: '', unit: '' });
    if (segment.tag === 'SN1') said(story, value(segment, 2), at(segment, 3)?.meaning);
  },
  DESADV: (segment, story) => {
    if (segment.tag === 'BGM') story.shipment = value(segment, 2);
    if (segment.tag === 'DTM' && value(segment, 1, 1) === '11') story.shippedOn = at(segment, 1, 2)?.meaning ?? '';
    if (segment.tag === 'RFF' && value(segment, 1, 1) === 'BM') story.lading = value(segment, 1, 2);
    if (segment.tag === 'RFF' && value(segment, 1, 1) === 'ON') story.order = value(segment, 1, 2);
    if (segment.tag === 'GIN') story.packs.push({ label: value(segment, 2, 1) || value(segment, 2), contents: [] });
    if (segment.tag === 'LIN')
      story.packs.at(-1)?.contents.push({ product: value(segment, 3, 1), quantity: '', unit: '' });
    if (segment.tag === 'QTY' && value(segment, 1, 1) === '12')
      said(story, value(segment, 1, 2), at(segment, 1, 3)?.meaning);
  },
};

/** The GTIN behind UP, EN or UK, wherever it stands among the pairs. */
const productIn = (segment: Shown): string =>
  [2, 4, 6, 8]
    .map((element) => (/^(U[PK]|EN)$/.test(value(segment, element)) ? value(segment, element + 1) : ''))
    .find((one) => one !== '') ?? '';

function said(story: Story, quantity: string, unit: string | null | undefined): void {
  const content = story.packs.at(-1)?.contents.at(-1);
  if (content !== undefined) Object.assign(content, { quantity, unit: (unit ?? '').toLowerCase() });
}

async function storyOf(message: Message): Promise<Story> {
  const story: Story = { shipment: '', order: '', shippedOn: '', lading: '', packs: [] };
  for (const segment of await segmentsOf(await written(message))) READERS[message](segment, story);
  return story;
}

describe('one shipment', () => {
  test.each(Object.keys(SYNTAXES) as Message[])('is shown of a %s to the golden word', async (message) => {
    const { code, stdout } = await tallyport('show', await written(message));
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot(`golden/show/shipment-${message}.txt`);
  });

  test('is one story, whichever of the two is shown', async () => {
    const [x12, edifact] = [await storyOf('856'), await storyOf('DESADV')];
    expect(edifact).toEqual(x12);
    const { order } = noticeOf();
    const [first, second] = order.lines.map(({ products = [] }) => products.map(({ value: id }) => id));
    expect(x12).toMatchObject({
      shipment: 'SHP-1',
      order: order.number,
      shippedOn: expect.stringContaining('2026-12-01'),
      lading: 'BOL-7',
    });
    expect(x12.packs.map(({ label, contents }) => [label, contents.map(({ quantity }) => quantity)])).toEqual([
      [LABELS[0], ['7']],
      [LABELS[1], ['5', '3']],
    ]);
    expect(first).toContain(x12.packs[0]?.contents[0]?.product);
    expect(second).toContain(x12.packs[1]?.contents[1]?.product);
    expect(x12.packs.flatMap(({ contents }) => contents.map(({ unit }) => unit)).every((unit) => unit !== '')).toBe(
      true,
    );
  });
});
