import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { createRedisBus } from '../../src/bus/bus.redis.ts';
import type { Bus } from '../../src/bus/index.ts';
import { type PresenceHint, parsePresenceHint, presenceTopic } from '../../src/presence/hint.ts';
import { createHintPublisher } from '../../src/presence/hint-publisher.ts';
import { openRedisGate } from '../two-node/redis-gate.ts';

const logger = pino({ level: 'silent' });

/** Collects the hints about a user that another node receives. */
async function heardOf(bus: Bus, userId: bigint): Promise<readonly (PresenceHint | null)[]> {
  const heard: (PresenceHint | null)[] = [];
  await bus.subscribe(presenceTopic(userId), (message) => void heard.push(parsePresenceHint(message)));
  return heard;
}

test('hints that the bus lost are sent again once it is back, so that others read the presence again', async () => {
  const namespace = randomUUID();
  const [, port = ''] = /:(\d+)/.exec(inject('redisUrl')) ?? [];
  await using gate = await openRedisGate(Number(port));
  await using here = await createRedisBus({ url: gate.url, namespace, timeoutMs: 500, logger });
  await using there = await createRedisBus({ url: inject('redisUrl'), namespace, timeoutMs: 2_000, logger });
  const [ofOne, ofTwo, ofThree] = [await heardOf(there, 1n), await heardOf(there, 2n), await heardOf(there, 3n)];
  using telling = createHintPublisher(here);
  const standing = { kind: 'standing', devices: 1, idle: false, lastSeenAt: null } as const;
  telling.tell(1n, { ...standing, rev: 7 });
  await expect.poll(() => ofOne).toEqual([{ ...standing, rev: 7 }]);
  gate.cutPublishers();
  telling.tell(1n, { ...standing, rev: 8 });
  telling.tell(1n, { kind: 'chosen' });
  telling.tell(2n, { kind: 'access', others: [5n] });
  telling.tell(2n, { kind: 'access', others: [6n, 5n] });
  telling.tell(3n, { kind: 'access', others: [5n] });
  telling.tell(3n, { kind: 'access', others: null });
  await expect.poll(() => gate.lost()).toBeGreaterThan(0);
  gate.mend();
  await expect.poll(() => ofOne).toEqual([{ ...standing, rev: 7 }, { kind: 'chosen' }]);
  await expect.poll(() => ofTwo).toEqual([{ kind: 'access', others: [5n, 6n] }]);
  await expect.poll(() => ofThree).toEqual([{ kind: 'access', others: null }]);
});
