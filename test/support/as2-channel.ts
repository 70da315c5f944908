import { type As2Settings, as2Defaults } from '../../src/partners/as2-settings.ts';
import type { Configuration } from '../../src/partners/configuration.ts';

export const as2Partner = 'brightmart';
export const as2ChannelId = `${as2Partner}/as2`;
/** A key or certificate without a day of its own. */
export const undated = { use: 'both', from: null } as const;

/** The example configuration, its buyer reached over AS2. */
export const withAs2 =
  (settings: () => Partial<As2Settings>) =>
  (configuration: Configuration): Configuration => {
    const [first] = configuration.channels.filter((channel) => channel.partner === as2Partner);
    if (first === undefined) throw new Error('the example has no channel');
    const as2: As2Settings = {
      kind: 'as2',
      ...as2Defaults,
      ourName: 'US',
      theirName: 'THEM',
      url: null,
      ourKeys: [],
      theirCertificates: [],
      receiptHosts: [],
      serverCertificates: [],
      timeoutMs: 5_000,
      allowLoopback: true,
      ...settings(),
    };
    return {
      ...configuration,
      channels: [...configuration.channels, { ...first, id: as2ChannelId, name: 'as2', settings: as2 }],
      agreements: configuration.agreements.map((agreement) =>
        agreement.partner === as2Partner && agreement.channel !== null
          ? { ...agreement, channel: as2ChannelId }
          : agreement,
      ),
    };
  };
