import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import { openStandards } from '../../src/library/standards.ts';
import {
  CHARACTER_SETS,
  type CharacterSetName,
  characterSet,
  characterSetOfUnb,
} from '../../src/parsers/character-sets.ts';
import type { OutboundEnvelope } from '../../src/parsers/draft.ts';
import { parserNamed, rewriteFile } from '../../src/parsers/index.ts';
import type { Transaction } from '../../src/parsers/transaction.ts';
import { validate } from '../../src/parsers/validate.ts';
import { edifactEnvelope, x12Envelope } from './envelopes.ts';
import { problemsOf, readChunks, transactionsOf } from './reading.ts';

const standards = openStandards();

/** One ORDERS under a level, with the bytes of a name in it. */
const orders = (level: string, name: Uint8Array | string, version = '3') =>
  Buffer.concat([
    Buffer.from(
      `UNB+${level}:${version}+A:14+B:14+${version === '4' ? '20' : ''}260101:1200+1'UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20260101:102'NAD+BY+1::9++`,
    ),
    typeof name === 'string' ? Buffer.from(name, 'latin1') : name,
    Buffer.from("'LIN+1++1:EN'QTY+21:1'UNS+S'CNT+2:1'UNT+9+1'UNZ+1+1'"),
  ]);

/** One 850 with the bytes of a name in it. */
const order = (name: Uint8Array) =>
  Buffer.concat([
    Buffer.from(
      'ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*1200*U*00401*000000001*0*P*>~GS*PO*A*B*20260101*1200*1*X*004010~ST*850*0001~BEG*00*SA*1**20260101~N1*ST*',
    ),
    name,
    Buffer.from('~PO1*1*5*EA*2~SE*5*0001~GE*1*1~IEA*1*000000001~'),
  ]);

function only(bytes: Uint8Array): Transaction {
  const [transaction] = transactionsOf(readChunks([bytes]));
  if (transaction === undefined) throw new Error('no transaction');
  return transaction;
}
const nameIn = (transaction: Transaction) => {
  const party = transaction.segments.find(({ tag }) => tag === 'NAD' || tag === 'N1');
  return party?.tag === 'NAD' ? party.value(4) : party?.value(2);
};
function judged(transaction: Transaction) {
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined) throw new Error(`no ${message}`);
  return validate(transaction, table, { balances: standards.balances(message) }).problems;
}

describe('trap 44: the character set comes from UNB', () => {
  test.each`
    level     | bytes                 | text
    ${'UNOC'} | ${'Caf\xe9'}          | ${'Café'}
    ${'UNOD'} | ${'\xa3\xf3d\xbc'}    | ${'Łódź'}
    ${'UNOE'} | ${'\xbc\xdd\xd8\xe0'} | ${'Мниp'.replace('p', 'р')}
    ${'UNOF'} | ${'\xc1\xe8'}         | ${'Αθ'}
    ${'UNOG'} | ${'\xa1\xb1'}         | ${'Ħħ'}
    ${'UNOH'} | ${'\xb9'}             | ${'š'}
    ${'UNOI'} | ${'\xc7'}             | ${'ا'}
    ${'UNOJ'} | ${'\xe0'}             | ${'א'}
    ${'UNOK'} | ${'\xdd\xfd'}         | ${'İı'}
    ${'UNOL'} | ${'\xa4'}             | ${'€'}
    ${'UNOA'} | ${'\xc9'}             | ${'É'}
    ${'KECA'} | ${'\xb0\xa1\xb3\xaa'} | ${'가나'}
  `('$level reads $text', ({ level, bytes, text }) => {
    const transaction = only(orders(level, bytes));
    expect(nameIn(transaction)).toBe(text);
    expect(transaction.problems).toEqual([]);
  });

  test.each(['UNOW', 'UNOY'])('%s is UTF-8, and lengths are of characters', (level) => {
    const name = '株式会社'.repeat(8);
    const transaction = only(orders(level, Buffer.from(name), '4'));
    expect(nameIn(transaction)).toBe(name);
    expect(judged(transaction)).toEqual([]);
    expect(
      judged(only(orders(level, Buffer.from(`${name}四文字`), '4'))).map(({ code, found }) => [code, found]),
    ).toEqual([]);
    expect(judged(only(orders(level, Buffer.from(`${name}四文字五`), '4'))).map(({ code }) => code)).toEqual([
      'element/too-long',
    ]);
  });

  test.each`
    level          | encoding      | set
    ${'UNOC'}      | ${'7'}        | ${'utf-8'}
    ${'UNOC'}      | ${'3'}        | ${'cp850'}
    ${'UNOA'}      | ${'1'}        | ${'unoa'}
    ${'UNOC'}      | ${'2'}        | ${'latin1'}
    ${'UNOX'}      | ${''}         | ${null}
    ${'UNOC'}      | ${'5'}        | ${null}
    ${'IATB'}      | ${''}         | ${null}
    ${'__proto__'} | ${'toString'} | ${null}
  `('0001 $level and 0133 "$encoding" are $set', ({ level, encoding, set }) =>
    expect(characterSetOfUnb(level, encoding)).toBe(set),
  );

  test('0133 counts in version 4 only, where it is component 4', () => {
    const four = orders('UNOC', 'Caf\x82', '4').toString('latin1').replace('UNOC:4', 'UNOC:4::3');
    expect(nameIn(only(Buffer.from(four, 'latin1')))).toBe('Café');
  });

  test('a set that cannot be read is told, and the file is read as Latin-1', () => {
    const events = readChunks([orders('UNOX', 'ABC')]);
    expect(problemsOf(events).map(({ code, severity, message }) => [code, severity, message])).toEqual([
      [
        'interchange/character-set-unknown',
        'warning',
        'UNB element 1, component 1 is "UNOX", not a character set that is read.',
      ],
    ]);
    expect(transactionsOf(events)).toHaveLength(1);
  });
});

