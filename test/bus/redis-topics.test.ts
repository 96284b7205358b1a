import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepTopics } from '../../src/bus/redis-topics.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a connection that refuses topics is cut after a moment, but not the one that follows if it is lost before', async () => {
  const cut = vi.fn();
  let refuses = false;
  // The part of the client that topics use.
  const client = Object.assign(new EventEmitter(), {
    status: 'ready',
    subscribe: async () => {
      if (refuses) throw new Error('NOPERM');
    },
    disconnect: cut,
  });
  using topics = keepTopics(client as unknown as Redis, {
    timeoutMs: 1_000,
    logger: pino({ level: 'silent' }),
    onRestored: () => undefined,
  });
  await topics.join('stream:1');
  refuses = true;
  client.emit('close');
  client.emit('ready');
  await vi.advanceTimersByTimeAsync(500);
  client.emit('close');
  refuses = false;
  client.emit('ready');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(topics.live).toBe(true);
  expect(cut).not.toHaveBeenCalled();
  refuses = true;
  client.emit('close');
  client.emit('ready');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(topics.live).toBe(false);
  expect(cut).toHaveBeenCalledTimes(1);
});
