import { defineConfig } from 'vitest/config';

const database = { globalSetup: ['test/support/start-database.ts'], testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // Two cores are enough for the workers; more would only make the tests of crashes and leases wait for each other.
    maxWorkers: 2,
    projects: [
      { test: { ...database, name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/fuzz/**'] } },
      // The queue's suite runs in `unit` on PostgreSQL; here the same files run once more on Redis.
      ...(process.env.REDIS_URL === undefined
        ? []
        : [
            {
              test: {
                ...database,
                name: 'redis',
                fileParallelism: false,
                include: ['test/queues/**/*.test.ts'],
                env: { QUEUE: 'redis' },
              },
            },
          ]),
      // Long by nature: `npm run fuzz` asks for it by name, a plain run leaves it out.
      ...(!process.argv.includes('fuzz')
        ? []
        : [{ test: { name: 'fuzz', include: ['test/fuzz/**/*.test.ts'], testTimeout: 600_000 } }]),
    ],
  },
});
