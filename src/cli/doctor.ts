import type { AskFlags, Commands, ExitCode } from './commands.ts';
import { askedGateway } from './gateway-client.ts';

/** `tallyport doctor as2 ID`: why a delivery did not arrive, and the setting that would mend it; exit 0 when it arrived, else 1. */
export async function runDoctorAs2(commands: Commands, id: string, flags: AskFlags): Promise<ExitCode> {
  const gateway = await askedGateway(commands, flags);
  const diagnosis = await gateway.get(`/deliveries/${encodeURIComponent(id)}/as2`);
  const code = diagnosis.state === 'sent' ? 0 : 1;
  if (flags.json === true) {
    commands.print(JSON.stringify(diagnosis));
    return code;
  }
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  commands.print(`delivery ${id}: ${diagnosis.state}${diagnosis.broke === null ? '' : `; ${diagnosis.broke} broke`}`);
  for (const line of list(diagnosis.evidence)) commands.print(`  ${line}`);
  for (const finding of list(diagnosis.findings)) {
    const { what, setting } = Object(finding);
    commands.print(`  → ${what}${setting === null ? '' : `\n    in channels.yaml: ${setting}`}`);
  }
  return code;
}
