import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { examine } from '../../../src/transports/as2/doctor/received.ts';
import { looksLikeMdn } from '../../../src/transports/as2/mdn/read.ts';
import { answerMessage } from '../../../src/transports/as2/receive/answer.ts';
import { answerMdn } from '../../../src/transports/as2/receive/answer-mdn.ts';
import { cut } from './cms/opening.ts';
import { crasherFolder, wireIn } from './fuzzing.ts';
import { headOf, judgedText, stations } from './stations.ts';

/*
 * Requests that broke a reader somewhere, or were made to: each is answered, quickly and within bounds, and what it is answered stands beside it.
 * `npm run fuzz` leaves what it finds here.
 */
const between = stations();
afterAll(() => between.close());
beforeEach(() => {
  for (const list of [between.taken, between.refused]) list.splice(0);
});
const names = readdirSync(crasherFolder)
  .filter((name) => name.endsWith('.http'))
  .map((name) => name.slice(0, -'.http'.length))
  .toSorted();

test('there are some', () => expect(names.length).toBeGreaterThan(30));

test.each(names)('%s', async (name) => {
  const { headers, body } = wireIn(readFileSync(new URL(`${name}.http`, crasherFolder)));
  const told = new Set<string>();
  for (const size of [1, 7, 4_096, body.length + 1]) {
    // A byte at a time only where that ends before tomorrow.
    if (size < 100 && body.length > 20_000) continue;
    const head = headOf(headers);
    const request = { head, body: cut(body, size), remote: null };
    const mdns = { awaitedMdn: async () => undefined, settle: async () => undefined };
    const answer = looksLikeMdn(head)
      ? await answerMdn(between.station, mdns, request)
      : await answerMessage(between.station, request);
    const [refused] = between.refused.splice(0);
    const taken = between.taken
      .splice(0)
      .map(({ files }) => files.map(({ name: label, bytes }) => [label, bytes.length]));
    told.add(
      [
        `${answer.status} ${judgedText(answer)}`,
        // Not its detail: which of two limits a bomb meets first is a matter of how it was cut.
        refused === undefined ? 'not refused' : `refused: ${refused.modifier}`,
        `taken: ${JSON.stringify(taken)}`,
        '',
      ].join('\n'),
    );
  }
  // However it was cut, the answer is one.
  expect([...told]).toHaveLength(1);
  await expect([...told][0]).toMatchFileSnapshot(new URL(`${name}.answer.txt`, crasherFolder).pathname);
  await examine(headOf(headers), body, {
    ours: [{ name: 'ours', inChannel: true, identity: between.world.identity('receiver') }],
    theirs: [],
  });
});
