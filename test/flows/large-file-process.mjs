import process from 'node:process';
import { newId } from '../../dist/core/ids.js';
import { handlersOf } from '../../dist/flows/handlers.js';
import { watchConfiguration } from '../../dist/flows/known-configuration.js';
import { receive } from '../../dist/flows/receive.js';
import { runWork } from '../../dist/flows/run-work.js';
import { mapFunctions } from '../../dist/library/map-functions.js';
import { openMaps } from '../../dist/library/maps.js';
import { openStandards } from '../../dist/library/standards.js';
import { openDatabase } from '../../dist/store/database.js';
import { claimWork } from '../../dist/store/work/claim-work.js';
import { openTransport } from '../../dist/transports/open-transport.js';

/*
 * Takes in one file of so many bytes, made as it is read, and does everything up to its answers but the business: receive, split, close,
 * compose, deliver. Says how far it is, and at the end the most memory it ever had. Runs what is shipped, as `npm test` has built it: a
 * process that compiles TypeScript needs more memory for that than the gateway may have.
 */
const { databaseUrl, dataFolder, byteLength, setBytes } = JSON.parse(process.argv[2] ?? '');
const say = (text) => process.send?.(text);
const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);

/** Orders as a retailer sends them at night: one interchange, one group; lines until a set has its size. */
async function* orders() {
  const isa =
    'ISA*00*          *00*          *08*6112390000     *ZZ*HARBORTOOLS    *361122*0900*U*00401*000000001*0*P*>~';
  yield Buffer.from(`${isa}GS*PO*6112390000*HARBORTOOLS*20361122*0900*1*X*004010~`, 'latin1');
  let text = '';
  let sets = 0;
  for (let written = 0; written < byteLength; sets++) {
    const number = String(sets + 1).padStart(9, '0');
    const lines = [];
    for (let size = 200; size < setBytes; size += 110) {
      const line = lines.length / 2 + 1;
      lines.push(
        `PO1*${line}*${(sets + line) % 97}*EA*${((sets * 7 + line) % 9_000) / 100 + 1}**UP*${String(sets * 31 + line).padStart(12, '0')}*VN*HT-1001`,
        // Every fourth order draws a warning a line, as real ones do.
        `PID*F*${sets % 4 === 0 ? '' : '08'}***CLAW HAMMER ${sets % 100} OZ, PAINTED`,
      );
    }
    const body = [
      `BEG*00*SA*N-${number}**20361122`,
      'REF*DP*0042',
      'DTM*010*20361201',
      'N1*ST*Store 12*92*0012',
      'N3*1 Main St',
      'N4*Columbus*OH*43004*US',
      ...lines,
      `CTT*${lines.length / 2}`,
    ];
    const set = `ST*850*${number}~${body.join('~')}~SE*${body.length + 2}*${number}~`;
    text += set;
    written += set.length;
    if (text.length > 64 * 1024) {
      yield Buffer.from(text, 'latin1');
      text = '';
    }
  }
  yield Buffer.from(`${text}GE*${sets}*1~IEA*1*000000001~`, 'latin1');
}

async function go() {
  const database = openDatabase({ url: databaseUrl });
  const clock = { now: () => new Date() };
  const standards = openStandards();
  const context = {
    database,
    clock,
    newId,
    configuration: watchConfiguration(database, clock),
    standards,
    maps: openMaps({ standards, functions: mapFunctions }),
    temporaryFolder: dataFolder,
  };
  say(`start ${megabytes()}`);
  await receive(context, {
    channelId: 'brightmart/folder',
    sourceKey: null,
    name: 'night.edi',
    headers: {},
    remote: null,
    bytes: orders(),
  });
  say(`received ${megabytes()}`);
  const run = runWork({
    database,
    clock,
    handlers: handlersOf(context, { transportOf: (channel) => openTransport(channel, {}) }),
    onFailure: (work, failure) => say(`failed ${work.kind}: ${failure.message}`),
  });
  for (;;) {
    const claimed = await claimWork(database, ['inbound', 'outbound'], {
      inFlightMaxPerKey: 1,
      limit: 1,
      now: clock.now(),
    });
    if (claimed.length === 0) break;
    for (const work of claimed) {
      await run(work);
      say(`${work.kind} ${megabytes()}`);
    }
  }
  say(`done ${megabytes()}`);
  await database.close();
}

go().catch((thrown) => say(`failed ${thrown}`));
