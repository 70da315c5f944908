import { directoryOutbox } from '../../../src/transports/directory/outbox.ts';

// Sends one delivery and is killed in the middle of its bytes, or right after.
const settings: { outbox: string; text: string; killAfterBytes: number } = JSON.parse(process.argv[2] ?? '{}');
let sent = 0;
async function* bytes(): AsyncGenerator<Uint8Array> {
  for (const character of settings.text) {
    if (sent++ === settings.killAfterBytes) process.kill(process.pid, 'SIGKILL');
    yield Buffer.from(character);
  }
}
await directoryOutbox(settings.outbox).send({
  id: 'd-1',
  channelId: 'shop/folder',
  fileName: '855-1.edi',
  byteLength: settings.text.length,
  bytes,
  idempotencyKey: 'd-1',
  contentType: 'application/EDI-X12',
});
process.kill(process.pid, 'SIGKILL');
