import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { inject } from 'vitest';
import { createRedisRegistry } from '../../src/cluster/registry.redis.ts';
import { describeCluster } from './cluster.contract.ts';

const logger = pino({ level: 'silent' });

describeCluster('nodes on the registry in Redis', () => {
  const namespace = randomUUID();
  return () => createRedisRegistry({ url: inject('redisUrl'), namespace, logger });
});
