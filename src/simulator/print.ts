import { styleText } from 'node:util';
import { sentenceOf } from './check.ts';
import type { Rung } from './ladder.ts';
import { isRight, missing, type Progress, rungCount, type Talk } from './progress.ts';
import type { Report, Wire } from './protocol.ts';
import type { RungName } from './scenarios.ts';

/*
 * The demo's words for people. Every line begins with the time of day and the conversation; rungs say direction, message, what happened,
 * control numbers and file, seen from the gateway: → comes in, ← goes out.
 */
export interface Paper {
  readonly colour: boolean;
  /** "14:02:07.114" of an ISO instant; a test hands in its own zone. */
  readonly timeOf: (iso: string) => string;
}

type Ink = Parameters<typeof styleText>[0];
const paint = ({ colour }: Paper, ink: Ink, text: string): string =>
  // The stream is checked by who made the paper: colours are wanted or not, wherever this string goes.
  colour ? styleText(ink, text, { validateStream: false }) : text;

const RUNG_WORDS: Readonly<Record<RungName, string>> = {
  'order-received': 'order received',
  'order-receipted': 'order receipted',
  'order-acknowledged': 'order acknowledged',
  'order-decided': 'order decided',
  'response-sent': 'response sent',
  'response-delivered': 'response picked up',
  'response-acknowledged': 'response acknowledged',
  shipped: 'goods shipped',
  'ship-notice-sent': 'ship notice sent',
  'ship-notice-delivered': 'ship notice picked up',
  'ship-notice-acknowledged': 'ship notice acknowledged',
  'invoice-sent': 'invoice sent',
  'invoice-delivered': 'invoice picked up',
  'invoice-acknowledged': 'invoice acknowledged',
  'change-received': 'change received',
  'change-receipted': 'change receipted',
  'change-acknowledged': 'change acknowledged',
  'change-answered': 'change answered',
  'change-answer-delivered': 'answer picked up',
  'change-answer-acknowledged': 'answer acknowledged',
  'advice-received': 'advice received',
  'advice-receipted': 'advice receipted',
  'advice-acknowledged': 'advice acknowledged',
  'claim-received': 'claim received',
  'claim-receipted': 'claim receipted',
  'claim-acknowledged': 'claim acknowledged',
  'claim-decided': 'claim decided',
  'remittance-received': 'remittance received',
  'remittance-receipted': 'remittance receipted',
  'remittance-acknowledged': 'remittance acknowledged',
  'cash-applied': 'cash applied',
};

/** What arrived by a receipt was not picked up. */
const wordsOf = ({ rung, message }: Rung): string =>
  message === 'MDN' ? RUNG_WORDS[rung].replace('picked up', 'receipted') : RUNG_WORDS[rung];

const ARROWS: Readonly<Record<string, string>> = { in: '→', out: '←' };
const keyWidth = 13;

/** Control numbers under the names of their segments: ISA, GS and ST, or UNB and UNH. */
function numbersOf(
  message: string | null,
  interchange: string | null,
  group: string | null,
  set: string | null,
): string {
  const isX12 = message === null || /^(\d{3}|TA1)$/.test(message);
  const named: readonly (readonly [string, string | null])[] = isX12
    ? [
        ['ISA', interchange],
        ['GS', group],
        ['ST', set],
      ]
    : [
        ['UNB', interchange],
        ['UNG', group],
        ['UNH', set],
      ];
  return named.flatMap(([name, number]) => (number === null ? [] : [`${name} ${number}`])).join(' ');
}

const lineOf = (parts: readonly string[]): string => parts.join('  ').trimEnd();

/** Of a receipt's words those a person reads: which MIC, not that it was sent automatically, nor who signed it. */
const shortened = (detail: string | null): string | null =>
  detail?.replace(/^automatic-action\/MDN-sent-automatically; /, '').replace(/; signed with [0-9a-f]+$/, '') ?? null;

/** One rung of one conversation. */
export function rungLine(paper: Paper, { conversation }: Pick<Talk, 'conversation'>, rung: Rung): string {
  const time = rung.at === null ? ' '.repeat(12) : paper.timeOf(rung.at);
  const what = `${ARROWS[rung.direction] ?? '·'} ${(rung.message ?? '').padEnd(6)} ${wordsOf(rung).padEnd(24)}`;
  const { message, interchangeControlNumber, groupControlNumber, controlNumber } = rung;
  const numbers = numbersOf(message, interchangeControlNumber, groupControlNumber, controlNumber).padEnd(34);
  const tail = [rung.fileName, shortened(rung.detail)].filter((part) => part !== null).join('  ');
  const ink = rung.direction === 'in' ? 'cyan' : rung.direction === 'out' ? 'green' : 'yellow';
  return lineOf([
    paint(paper, 'dim', time),
    conversation.key.padEnd(keyWidth),
    paint(paper, ink, what),
    paint(paper, 'dim', numbers),
    tail,
  ]);
}

