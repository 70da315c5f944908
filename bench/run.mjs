#!/usr/bin/env node
// The benches. usage: npm run bench [-- NAME…], where a name is one below or its beginning; without names, all but those of 1 GB.
import { as2Large, as2Messages } from './as2.mjs';
import { as2Durable, as2DurableLarge } from './as2-durable.mjs';
import { checking, checkingOne } from './checking.mjs';
import { endToEnd, oneInterchange } from './end-to-end.mjs';
import { load, machine } from './machine.mjs';
import { reading } from './reading.mjs';
import { sftp } from './sftp.mjs';
import { startingUp, validating } from './validating.mjs';
import { writing } from './writing.mjs';

const benches = {
  'read-2k': () => reading('2k'),
  'read-10m': () => reading('10m'),
  'read-100m': () => reading('100m'),
  'read-1g': () => reading('1g'),
  'validate-10m': () => validating('orders-10m'),
  'validate-lines1000': () => validating('lines1000-10m'),
  'validate-dense': () => validating('dense-10m'),
  'validate-wrong': () => validating('wrong-10m'),
  startup: () => startingUp(),
  'write-10m': () => writing('10m'),
  'check-10m': () => checking('10m'),
  'check-1g': () => checking('1g'),
  'check-wrong-1g': () => checkingOne('check', 'wrong-1g.x12', 'X12, a mistake in every tenth transaction', 1),
  'ack-1g': async () => {
    await checkingOne('ack', 'orders-1g.x12', 'X12', 0);
    await checkingOne('ack', 'orders-1g.edi', 'EDIFACT', 0);
    await checkingOne('ack', 'wrong-1g.x12', 'X12, a mistake in every tenth transaction', 1);
  },
  'orders-10s': () => endToEnd({ seconds: 10 }),
  orders: () => endToEnd({ seconds: 60 }),
  'orders-statements': () => endToEnd({ seconds: 10, statements: true }),
  sftp: () => sftp(),
  interchange: () => oneInterchange({ orders: 1_000 }),
  as2: () => as2Messages({ seconds: 10 }),
  'as2-durable': () => as2Durable({}),
  'as2-durable-receiving': () => as2Durable({ roles: 'api,http' }),
  'as2-durable-1g': () => as2DurableLarge({ bytes: 2 ** 30 }),
  'as2-100m': () => as2Large({ bytes: 1e8, called: 'signed, encrypted' }),
  'as2-1g': () => as2Large({ bytes: 2 ** 30, called: 'signed, encrypted' }),
  'as2-1g-compressed': () =>
    as2Large({ bytes: 2 ** 30, profile: { compress: 'before-signing' }, called: 'compressed, signed, encrypted' }),
};
/** Long, or only for looking closer: run when they are named. */
const namedOnly = new Set([
  'as2-1g',
  'as2-durable-1g',
  'as2-1g-compressed',
  'read-1g',
  'check-1g',
  'check-wrong-1g',
  'ack-1g',
  'orders-10s',
  'orders-statements',
]);

const wanted = process.argv.slice(2);
const names = Object.keys(benches).filter((name) =>
  wanted.length === 0
    ? !namedOnly.has(name)
    : wanted.some((word) => name === word || (!(word in benches) && name.startsWith(word))),
);
if (names.length === 0) {
  console.error(`There is no bench ${wanted.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
console.log(machine());
for (const name of names) {
  console.log(`\n${name} (${load()})`);
  await benches[name]();
}
