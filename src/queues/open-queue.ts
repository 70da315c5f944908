import type { PoolConfig } from 'pg';
import type { Queue } from './queue.ts';
import type { RedisQueueConfig } from './redis-queue.ts';

export type QueueConfig =
  | { readonly kind: 'postgres'; readonly pool: PoolConfig }
  | ({ readonly kind: 'redis' } & RedisQueueConfig);

/** Opens the queue the configuration names, loading only that one's driver. Throws what it throws. */
export async function openQueue(config: QueueConfig): Promise<Queue> {
  switch (config.kind) {
    case 'postgres':
      return (await import('./postgres-queue.ts')).openPostgresQueue(config.pool);
    case 'redis':
      return (await import('./redis-queue.ts')).openRedisQueue(config);
  }
}
