import { afterAll, describe, test } from 'vitest';
import { damagedMdns, damagedMessages, headerValues, samplesOf, splitParts } from '../transports/as2/fuzzing.ts';
import { stations } from '../transports/as2/stations.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 300) * 10;

describe('AS2', async () => {
  const between = stations();
  afterAll(() => between.close());
  const { messages, mdns } = await samplesOf(between);
  test('messages', () => damagedMessages(between, messages, numRuns));
  test('receipts', () => damagedMdns(between, mdns, numRuns));
  test('multiparts', () => splitParts(numRuns * 5));
  test('headers', () => headerValues(numRuns * 5));
});
