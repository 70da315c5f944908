import type { Clock } from '../core/clock.ts';
import type { NewId } from '../core/ids.ts';
import type { Maps } from '../library/maps.ts';
import type { Standards } from '../library/standards.ts';
import type { Evaluate } from '../mappers/index.ts';
import type { Database } from '../store/database.ts';
import type { WatchedConfiguration } from './known-configuration.ts';

/** What every flow is given; the composition root alone makes it. */
export interface FlowContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly configuration: WatchedConfiguration;
  readonly standards: Standards;
  /** The base maps; a partner's own stand over them: `KnownConfiguration.rulesOf`. */
  readonly maps: Maps;
  /** Evaluates the expressions of maps, apart from us and within limits. */
  readonly evaluate: Evaluate;
  /** Where files larger than memory are spooled before they are stored. */
  readonly temporaryFolder: string;
}
