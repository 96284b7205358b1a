import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Redis, type RedisOptions } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { startRedis } from './services.ts';

function client(url: string, options: RedisOptions = {}): Redis {
  const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null, ...options });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe('a private service', () => {
  it('is not the run’s shared one, and its files are removed when it stops', async () => {
    const service = await startRedis();
    expect(service.url).not.toBe(inject('redisUrl'));
    const [, folder] = (await client(service.url).config('GET', 'dir')) as string[];
    expect(existsSync(String(folder))).toBe(true);
    await service.stop();
    expect(existsSync(String(folder))).toBe(false);
    await service.stop();
  });

  it('comes back on the same port after a restart', async () => {
    await using service = await startRedis();
    const redis = client(service.url);
    await redis.set('word', 'kept in memory only');
    await service.kill();
    await service.restart();
    expect(await redis.get('word')).toBeNull();
  });

  it('does not answer while it is paused, and keeps its state', async () => {
    await using service = await startRedis();
    const redis = client(service.url, { commandTimeout: 200 });
    await redis.set('word', 'kept');
    await service.pause();
    await expect(redis.get('word')).rejects.toThrow('Command timed out');
    service.resume();
    expect(await redis.get('word')).toBe('kept');
  });

  it('does not outlive a test runner that is killed', async () => {
    const program = `
      import { startRedis } from './test/support/services.ts';
      const service = await startRedis();
      process.stdout.write(String(service.port));
      process.kill(process.pid, 'SIGKILL');
    `;
    const runner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(runner, 'exit');
    const port = await text(runner.stdout);
    await ended;
    const redis = new Redis(Number(port), { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    await expect
      .poll(() =>
        redis.connect().then(
          () => 'answers',
          () => 'gone',
        ),
      )
      .toBe('gone');
  });
});
