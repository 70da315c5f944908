import { createRedisBackend } from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import { FailureError } from '../core/failure.ts';
import { bullQueue, throwUnreachable } from './bull-queue.ts';
import type { Queue } from './queue.ts';

export interface RedisQueueConfig {
  /** redis:// or rediss://, with user, password and database number; any node of a cluster. */
  readonly url: string;
  /** Set before every key, for several gateways on one Redis. */
  readonly keyPrefix?: string;
}

const connectMsMax = 5_000;

/**
 * BullMQ on Redis or a Redis Cluster, told apart by asking. The hash tag in the prefix keeps each lane's keys on one node of a cluster,
 * and lets lanes lie on different ones.
 * Throws FailureError `queue-unreachable`, or `config-invalid` when Redis may evict keys: a queue is not a cache.
 */
export async function openRedisQueue({ url, keyPrefix = 'tallyport' }: RedisQueueConfig): Promise<Queue> {
  const isCluster = await inspect(url);
  // The relay gives claims back when a command fails at once; a worker waits for its blocking command as long as it takes.
  const producer = connect(url, isCluster, 1);
  const consumer = connect(url, isCluster, null);
  return bullQueue({
    factory: createRedisBackend,
    producer,
    consumer,
    prefixOf: (lane) => `{${keyPrefix}:${lane}}`,
    async close() {
      await Promise.all([producer, consumer].map((client) => client.quit().catch(() => client.disconnect())));
    },
  });
}

function connect(url: string, isCluster: boolean, maxRetriesPerRequest: number | null): Redis | Cluster {
  const client = isCluster
    ? new Cluster([url], { redisOptions: { maxRetriesPerRequest } })
    : new Redis(url, { maxRetriesPerRequest });
  client.on('error', () => {}); // the command that met it fails as well, and ioredis connects again
  return client;
}

/** Looks at the server once: whether it is a cluster's node, and that it never evicts. INFO is allowed where CONFIG is not. */
async function inspect(url: string): Promise<boolean> {
  const probe = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: connectMsMax,
    maxRetriesPerRequest: 0,
  });
  probe.on('error', () => {}); // connect() throws it
  try {
    await probe.connect();
    const facts = new Map(
      (await probe.info()).split('\r\n').map((line) => [line.split(':', 1)[0], line.slice(line.indexOf(':') + 1)]),
    );
    const policy = facts.get('maxmemory_policy');
    if (policy !== 'noeviction') {
      throw new FailureError(
        'config-invalid',
        `Redis evicts keys (maxmemory-policy ${policy}): it would drop jobs when it is full.`,
        {
          remedy: 'Set maxmemory-policy noeviction on the Redis of REDIS_URL.',
        },
      );
    }
    return facts.get('redis_mode') === 'cluster';
  } catch (error) {
    return throwUnreachable(error);
  } finally {
    probe.disconnect();
  }
}