describe('bytes that are another set than the one named', () => {
  test.each`
    what                     | bytes                                           | set
    ${'UTF-8 under UNOC'}    | ${orders('UNOC', Buffer.from('Müller’s Café'))} | ${'utf-8'}
    ${'UTF-8 under UNOA'}    | ${orders('UNOA', Buffer.from('MÜLLER'))}        | ${'utf-8'}
    ${'Windows under UNOC'}  | ${orders('UNOC', 'Bob\x92s \x80')}              | ${'windows-1252'}
    ${'no UTF-8 under UNOW'} | ${orders('UNOW', 'M\xfcller', '4')}             | ${'windows-1252'}
    ${'UTF-8 in X12'}        | ${order(Buffer.from('Müller'))}                 | ${'utf-8'}
  `('$what is recognised, read and told once', ({ bytes, set }) => {
    const transaction = only(bytes);
    expect(transaction.characterSet).toBe(set);
    expect(nameIn(transaction)).toMatch(/ü|Ü|’/);
    expect(transaction.problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['transaction/character-set-differs', 'warning'],
    ]);
    const { byteOffset } = transaction.problems[0]?.at ?? { byteOffset: -1 };
    expect(bytes[byteOffset], 'the first byte beyond ASCII').toBeGreaterThan(0x7f);
    expect(judged(transaction).map(({ code }) => code)).toEqual(['transaction/character-set-differs']);
  });

  test('however the bytes are cut', () => {
    const bytes = orders('UNOC', Buffer.from('Müller’s Café'));
    const whole = only(bytes);
    const [cut] = transactionsOf(readChunks(Array.from(bytes, (byte) => Uint8Array.of(byte))));
    expect(cut?.segments.map(({ number }) => number)).toHaveLength(whole.segments.length);
    expect(cut === undefined ? null : nameIn(cut)).toBe(nameIn(whole));
    expect(cut?.problems).toEqual(whole.problems);
  });

  test('X12 by agreement: the set it names, without a word', () => {
    expect(only(order(Buffer.from('Müller'))).decodedAs('utf-8').problems).toEqual([]);
    const polish = only(order(Buffer.from('\xa3\xf3d\xbc', 'latin1'))).decodedAs('iso-8859-2');
    expect(nameIn(polish)).toBe('Łódź');
    expect(polish.segments.at(-1)?.byteOffset).toBe(
      only(order(Buffer.from('\xa3\xf3d\xbc', 'latin1'))).segments.at(-1)?.byteOffset,
    );
  });

  test('places stay those of the file', () => {
    const bytes = orders('UNOC', Buffer.from('Müller+street'));
    const nad = only(bytes).segments.find(({ tag }) => tag === 'NAD');
    expect(nad?.value(5)).toBe('street');
    const at = nad?.byteOffsetOf(5) ?? 0;
    expect(bytes.subarray(at, at + 6).toString()).toBe('street');
  });

  test('what is written from what was read has its bytes, decodable or not', () => {
    for (const bytes of [
      orders('UNOC', Buffer.from('Müller')),
      orders('UNOW', 'M\xfc\xff', '4'),
      orders('UNOF', '\xd2\xff'),
      order(Buffer.from('\x81\x8d', 'latin1')),
    ])
      expect(Buffer.concat([...rewriteFile([bytes])])).toEqual(bytes);
  });

  test('a delimiter beyond ASCII stays one', () => {
    const text = order(Buffer.from('A'))
      .toString('latin1')
      .replaceAll('~', '\x85')
      .replaceAll('*', '\xa7')
      .replace('ST\xa7A', 'ST\xa7M\xfcller');
    const transaction = only(Buffer.from(text, 'latin1'));
    expect(nameIn(transaction)).toBe('Müller');
    expect(transaction.segments).toHaveLength(5);
  });
});

