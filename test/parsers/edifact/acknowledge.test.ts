import { describe, expect, test } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import { type Problem, type ProblemCode, problem, type Verdict } from '../../../src/core/problem.ts';
import { PROBLEM_CODES } from '../../../src/core/problem-codes.ts';
import { openStandards } from '../../../src/library/standards.ts';
import { type ContrlPart, type WriteContrlOptions, writeContrl } from '../../../src/parsers/edifact/acknowledge.ts';
import { readContrl } from '../../../src/parsers/edifact/read-acknowledgment.ts';
import {
  contrlSyntaxOf,
  messageGroupVerdict,
  messageReference,
  messageVerdict,
  uciVerdict,
} from '../../../src/parsers/edifact/verdicts.ts';
import { contrlCodeOf } from '../../../src/parsers/edifact/wire-codes.ts';
import { writeEdifact } from '../../../src/parsers/edifact/write.ts';
import type { InterchangeHeader } from '../../../src/parsers/transaction.ts';
import { validate, validateUnknown } from '../../../src/parsers/validate.ts';
import { edifactEnvelope, textOf } from '../envelopes.ts';
import { problemsOf, readText, transactionsOf } from '../reading.ts';

const standards = openStandards();
const isError = ({ severity }: Problem) => severity === 'error';

/** The CONTRL segments that answer these bytes as a gateway would: every message judged by its tables, default policies. */
function answered(text: string, options: Partial<WriteContrlOptions> = {}, verdict: Verdict = 'accepted') {
  const events = readText(text);
  let header: InterchangeHeader | undefined;
  const own: Problem[] = [];
  const parts: ContrlPart[] = [];
  let pending: ContrlPart[] = [];
  for (const event of events) {
    if (event.kind === 'interchange') header = event.header;
    if (event.kind === 'interchange' || event.kind === 'interchange-end' || event.kind === 'stray')
      own.push(...event.problems);
    if (event.kind === 'transaction' && header !== undefined) {
      const { transaction } = event;
      const table = standards.table('edifact', transaction.version, transaction.message);
      const judged = table === undefined ? validateUnknown(transaction, false) : validate(transaction, table);
      const named = { ...transaction, reference: messageReference(transaction) };
      const message = messageVerdict(named, judged.problems, judged.verdict, contrlSyntaxOf(header));
      pending.push({ kind: 'message', message });
    }
    if (event.kind === 'group-end' && header !== undefined) {
      const { header: group, claimed, counted, problems } = event;
      const rejected = problems.some(isError) ? 'rejected' : 'accepted';
      const tally = { claimed, counted, accepted: counted };
      if (group.controlNumber !== null)
        parts.push({
          kind: 'group',
          group: messageGroupVerdict(group, tally, problems, rejected, contrlSyntaxOf(header)),
        });
      parts.push(...pending);
      pending = [];
    }
  }
  if (header === undefined) throw new Error('nothing was read');
  const draft = writeContrl(uciVerdict(header, own, verdict), parts, { syntax: contrlSyntaxOf(header), ...options });
  const envelope = { ...edifactEnvelope, version: `UNOC:${contrlSyntaxOf(header)}`, acknowledgmentRequested: false };
  return textOf(writeEdifact(envelope, [{ draft, controlNumber: '1' }]));
}

const segmentsOf = (text: string): string[] => text.split("'").slice(2, -3);

const head = (more = '') => `UNB+UNOC:3+5412345000013:14+4012345000009:14+261122:0915+REF1${more}'`;
const body = (reference: string, more = '') =>
  `UNH+${reference}+ORDERS:D:96A:UN:EAN008'BGM+220+PO1+9'DTM+137:20261122:102'${more}UNS+S'`;
const message = (reference: string, more = '', count = 5) =>
  `${body(reference, more)}UNT+${count + more.split("'").length - 1}+${reference}'`;
const tail = (count: number) => `UNZ+${count}+REF1'`;

