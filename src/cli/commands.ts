import type { Clock } from '../core/clock.ts';
import type { FlowContext } from '../flows/context.ts';
import type { ProcessStreams } from '../simulator/process.ts';
import type { Address, ServedGateway, ServeSettings } from './serve.ts';

/** What the commands are given by the composition root. */
export interface Commands {
  readonly packageRoot: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly colour: boolean;
  readonly clock: Clock;
  readonly untilSignal: () => AbortSignal;
  /** The same, and aborted too when stdin closes: for a process that must not outlive the one that started it. */
  readonly untilParentEnds: () => AbortSignal;
  readonly address: (text: string | undefined, fallback: Address) => Address;
  readonly startGateway: (settings: ServeSettings) => Promise<ServedGateway>;
  readonly withStore: <T>(
    settings: Pick<ServeSettings, 'dataFolder' | 'databaseUrl'>,
    use: (context: FlowContext) => Promise<T>,
  ) => Promise<T>;
  /** What private keys are sealed with: from the environment, else kept in the data folder beside the embedded database. */
  readonly masterKey: (settings: Pick<ServeSettings, 'dataFolder' | 'databaseUrl'>) => Promise<Buffer | null>;
  readonly apiKey: (dataFolder: string) => Promise<string | null>;
  /** Where a gateway that runs on this folder answers; null: none does. */
  readonly apiUrl: (dataFolder: string) => Promise<string | null>;
  /** How this program is started again, for processes of its own. */
  readonly selfCommand: readonly string[];
  readonly streams: ProcessStreams;
  readonly resolve: (...paths: string[]) => string;
}

/** 0 fine, 1 the input has problems, 2 wrong usage or a file that can't be read, 3 our failure. */
export type ExitCode = number;

export const defaultApi: Address = { host: '127.0.0.1', port: 8480 };
export const defaultPartners: Address = { host: '127.0.0.1', port: 8481 };

export interface ApplyFlags {
  readonly data: string;
  readonly apiUrl?: string;
  readonly json?: true;
}
export interface AskFlags {
  readonly data: string;
  readonly apiUrl?: string;
  readonly json?: true;
}
