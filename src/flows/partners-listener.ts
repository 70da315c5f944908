import type { Server } from 'node:https';
import type { FastifyBaseLogger } from 'fastify';
import type { FailureError } from '../core/failure.ts';
import { partnerListener } from '../transports/http/listener.ts';
import { followTlsFiles, readTlsFiles, type TlsFiles } from '../transports/http/tls.ts';
import type { OpenAs2 } from './as2/open-as2.ts';
import type { FlowContext } from './context.ts';
import { showCertificate } from './listener-certificate.ts';
import { mailboxFor } from './outbound/mailbox.ts';
import { openReceiver } from './receive.ts';

export interface PartnersListener {
  readonly url: string;
  /** Takes up new files of its certificate at once; null: it speaks HTTP. */
  readonly reload: (() => void) | null;
  close(): Promise<void>;
}

/** Opens the partners' HTTP listener over this gateway's flows. FailureError `config-invalid` when its certificate cannot be used. */
export async function openPartnersListener(
  context: FlowContext,
  {
    address,
    tlsFiles,
    as2,
    log,
    report,
  }: {
    readonly address: { readonly host: string; readonly port: number };
    readonly tlsFiles: TlsFiles | null;
    readonly as2: OpenAs2;
    readonly log: FastifyBaseLogger;
    readonly report: (what: string, failure: FailureError) => void;
  },
): Promise<PartnersListener> {
  const tls = tlsFiles === null ? null : await readTlsFiles(tlsFiles);
  const app = partnerListener({
    channelOf: async (id) => (await context.configuration()).channel(id),
    intake: { receive: openReceiver(context) },
    mailbox: mailboxFor(context),
    as2,
    report: ({ channelId, failure }) => report(`listener of ${channelId ?? 'partners'}`, failure),
    loggerInstance: log,
    ...(tls === null ? {} : { tls }),
  });
  const url = await app.listen(address);
  if (tls === null || tlsFiles === null) return { url, reload: null, close: () => app.close() };
  const telling = (failure: FailureError): void => report('certificate of the listener', failure);
  const shown = showCertificate(context, tls.certificate, telling);
  const followed = followTlsFiles(app.server as Server, tlsFiles, (event) => {
    if ('failure' in event) return telling(event.failure);
    log.info({ validTo: event.validTo }, 'the listener has a new certificate');
    shown.changed(event.certificate);
  });
  return {
    url,
    reload: followed.look,
    async close() {
      followed.close();
      shown.close();
      await app.close();
    },
  };
}
