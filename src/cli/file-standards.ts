import { furtherFolders, openStandards, type Standards } from '../library/standards.ts';
import type { Commands } from './commands.ts';

/** The tables a gateway on this data folder would judge by: ours, and a licensee's. */
export const standardsFor = ({ environment, resolve }: Commands): Standards =>
  openStandards(
    undefined,
    furtherFolders(environment.TALLYPORT_STANDARDS, resolve(environment.TALLYPORT_DATA ?? '.tallyport')),
  );