describe('trap 65: one UCI, the subject as it named itself, and an envelope the other way round', () => {
  test('CONTRL:D:3:UN answers syntax 3, and echoes S002 and S003 unswapped', () => {
    const text = answered(`${head('++++1')}${message('1')}${tail(1)}`);
    expect(text).toBe(
      "UNB+UNOC:3+5412345000013:14+BUYER+261122:1345+REF42'UNH+1+CONTRL:D:3:UN'" +
        "UCI+REF1+5412345000013:14+4012345000009:14+7'UNT+3+1'UNZ+1+REF42'",
    );
  });

  test('CONTRL:4:1:UN answers syntax 4', () => {
    const text = answered(`UNB+UNOC:4+A:14+B:14+20261122:0915+REF1'${message('1')}${tail(1)}`);
    expect(text).toContain("UNH+1+CONTRL:4:1:UN'UCI+REF1+A:14+B:14+7'");
  });

  test('routing addresses of UNB are part of what is echoed', () => {
    const text = answered(`${head().replace('5412345000013:14', '5412345000013:14:DEPOT')}${message('1')}${tail(1)}`);
    expect(segmentsOf(text)[0]).toBe('UCI+REF1+5412345000013:14:DEPOT+4012345000009:14+7');
  });

  test('0031 = 2 is answered by action 8: received, and nothing said of what is inside', () => {
    const bad = message('1', "QTY+21:x'");
    expect(segmentsOf(answered(`${head()}${bad}${tail(1)}`, { receiptOnly: true }))).toEqual([
      'UCI+REF1+5412345000013:14+4012345000009:14+8',
    ]);
  });

  test('an interchange rejected for itself is told so even where only a receipt was asked', () => {
    expect(segmentsOf(answered(`${head()}${message('1')}${tail(2)}`, { receiptOnly: true }))).toEqual([
      'UCI+REF1+5412345000013:14+4012345000009:14+4+29+UNZ+2',
    ]);
  });
});

describe('trap 66: 7 acknowledges what is not named, 4 rejects all below', () => {
  const two = `${head()}${message('1')}${message('2', "DTM+2:20261399:102'")}${tail(2)}`;

  test('one bad message: UCI 7 and UCM 4 for it alone', () => {
    expect(segmentsOf(answered(two))).toEqual([
      'UCI+REF1+5412345000013:14+4012345000009:14+7',
      'UCM+2+ORDERS:D:96A:UN:EAN008+4',
      'UCS+4',
      'UCD+12+2:2',
    ]);
  });

  test('accepted messages by agreement', () => {
    expect(segmentsOf(answered(two, { acceptedMessages: 'listed' }))[1]).toBe('UCM+1+ORDERS:D:96A:UN:EAN008+7');
  });

  test('an agreement that rejects whole interchanges: UCI 4, and what made it so', () => {
    const lines = segmentsOf(answered(two, {}, 'rejected'));
    expect(lines.slice(0, 2)).toEqual([
      'UCI+REF1+5412345000013:14+4012345000009:14+4',
      'UCM+2+ORDERS:D:96A:UN:EAN008+4',
    ]);
  });

  test.each`
    what                      | text                                                                    | uci
    ${'UNZ counts wrong'}     | ${`${head()}${message('1')}${tail(2)}`}                                 | ${'4+29+UNZ+2'}
    ${'UNZ refers elsewhere'} | ${`${head()}${message('1')}UNZ+1+REF2'`}                                | ${'4+28+UNZ+3'}
    ${'UNZ is missing'}       | ${`${head()}${message('1')}`}                                           | ${'4+13+UNZ'}
    ${'syntax version 9'}     | ${`${head().replace('UNOC:3', 'UNOC:9')}${message('1')}${tail(1)}`}     | ${'4+2+UNB+2:2'}
    ${'no sender'}            | ${`${head().replace('5412345000013:14', '')}${message('1')}${tail(1)}`} | ${'4+13+UNB+3:1'}
  `('$what: $uci', ({ text, uci }) => {
    const [first = ''] = segmentsOf(answered(text));
    expect(first.split('+').slice(4).join('+')).toBe(uci);
  });

  test('an error in the envelope of a group rejects the group, and a bad message in another only itself', () => {
    const group = (number: number, inside: string, count: number) =>
      `UNG+ORDERS+AA:14+BB+261122:0915+${number}+UN+D:96A'${inside}UNE+${count}+${number}'`;
    const text = `${head()}${group(1, message('1'), 1)}${group(2, message('2'), 7)}${group(3, message('3', "XYZ+1'"), 1)}UNZ+3+REF1'`;
    expect(segmentsOf(answered(text))).toEqual([
      'UCI+REF1+5412345000013:14+4012345000009:14+7',
      'UCF+2+AA:14+BB+4+29+UNE+2',
      'UCF+3+AA:14+BB+7',
      'UCM+3+ORDERS:D:96A:UN:EAN008+4',
      'UCS+4+15',
    ]);
  });
});

