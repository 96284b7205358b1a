import { expect, inject, test } from 'vitest';
import { runNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';

/** Starts a node that cannot start. Returns the one line that it ends with. */
async function lastWords(env: Readonly<Record<string, string>>): Promise<string> {
  const started = performance.now();
  const { code, output } = await runNodeProcess(env);
  expect(code).toBe(1);
  expect(performance.now() - started).toBeLessThan(15_000);
  expect(output).toMatch(/^MPIM cannot start: .*\n$/);
  return output;
}

test('a database that does not exist is named in one line', async () => {
  expect(await lastWords({ DATABASE_URL: `${inject('mysqlUrl')}absent` })).toContain('absent');
});

test('a password that the database refuses is reported in one line, which does not repeat it', async () => {
  const url = new URL(`${inject('mysqlUrl')}mysql`);
  url.password = 'wrong-secret';
  expect(await lastWords({ DATABASE_URL: url.href })).not.toContain('wrong-secret');
});

test('a Redis that does not answer, or that refuses the password, is reported in one line', async () => {
  await using stores = await realStores();
  expect(await lastWords({ ...stores.env, REDIS_URL: 'redis://127.0.0.1:1' })).toContain('REDIS_URL');
  const refused = inject('redisUrl').replace('redis://', 'redis://nobody:wrong-secret@');
  const words = await lastWords({ ...stores.env, REDIS_URL: refused });
  expect(words).toContain('REDIS_URL');
  expect(words).not.toContain('wrong-secret');
});
