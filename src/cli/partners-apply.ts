import { FailureError } from '../core/failure.ts';
import { checkConfiguration, putInForce } from '../flows/apply-configuration.ts';
import { readConfigurationFiles } from '../library/partners.ts';
import { type ConfigurationFault, describeFault } from '../partners/fault.ts';
import { type ApplyFlags, type Commands, defaultApi, type ExitCode } from './commands.ts';
import { gatewayClient } from './gateway-client.ts';

/**
 * `tallyport partners apply`: through the API of a running gateway, else starting the store itself. Every fault is told with file and line;
 * nothing is changed unless there is none.
 */
export async function runPartnersApply(commands: Commands, folder: string, flags: ApplyFlags): Promise<ExitCode> {
  const { environment, resolve, print } = commands;
  const dataFolder = resolve(flags.data);
  const files = await readConfigurationFiles(resolve(folder));
  const told = (faults: readonly ConfigurationFault[]): ExitCode => {
    if (flags.json === true) print(JSON.stringify({ applied: false, faults }));
    else for (const fault of faults) print(describeFault(fault));
    return 1;
  };
  const done = (partners: number, agreements: number): ExitCode => {
    print(
      flags.json === true
        ? JSON.stringify({ applied: true, partners, agreements })
        : `applied: ${partners} partners, ${agreements} agreements`,
    );
    return 0;
  };

  const url = flags.apiUrl ?? (await commands.apiUrl(dataFolder)) ?? `http://${defaultApi.host}:${defaultApi.port}`;
  const key = await commands.apiKey(dataFolder);
  if (flags.apiUrl !== undefined || (key !== null && (await answers(url)))) {
    const { status, body } = await gatewayClient(url, key).post('/configuration', { base: dataFolder, files });
    if (status === 200) return done(Number(body.partners), Number(body.agreements));
    if (Array.isArray(body.faults)) return told(body.faults);
    throw new FailureError('config-invalid', String(body.detail ?? `the gateway answered ${status}`));
  }
  return commands.withStore({ dataFolder, databaseUrl: environment.DATABASE_URL ?? null }, async (context) => {
    const { configuration, faults } = await checkConfiguration(context, files, dataFolder);
    if (configuration === null) return told(faults);
    await putInForce(context, configuration, 'operator:cli');
    return done(configuration.partners.length, configuration.agreements.length);
  });
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
