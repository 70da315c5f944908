import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Channel, ChannelSettings } from '../../partners/configuration.ts';
import { HttpProblem } from './http-problem.ts';

export type HttpSettings = Extract<ChannelSettings, { kind: 'http' }>;

/** A channel whose token was shown. */
export interface ShownChannel {
  readonly channel: Channel;
  readonly settings: HttpSettings;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const BEARER = /^bearer +([\x21-\x7e]{1,512})$/i;
/** Compared with when there is no channel: a stranger learns neither from the answer nor from its time which channels there are. */
const nobody = randomBytes(32);

/**
 * The channel of a path whose bearer token the request shows. Throws a 401 that is the same for a wrong token, a channel that does not
 * exist and one that takes no posts.
 */
export async function authenticate(
  channelOf: (channelId: string) => Promise<Channel | undefined>,
  { partner, channel: name }: { readonly partner: string; readonly channel: string },
  authorization: string | undefined,
): Promise<ShownChannel> {
  const channel = NAME.test(partner) && NAME.test(name) ? await channelOf(`${partner}/${name}`) : undefined;
  const settings = channel?.settings.kind === 'http' ? channel.settings : undefined;
  const expected = settings?.tokenSha256 ?? null;
  const token = BEARER.exec(authorization ?? '')?.[1] ?? '';
  const shown = createHash('sha256').update(token, 'latin1').digest();
  const same = timingSafeEqual(shown, expected === null ? nobody : Buffer.from(expected, 'hex'));
  if (same && token !== '' && channel !== undefined && settings !== undefined) return { channel, settings };
  throw new HttpProblem(401, 'A bearer token of this channel is wanted.', {
    'www-authenticate': 'Bearer realm="partners"',
  });
}