const wireWords = (wire: Wire | null): string =>
  wire === null ? '' : `${numbersOf(wire.message, wire.interchangeNumber, wire.groupNumber, null)} ${wire.fileName}`;

/** What a partner reports, where a person wants to read it; null for what the ladder says better. */
export function reportLine(paper: Paper, at: string, report: Report): string | null {
  const prefix = (key: string | null) => [paint(paper, 'dim', paper.timeOf(at)), (key ?? '').padEnd(keyWidth)];
  switch (report.kind) {
    case 'step':
      // What was sent is a rung of the gateway a moment later.
      if (/^(850|ORDERS|REMADV|824|812|860 \d+|820 \d+) sent$/.test(report.step)) return null;
      return lineOf([
        ...prefix(report.conversation),
        paint(paper, 'dim', `✓ ${report.party}: ${report.step}`),
        paint(paper, 'dim', wireWords(report.wire)),
      ]);
    case 'checked':
      if (report.failed.length === 0) return null;
      return report.failed
        .map((check) =>
          lineOf([...prefix(report.conversation), paint(paper, 'red', `✗ ${report.party}: ${sentenceOf(check)}`)]),
        )
        .join('\n');
    case 'failed':
      return lineOf([...prefix(report.conversation), paint(paper, 'red', `✗ ${report.party}: ${report.message}`)]);
    case 'note':
      return lineOf([...prefix(report.conversation), paint(paper, 'dim', `· ${report.party}: ${report.text}`)]);
    case 'began':
    case 'finished':
    case 'closed':
    case 'account':
    case 'checkpoint':
      return null;
  }
}

const COLUMNS = ['conversation', 'what', 'order', 'rungs', 'steps', 'checks', 'invoiced', 'paid', 'open', ''] as const;
const RIGHT: ReadonlySet<string> = new Set(['rungs', 'steps', 'checks', 'invoiced', 'paid', 'open']);

/** The table of all conversations: rungs and steps met of expected, checks that held, money. `open` tells what the gateway still sees as owed. */
export function table(paper: Paper, progress: Progress, open: ReadonlyMap<string, string>): string {
  const rows = [...progress.talks.values()].map((talk) => {
    const { met, expected } = rungCount(talk);
    const steps = talk.conversation.steps.filter((step) => talk.steps.has(step)).length;
    return [
      talk.conversation.key,
      talk.conversation.title,
      talk.order ?? '-',
      `${met}/${expected}`,
      `${steps}/${talk.conversation.steps.length}`,
      String(talk.checksPassed),
      talk.invoiced ?? '-',
      talk.paid ?? '-',
      open.get(talk.conversation.key) ?? '-',
      isRight(talk) ? '✓' : '✗',
    ];
  });
  const widths = COLUMNS.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const print = (cells: readonly string[]) =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return RIGHT.has(COLUMNS[index] ?? '') ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const lines = rows.map((row) => (row.at(-1) === '✓' ? print(row) : paint(paper, 'red', print(row))));
  return [paint(paper, 'bold', print(COLUMNS)), ...lines].join('\n');
}

/** What is missing, conversation by conversation, and what was seen of it; empty when nothing is. */
export function shortcomings(progress: Progress): readonly string[] {
  const perTalk = [...progress.talks.values()].flatMap((talk) => {
    if (isRight(talk)) return [];
    const seen = [...talk.rungs.values()].map(({ rung }) => rung);
    return [
      `${talk.conversation.key} (order ${talk.order ?? 'none'}):`,
      ...missing(talk).map((what) => `  missing ${what}`),
      ...talk.failures.map((what) => `  wrong   ${what}`),
      `  seen    ${seen.length === 0 ? 'no rung' : seen.join(', ')}; steps: ${[...talk.steps].join(', ') || 'none'}`,
    ];
  });
  const accounts = [...progress.accounts].map(([party, account]) => `${party} ${account}`);
  return [...perTalk, ...progress.failures.map((what) => `wrong   ${what}`), ...accounts];
}
