import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Intake, OfferedFile } from '../../../src/transports/transport.ts';

/**
 * An intake that keeps its promises on disk, as a database would: committed by one atomic link, unique by source key.
 * `at` is told each step, so that a test can kill the process there.
 */
export function diskIntake(
  folder: string,
  at: (step: 'read' | 'committed') => Promise<void> | void = () => undefined,
): Intake {
  return {
    async receive(file: OfferedFile) {
      await mkdir(folder, { recursive: true });
      const key = createHash('sha256')
        .update(file.sourceKey ?? 'none')
        .digest('hex')
        .slice(0, 32);
      const target = join(folder, key);
      const chunks: Uint8Array[] = [];
      for await (const chunk of file.bytes) chunks.push(chunk);
      const temporary = join(folder, `.${key}.${process.pid}.${process.hrtime.bigint()}`);
      const handle = await open(temporary, constants.O_CREAT | constants.O_WRONLY | constants.O_EXCL);
      await handle.writeFile(Buffer.concat(chunks));
      await handle.close();
      await at('read');
      let isNew = true;
      try {
        await link(temporary, target);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        isNew = false;
      }
      await rm(temporary);
      await at('committed');
      return { transmissionId: key, isNew };
    },
  };
}

/** What was committed: the texts, sorted. */
export async function committedTexts(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).toSorted();
}
