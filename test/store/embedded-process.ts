import { openDatabase } from '../../src/store/database.ts';
import { startEmbeddedServer } from '../../src/store/embedded/server.ts';

/*
 * A gateway's process to be killed: says "starting", "server <pid> <socket folder>", then "row <count>" after each committed row.
 * SIGTERM stops it cleanly.
 */
const { dataFolder } = JSON.parse(process.argv[2] ?? '') as { dataFolder: string };
const say = (text: string) => process.send?.(text);

say('starting');
const server = await startEmbeddedServer({ dataFolder });
say(`server ${server.processId()} ${server.socketFolder}`);

let stopping = false;
process.once('SIGTERM', () => {
  stopping = true;
});

const database = openDatabase({ url: server.url });
await database.query('CREATE TABLE IF NOT EXISTS written (number int GENERATED ALWAYS AS IDENTITY, padding text)');
for (let count = 1; !stopping; count += 1) {
  await database.query("INSERT INTO written (padding) VALUES (repeat('x', 2000))");
  say(`row ${count}`);
}
await database.close();
await server.stop();
process.disconnect();
