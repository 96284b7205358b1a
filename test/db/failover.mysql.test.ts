import { expect, test } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Db } from '../../src/db/index.ts';
import { type Service, startMariadb } from '../support/services.ts';
import { freshMysql } from './fresh.ts';
import { startProxy } from './proxy.ts';

const at = new Date('2026-01-02T03:04:05.678Z');

function newStream(db: Db): Promise<unknown> {
  return db.transaction((tx) => tx.stream.create({ data: { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at } }));
}

/** Which server answers a read. */
async function serverOf(db: Db): Promise<number> {
  const [row] = await db.client.$queryRaw<{ port: number | bigint }[]>`SELECT @@port AS port`;
  return Number(row?.port);
}

test('a server that has become read-only and closes no connection is left by all of them, for the one to which new ones lead', async () => {
  await using servers = new AsyncDisposableStack();
  const [before, after]: [Service, Service] = [servers.use(await startMariadb()), servers.use(await startMariadb())];
  const place = await freshMysql(before.url);
  const name = new URL(place.place).pathname.slice(1);
  // Who may do everything may write all the same.
  const grant = ["CREATE USER app@'127.0.0.1'", `GRANT ALL ON ${name}.* TO app@'127.0.0.1'`];
  for (const statement of grant) await place.run(statement);
  const other = await freshMysql(after.url);
  for (const statement of [`CREATE DATABASE ${name}`, ...grant]) await other.run(statement);
  await (await connectMysql({ url: `${after.url}${name}`, connections: 1, writeDeadlineMs: 8_000 }))[Symbol.asyncDispose]();

  await using proxy = await startProxy(before.port);
  await using db = await connectMysql({ url: `mysql://app@127.0.0.1:${proxy.port}/${name}`, connections: 6, writeDeadlineMs: 8_000 });
  await Promise.all(Array.from({ length: 6 }, () => newStream(db)));
  expect(new Set(await Promise.all(Array.from({ length: 6 }, () => serverOf(db))))).toEqual(new Set([before.port]));

  await place.run('SET GLOBAL read_only = 1');
  proxy.target = after.port;
  await Promise.all(Array.from({ length: 12 }, () => newStream(db)));
  expect(new Set(await Promise.all(Array.from({ length: 6 }, () => serverOf(db))))).toEqual(new Set([after.port]));
  expect(await db.client.stream.count({ where: { kind: 'GROUP' } })).toBe(12);
});