describe('trap 67: positions count the tag, and segments count UNH', () => {
  test.each`
    what                        | more                     | notes
    ${'a component'}            | ${"DTM+2:20261399:102'"} | ${['UCS+4', 'UCD+12+2:2']}
    ${'a simple element'}       | ${"NAD+BYX1'"}           | ${['UCS+4', 'UCD+39+2']}
    ${'a segment nobody knows'} | ${"XYZ+1'"}              | ${['UCS+4+15']}
    ${'letters for a quantity'} | ${"LIN+1'QTY+21:x'"}     | ${['UCS+5', 'UCD+37+2:2']}
  `('$what', ({ more, notes }) => {
    const lines = segmentsOf(answered(`${head()}${message('1', more)}${tail(1)}`));
    expect(lines.slice(2)).toEqual(notes);
  });

  test('a missing segment is told at the one before its place', () => {
    const text = `${head()}UNH+1+ORDERS:D:96A:UN'BGM+220+PO1+9'UNS+S'UNT+4+1'${tail(1)}`;
    // DTM should stand behind BGM, which is segment 2.
    expect(segmentsOf(answered(text)).slice(2)).toEqual(['UCS+2+13']);
  });

  test('UNT: its count and its reference, in UCM', () => {
    const text = `${head()}${body('1')}UNT+9+1'${body('2')}UNT+5+3'${tail(2)}`;
    expect(segmentsOf(answered(text)).slice(1)).toEqual([
      'UCM+1+ORDERS:D:96A:UN:EAN008+4+29+UNT+2',
      'UCM+2+ORDERS:D:96A:UN:EAN008+4+28+UNT+3',
    ]);
  });

  test('a message nobody knows is told at S009', () => {
    const text = `${head()}UNH+1+NOSUCH:D:96A:UN'BGM+1'UNT+3+1'${tail(1)}`;
    expect(segmentsOf(answered(text))[1]).toMatch(/^UCM\+1\+NOSUCH:D:96A:UN\+4\+14\+UNH\+3:[13]$/);
  });

  test('a trailer that an agreement takes with errors refuses nothing: 0083 has no word for it', () => {
    const [first] = readText(`${head()}${message('1')}${tail(1)}`);
    if (first?.kind !== 'interchange') throw new Error('no interchange');
    const wrong = problem('interchange/count-mismatch', positionAt(0, { tag: 'UNZ', elementNumber: 1 }));
    expect(uciVerdict(first.header, [wrong], 'accepted')).toMatchObject({ verdict: 'rejected', code: '29' });
    expect(uciVerdict(first.header, [{ ...wrong, tolerated: true }], 'accepted')).toMatchObject({
      verdict: 'accepted',
      code: '',
    });
  });

  test('syntax 4 adds the occurrence', () => {
    const at = positionAt(0, { segmentNumber: 4, tag: 'NAD', elementNumber: 2, componentNumber: 1, repetition: 3 });
    const verdict = messageVerdict(
      { message: 'ORDERS', controlNumber: '1', reference: 'D:01B:UN' },
      [problem('element/too-long', at)],
      'rejected',
      '4',
    );
    const [first] = readText(`${head()}${message('1')}${tail(1)}`);
    if (first?.kind !== 'interchange') throw new Error('no interchange');
    const uci = uciVerdict(first.header, [], 'accepted');
    const lines = (syntax: '3' | '4') =>
      [...writeContrl(uci, [{ kind: 'message', message: verdict }], { syntax }).segments].at(-1)?.elements;
    expect(lines('4')).toEqual(['39', ['3', '1', '3']]);
    expect(lines('3')).toEqual(['39', ['3', '1']]);
  });
});

