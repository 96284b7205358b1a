import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { type Db, holdAddressed, holdUsers, holdUsersForChange, join, sql } from '../../src/db/index.ts';
import { createLog, type Fact } from '../../src/log/index.ts';
import { mysqlDb } from '../support/db.ts';
import { realStores } from '../support/stores.ts';
import { promisesOfCommits } from './commit.contract.ts';

describe('commits on MariaDB', () => {
  promisesOfCommits(mysqlDb);

  test('run two at a time if many appends wait', async () => {
    await using db = await mysqlDb();
    await using bus = createMemoryBus();
    const batch = 128;
    await using log = createLog({ db, bus, logger: pino({ level: 'silent' }), limits: { batch, queue: 10_000, deadlineMs: 8_000 } });
    const newStream = () =>
      log.append({ lock: [], decide: async () => ({ create: [{ kind: 'GROUP' }], result: ({ created }) => created[0] ?? 0n }) });
    const streams = await Promise.all(Array.from({ length: 2 * batch }, newStream));
    const moreThanOne = Promise.withResolvers<void>();
    let deciding = 0;
    const seqs = await Promise.all(
      streams.map((stream) =>
        log.append({
          lock: [stream],
          async decide() {
            deciding += 1;
            if (deciding > batch) moreThanOne.resolve();
            await moreThanOne.promise;
            return {
              entries: () => [{ stream, actorId: 1n, entry: { type: 'MemberJoined', data: { userId: 1n } } }],
              result: ({ entries }) => entries[0]?.seq,
            };
          },
        }),
      ),
    );
    expect(seqs).toEqual(streams.map(() => 1));
  });

  test('read what they prefetch under the locks: a read from before is not used', async () => {
    await using db = await mysqlDb();
    await using bus = createMemoryBus();
    await using log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
    const stream = await log.append({
      lock: [],
      decide: async () => ({ create: [{ kind: 'GROUP' }], result: ({ created }) => created[0] ?? 0n }),
    });
    // This read does not wait for locks and would return the row as it is.
    const ordinal: Fact<bigint, number | undefined> = {
      name: 'ordinal',
      key: String,
      async read(tx, ids) {
        const rows = await tx.$queryRaw<{ id: bigint; lastOrdinal: number }[]>(
          sql`SELECT id, lastOrdinal FROM Stream WHERE id IN (${join(ids)})`,
        );
        return ids.map((one) => rows.find(({ id }) => id === one)?.lastOrdinal);
      },
    };
    const decided: unknown[] = [];
    const holds = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const holding = db.transaction(async (tx) => {
      await db.lockStreams(tx, [stream]);
      holds.resolve();
      await release.promise;
      await tx.$executeRaw(sql`UPDATE Stream SET lastOrdinal = 7 WHERE id = ${stream}`);
    });
    await holds.promise;
    const appended = log.append({
      lock: [stream],
      prefetch: (read) => read(ordinal, stream),
      async decide({ head, read }) {
        decided.push([head(stream)?.lastOrdinal, await read(ordinal, stream)]);
        return { result: () => undefined };
      },
    });
    await expect.poll(() => isLocking(db)).toBe(true);
    release.resolve();
    await Promise.all([appended, holding]);
    expect(decided).toEqual([[7, 7]]);
  });

  test('let others write while a stream is held, even if one append of the commit fails', async () => {
    await using db = await mysqlDb();
    await using bus = createMemoryBus();
    await using log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
    const newStream = () =>
      log.append({ lock: [], decide: async () => ({ create: [{ kind: 'GROUP' }], result: ({ created }) => created[0] ?? 0n }) });
    const [busy, free, other] = [await newStream(), await newStream(), await newStream()];
    const [holds, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = db.transaction(async (tx) => {
      await db.lockStreams(tx, [busy]);
      holds.resolve();
      await release.promise;
    });
    await holds.promise;
    const order: string[] = [];
    const append = async (name: string, stream: bigint, write: () => Promise<void> = async () => undefined) => {
      const entries = () => [{ stream, actorId: 1n, entry: { type: 'MemberJoined' as const, data: { userId: 1n } } }];
      await log.append({ lock: [stream], keys: [name], decide: async () => ({ entries, write, result: () => undefined }) });
      order.push(name);
    };
    const behind = [append('first there', busy), append('second there', busy)];
    const beside = await Promise.allSettled([
      append('spoilt', other, async () => {
        throw new Error('this cannot be written');
      }),
      append('elsewhere', free),
    ]);
    expect(beside.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(order).toEqual(['elsewhere']);
    release.resolve();
    await Promise.all([...behind, holding]);
    expect(order).toEqual(['elsewhere', 'first there', 'second there']);
  });

  test('let others write and read while another node holds more streams than there are connections', async () => {
    await using stores = await realStores();
    const open = () => connectMysql({ url: stores.env['DATABASE_URL'] ?? '', connections: 4, writeDeadlineMs: 8_000 });
    await using db = await open();
    await using other = await open();
    await using bus = createMemoryBus();
    await using log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
    const newStream = () =>
      log.append({ lock: [], decide: async () => ({ create: [{ kind: 'GROUP' }], result: ({ created }) => created[0] ?? 0n }) });
    const streams = await Promise.all(Array.from({ length: 20 }, newStream));
    const [free = 0n, ...held] = streams;
    const [holds, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = other.transaction(async (tx) => {
      await other.lockStreams(tx, held);
      holds.resolve();
      await release.promise;
    });
    await holds.promise;
    const order: string[] = [];
    const append = async (name: string, stream: bigint) => {
      await log.append({ lock: [stream], decide: async () => ({ result: () => undefined }) });
      order.push(name);
    };
    const behind = held.map((stream) => append('behind', stream));
    await expect.poll(() => isLocking(db)).toBe(true);
    await Promise.all([append('beside', free), db.snapshot((tx) => tx.stream.count())]);
    order.push('read');
    release.resolve();
    await Promise.all([...behind, holding]);
    expect(order).toEqual(['beside', 'read', ...held.map(() => 'behind')]);
  });

  test('hold no user for an append that waits for its stream, so that others can change that user', async () => {
    await using db = await mysqlDb();
    await using bus = createMemoryBus();
    await using log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
    const newStream = () =>
      log.append({ lock: [], decide: async () => ({ create: [{ kind: 'GROUP' }], result: ({ created }) => created[0] ?? 0n }) });
    const [busy, free] = [await newStream(), await newStream()];
    const user = { id: 7n, handle: 'ada', displayName: 'Ada', passwordHash: 'x', createdAt: new Date(0) };
    await db.transaction((tx) => tx.user.create({ data: user }));
    const held: Fact<bigint, number> = {
      name: 'held',
      key: String,
      async read(tx, ids) {
        const users = await holdUsers(db, tx, ids);
        return ids.map(() => users.length);
      },
    };
    const [holds, release, decides, decide] = Array.from({ length: 4 }, () => Promise.withResolvers<void>()) as [
      Signal,
      Signal,
      Signal,
      Signal,
    ];
    const holding = db.transaction(async (tx) => {
      await db.lockStreams(tx, [busy]);
      holds.resolve();
      await release.promise;
    });
    await holds.promise;
    const left = log.append({
      lock: [busy],
      prefetch: (read) => read(held, user.id),
      async decide({ read }) {
        const users = await read(held, user.id);
        return { result: () => users };
      },
    });
    const other = log.append({
      lock: [free],
      async decide() {
        decides.resolve();
        await decide.promise;
        return { result: () => undefined };
      },
    });
    await decides.promise;
    await db.transaction((tx) => tx.user.update({ where: { id: user.id }, data: { displayName: 'Ada L.' } }));
    decide.resolve();
    release.resolve();
    expect(await left).toBe(1);
    await Promise.all([other, holding]);
  });

  test('of nearly all users do not wait for one whom another node holds', async () => {
    await using db = await mysqlDb();
    const ids = Array.from({ length: 10 }, (_, n) => BigInt(n + 1));
    const users = ids.map((id) => ({ id, handle: `user-${id}`, displayName: 'Ada', passwordHash: 'x', createdAt: new Date(0) }));
    await db.transaction((tx) => tx.user.createMany({ data: users }));
    const [held = 0n, ...others] = ids;
    await db.transaction(async (holding) => {
      await holding.user.update({ where: { id: held }, data: { displayName: 'Ada L.' } });
      await db.transaction(async (tx) => {
        expect(await holdUsers(db, tx, others)).toHaveLength(others.length);
        const pairs = others.map((toId) => ({ fromId: 2n, toId }));
        expect(await holdAddressed(db, tx, pairs)).toHaveLength(others.length);
        await holdUsersForChange(db, tx, others);
      });
    });
  });
});

type Signal = PromiseWithResolvers<void>;

/** Whether a statement waits for a stream that another transaction holds. */
async function isLocking(db: Db): Promise<boolean> {
  const statements = await db.client.$queryRaw<{ info: string | null }[]>(
    sql`SELECT info FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()`,
  );
  return statements.some(({ info }) => info?.trimEnd().endsWith('FOR UPDATE'));
}
