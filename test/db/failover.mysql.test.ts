import { createConnection } from 'mariadb';
import { expect, test } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Db } from '../../src/db/index.ts';
import { createMysqlPool } from '../../src/db/mysql-pool.ts';
import { readingOptions } from '../../src/db/mysql-reading.ts';
import { type Service, startMariadb } from '../support/services.ts';
import { freshMysql } from './fresh.ts';
import { startProxy } from './proxy.ts';

const at = new Date('2026-01-02T03:04:05.678Z');

function newStream(db: Db): Promise<unknown> {
  return db.transaction((tx) => tx.stream.create({ data: { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at } }));
}

/** The port of the server that answers a read. */
async function serverOf(db: Db): Promise<number> {
  const [row] = await db.client.$queryRaw<{ port: number | bigint }[]>`SELECT @@port AS port`;
  return Number(row?.port);
}

test('when a server becomes read-only without closing connections, all connections move to the server that new ones lead to', async () => {
  await using servers = new AsyncDisposableStack();
  const [before, after]: [Service, Service] = [servers.use(await startMariadb()), servers.use(await startMariadb())];
  const place = await freshMysql(before.url);
  const name = new URL(place.place).pathname.slice(1);
  // A user with all privileges may write even then.
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

/** A pool on one of two servers, for a user who may not write to a read-only server. */
async function poolOnOneOf(servers: readonly Service[], now?: () => number) {
  for (const { port } of servers) {
    const root = await createConnection({ port, host: '127.0.0.1', user: 'root' });
    const made = [
      'CREATE DATABASE chat',
      'CREATE TABLE chat.said (n INT)',
      "CREATE USER app@'127.0.0.1'",
      "GRANT ALL ON chat.* TO app@'127.0.0.1'",
    ];
    for (const statement of made) await root.query(statement);
    await root.end();
  }
  const to = { at: 0, opened: 0, handshake: Promise.resolve() };
  const pool = createMysqlPool({
    ...{ size: 4, deadlineMs: 5_000, ...(now && { now }) },
    async open() {
      to.opened += 1;
      const { handshake } = to;
      const port = servers[to.at]?.port ?? 0;
      const connection = await createConnection({ ...readingOptions, port, host: '127.0.0.1', user: 'app', database: 'chat' });
      await handshake;
      return connection;
    },
  });
  return {
    ...{ pool, to },
    /** Writes a row. Returns whether the server accepted it. */
    async write(): Promise<boolean> {
      const connection = await pool.getConnection();
      try {
        await connection.query('BEGIN');
        await connection.query('INSERT INTO said VALUES (1)');
        await connection.query('COMMIT');
        return true;
      } catch (error) {
        await connection.query('ROLLBACK');
        if (!String(error).includes('read-only')) throw error;
        return false;
      } finally {
        await connection.release();
      }
    },
    /** The servers that answer concurrent reads, which leave room for another connection. */
    async readFrom(): Promise<ReadonlySet<unknown>> {
      const answers: unknown[][] = await Promise.all(Array.from({ length: 3 }, () => pool.query('SELECT @@port')));
      return new Set(answers.flat(2).map(Number));
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

async function setReadOnly({ port }: Service): Promise<void> {
  const root = await createConnection({ port, host: '127.0.0.1', user: 'root' });
  await root.query('SET GLOBAL read_only = 1');
  await root.end();
}

test('connections opened to the old server after its refusal are replaced too, once another server accepts a write', async () => {
  await using servers = new AsyncDisposableStack();
  const [before, after]: [Service, Service] = [servers.use(await startMariadb()), servers.use(await startMariadb())];
  await using asked = await poolOnOneOf([before, after]);
  await setReadOnly(before);
  expect(await asked.write()).toBe(false);
  expect(await asked.readFrom()).toEqual(new Set([before.port]));
  asked.to.at = 1;
  await expect.poll(asked.write).toBe(true);
  expect(await asked.readFrom()).toEqual(new Set([after.port]));
});

test('a connection to the old server that took long to open is used no further', async () => {
  await using servers = new AsyncDisposableStack();
  const [before, after]: [Service, Service] = [servers.use(await startMariadb()), servers.use(await startMariadb())];
  await using asked = await poolOnOneOf([before, after]);
  const { promise, resolve } = Promise.withResolvers<void>();
  asked.to.handshake = promise;
  const reading = asked.pool.query('SELECT @@port');
  await expect.poll(() => asked.to.opened).toBe(1);
  asked.to.handshake = Promise.resolve();
  await setReadOnly(before);
  expect(await asked.write()).toBe(false);
  asked.to.at = 1;
  expect(await asked.write()).toBe(true);
  resolve();
  expect(Number((await reading).flat()[0])).toBe(before.port);
  expect(await asked.readFrom()).toEqual(new Set([after.port]));
});

test('a server that stays read-only is not flooded with new connections by writers', async () => {
  await using servers = new AsyncDisposableStack();
  const server = servers.use(await startMariadb());
  let now = 0;
  await using asked = await poolOnOneOf([server], () => now);
  await setReadOnly(server);
  for (let times = 0; times < 20; times += 1) expect(await asked.write()).toBe(false);
  expect(asked.to.opened).toBe(2);
  now += 1_000;
  for (let times = 0; times < 20; times += 1) expect(await asked.write()).toBe(false);
  expect(asked.to.opened).toBe(3);
});
