import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { amountText, extensionCents, gs1CheckDigit } from '../../src/simulator/arithmetic.ts';
import { interchangeText } from '../../src/simulator/x12/write.ts';
import { buyer, envelope, set } from './documents.ts';

/*
 * A gateway of a few lines that answers orders whole, with the bodies and numbers a right one would use, and a place for every lie a test
 * wants to tell. It reads by splitting: what it is sent is known.
 */
export interface Lies {
  /** Changes the body of a message before it is enveloped. */
  readonly body?: (set: string, body: readonly string[]) => readonly string[];
  /** Changes the finished text of a file; null: it is not sent at all. */
  readonly file?: (set: string, text: string) => string | null;
  /** Sends these sets twice, under new control numbers. */
  readonly twice?: readonly string[];
  /** Answers the buyer's 997 with a 997. */
  readonly acknowledgesAcknowledgments?: boolean;
  /** Sends the 810 before its 856. */
  readonly billsFirst?: boolean;
  /** ISA15 of everything it sends. */
  readonly usage?: 'production' | 'test';
  /** Takes no new interchange numbers. */
  readonly countsNothing?: boolean;
}

interface Segmented {
  readonly tag: string;
  readonly at: (element: number) => string;
}

const segmentsOf = (text: string): readonly Segmented[] => {
  const [element, terminator] = [text.charAt(3), text.charAt(105)];
  return text
    .split(terminator)
    .map((segment) => segment.trim().split(element))
    .map(([tag = '', ...elements]) => ({ tag, at: (number) => elements[number - 1] ?? '' }));
};

