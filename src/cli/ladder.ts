import { styleText } from 'node:util';
import { FailureError } from '../core/failure.ts';
import type { Ladder, Rung } from '../flows/ladder.ts';
import type { AskFlags, Commands, ExitCode } from './commands.ts';
import { askedGateway } from './gateway-client.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `tallyport ladder`: one order by number or id, or the latest ones. Exit 1 when a rung failed. */
export async function runLadder(commands: Commands, order: string | undefined, flags: AskFlags): Promise<ExitCode> {
  const client = await askedGateway(commands, flags);
  const ids =
    order !== undefined && UUID.test(order)
      ? [order]
      : itemsOf(
          await client.get(order === undefined ? '/orders?limit=20' : `/orders?number=${encodeURIComponent(order)}`),
        ).map(({ id }) => String(id));
  if (ids.length === 0)
    throw new FailureError(
      'not-found',
      order === undefined ? 'There are no orders yet.' : `There is no order ${order}.`,
    );
  let failed = false;
  for (const id of ids) {
    const ladder = ladderFrom(await client.get(`/orders/${id}/ladder`));
    failed ||= ladder.rungs.some(({ state }) => state === 'failed');
    if (flags.json === true) commands.print(JSON.stringify(ladder));
    else for (const line of linesOf(ladder, commands.colour)) commands.print(line);
  }
  return failed ? 1 : 0;
}

/** The gateway may be of another version: what it answers is looked at before it is believed. */
function ladderFrom(answer: Readonly<Record<string, unknown>>): Ladder {
  const { order, rungs } = answer;
  if (typeof order !== 'object' || order === null || !Array.isArray(rungs)) {
    throw new FailureError('usage-wrong', 'The gateway answered something that is no ladder.');
  }
  return { order: order as Ladder['order'], rungs };
}

const itemsOf = ({ items }: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(items) ? items : [];

function linesOf({ order, rungs }: Ladder, colour: boolean): string[] {
  const paint = (style: 'bold' | 'green' | 'red' | 'yellow', text: string): string =>
    colour ? styleText(style, text) : text;
  return [
    paint('bold', `order ${order.number} of ${order.partner} (${order.usage}): ${order.state}`),
    ...rungs.map((rung) => `  ${rungLine(rung, paint)}`),
  ];
}

const MARKS = {
  met: ['✓', 'green'],
  open: ['…', 'yellow'],
  overdue: ['!', 'red'],
  failed: ['✗', 'red'],
} as const;
const ARROWS = { in: '→', out: '←', none: ' ' } as const;

function rungLine(rung: Rung, paint: (style: 'green' | 'red' | 'yellow', text: string) => string): string {
  const [mark, style] = MARKS[rung.state];
  const numbers = [rung.interchangeControlNumber, rung.groupControlNumber, rung.controlNumber]
    .filter((one) => one !== null)
    .join('/');
  return [
    paint(style, mark),
    (rung.at ?? '').slice(11, 23).padEnd(12),
    ARROWS[rung.direction],
    (rung.message ?? '').padEnd(6),
    rung.rung.padEnd(25),
    numbers.padEnd(24),
    rung.fileName ?? '',
    rung.detail ?? '',
  ]
    .join(' ')
    .trimEnd();
}
