import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError } from '../core/failure.ts';
import { type OperatorApi, operatorApi } from '../simulator/api.ts';
import { freePorts } from '../simulator/bell.ts';
import { companiesOf, type DemoPorts } from '../simulator/companies.ts';
import { type CompanyProcess, startCompany } from '../simulator/company-process.ts';
import { differences, openAmount, parkedWork } from '../simulator/facts.ts';
import { simulationVariable } from '../simulator/index.ts';
import { ladderOf } from '../simulator/ladder.ts';
import { type News, paperOf, printer, timeOf } from '../simulator/news.ts';
import { shortcomings, table } from '../simulator/print.ts';
import {
  climb,
  hasFailed,
  isComplete,
  missing,
  newProgress,
  note,
  type Progress,
  rungCount,
  type Talk,
  wentWell,
} from '../simulator/progress.ts';
import type { Report } from '../simulator/protocol.ts';
import { CONVERSATIONS } from '../simulator/scenarios.ts';

export interface RunningGateway {
  readonly apiUrl: string;
  readonly partnersUrl: string;
  readonly apiKey: string;
  readonly sftp: { readonly url: string; readonly fingerprints: readonly string[] };
  stop(): Promise<void>;
  /** Settles with a reason when the gateway ends before it was asked to; absent: nobody watches it. */
  readonly ended?: Promise<string>;
}

