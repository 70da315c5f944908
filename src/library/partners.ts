import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FailureError } from '../core/failure.ts';
import type { Channel } from '../partners/configuration.ts';
import {
  type ConfigurationChecks,
  type ParsedConfiguration,
  parseConfiguration,
} from '../partners/parse-configuration.ts';
import type { SourceFile } from '../partners/yaml-source.ts';

export interface ConfigurationPlace {
  /** Holds `company/` and `partners/`. */
  readonly root: string;
  /** What relative paths of directory channels begin at: the data folder. */
  readonly base: string;
  readonly checks?: ConfigurationChecks;
}

/**
 * Reads `company/` and `partners/<name>/` from disk and gives the configuration, directory paths made absolute, or its faults.
 * FailureError `not-found` when there is no `company/` or it can't be read: that is no fault of a file.
 */
export async function loadConfiguration({ root, base, checks }: ConfigurationPlace): Promise<ParsedConfiguration> {
  return configurationOf(await readConfigurationFiles(root), base, checks);
}

/** The configuration that files already read make, directory paths made absolute, or its faults. */
export function configurationOf(
  files: readonly SourceFile[],
  base: string,
  checks?: ConfigurationChecks,
): ParsedConfiguration {
  const parsed = parseConfiguration(files, checks);
  if (parsed.configuration === null) return parsed;
  const channels = parsed.configuration.channels.map((channel) => withAbsolutePaths(channel, base));
  return { configuration: { ...parsed.configuration, channels }, faults: [] };
}

/** The files of one configuration, their paths relative to `root` with forward slashes, in a stable order. */
export async function readConfigurationFiles(root: string): Promise<readonly SourceFile[]> {
  const files = [...(await yamlFilesIn(root, 'company')), ...(await rulesBelow(root, 'company/maps', rulesDepthMax))];
  for (const { name } of (await entriesOf(root, 'partners')).filter(isFolder)) {
    const folder = `partners/${name}`;
    files.push(...(await yamlFilesIn(root, folder)));
    for (const rules of ['maps', 'guides'])
      files.push(...(await rulesBelow(root, `${folder}/${rules}`, rulesDepthMax)));
  }
  return files;
}

/** As deep as a map's name may be: x12/004010/850 is three. */
const rulesDepthMax = 6;

async function rulesBelow(root: string, folder: string, depth: number): Promise<SourceFile[]> {
  const entries = await entriesOf(root, folder);
  if (entries.length === 0) return [];
  const files = await yamlFilesIn(root, folder);
  for (const { name } of depth > 1 ? entries.filter(isFolder) : [])
    files.push(...(await rulesBelow(root, `${folder}/${name}`, depth - 1)));
  return files;
}

async function yamlFilesIn(root: string, folder: string): Promise<SourceFile[]> {
  const names = (await entriesOf(root, folder))
    .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name) && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  return Promise.all(
    names.map(async (name) => ({ path: `${folder}/${name}`, text: await readFile(join(root, folder, name), 'utf8') })),
  );
}

// A link to a folder counts as one: partners may be kept elsewhere.
const isFolder = (entry: Dirent): boolean =>
  (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.');

async function entriesOf(root: string, folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (folder !== 'company' && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new FailureError('not-found', `${join(root, folder)} can't be read.`, {
      cause,
      remedy: 'A configuration is a folder that holds company/company.yaml and partners/<name>/.',
    });
  }
}

function withAbsolutePaths(channel: Channel, base: string): Channel {
  const { settings } = channel;
  if (settings.kind !== 'directory') return channel;
  const absolute = (path: string | null) => (path === null ? null : resolve(base, path));
  return {
    ...channel,
    settings: {
      ...settings,
      inbox: absolute(settings.inbox),
      archive: absolute(settings.archive),
      outbox: absolute(settings.outbox),
    },
  };
}
