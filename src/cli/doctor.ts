import { FailureError } from '../core/failure.ts';
import type { AskFlags, Commands, ExitCode } from './commands.ts';
import { askedGateway, type GatewayClient } from './gateway-client.ts';

type Answer = Readonly<Record<string, unknown>>;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * `tallyport doctor as2 [ID]`: why a delivery did not arrive, or why a message of a partner was refused (by its id or Message-ID), and the setting
 * that would mend it; exit 0 when the delivery arrived, else 1. Without an id: what was refused lately; exit 1 when anything was.
 */
export async function runDoctorAs2(commands: Commands, id: string | undefined, flags: AskFlags): Promise<ExitCode> {
  const gateway = await askedGateway(commands, flags);
  if (id === undefined) return listRefused(commands, gateway, flags);
  const diagnosis = await diagnosisOf(gateway, id);
  const code = diagnosis.state === 'sent' ? 0 : 1;
  if (flags.json === true) {
    commands.print(JSON.stringify(diagnosis));
    return code;
  }
  commands.print(
    'modifier' in diagnosis
      ? `refused ${diagnosis.at} on ${diagnosis.channel}: ${diagnosis.modifier}: ${diagnosis.detail}`
      : `delivery ${id}: ${diagnosis.state}${diagnosis.broke === null ? '' : `; ${diagnosis.broke} broke`}`,
  );
  for (const line of list(diagnosis.evidence)) commands.print(`  ${line}`);
  for (const finding of list(diagnosis.findings)) {
    const { what, setting } = Object(finding);
    commands.print(`  → ${what}${setting === null ? '' : `\n    in channels.yaml: ${setting}`}`);
  }
  return code;
}

/** A delivery has a UUID; so has a refused message, and a Message-ID is none. */
async function diagnosisOf(gateway: GatewayClient, id: string): Promise<Answer> {
  const named = encodeURIComponent(id);
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) return gateway.get(`/as2/refused/${named}`);
  try {
    return await gateway.get(`/deliveries/${named}/as2`);
  } catch (error) {
    if (!(error instanceof FailureError) || error.kind !== 'not-found') throw error;
    return gateway.get(`/as2/refused/${named}`).catch(() => {
      throw error; // neither: the first answer says it
    });
  }
}

async function listRefused(commands: Commands, gateway: GatewayClient, flags: AskFlags): Promise<ExitCode> {
  const { items, unkept } = await gateway.get('/as2/refused');
  if (flags.json === true) commands.print(JSON.stringify({ items, unkept }));
  else if (list(items).length === 0) commands.print('nothing was refused lately');
  else
    for (const item of list(items)) {
      const { id, at, channel, modifier, detail } = Object(item);
      commands.print(`${id}  ${at}  ${channel}  ${modifier}: ${detail}`);
    }
  if (flags.json !== true)
    for (const one of list(unkept)) {
      const { channel, modifier, hour, kept, count } = Object(one);
      commands.print(
        `of the hour from ${hour} on ${channel}: ${kept} of ${modifier} were kept, ${count} more only counted`,
      );
    }
  return list(items).length === 0 ? 0 : 1;
}
