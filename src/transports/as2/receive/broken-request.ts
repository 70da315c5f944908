import { fieldOf, parseFields } from '../mime/head.ts';
import { messageIdIn, nameIn } from '../names.ts';
import { tellRefused } from './evidence.ts';
import type { Station } from './station.ts';

/** What Node's HTTP parser gave up at. */
export interface BrokenRequest {
  readonly code: string;
  readonly reason: string | null;
  /** As it came, up to where it broke or beyond. */
  readonly packet: Buffer;
  readonly remote: string | null;
}

const foldedText =
  'A header line is continued on the next one, which HTTP does not allow (RFC 9112 5.2): write it on one line.';

/** Whether its headers are folded: the one thing old AS2 products do that no HTTP parser takes any more. */
export const isFolded = (packet: Buffer): boolean => /\r?\n[ \t]+[^\s]/.test(headText(packet));

/** What its sender is told; null: no more than that it is no HTTP. */
export const detailOfBroken = (packet: Buffer): string | null => (isFolded(packet) ? foldedText : null);

/**
 * Tells of an AS2 message that did not get past the HTTP parser, as of any other that is refused: under the names it carries, if somebody has them.
 * Whatever is no POST to /as2 is passed over.
 */
export async function tellBroken(station: Station, { code, reason, packet, remote }: BrokenRequest): Promise<void> {
  const text = headText(packet);
  if (!/^POST +[^ ]*\/as2\b/i.test(text)) return;
  const fields = parseFieldsOf(text.slice(text.indexOf('\n') + 1));
  const head = { fields, raw: Buffer.alloc(0) };
  const [theirName, ourName] = [nameIn(fieldOf(head, 'as2-from')), nameIn(fieldOf(head, 'as2-to'))];
  const relation =
    theirName === undefined || ourName === undefined ? undefined : await station.lookups.relationOf(theirName, ourName);
  await tellRefused(
    station,
    { head, body: { async *[Symbol.asyncIterator]() {} }, remote },
    {
      channelId: relation?.channelId ?? null,
      messageId: messageIdIn(fieldOf(head, 'message-id')) ?? null,
      modifier: 'malformed',
      detail: isFolded(packet) ? `HTTP: ${foldedText}` : `HTTP: ${code}${reason === null ? '' : `: ${reason}`}.`,
    },
  );
}

/** Request line and headers, as far as they are here. */
const headText = (packet: Buffer): string =>
  packet
    .subarray(0, 32 * 1024)
    .toString('latin1')
    .split(/\r?\n\r?\n/, 1)[0] ?? '';

/** Line by line what can be read, for what broke may be any of them. */
function parseFieldsOf(text: string): readonly (readonly [string, string])[] {
  const lines = text.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/, 200);
  return lines.flatMap((line) => parseFields(Buffer.from(line, 'latin1')) ?? []);
}
