import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test as base, beforeAll, describe, expect } from 'vitest';
import type { RemoteFiles } from '../../../src/transports/remote/remote-files.ts';
import { startProcess } from '../../support/child-process.ts';
import { committedTexts } from '../directory/disk-intake.ts';
import { hasProftpd, type ProftpdOptions, startProftpd } from '../ftps/proftpd.ts';
import { type PartnerServer, type Story, tell } from './killed-story.ts';
import { hasOpenSsh, startSshd } from './openssh.ts';
import { endpointOf } from './world.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-sftp-killed-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const text = 'ISA*00*whole~'.repeat(30);

const proftpd = (name: string, stride: number, options: ProftpdOptions) => ({
  name,
  stride,
  isPresent: hasProftpd,
  start: async (folder: string): Promise<PartnerServer> => ({
    protocol: 'ftps',
    endpoint: (await startProftpd(folder, options)).endpoint,
  }),
});
const servers = [
  {
    name: "OpenSSH's server",
    /** Between the steps it is killed before: every login over TLS costs. */
    stride: 1,
    isPresent: hasOpenSsh,
    start: async (folder: string): Promise<PartnerServer> => ({
      protocol: 'sftp',
      endpoint: endpointOf(await startSshd(folder)),
    }),
  },
  proftpd('ProFTPD', 1, {}),
  proftpd('ProFTPD over implicit TLS, without MLSD', 3, { security: 'implicit', facts: false }),
];

describe.each(servers)('kill -9 between each pair of steps, at $name', ({ isPresent, stride, start }) => {
  const test = base.skipIf(!isPresent);
  let server: PartnerServer;
  beforeAll(async () => {
    if (isPresent) server = await start(mkdtempSync(join(root, 'server-')));
  });
  const world = () => {
    const folder = mkdtempSync(join(root, 'files-'));
    const store = mkdtempSync(join(root, 'store-'));
    mkdirSync(join(folder, 'archive'));
    /** True: it was killed. Every fifth time in a process of its own, by kill -9; else it stops for ever and its connection is gone. */
    const run = async (role: Story['role'], mode: Story['mode'], killAt: number): Promise<boolean> => {
      const story: Story = { role, mode, server, folder, store, text, killAt };
      if (killAt >= 0 && killAt % 5 === 4)
        return (
          (await startProcess(new URL('./killed-process.ts', import.meta.url), { ...story }).ended()) === 'SIGKILL'
        );
      return await new Promise((resolve, reject) => {
        const kill = async (files: RemoteFiles | undefined): Promise<never> => {
          await files?.close();
          resolve(true);
          return new Promise(() => undefined);
        };
        tell(story, kill).then(() => resolve(false), reject);
      });
    };
    return { folder, store, run };
  };

  test.each(['rename', 'marker'] as const)(
    'an upload by %s arrives once',
    async (mode) => {
      let steps = 0;
      for (let wasKilled = true; wasKilled; steps += stride) {
        const { folder, run } = world();
        const taken: string[] = [];
        const takeFinal = (): void => {
          if (!existsSync(join(folder, mode === 'rename' ? '855-1.edi' : '855-1.edi.done'))) return;
          taken.push(readFileSync(join(folder, '855-1.edi'), 'utf8'));
          for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
        };
        wasKilled = await run('upload', mode, steps);
        takeFinal();
        if (wasKilled) await run('upload', mode, -1);
        takeFinal();
        expect({ steps, taken }).toEqual({ steps, taken: [text] });
      }
      expect(steps).toBeGreaterThan(5);
    },
    120_000,
  );

  test.each(['rename', 'marker'] as const)(
    'files picked up by %s are taken once, and archived',
    async (mode) => {
      let steps = 0;
      for (let wasKilled = true; wasKilled; steps += stride) {
        const { folder, store, run } = world();
        for (const name of ['a', 'b']) {
          writeFileSync(join(folder, `${name}.edi`), `text ${name}`);
          if (mode === 'marker') writeFileSync(join(folder, `${name}.edi.done`), '');
        }
        wasKilled = await run('look', mode, steps);
        if (wasKilled) await run('look', mode, -1);
        expect({ steps, texts: await committedTexts(store) }).toEqual({ steps, texts: ['text a', 'text b'] });
        expect({ steps, left: readdirSync(folder) }).toEqual({ steps, left: ['archive'] });
        expect({ steps, archived: readdirSync(join(folder, 'archive')).toSorted() }).toEqual({
          steps,
          archived: ['a.edi', 'b.edi'],
        });
      }
      expect(steps).toBeGreaterThan(9);
    },
    120_000,
  );
});