describe('trap 68: 0085 of syntax 3 and of syntax 4', () => {
  const codes = Object.keys(PROBLEM_CODES) as ProblemCode[];
  const listOf = (version: string) => standards.version('edifact', version)?.elements.get('0085')?.codes;

  test.each(codes)('%s has a code that both lists hold, or one of its own since syntax 4', (code) => {
    const one = problem(code, positionAt(0), { found: 'x' });
    expect(listOf('D3')?.has(contrlCodeOf(one, '3'))).toBe(true);
    expect(listOf('41')?.has(contrlCodeOf(one, '4'))).toBe(true);
  });

  test.each`
    code                                 | found  | three   | four
    ${'element/trailing-empty'}          | ${'x'} | ${'16'} | ${'45'}
    ${'note/missing'}                    | ${'x'} | ${'13'} | ${'48'}
    ${'element/invalid-code'}            | ${'x'} | ${'12'} | ${'12'}
    ${'interchange/field-invalid'}       | ${''}  | ${'13'} | ${'13'}
    ${'interchange/control-number-used'} | ${'x'} | ${'26'} | ${'26'}
  `('$code is $three, then $four', ({ code, found, three, four }) => {
    const one = problem(code, positionAt(0), { found });
    expect([contrlCodeOf(one, '3'), contrlCodeOf(one, '4')]).toEqual([three, four]);
  });
});

describe('what we write is read back', () => {
  const texts = {
    'all accepted': `${head()}${message('1')}${tail(1)}`,
    'one rejected': `${head()}${message('1', "DTM+2:20261399:102'XYZ+1'")}${message('2')}${tail(2)}`,
    'rejected whole': `${head()}${message('1')}${tail(9)}`,
    'a bad trailer': `${head()}${body('1')}UNT+9+1'${tail(1)}`,
    groups: `${head()}UNG+ORDERS+AA+BB:14+261122:0915+1+UN+D:96A'${message('1', "XYZ+1'")}UNE+1+1'UNZ+1+REF1'`,
    'syntax 4': `UNB+UNOC:4+A+B+20261122:0915+REF1'${message('1', "XYZ+1'")}${tail(1)}`,
    'a reference with separators': `${head().replace('REF1', "R?'E?+F")}${message('1')}UNZ+1+R?'E?+F'`,
  };

  test.each(Object.entries(texts))('%s: without a problem by our own tables', (_what, text) => {
    const contrl = answered(text, { acceptedMessages: 'listed' });
    const events = readText(contrl);
    expect(problemsOf(events)).toEqual([]);
    const [transaction] = transactionsOf(events);
    const table = transaction && standards.table('edifact', transaction.version, 'CONTRL');
    if (transaction === undefined || table === undefined) throw new Error('no CONTRL');
    expect(validate(transaction, table).problems).toEqual([]);
  });

  test('what it says is what was judged', () => {
    const [transaction] = transactionsOf(readText(answered(texts['one rejected'], { acceptedMessages: 'listed' })));
    expect(transaction && readContrl(transaction)).toMatchObject({
      kind: 'CONTRL',
      interchange: {
        sender: { qualifier: '14', id: '5412345000013' },
        receiver: { qualifier: '14', id: '4012345000009' },
        controlNumber: 'REF1',
        verdict: 'accepted',
        code: '',
      },
      group: null,
      transactions: [
        {
          message: 'ORDERS',
          controlNumber: '1',
          reference: 'D:96A:UN:EAN008',
          verdict: 'rejected',
          segments: [
            { segmentNumber: 4, codes: [], elements: [{ element: 1, component: 2, code: '12' }] },
            { segmentNumber: 5, codes: ['15'], elements: [] },
          ],
        },
        { controlNumber: '2', verdict: 'accepted', segments: [] },
      ],
    });
  });

  test('a group, and the place of what is wrong with a trailer', () => {
    const read = (text: string) => {
      const [transaction] = transactionsOf(readText(answered(text)));
      return transaction && readContrl(transaction);
    };
    expect(read(texts.groups)?.groups).toMatchObject([
      {
        group: { controlNumber: '1', verdict: 'accepted' },
        transactions: [{ controlNumber: '1', verdict: 'rejected' }],
      },
    ]);
    expect(read(texts['rejected whole'])?.interchange).toMatchObject({
      verdict: 'rejected',
      code: '29',
      service: { tag: 'UNZ', element: 1, component: null },
    });
    expect(read(texts['a bad trailer'])?.transactions).toMatchObject([
      { codes: ['29'], service: { tag: 'UNT', element: 1, component: null } },
    ]);
  });
});