describe('characters a set has not are told, one value once', () => {
  test.each`
    level     | name         | found
    ${'UNOA'} | ${'Smith'}   | ${'NAD04-1 has "m" (U+006D), and UNOA has no such character.'}
    ${'UNOA'} | ${'A#B'}     | ${'NAD04-1 has "#" (U+0023), and UNOA has no such character.'}
    ${'UNOB'} | ${'Caf\xe9'} | ${'NAD04-1 has "é" (U+00E9), and UNOB has no such character.'}
    ${'UNOF'} | ${'\xd2'}    | ${'NAD04-1 has bytes (U+FFFD), and ISO 8859-7 has no such character.'}
  `('$level: $name', ({ level, name, found }) => {
    const problems = judged(only(orders(level, `${name}:second line`.replace(':second line', ':X'))));
    expect(problems.map(({ code, message, severity }) => [code, message, severity])).toEqual([
      ['element/character-set', found, 'warning'],
    ]);
  });
  test.each`
    level     | name
    ${'UNOA'} | ${'SMITH (1)?+?:?\'=?? -1.5,2/3;<*>&%!"'}
    ${'UNOB'} | ${'Smith & Sons'}
    ${'UNOC'} | ${'Caf\xe9 #1'}
  `('$level has $name', ({ level, name }) => expect(judged(only(orders(level, name)))).toEqual([]));
});

describe('trap 44: a typographic apostrophe fuses two segments', () => {
  test.each`
    what             | level     | quote
    ${'as UTF-8'}    | ${'UNOC'} | ${Buffer.from('’')}
    ${'as Windows’'} | ${'UNOC'} | ${'\x92'}
    ${'an acute'}    | ${'UNOC'} | ${'\xb4'}
  `('$what: told once, and none of its consequences in the segment', ({ level, quote }) => {
    const joined = Buffer.concat([
      Buffer.from('NAME'),
      Buffer.from(quote, 'latin1'),
      Buffer.from('NAD+SU+2::9++OTHER'),
    ]);
    const problems = judged(only(orders(level, joined)));
    expect(problems.filter(({ code }) => code !== 'transaction/character-set-differs').map(({ code }) => code)).toEqual(
      ['segment/fused'],
    );
    expect(problems.find(({ code }) => code === 'segment/fused')?.message).toMatch(
      /stands where the terminator ' should: it joins NAD to this NAD\.$/,
    );
  });
  test('an apostrophe inside a name is none', () =>
    expect(judged(only(orders('UNOW', Buffer.from('Bob’s BAR+1'), '4'))).map(({ code }) => code)).toEqual([]));
});

