import type { ChannelSettings } from './configuration.ts';
import { httpDefaults } from './defaults.ts';
import type { ChannelEntry } from './file-schemas.ts';
import type { Draft, Faults } from './gathering.ts';
import { checkedLine, type LineSettings, lineDefaults } from './line-settings.ts';

type HttpEntry = Extract<ChannelEntry, { kind: 'http' }>;
type HttpSettings = Extract<ChannelSettings, { kind: 'http' }>;

/** An HTTP channel with every default filled in; tells what does nothing or contradicts itself. */
export function expandHttp(
  { source, lacks }: Draft<unknown>,
  path: readonly string[],
  entry: HttpEntry,
  faults: Faults,
): HttpSettings {
  const { tokenSha256 = null, pushUrl = null, pushTokenVariable = null } = entry;
  const tell = (key: string, message: string): void => {
    if (!lacks([...path, key])) faults.push(source.faultAt([...path, key], message));
  };
  if (tokenSha256 === null && pushUrl === null && !lacks(path))
    faults.push(source.faultAt(path, 'This channel does nothing: neither tokenSha256 nor pushUrl is given.'));
  if (pushUrl === null && pushTokenVariable !== null && !lacks([...path, 'pushUrl']))
    tell('pushTokenVariable', 'A token to push with needs a pushUrl to push to.');
  const line = givenLine(entry);
  const [first] = Object.keys(line);
  if (pushUrl === null && first !== undefined && !lacks([...path, 'pushUrl']))
    tell(first, 'How we reach them says nothing without a pushUrl.');
  if (pushTokenVariable !== null && (line.basicUser ?? null) !== null)
    tell('basicUser', 'A request has one Authorization: pushTokenVariable or basicUser.');
  const timeoutMs = entry.timeoutMs ?? httpDefaults.timeoutMs;
  const settings = { kind: 'http', tokenSha256, pushUrl, pushTokenVariable, timeoutMs } as const;
  return checkedLine({ ...settings, ...lineDefaults, ...line }, tell);
}

/** What the file says of the line, and nothing else. */
const givenLine = (entry: HttpEntry): Partial<LineSettings> =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => key in lineDefaults));