export interface DemoOptions {
  /** Absolute. */
  readonly dataFolder: string;
  /** End when all is done, well or not, instead of leaving the gateway running. */
  readonly once: boolean;
  /** One JSON object a line, nothing else. */
  readonly json: boolean;
  readonly colour: boolean;
  /** For everything together, from the first order to the last rung. */
  readonly limitMs: number;
  /** Keys of the conversations wanted; absent: all. */
  readonly only?: readonly string[];
  readonly print: (line: string) => void;
  startGateway(): Promise<RunningGateway>;
  /** Puts the example company and partners into effect, their channels leading to the companies at these ports. */
  applyExamples(gateway: RunningGateway, ports: DemoPorts): Promise<DemoCredentials>;
  /** Executable and arguments of `tallyport simulate`. */
  readonly simulateCommand: readonly string[];
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** What of the gateway its partners must know. */
export interface DemoCredentials {
  /** PEM: of its AS2 key. */
  readonly gatewayCertificate: string;
  /** As authorized_keys has it. */
  readonly gatewaySshKey: string;
}

/** Twice a second would do for people; four times costs nothing and shows rungs in their order. */
const lookIntervalMs = 250;
/** When something is wrong and nothing has moved for 15 s, waiting for the end of the time tells nothing new; 3 s when every partner is done. */
const stillMsMax = 15_000;
const stillMsMaxWhenDone = 3_000;

interface Demo {
  readonly options: DemoOptions;
  readonly progress: Progress;
  readonly api: OperatorApi;
  readonly parties: readonly string[];
  readonly companies: Map<string, CompanyProcess>;
  readonly checkpoints: Set<Checkpoint>;
  /** Work that stood parked when the demo began: an earlier run's. */
  readonly parkedBefore: ReadonlySet<string>;
  /** What has happened since the last look: shown together, in the order of its times. */
  readonly news: News[];
  readonly show: (event: News) => void;
}

type Checkpoint = Extract<Report, { kind: 'checkpoint' }>;

/**
 * The whole demo: a gateway, simulated companies beside it, the ladder of every conversation as it climbs, and the account at the end.
 * Gives the exit code: 0 when every rung was met and nothing was found wrong, 1 otherwise; without `once` it stays until the signal comes.
 * Throws what `startGateway` and `applyExamples` throw. Whatever happens, nothing it started is left running.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { dataFolder, only } = options;
  const unknown = only?.find((key) => !CONVERSATIONS.some((conversation) => conversation.key === key));
  if (unknown !== undefined) {
    const known = CONVERSATIONS.map(({ key }) => key).join(', ');
    throw new FailureError('usage-wrong', `There is no conversation ${unknown}; there are ${known}.`);
  }
  const show = printer(options);
  show({ type: 'text', text: `The gateway starts in ${dataFolder} …`, data: { type: 'starting', dataFolder } });
  const gateway = await options.startGateway();
  const companies = new Map<string, CompanyProcess>();
  try {
    const [backOffice = 0, brightmart = 0, cedarsupply = 0, nordhandel = 0] = await freePorts(4);
    const ports = { backOffice, brightmart, cedarsupply, nordhandel };
    const credentials = await options.applyExamples(gateway, ports);
    const api = operatorApi(gateway.apiUrl, gateway.apiKey);
    const parkedBefore = new Set((await parkedWork(api)).map(({ id }) => id));
    const demo = openDemo({ options, api, companies, parkedBefore, show }, { ...gateway, ...credentials, ports });
    const code = await play(demo, gateway);
    if (!options.once && !options.signal.aborted) await stay(demo, gateway);
    return code;
  } finally {
    await Promise.all([...companies.values()].map((company) => company.stop()));
    await gateway.stop();
  }
}

type Opening = Pick<Demo, 'options' | 'api' | 'companies' | 'parkedBefore' | 'show'>;

function openDemo(opening: Opening, gateway: RunningGateway & DemoCredentials & { readonly ports: DemoPorts }): Demo {
  const { options, companies } = opening;
  const progress = newProgress(options.only);
  const buying = new Set([...progress.talks.values()].map(({ conversation }) => conversation.party));
  const demo: Demo = {
    ...opening,
    progress,
    parties: [...buying],
    checkpoints: new Set(),
    news: [],
  };
  for (const { name, role, options: companyOptions } of companiesOf({ ...gateway, ...options }, buying)) {
    const onReport = (report: Report) => hear(demo, report);
    const start = {
      command: options.simulateCommand,
      role,
      variable: simulationVariable,
      options: companyOptions,
      onReport,
    };
    companies.set(name, startCompany(start));
  }
  return demo;
}

function hear(demo: Demo, report: Report): void {
  note(demo.progress, report);
  if (report.kind === 'checkpoint') demo.checkpoints.add(report);
  demo.news.push({ type: 'report', at: demo.options.now().toISOString(), report });
}

/** Looks at every ladder and every claim until all is met, nothing more can come, the time is over or someone says stop. */
async function play(demo: Demo, gateway: RunningGateway): Promise<number> {
  const { options, progress, parties } = demo;
  const begun = options.now().getTime();
  let gone: string | null = null;
  gateway.ended?.then((why) => {
    gone = why;
  });
  let lastNews = begun;
  while (!isComplete(progress, parties) && gone === null && !options.signal.aborted) {
    await look(demo);
    const now = options.now().getTime();
    if (showNews(demo) > 0) lastNews = now;
    const still = parties.every((party) => progress.closed.has(party)) ? stillMsMaxWhenDone : stillMsMax;
    if (now - begun > options.limitMs || (hasFailed(progress) && now - lastNews > still)) break;
    await sleep(lookIntervalMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
  if (!isComplete(progress, parties) && gone === null && !options.signal.aborted) await askAccounts(demo);
  if (gone !== null) progress.failures.push(`the gateway ended: ${gone}`);
  else if (!options.signal.aborted) {
    // What failed since the last look: everything expected may be met, and one rung more stand there that failed.
    await look(demo);
    await lookForParked(demo);
  }
  showNews(demo);
  const well = wentWell(progress, parties);
  await account(demo, well, options.now().getTime() - begun, gone === null && !options.signal.aborted);
  return well ? 0 : 1;
}

/** Gives how many events were shown. */
function showNews({ news, show }: Demo): number {
  const events = news.splice(0).toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
  for (const event of events) show(event);
  return events.length;
}

/** A second for those who hang to say on what. */
async function askAccounts({ companies, progress }: Demo): Promise<void> {
  for (const company of companies.values()) company.tell({ kind: 'account' });
  for (let waits = 0; waits < 10 && progress.accounts.size < companies.size; waits += 1) await sleep(100);
}

/** Every rung may be met and something still lie aside that nobody sees. */
async function lookForParked(demo: Demo): Promise<void> {
  try {
    for (const { id, what } of await parkedWork(demo.api)) {
      if (!demo.parkedBefore.has(id)) demo.progress.failures.push(`the gateway parked ${what}`);
    }
  } catch (thrown) {
    demo.progress.failures.push(`the operator: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

async function look(demo: Demo): Promise<void> {
  try {
    await Promise.all([...demo.progress.talks.values()].map((talk) => lookAtLadder(demo, talk)));
    for (const checkpoint of demo.checkpoints) await lookAtClaim(demo, checkpoint);
  } catch (thrown) {
    if (demo.options.signal.aborted) return;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    if (demo.progress.failures.includes(`the operator: ${message}`)) return;
    hear(demo, { kind: 'failed', party: 'the operator', conversation: null, message });
  }
}

async function lookAtLadder({ api, news, options }: Demo, talk: Talk): Promise<void> {
  if (talk.order === null) return;
  const fresh = climb(talk, await ladderOf(api, talk.order, talk.usage, talk.conversation.party));
  // A rung without a time of its own was climbed between two looks.
  const now = options.now().toISOString();
  for (const rung of fresh)
    news.push({ type: 'rung', at: rung.at ?? now, talk, rung: { ...rung, at: rung.at ?? now } });
}

async function lookAtClaim(demo: Demo, checkpoint: Checkpoint): Promise<void> {
  const found: string[] = [];
  for (const fact of checkpoint.facts) found.push(...(await differences(demo.api, fact)));
  demo.progress.talks.get(checkpoint.conversation)?.unmet.set(checkpoint.step, found);
  if (found.length > 0) return;
  demo.checkpoints.delete(checkpoint);
  demo.companies.get(checkpoint.party)?.tell({ kind: 'checkpoint-met', id: checkpoint.id });
}

/** The end of the story: the table, what is missing, and where the gateway can be looked at. */
async function account(demo: Demo, well: boolean, durationMs: number, canAsk: boolean): Promise<void> {
  const { options, progress, show, api } = demo;
  const open = new Map<string, string>();
  for (const talk of canAsk ? progress.talks.values() : []) {
    const amount = await openAmount(api, talk.invoices, talk.usage).catch(() => 'unknown');
    if (amount !== null) open.set(talk.conversation.key, amount);
  }
  const seconds = (durationMs / 1_000).toLocaleString('en', { maximumFractionDigits: 1 });
  const short = shortcomings(progress);
  const conversations = [...progress.talks.values()].map((talk) => ({
    conversation: talk.conversation.key,
    order: talk.order,
    usage: talk.usage,
    rungs: rungCount(talk),
    steps: [...talk.steps],
    missing: missing(talk),
    failures: talk.failures,
    checks: talk.checksPassed,
    invoiced: talk.invoiced,
    paid: talk.paid,
    open: open.get(talk.conversation.key) ?? null,
  }));
  const verdict = well
    ? `Every rung was met: ${conversations.length} conversations, ${progress.checksPassed} checks, ${seconds} s.`
    : `Not every rung was met after ${seconds} s:`;
  show({
    type: 'text',
    text: ['', table(paperOf(options.colour), progress, open), '', verdict, ...short].join('\n'),
    data: {
      type: 'summary',
      ok: well,
      durationMs,
      checks: progress.checksPassed,
      conversations,
      failures: progress.failures,
    },
  });
}

/** The gateway and its partners live on: whoever looks at the demo may now look at the gateway. */
async function stay(demo: Demo, gateway: RunningGateway): Promise<void> {
  const { options, show } = demo;
  const { apiUrl, partnersUrl, apiKey } = gateway;
  const text = [
    '',
    `The gateway keeps running. Operators: ${apiUrl} (Authorization: Bearer ${apiKey})`,
    `Partners:                 ${partnersUrl}`,
    `Data folder:              ${options.dataFolder}`,
    'Ctrl-C stops it.',
  ].join('\n');
  show({ type: 'text', text, data: { type: 'running', apiUrl, partnersUrl, dataFolder: options.dataFolder } });
  let gone = false;
  gateway.ended?.then(() => {
    gone = true;
  });
  while (!options.signal.aborted && !gone) {
    showNews(demo);
    await sleep(lookIntervalMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