const writtenName = (envelope: OutboundEnvelope, name: string) => {
  const tag = envelope.syntax === 'x12' ? 'N1' : 'NAD';
  const draft = {
    syntax: envelope.syntax,
    message: envelope.syntax === 'x12' ? '855' : 'ORDRSP',
    version: envelope.syntax === 'x12' ? '004010' : 'D96A',
    association: null,
    segments: [{ tag, elements: tag === 'N1' ? ['ST', name] : ['BY', '', '', [name]] }],
  };
  const chunks = parserNamed(envelope.syntax).writeInterchange(envelope, [{ draft, controlNumber: '0001' }]);
  return Buffer.concat([...chunks]);
};
const found = (bytes: Buffer) => /(?:N1\*ST\*|NAD\+BY\+\+\+)(.*?)[~']/.exec(bytes.toString('latin1'))?.[1];

describe('writing', () => {
  test.each`
    version     | name       | bytes
    ${'UNOC:3'} | ${'Café'}  | ${'Caf\xe9'}
    ${'UNOD:3'} | ${'Łódź'}  | ${'\xa3\xf3d\xbc'}
    ${'UNOE:3'} | ${'Я'}     | ${'\xcf'}
    ${'UNOF:3'} | ${'Ω'}     | ${'\xd9'}
    ${'UNOY:4'} | ${'株€😀'} | ${Buffer.from('株€😀').toString('latin1')}
  `('$version writes $name', ({ version, name, bytes }) => {
    const written = writtenName({ ...edifactEnvelope, version }, name);
    expect(found(written)).toBe(bytes);
    expect(nameIn(only(written))).toBe(name);
  });

  test('X12 by agreement', () => {
    const written = writtenName({ ...x12Envelope, characterSet: 'iso-8859-2' }, 'Łódź');
    expect(found(written)).toBe('\xa3\xf3d\xbc');
    expect(nameIn(only(written).decodedAs('iso-8859-2'))).toBe('Łódź');
  });

  test.each`
    version     | name        | says
    ${'UNOC:3'} | ${'Łódź'}   | ${'Segment 2 (NAD), element 4, of transaction 0001 holds the character "Ł", which ISO 8859-1 has not.'}
    ${'UNOA:3'} | ${'SMITh'}  | ${'the character "h", which UNOA has not'}
    ${'UNOC:3'} | ${'😀'}     | ${'the character "😀", which ISO 8859-1 has not'}
    ${'UNOY:4'} | ${'\ud800'} | ${'which UTF-8 has not'}
    ${'UNOX:3'} | ${'A'}      | ${'the character set of UNOX:3 cannot be written'}
  `('$version refuses $name with its place', ({ version, name, says }) => {
    const write = () => writtenName({ ...edifactEnvelope, version }, name);
    expect(write).toThrow(FailureError);
    expect(write).toThrow(says);
  });

  test.each`
    version     | rule                    | name                | text
    ${'UNOC:3'} | ${'nearest'}            | ${'Łódź – “a”…'}    | ${'Lódz - "a"...'}
    ${'UNOA:3'} | ${'nearest'}            | ${'Straße 5, Café'} | ${'STRASSE 5, CAFE'.replace('STRASSE', 'STRASSE')}
    ${'UNOB:3'} | ${'nearest'}            | ${'O’Neill'}        | ${"O'Neill"}
    ${'UNOC:3'} | ${{ replaceWith: '?' }} | ${'株A'}            | ${null}
    ${'UNOC:3'} | ${{ replaceWith: '_' }} | ${'株😀A'}          | ${'__A'}
  `('$version, $rule: $name', ({ version, rule, name, text }) => {
    const write = () => writtenName({ ...edifactEnvelope, version, onUnwritable: rule }, name);
    // A replacement that is a delimiter would be one when it is read.
    if (text === null) expect(write).toThrow('is itself a delimiter');
    else expect(nameIn(only(write()))).toBe(text);
  });

  test('nearest refuses what nothing is near to, and in X12 what would be a delimiter', () => {
    expect(() => writtenName({ ...edifactEnvelope, onUnwritable: 'nearest' }, '株')).toThrow('"株"');
    const quoted = {
      ...x12Envelope,
      delimiters: { ...x12Envelope.delimiters, terminator: 0x27 },
      onUnwritable: 'nearest' as const,
    };
    expect(() => writtenName(quoted, 'O’Neill')).toThrow('the delimiter "\'"');
  });

  test('long values of characters that become several bytes are whole', () => {
    const name = 'é€😀'.repeat(20_000);
    const written = writtenName({ ...edifactEnvelope, version: 'UNOY:4' }, name);
    expect(nameIn(only(written))).toBe(name);
  });
});

describe('every set', () => {
  const single = CHARACTER_SETS.filter((name) => !characterSet(name).multibyte);
  test.each(single)('%s: what it decodes it encodes again', (name) => {
    const set = characterSet(name);
    for (let byte = 0x20; byte < 0x100; byte++) {
      const code = set.decode(String.fromCharCode(byte)).codePointAt(0) ?? 0;
      if (set.has(code)) expect(set.encode(code), `byte ${byte}`).toEqual([byte]);
      else if (byte < 0x80) expect(['unoa', 'unob']).toContain(name);
    }
  });
  test('ASCII is ASCII in all of them', () => {
    const ascii = Array.from({ length: 0x5f }, (_, index) => String.fromCharCode(0x20 + index)).join('');
    for (const name of CHARACTER_SETS) expect(characterSet(name).decode(ascii)).toBe(ascii);
  });
  test('any text of a set is read back as it was written', () =>
    fc.assert(
      fc.property(
        fc.constantFrom<CharacterSetName>('utf-8', 'iso-8859-5', 'windows-1252', 'euc-kr', 'cp850'),
        fc.string({ unit: 'binary', maxLength: 30 }),
        (name, any) => {
          const set = characterSet(name);
          const text =
            [...any]
              .filter(
                (one) =>
                  set.encode(one.codePointAt(0) ?? 0) !== null &&
                  one >= ' ' &&
                  one !== '\x7f' &&
                  one.trim() !== '' &&
                  !'~*>^'.includes(one),
              )
              .join('') || 'A';
          const written = writtenName({ ...x12Envelope, characterSet: name }, text);
          const read = only(written).decodedAs(name);
          // Rarely the bytes of another set are whole UTF-8; then they are read as that, and it is told.
          if (read.characterSet === name) expect(nameIn(read)).toBe(text);
          else expect(read.problems.map(({ code }) => code)).toContain('transaction/character-set-differs');
        },
      ),
    ));
});
