import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createShard } from '../../src/bus/shard.ts';

test('messages that a master which hangs has not taken when it is replaced are reported as dropped', async () => {
  const dropped = vi.fn();
  const late = Promise.withResolvers<number>();
  // The parts of the clients that a shard uses.
  const client = (commands: object) =>
    Object.assign(new EventEmitter(), { status: 'ready', disconnect: () => undefined }, commands) as unknown as Redis;
  async function quit(): Promise<never> {
    // Commands time out in the order in which they were sent.
    late.reject(new Error('Command timed out'));
    throw new Error('Command timed out');
  }
  const shard = createShard({
    ...{ address: '127.0.0.1:7000', sharded: false, pulseMs: 60_000, logger: pino({ level: 'silent' }) },
    publisher: client({ publish: () => late.promise, quit }),
    subscriber: client({}),
    events: { heard: () => undefined, lost: () => undefined, back: () => undefined, refused: () => undefined, dropped },
  });
  const sending = shard.outbox.send('stream:1', 'hint');
  await shard[Symbol.asyncDispose]();
  expect(await sending).toBe('unknown');
  expect(dropped).toHaveBeenCalledTimes(1);
});
