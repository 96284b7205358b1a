import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { type Db, raw, type Tx } from '../../src/db/index.ts';
import { onMysql, type Service, startMariadb } from '../support/services.ts';
import { type Fresh, freshMysql } from './fresh.ts';
import { startProxy } from './proxy.ts';

const at = new Date('2026-01-02T03:04:05.678Z');

async function newStreams(db: Db, count: number): Promise<readonly bigint[]> {
  return db.transaction(async (tx) => {
    const ids: bigint[] = [];
    while (ids.length < count) ids.push((await tx.stream.create({ data: { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at } })).id);
    return ids;
  });
}

function raise(tx: Tx, id: bigint): Promise<unknown> {
  return tx.stream.update({ where: { id }, data: { lastSeq: { increment: 1 } } });
}

async function seqOf(db: Db, id: bigint): Promise<number> {
  return (await db.client.stream.findUniqueOrThrow({ where: { id } })).lastSeq;
}

/** Ends a transaction's connection from outside, as an administrator or a failing network would. */
async function killConnectionOf(place: Fresh, tx: Tx): Promise<void> {
  const [row] = await tx.$queryRaw<{ id: bigint }[]>`SELECT CONNECTION_ID() AS id`;
  await place.rows(`KILL CONNECTION ${row?.id}`);
}