describe("other people's CONTRL", () => {
  const contrl = (version: string, segments: string) =>
    transactionsOf(readText(`${head()}UNH+1+CONTRL:${version}:UN'${segments}UNT+9+1'${tail(1)}`))[0];

  test('trap 69: agency codes where 0085 stands are kept as they are', () => {
    const transaction = contrl('4:1', "UCI+IC1+US+THEM+4'UCM+22+CUSDEC:D:04A:UN:109730+4'UCS+8'UCD+10+3:1'");
    expect(transaction && readContrl(transaction)).toMatchObject({
      transactions: [{ segments: [{ segmentNumber: 8, elements: [{ element: 2, component: 1, code: '10' }] }] }],
    });
  });

  test.each`
    action | verdict                   | receipt
    ${'7'} | ${'accepted'}             | ${undefined}
    ${'4'} | ${'rejected'}             | ${undefined}
    ${'8'} | ${'accepted'}             | ${true}
    ${'1'} | ${'accepted'}             | ${undefined}
    ${'2'} | ${'accepted-with-errors'} | ${undefined}
    ${'6'} | ${'rejected'}             | ${undefined}
    ${'Z'} | ${'rejected'}             | ${undefined}
    ${''}  | ${'rejected'}             | ${undefined}
  `('action "$action" is $verdict', ({ action, verdict, receipt }) => {
    const transaction = contrl('D:3', `UCI+IC1+US+THEM+${action}'`);
    const read = transaction && readContrl(transaction);
    expect([read?.interchange?.verdict, read?.receiptOnly]).toEqual([verdict, receipt]);
  });

  test('one without UCI says nothing, and notes before any UCM are nobody’s', () => {
    const [none, stray] = [contrl('D:3', "UCM+1'"), contrl('D:3', "UCI+1+A+B+7'UCS+3+12'UCD+12+2'")];
    expect(none && readContrl(none)).toBeNull();
    expect(stray && readContrl(stray)).toMatchObject({ transactions: [] });
  });
});

test('100,000 messages are never held: each verdict is asked for when its turn comes', () => {
  let asked = 0;
  const rejected = messageVerdict(
    { message: 'ORDERS', controlNumber: '1', reference: 'D:96A:UN' },
    [],
    'rejected',
    '3',
  );
  const parts = (function* (): Generator<ContrlPart> {
    for (; asked < 100_000; asked++) yield { kind: 'message', message: rejected };
  })();
  const [first] = readText(`${head()}${message('1')}${tail(1)}`);
  if (first?.kind !== 'interchange') throw new Error('no interchange');
  let [seen, ahead] = [0, 0];
  for (const { tag } of writeContrl(uciVerdict(first.header, [], 'accepted'), parts, { syntax: '3' }).segments) {
    if (tag === 'UCM') seen++;
    ahead = Math.max(ahead, asked - seen);
  }
  expect([seen, ahead]).toEqual([100_000, 0]);
});