export function smallGateway(folder: string, lies: Lies) {
  const [inbox, outbox] = [join(folder, 'inbox'), join(folder, 'outbox')];
  mkdirSync(inbox, { recursive: true });
  mkdirSync(outbox, { recursive: true });
  const orders = new Map<string, { day: string; number: string; lines: readonly Segmented[]; cents: bigint }>();
  let last = 0;
  let isStopped = false;

  const write = (text: string, name: string, setName: string) => {
    const told = lies.file?.(setName, text) ?? (lies.file === undefined ? text : null);
    if (told === null) return;
    writeFileSync(join(outbox, `.${name}`), told, 'latin1');
    renameSync(join(outbox, `.${name}`), join(outbox, name));
  };
  const send = (setName: string, functionalId: string, body: readonly string[], ofUsage: 'production' | 'test') => {
    const times = lies.twice?.includes(setName) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      last += lies.countsNothing ? (last === 0 ? 1 : 0) : 1;
      const now = new Date();
      const date = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
      const header = envelope({
        functionalId,
        interchangeNumber: last,
        groupNumber: last,
        usage: lies.usage ?? ofUsage,
        date,
      });
      write(
        interchangeText(header, [set(setName, lies.body?.(setName, body) ?? body)]),
        `${setName}-${last}-${time}-${Date.now()}.edi`,
        setName,
      );
    }
  };

  const answerOrder = (segments: readonly Segmented[], usage: 'production' | 'test') => {
    const [beg, ctt] = [segments.find(({ tag }) => tag === 'BEG'), segments.filter(({ tag }) => tag === 'PO1').length];
    const [number, day] = [beg?.at(3) ?? '', beg?.at(5) ?? ''];
    const lines = segments.filter(({ tag }) => tag === 'PO1');
    const shipOn = segments.find(({ tag, at }) => tag === 'DTM' && at(1) === '010')?.at(2) ?? '';
    const address = `N1*ST*${buyer.storeName}*92*${buyer.store}`;
    const id = (line: Segmented) => `UP*${line.at(7)}*IN*${line.at(11)}`;
    send(
      '855',
      'PR',
      [
        `BAK*00*AD*${number}*${day}`,
        address,
        ...lines.flatMap((line) => [
          `PO1*${line.at(1)}*${line.at(2)}*EA*${line.at(4)}*PE*${id(line)}`,
          `ACK*IA*${line.at(2)}*EA*068*${shipOn}`,
        ]),
        `CTT*${ctt}`,
      ],
      usage,
    );
    const serial = `0614141${String(Date.now()).slice(-9)}`.padStart(17, '0');
    const sum = lines.reduce((total, line) => total + Number(line.at(2)), 0);
    const notice = () =>
      send(
        '856',
        'SH',
        [
          `BSN*00*SH${number}*${day}*1400*0001`,
          'HL*1**S',
          address,
          'HL*2*1*O',
          `PRF*${number}***${day}`,
          'HL*3*2*P',
          `MAN*GM*00${serial}${gs1CheckDigit(serial)}`,
          ...lines.flatMap((line, index) => [
            `HL*${4 + index}*3*I`,
            `LIN*${line.at(1)}*UP*${line.at(7)}`,
            `SN1**${line.at(2)}*EA`,
          ]),
          `CTT*${3 + lines.length}*${sum}`,
        ],
        usage,
      );
    const cents = lines.reduce((total, line) => total + extensionCents(line.at(2), line.at(4)), 0n);
    const invoice = () =>
      send(
        '810',
        'IN',
        [
          `BIG*${day}*INV${number}*${day}*${number}`,
          ...lines.map((line) => `IT1*${line.at(1)}*${line.at(2)}*EA*${line.at(4)}*PE*UP*${line.at(7)}`),
          `TDS*${amountText(cents).replace('.', '')}`,
          `CTT*${ctt}`,
        ],
        usage,
      );
    for (const step of lies.billsFirst ? [invoice, notice] : [notice, invoice]) step();
    orders.set(`INV${number}`, { day, number, lines, cents });
  };

  /** What an 824 refused comes again, less the allowance the order's buyer misses. */
  const correct = (segments: readonly Segmented[], usage: 'production' | 'test') => {
    const refused = segments.find(({ tag }) => tag === 'OTI')?.at(3) ?? '';
    const order = orders.get(refused);
    if (order === undefined) return;
    const { day, number, lines, cents } = order;
    send(
      '810',
      'IN',
      [
        `BIG*${day}*${refused}*${day}*${number}`,
        ...lines.map((line) => `IT1*${line.at(1)}*${line.at(2)}*EA*${line.at(4)}*PE*UP*${line.at(7)}`),
        `TDS*${cents - 500n}`,
        'SAC*A*F800***500',
        `CTT*${lines.length}`,
      ],
      usage,
    );
  };

  const take = (text: string) => {
    const segments = segmentsOf(text);
    const [isa, gs, st] = ['ISA', 'GS', 'ST'].map((tag) => segments.find((segment) => segment.tag === tag));
    const usage = isa?.at(15) === 'T' ? 'test' : 'production';
    const name = st?.at(1) ?? '';
    if (isa?.at(14) === '1') {
      last += 1;
      const head = interchangeText(
        envelope({ interchangeNumber: last, usage, date: new Date().toISOString().slice(0, 10) }),
        [],
      ).slice(0, 106);
      const number = String(last).padStart(9, '0');
      write(`${head}TA1*${isa.at(13)}*${isa.at(9)}*${isa.at(10)}*A*000~IEA*0*${number}~`, `TA1-${last}.edi`, 'TA1');
    }
    if (name === '997' && lies.acknowledgesAcknowledgments !== true) return;
    send('997', 'FA', [`AK1*${gs?.at(1)}*${gs?.at(6)}`, `AK2*${name}*${st?.at(2)}`, 'AK5*A', 'AK9*A*1*1*1'], usage);
    if (name === '850') answerOrder(segments, usage);
    if (name === '824') correct(segments, usage);
  };

  const run = async () => {
    while (!isStopped) {
      for (const name of readdirSync(inbox)
        .filter((one) => !one.startsWith('.'))
        .sort()) {
        const text = readFileSync(join(inbox, name), 'latin1');
        rmSync(join(inbox, name));
        take(text);
      }
      await sleep(5);
    }
  };
  const done = run();
  return {
    stop: async () => {
      isStopped = true;
      await done;
    },
  };
}