describe('a transaction on MySQL', () => {
  let place: Fresh;
  let db: Db;
  beforeAll(async () => {
    place = await freshMysql(inject('mysqlUrl'));
    db = await place.open();
  });
  afterAll(async () => {
    await db[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  test('whose connection is killed half-way runs again and is done once', async () => {
    const [id = 0n] = await newStreams(db, 1);
    let tries = 0;
    await db.transaction(async (tx) => {
      tries += 1;
      await raise(tx, id);
      if (tries === 1) await killConnectionOf(place, tx);
      await raise(tx, id);
    });
    expect(tries).toBe(2);
    expect(await seqOf(db, id)).toBe(2);
  });

  test('whose work hides that its connection was killed stores nothing of what it did after', async () => {
    const [id = 0n] = await newStreams(db, 1);
    let tries = 0;
    const hiding = db.transaction(async (tx) => {
      tries += 1;
      await raise(tx, id);
      if (tries > 1) return;
      await killConnectionOf(place, tx);
      await raise(tx, id).catch(() => undefined);
    });
    // The end of the first try is not known for certain, so it does not run again.
    await expect(hiding).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(tries).toBe(1);
    expect(await seqOf(db, id)).toBe(0);
  });

  test('that deadlocks with another runs again, and both are done', async () => {
    const [a = 0n, b = 0n] = await newStreams(db, 2);
    const bothHold = Promise.withResolvers<void>();
    let holding = 0;
    let tries = 0;
    async function inOrder(first: bigint, second: bigint): Promise<void> {
      await db.transaction(async (tx) => {
        tries += 1;
        await raise(tx, first);
        holding += 1;
        if (holding === 2) bothHold.resolve();
        await bothHold.promise;
        await raise(tx, second);
      });
    }
    await Promise.all([inOrder(a, b), inOrder(b, a)]);
    expect(tries).toBeGreaterThan(2);
    expect([await seqOf(db, a), await seqOf(db, b)]).toEqual([2, 2]);
  });

  test('that deadlocks and hides it stores nothing of what it did after', async () => {
    const [a = 0n, b = 0n, c = 0n] = await newStreams(db, 3);
    const bothHold = Promise.withResolvers<void>();
    let holding = 0;
    async function careless(first: bigint, second: bigint): Promise<void> {
      await db.transaction(async (tx) => {
        await raise(tx, first);
        holding += 1;
        if (holding === 2) bothHold.resolve();
        await bothHold.promise;
        await raise(tx, second).catch(() => undefined);
        // After a deadlock the server has rolled back, and would store this by itself.
        await raise(tx, c).catch(() => undefined);
      });
    }
    await Promise.all([careless(a, b), careless(b, a)]);
    expect([await seqOf(db, a), await seqOf(db, b), await seqOf(db, c)]).toEqual([2, 2, 2]);
  });

  test('that does not get its lock in time throws UNAVAILABLE, and the lock stays with its holder', async () => {
    await using hasty = await place.open({ writeDeadlineMs: 500 });
    const [id = 0n] = await newStreams(db, 1);
    await db.transaction(async (tx) => {
      await db.lockStreams(tx, [id]);
      await expect(hasty.transaction((other) => hasty.lockStreams(other, [id]))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await raise(tx, id);
    });
    expect(await seqOf(db, id)).toBe(1);
  });

  test('that is given up opens no connection to kill its own, and the server rolls it back', async () => {
    const { port } = new URL(place.place);
    await using proxy = await startProxy(Number(port));
    let kills = 0;
    // The driver would open one. If that broke too, its rejection would end the process.
    proxy.cutAfter = (bytes) => {
      const kill = bytes.includes('KILL ');
      if (kill) kills += 1;
      return kill;
    };
    const url = place.place.replace(`:${port}/`, `:${proxy.port}/`);
    await using hasty = await connectMysql({ url, connections: 3, writeDeadlineMs: 500 });
    const [id = 0n, other = 0n] = await newStreams(db, 2);
    await db.transaction(async (tx) => {
      await db.lockStreams(tx, [id]);
      // By the end of the second, the first has long been given up.
      for (let times = 0; times < 2; times += 1) {
        const refused = hasty.transaction(async (given) => {
          await raise(given, times === 0 ? other : id);
          await hasty.lockStreams(given, [id]);
        });
        await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      }
    });
    await db.transaction((tx) => raise(tx, other));
    expect([await seqOf(db, other), kills]).toEqual([1, 0]);
  });

  test('of a node that freezes loses its locks after some seconds, and runs again if the node comes back', async () => {
    const [id = 0n] = await newStreams(db, 1);
    const silence = "SHOW SESSION VARIABLES WHERE Variable_name IN ('idle_transaction_timeout', 'wait_timeout')";
    let tries = 0;
    await db.transaction(async (tx) => {
      tries += 1;
      await db.lockStreams(tx, [id]);
      if (tries > 1) return raise(tx, id);
      const limits = await tx.$queryRaw<{ Value: string }[]>(raw(silence));
      expect(Math.min(...limits.map(({ Value: seconds }) => Number(seconds)))).toBe(onMysql ? 60 : 10);
      // Sooner than a test could wait.
      await tx.$executeRaw(raw('SET SESSION wait_timeout = 1 /*M! , idle_transaction_timeout = 1 */'));
      // Waits for the lock, while the transaction that holds it is silent.
      await place.run(`UPDATE Stream SET lastSeq = 5 WHERE id = ${id}`);
      return raise(tx, id);
    });
    expect([await seqOf(db, id), tries]).toEqual([6, 2]);
  });

  test('skips streams that another transaction holds, with leaveBusy', async () => {
    const [held = 0n, free = 0n] = await newStreams(db, 2);
    const lock = () => db.transaction(async (tx) => (await db.lockStreams(tx, [held, free], { leaveBusy: true })).rows.map(({ id }) => id));
    await db.transaction(async (tx) => {
      await db.lockStreams(tx, [held]);
      expect(await lock()).toEqual([free]);
    });
    expect(await lock()).toEqual([held, free]);
  });

  test('waits longer for a lock than the server allows, by trying again', async () => {
    const [id = 0n] = await newStreams(db, 1);
    // The server gives up a lock wait after 3 s.
    const holder = await place.open();
    const release = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const holding = holder.transaction(async (tx) => {
      await holder.lockStreams(tx, [id]);
      held.resolve();
      await release.promise;
    });
    await held.promise;
    let tries = 0;
    const waiting = db.transaction(async (tx) => {
      tries += 1;
      if (tries === 2) release.resolve();
      await db.lockStreams(tx, [id]);
      await raise(tx, id);
    });
    await Promise.all([waiting, holding]);
    await holder[Symbol.asyncDispose]();
    expect(tries).toBeGreaterThan(1);
    expect(await seqOf(db, id)).toBe(1);
  });

  test('that reads runs again if another node migrates a table after it began', async () => {
    let tries = 0;
    const count = await db.snapshot(async (tx) => {
      tries += 1;
      await tx.$queryRaw`SELECT id FROM User LIMIT 1`;
      if (tries === 1) await place.run('ALTER TABLE Draft ADD COLUMN ofTomorrow INT NOT NULL DEFAULT 0, ALGORITHM = COPY');
      return await tx.draft.count();
    });
    expect([count, tries]).toEqual([0, 2]);
  });

  test('whose connection is lost at COMMIT throws UNAVAILABLE and does not run again', async () => {
    const { port } = new URL(place.place);
    await using proxy = await startProxy(Number(port));
    await using db = await connectMysql({
      url: place.place.replace(`:${port}/`, `:${proxy.port}/`),
      connections: 3,
      writeDeadlineMs: 3_000,
    });
    const [id = 0n] = await newStreams(db, 1);
    let tries = 0;
    proxy.cutAfter = (bytes) => bytes.includes('COMMIT');
    const unknown = db.transaction(async (tx) => {
      tries += 1;
      await raise(tx, id);
    });
    await expect(unknown).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    proxy.cutAfter = () => false;
    expect(tries).toBe(1);
    // Here it was stored. The caller cannot know, and asks by a key of their own.
    await expect.poll(() => seqOf(db, id)).toBe(1);
  });

  test('opens no more connections than configured, one of them for reads if there are two', async () => {
    for (const connections of [1, 2]) {
      await using own = await freshMysql(inject('mysqlUrl'));
      await using db = await connectMysql({ url: own.place, connections, writeDeadlineMs: 3_000 });
      const [id = 0n] = await newStreams(db, 1);
      for (let round = 1; round <= 3; round += 1) {
        await db.transaction((tx) => raise(tx, id));
        expect(await seqOf(db, id)).toBe(round);
      }
      const others = 'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()';
      // The server may learn later that the connection of the migrations is closed.
      await expect.poll(async () => (await own.rows(others)).length).toBe(connections);
    }
  });

  test.each([
    ['a transaction', 'autocommit = 0'],
    ['a read', 'autocommit = 1'],
  ])('runs again if the connection is lost as it turns to %s', async (_, turn) => {
    const { port } = new URL(place.place);
    await using proxy = await startProxy(Number(port));
    const url = place.place.replace(`:${port}/`, `:${proxy.port}/`);
    await using db = await connectMysql({ url, connections: 1, writeDeadlineMs: 3_000 });
    const [id = 0n] = await newStreams(db, 1);
    let cuts = 0;
    proxy.cutAfter = (bytes) => {
      if (cuts > 0 || !bytes.includes(turn)) return false;
      cuts += 1;
      return 'unsent';
    };
    expect(await seqOf(db, id)).toBe(0);
    await db.transaction((tx) => raise(tx, id));
    expect([await seqOf(db, id), cuts]).toEqual([1, 1]);
  });

  test.each([
    'as it logs in',
    'as soon as it has',
    'while it is set up',
  ])('whose connection is lost %s gets another, and nothing else is harmed', async (moment) => {
    const { port } = new URL(place.place);
    await using proxy = await startProxy(Number(port));
    const url = place.place.replace(`:${port}/`, `:${proxy.port}/`);
    await using db = await connectMysql({ url, connections: 3, writeDeadlineMs: 3_000 });
    const [id = 0n] = await newStreams(db, 1);
    let [logins, cuts] = [0, 0];
    const cutsNow: Readonly<Record<string, (bytes: Buffer, login: boolean) => boolean>> = {
      'as it logs in': (_bytes, login) => login,
      'as soon as it has': (_bytes, login) => !login && logins > 0,
      'while it is set up': (bytes) => bytes.includes('innodb_lock_wait_timeout'),
    };
    proxy.cutAfter = (bytes) => {
      const login = bytes.includes('_password');
      if (login) logins += 1;
      if (cuts > 0 || cutsNow[moment]?.(bytes, login) !== true) return false;
      cuts += 1;
      return 'unsent';
    };
    // Of the open connections, one serves the transaction and one a read. Another read needs one more.
    await db.transaction(async (tx) => {
      await raise(tx, id);
      const [seq] = await Promise.all([seqOf(db, id), db.now(), db.now()]);
      expect(seq).toBe(0);
    });
    expect([await seqOf(db, id), cuts]).toEqual([1, 1]);
  });
});

describe('a MySQL server that goes away', () => {
  let server: Service;
  let place: Fresh;
  let db: Db;
  beforeAll(async () => {
    // Time zones must not matter, so they are as wrong as possible.
    server = await startMariadb({ args: ['--default-time-zone=+05:30'] });
    place = await freshMysql(server.url);
    db = await place.open({ writeDeadlineMs: 1_500 });
  });
  afterAll(async () => {
    await db[Symbol.asyncDispose]();
    await server.stop();
  });

  async function expectUnavailable(work: Promise<unknown>): Promise<void> {
    const start = performance.now();
    await expect(work).rejects.toMatchObject({ name: 'ChatError', code: 'UNAVAILABLE' });
    expect(performance.now() - start).toBeLessThan(2_500);
  }

  test('and is killed means UNAVAILABLE within the deadline, and everything works after its return', async () => {
    const [id = 0n] = await newStreams(db, 1);
    await server.kill();
    await Promise.all([
      expectUnavailable(db.client.stream.findMany()),
      expectUnavailable(db.ping()),
      expectUnavailable(db.transaction((tx) => raise(tx, id))),
      expectUnavailable(db.snapshot((tx) => tx.stream.findMany())),
    ]);
    await server.restart();
    await db.transaction((tx) => raise(tx, id));
    expect(await seqOf(db, id)).toBe(1);
  });

  test('and comes back within the deadline goes unnoticed', async () => {
    const [id = 0n] = await newStreams(db, 1);
    await using patient = await place.open({ writeDeadlineMs: 20_000 });
    await server.kill();
    const works = [patient.client.stream.count(), patient.transaction((tx) => raise(tx, id)), patient.snapshot((tx) => tx.stream.count())];
    await server.restart();
    await Promise.all(works);
    expect(await seqOf(patient, id)).toBe(1);
  });

  test('and hangs means UNAVAILABLE within the deadline, and what was refused is not stored later', async () => {
    const [id = 0n] = await newStreams(db, 1);
    await server.pause();
    await Promise.all([
      expectUnavailable(db.client.stream.findMany()),
      expectUnavailable(db.transaction((tx) => raise(tx, id))),
      expectUnavailable(db.snapshot((tx) => tx.stream.findMany())),
    ]);
    server.resume();
    await db.transaction(async (tx) => {
      await db.lockStreams(tx, [id]);
      await raise(tx, id);
    });
    expect(await seqOf(db, id)).toBe(1);
  });

  test('and hangs means UNAVAILABLE also if a timer of Prisma fires just before the deadline', async () => {
    await server.pause();
    onTestFinished(() => server.resume());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    // Timers count from the last whole millisecond.
    vi.advanceTimersByTime(0.9);
    const refused = db.snapshot((tx) => tx.stream.count()).catch((error: unknown) => error);
    // That of the caller, of Prisma, and of the first statement or its connection.
    while (vi.getTimerCount() < 3) await nextTurn();
    vi.advanceTimersByTime(1_499.1);
    for (let turns = 0; turns < 10; turns += 1) await nextTurn();
    vi.advanceTimersByTime(1);
    expect(await refused).toMatchObject({ name: 'ChatError', code: 'UNAVAILABLE' });
  });

  test('keeps times in UTC, whatever the time zones of server and process', async () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'America/Caracas';
    try {
      const [id = 0n] = await newStreams(db, 1);
      expect((await db.client.stream.findUniqueOrThrow({ where: { id } })).lastAt).toEqual(at);
      const [row] = await place.rows(`SELECT CAST(lastAt AS CHAR) AS text, @@time_zone AS zone FROM Stream WHERE id = ${id}`);
      expect(row).toEqual({ text: '2026-01-02 03:04:05.678', zone: '+05:30' });
      expect(Math.abs((await db.now()).getTime() - Date.now())).toBeLessThan(5_000);
      const { now } = await db.transaction((tx) => db.lockStreams(tx, [id]));
      expect(Math.abs(now.getTime() - Date.now())).toBeLessThan(5_000);
    } finally {
      process.env['TZ'] = zone;
    }
  });
});
