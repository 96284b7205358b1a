import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Db,
  holdUsers,
  insertEntries,
  insertMessages,
  isDuplicate,
  join,
  type StreamKind,
  selectRows,
  sql,
  type Tx,
} from '../../src/db/index.ts';
import type { Outages } from '../../src/db/outage.ts';
import { ChatError } from '../../src/errors.ts';
import type { Fresh } from './fresh.ts';
import { statementsContract } from './statements.contract.ts';

const at = new Date('2026-01-02T03:04:05.678Z');

function newStream(tx: Tx, kind: StreamKind = 'GROUP') {
  return tx.stream.create({ data: { kind, lastAt: at, activeAt: at, createdAt: at } });
}

function newUser(tx: Tx, id: bigint, handle: string, displayName = handle) {
  return tx.user.create({ data: { id, handle, displayName, passwordHash: 'x', createdAt: at } });
}

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('it did not reject'),
    (error: unknown) => error,
  );
}

async function raiseSeq(db: Db, id: bigint): Promise<number> {
  return db.transaction(async (tx) => {
    const { rows } = await db.lockStreams(tx, [id]);
    const lastSeq = (rows[0]?.lastSeq ?? Number.NaN) + 1;
    await tx.stream.update({ where: { id }, data: { lastSeq } });
    return lastSeq;
  });
}

/** What every Db promises, whichever database it is on. */
export function dbContract(fresh: () => Promise<Fresh>): void {
  let place: Fresh;
  let db: Db;
  const ends: string[] = [];

  beforeAll(async () => {
    place = await fresh();
    const outages: Outages = { succeeded: (wanted) => void ends.push(wanted), failed: (wanted) => void ends.push(`no ${wanted}`) };
    db = await place.open({ outages });
  });
  afterAll(async () => {
    await db[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  test('each call says how it ended, and whether it may have written', async () => {
    ends.length = 0;
    await db.client.user.count();
    await db.snapshot((tx) => tx.user.count());
    await db.transaction((tx) => tx.user.count());
    await rejection(db.transaction(() => Promise.reject(new Error('a bug'))));
    expect(ends).toEqual(['read', 'read', 'write', 'no write']);
  });

  describe('values', () => {
    test('come back exactly as they went in', async () => {
      const fingerprint = new Uint8Array([0, 1, 2, 0x27, 0x5c, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      const message = {
        conversationId: 2n ** 62n + 1n,
        seq: 2 ** 31 - 1,
        ordinal: 1,
        senderId: 2n ** 53n + 1n,
        clientMessageId: `~ !"#$%&'()*\\?`,
        fingerprint,
        text: `O'Neil "\\" \\0 ? %_ \0 \u001a \uffff \uffffz \ufffff \r\n\t ÄÖ 漢字 👍🏽👩‍👩‍👧 \u{10ffff}`,
        replyToSeq: null,
        threadRootSeq: 5,
        mentionsEveryone: true,
        sentAt: at,
        editedAt: new Date('2026-12-31T23:59:59.000Z'),
        recalledAt: null,
        pinnedAt: new Date('1999-06-15T12:00:00.001Z'),
        mentionIds: '1,22',
        replyCount: 3,
        hasReactions: true,
        originId: 2n ** 62n,
        originName: `Zoë "漢字" 👍🏽`,
        attachments: JSON.stringify([{ url: 'https://example.org/ä', alt: `O'Neil "\\" 👍🏽` }]),
        data: JSON.stringify({ 'ä "\\"': `O'Neil \0 \u001a 👍🏽` }),
        poll: JSON.stringify({ options: [`O'Neil "\\"`, '👍🏽'] }),
        pollClosedAt: new Date('2027-01-01T00:00:00.001Z'),
      };
      const made = await db.transaction((tx) => tx.message.create({ data: message }));
      expect(made).toEqual(message);
      const key = { conversationId: message.conversationId, seq: message.seq };
      expect(await db.client.message.findUnique({ where: { conversationId_seq: key } })).toEqual(message);
      expect(await selectRows(db.client, 'Message', sql`conversationId = ${message.conversationId}`)).toEqual([message]);
      expect(await db.client.message.findFirst({ where: { text: message.text, sentAt: at, senderId: message.senderId } })).toEqual(message);
    });

    test('of entries and messages are stored the same, one row at a time or several', async () => {
      const text = `O'Neil "\\" \\0 ? %_ \u0001 \u001a \r\n\t ÄÖ 漢字 👍🏽 ${'x'.repeat(20_000)}`;
      const entries = [0, 1, 2].map((n) => ({
        ...{ streamId: 2n ** 62n + 5n, seq: 2 ** 31 - 3 + n, type: 'ProfileChanged', version: 1, actorId: n === 1 ? null : 2n ** 63n - 1n },
        ...{ data: JSON.stringify({ text }), timeline: n !== 1, at },
      }));
      const messages = [0, 1, 2].map((n) => ({
        ...{
          conversationId: 2n ** 62n + 5n,
          seq: n,
          ordinal: n,
          senderId: 2n ** 63n - 1n,
          clientMessageId: `it's "\\" ${n}`,
          text,
          sentAt: at,
        },
        ...{
          fingerprint: new Uint8Array([0, 9, 10, 13, 26, 34, 39, 92, 127, 128, 192, 237, 160, 254, 255, n]),
          threadRootSeq: null,
          mentionsEveryone: true,
        },
        ...{
          replyToSeq: 7,
          mentionIds: '1,22',
          originId: 2n ** 62n,
          originName: `Zoë's "漢字" 👍🏽`,
          attachments: JSON.stringify([{ alt: text }]),
          data: JSON.stringify({ text }),
          poll: JSON.stringify({ options: [text, 'b'] }),
        },
      }));
      await db.transaction(async (tx) => {
        await insertEntries(db, tx, entries.slice(0, 1));
        await insertEntries(db, tx, entries.slice(1));
        await insertMessages(db, tx, messages.slice(0, 1));
        await insertMessages(db, tx, messages.slice(1));
      });
      const where = { streamId: 2n ** 62n + 5n };
      expect(await db.client.entry.findMany({ where, orderBy: { seq: 'asc' } })).toEqual(entries);
      const stored = await db.client.message.findMany({ where: { conversationId: where.streamId }, orderBy: { seq: 'asc' } });
      expect(stored).toEqual(messages.map((message) => expect.objectContaining(message)));
    });

    test('of many large messages are stored: no statement is larger than servers accept', async () => {
      const conversationId = 2n ** 62n + 6n;
      const [attachments, data] = ['"'.repeat(60_000), '"'.repeat(60_000)];
      const rows = Array.from({ length: 100 }, (_, seq) => ({
        ...{
          conversationId,
          seq,
          ordinal: seq,
          senderId: 2n ** 62n,
          clientMessageId: `large ${seq}`,
          fingerprint: new Uint8Array(16),
          text: '',
        },
        ...{ replyToSeq: null, threadRootSeq: null, mentionsEveryone: false, mentionIds: null, originId: null, originName: null },
        ...{ attachments, data, poll: null, sentAt: at },
      }));
      await db.transaction((tx) => insertMessages(db, tx, rows));
      expect(await db.client.message.count({ where: { conversationId, attachments, data } })).toBe(100);
    });

    test('are found by time to the millisecond, and the greatest is computed right', async () => {
      await db.transaction(async (tx) => {
        for (const [seq, ms] of [1, 2, 3].entries()) {
          const data = { streamId: 1_000n, seq, type: 'ProfileChanged', data: '{}', at: new Date(at.getTime() + ms) };
          await tx.entry.create({ data });
        }
      });
      const second = new Date(at.getTime() + 2);
      expect((await db.client.entry.findMany({ where: { streamId: 1_000n, at: { lt: second } } })).length).toBe(1);
      expect((await db.client.entry.findMany({ where: { streamId: 1_000n, at: { gte: second } } })).length).toBe(2);
      const { _max } = await db.client.entry.aggregate({ where: { streamId: 1_000n }, _max: { at: true, seq: true, streamId: true } });
      expect(_max).toEqual({ at: new Date(at.getTime() + 3), seq: 2, streamId: 1_000n });
    });

    test('can be bound into raw SQL, which reads the same on both', async () => {
      const ids = await db.transaction(async (tx) => [(await newStream(tx)).id, (await newStream(tx)).id]);
      const query = sql`SELECT id, lastAt FROM Stream WHERE id IN (${join(ids)}) AND createdAt = ${at} AND kind = ${'GROUP'} ORDER BY id`;
      const rows = await db.client.$queryRaw<{ id: bigint; lastAt: Date }[]>(query);
      expect(rows.map(({ id, lastAt }) => [BigInt(id), lastAt])).toEqual(ids.map((id) => [id, at]));
    });

    test('of stream ids increase and are never reused', async () => {
      const first = await db.transaction((tx) => newStream(tx));
      await rejection(
        db.transaction(async (tx) => {
          await newStream(tx);
          throw new Error('rolled back');
        }),
      );
      const second = await db.transaction((tx) => newStream(tx));
      expect(second.id).toBeGreaterThan(first.id);
    });
  });

  describe('look-alikes', () => {
    const names = ['👍', '🎉', 'abc', 'ABC', 'abc ', 'ÄBC ', 'äbc', 'a\u0308bc', ' abc', 'ß', 'ss', 'İ', 'i', '漢', '漢 '];

    test('are different terms in searches', async () => {
      const userId = 7_000n;
      await db.transaction((tx) => tx.userTerm.createMany({ data: names.map((term) => ({ term, userId })) }));
      for (const term of names) {
        expect(await db.client.userTerm.findMany({ where: { term } })).toEqual([{ term, userId }]);
      }
      const sorted = await db.client.userTerm.findMany({ where: { userId }, orderBy: { term: 'asc' } });
      const byCodePoint = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(sorted.map(({ term }) => term)).toEqual(byCodePoint);
    });

    test('are different request keys', async () => {
      const keys = ['a', 'A', 'a ', ' a', 'a~', 'b'];
      await db.transaction(async (tx) => {
        for (const [seq, clientMessageId] of keys.entries()) {
          const rest = { ordinal: seq, fingerprint: new Uint8Array(16), text: '', sentAt: at };
          await tx.message.create({ data: { conversationId: 7_001n, seq, senderId: 7n, clientMessageId, ...rest } });
        }
        for (const [index, clientGroupId] of keys.entries()) {
          await tx.conversation.create({
            data: { id: 7_100n + BigInt(index), kind: 'GROUP', createdById: 7n, clientGroupId, createdAt: at },
          });
        }
      });
      for (const [seq, clientMessageId] of keys.entries()) {
        const found = await db.client.message.findUnique({ where: { senderId_clientMessageId: { senderId: 7n, clientMessageId } } });
        expect(found?.seq).toBe(seq);
      }
      const elsewhere = { senderId_clientMessageId: { senderId: 7n, clientMessageId: 'ä' } };
      expect(await db.client.message.findUnique({ where: elsewhere })).toBeNull();
    });

    test('are different names, found only as they are written', async () => {
      await db.transaction(async (tx) => {
        for (const [index, name] of names.entries()) await newUser(tx, 7_200n + BigInt(index), `look-alike-${index}`, name);
      });
      expect(await db.client.user.count({ where: { displayName: '👍' } })).toBe(1);
      expect(await db.client.user.count({ where: { displayName: 'Abc' } })).toBe(0);
    });

    test('are not found by a prefix', async () => {
      await db.transaction((tx) =>
        tx.userTerm.createMany({
          data: [
            { term: 'x_y', userId: 1n },
            { term: 'xzy', userId: 1n },
            { term: 'X_Y', userId: 1n },
          ],
        }),
      );
      const found = await db.client.userTerm.findMany({ where: { AND: [{ term: { gte: 'x_' } }, { term: { lt: 'x`' } }] } });
      expect(found.map(({ term }) => term)).toEqual(['x_y']);
    });
  });

  describe('a transaction', () => {
    test('that throws stores nothing and rethrows the error', async () => {
      const refusal = new ChatError('FORBIDDEN', 'not you');
      const failed = db.transaction(async (tx) => {
        await newUser(tx, 1n, 'nobody');
        throw refusal;
      });
      expect(await rejection(failed)).toBe(refusal);
      expect(await db.client.user.findUnique({ where: { handle: 'nobody' } })).toBeNull();
    });

    test('returns what its work returns', async () => {
      expect(await db.transaction(async () => ({ n: 1n }))).toEqual({ n: 1n });
    });

    test('waits for transactions that hold its streams, and then sees their writes', async () => {
      const { id } = await db.transaction((tx) => newStream(tx));
      const seqs = await Promise.all(Array.from({ length: 40 }, () => raiseSeq(db, id)));
      expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    });

    test('can be requested far more often at once than there are connections', async () => {
      const answers = await Promise.all(
        Array.from({ length: 300 }, (_, n) => db.transaction(async (tx) => (await tx.user.count()) * 0 + n)),
      );
      expect(answers).toEqual(Array.from({ length: 300 }, (_, n) => n));
    });

    test('that inserts a second row under a key throws an error that isDuplicate recognises', async () => {
      await db.transaction((tx) => newUser(tx, 50n, 'taken'));
      expect(isDuplicate(await rejection(db.transaction((tx) => newUser(tx, 51n, 'taken'))))).toBe(true);
      expect(isDuplicate(await rejection(db.transaction((tx) => newUser(tx, 50n, 'other'))))).toBe(true);
      const raw = db.transaction((tx) => tx.$executeRaw`INSERT INTO UserTerm (term, userId) VALUES ('t', 1), ('t', 1)`);
      expect(isDuplicate(await rejection(raw))).toBe(true);
      expect(isDuplicate(await rejection(db.transaction((tx) => tx.$executeRaw`INSERT INTO Nothing (a) VALUES (1)`)))).toBe(false);
      expect(isDuplicate(new Error('taken'))).toBe(false);
    });

    test('continues after such an error if its work does', async () => {
      await db.transaction((tx) => newUser(tx, 60n, 'first'));
      await db.transaction(async (tx) => {
        await rejection(newUser(tx, 61n, 'first'));
        await newUser(tx, 61n, 'second');
      });
      expect((await db.client.user.findUnique({ where: { handle: 'second' } }))?.id).toBe(61n);
    });

    test('counts the rows that an update finds, changed or not', async () => {
      await db.transaction((tx) => newUser(tx, 70n, 'same'));
      expect(await db.transaction((tx) => tx.user.updateMany({ where: { id: 70n }, data: { displayName: 'same' } }))).toEqual({ count: 1 });
      expect(await db.transaction((tx) => tx.$executeRaw`UPDATE User SET displayName = 'same' WHERE id = ${70n}`)).toBe(1);
    });
  });

  statementsContract(() => db);

  describe('lockStreams', () => {
    test('returns the existing rows in the order of their ids, and the time', async () => {
      const made = await db.transaction(async (tx) => [await newStream(tx, 'ACCOUNT'), await newStream(tx, 'DIRECT')]);
      const [a, b] = made.map(({ id }) => id);
      if (a === undefined || b === undefined) return expect.fail('two were made');
      const { now, rows } = await db.transaction((tx) => db.lockStreams(tx, [b, 2n ** 60n, a, b]));
      const empty = {
        ...{ lastSeq: 0, lastOrdinal: 0, floorSeq: 0, lastAt: at, activeAt: at, createdAt: at },
        ...{ lastSenderId: null, lastMessageSeq: 0, otherMessageSeq: 0, changedSeq: 0 },
      };
      expect(rows).toEqual([
        { id: a, kind: 'ACCOUNT', ...empty },
        { id: b, kind: 'DIRECT', ...empty },
      ]);
      expect(Math.abs(now.getTime() - Date.now())).toBeLessThan(5_000);
    });

    test('returns the time without any stream to lock', async () => {
      const { now, rows } = await db.transaction((tx) => db.lockStreams(tx, []));
      expect(rows).toEqual([]);
      expect(Math.abs(now.getTime() - Date.now())).toBeLessThan(5_000);
    });

    test('locks thousands of streams at once', async () => {
      const { count } = await db.transaction((tx) =>
        tx.stream.createMany({ data: Array.from({ length: 2_500 }, () => ({ kind: 'ACCOUNT', lastAt: at, activeAt: at, createdAt: at })) }),
      );
      expect(count).toBe(2_500);
      const ids = (await db.client.stream.findMany({ select: { id: true } })).map(({ id }) => id);
      const { rows } = await db.transaction((tx) => db.lockStreams(tx, ids.toReversed()));
      expect(rows.map(({ id }) => id)).toEqual(ids.toSorted((x, y) => (x < y ? -1 : 1)));
    });
  });

  describe('holdUsers', () => {
    test('returns users as others may see them', async () => {
      await db.transaction((tx) => newUser(tx, 801n, 'held'));
      const held = await db.transaction((tx) => holdUsers(db, tx, [801n, 2n ** 60n]));
      expect(held).toEqual([
        {
          id: 801n,
          handle: 'held',
          displayName: 'held',
          avatarUrl: null,
          bio: null,
          createdAt: at,
          bot: false,
          data: null,
          erased: false,
          suspendedUntil: null,
        },
      ]);
    });

    test('makes another change of a held user wait until the transaction ends', async () => {
      await db.transaction((tx) => newUser(tx, 802n, 'unchanged'));
      const done: string[] = [];
      const asked = Promise.withResolvers<void>();
      let changing: Promise<unknown> | undefined;
      await db.transaction(async (tx) => {
        await holdUsers(db, tx, [802n]);
        changing = db
          .transaction((other) => {
            asked.resolve();
            return other.user.updateMany({ where: { id: 802n }, data: { displayName: 'changed' } });
          })
          .then(() => done.push('changed'));
        // On SQLite the other transaction does not even begin before this one ends.
        if (db.dialect === 'mysql') await asked.promise;
        const [held] = await holdUsers(db, tx, [802n]);
        done.push(held?.displayName ?? '');
      });
      await changing;
      expect(done).toEqual(['unchanged', 'changed']);
    });
  });

  describe('a snapshot', () => {
    test('sees one moment while others write', async () => {
      const { id } = await db.transaction((tx) => newStream(tx));
      const seen = await db.snapshot(async (tx) => {
        const before = await tx.stream.findUniqueOrThrow({ where: { id } });
        await raiseSeq(db, id);
        const after = await tx.stream.findUniqueOrThrow({ where: { id } });
        return [before.lastSeq, after.lastSeq];
      });
      expect(seen).toEqual([0, 0]);
      expect((await db.client.stream.findUniqueOrThrow({ where: { id } })).lastSeq).toBe(1);
    });
  });

  describe('single reads', () => {
    test('run during a transaction and do not see its writes', async () => {
      const { id } = await db.transaction((tx) => newStream(tx));
      await db.transaction(async (tx) => {
        await tx.stream.update({ where: { id }, data: { lastSeq: 9 } });
        expect((await db.client.stream.findUniqueOrThrow({ where: { id } })).lastSeq).toBe(0);
      });
      expect((await db.client.stream.findUniqueOrThrow({ where: { id } })).lastSeq).toBe(9);
    });

    test('are all that the client does: it rejects writes', async () => {
      await expect(newUser(db.client, 80n, 'hasty')).rejects.toThrow('db.client only reads');
      await expect(db.client.$executeRaw`DELETE FROM User`).rejects.toThrow('db.client only reads');
      expect(await db.client.user.findUnique({ where: { id: 80n } })).toBeNull();
    });

    test('throw bugs as they are, not as UNAVAILABLE', async () => {
      const error = await rejection(db.client.$queryRaw`SELECT nothing FROM nowhere`);
      expect(error).not.toBeInstanceOf(ChatError);
    });
  });

  describe('the clock', () => {
    test('is in UTC, whatever the time zones of server and process', async () => {
      expect(Math.abs((await db.now()).getTime() - Date.now())).toBeLessThan(5_000);
      await db.transaction(async (tx) => {
        expect(Math.abs((await db.now(tx)).getTime() - Date.now())).toBeLessThan(5_000);
      });
    });
  });

  describe('what exists once per database', () => {
    test('is its epoch, which opening it again does not change', async () => {
      await using own = await fresh();
      const first = await own.open();
      await first[Symbol.asyncDispose]();
      const second = await own.open();
      await second[Symbol.asyncDispose]();
      expect(first.epoch).toMatch(/^[\w-]{16}$/);
      expect(second.epoch).toBe(first.epoch);
      expect(first.epoch).not.toBe(db.epoch);
    });

    test('is the holder of a kind of work, until it is released', async () => {
      await using own = await fresh();
      await using opened = await own.open();
      const first = await opened.exclusive('work');
      expect(first).not.toBeNull();
      expect(await opened.exclusive('work')).toBeNull();
      await using elsewhere = await db.exclusive('work');
      await using other = await opened.exclusive('other');
      expect([elsewhere, other]).not.toContain(null);
      await first?.[Symbol.asyncDispose]();
      await using next = await opened.exclusive('work');
      expect(next).not.toBeNull();
    });

    test('is a signing key, made once and only on request', async () => {
      await using own = await fresh();
      for (const serverKey of [false, true, true]) {
        await using opened = await own.open({ serverKey });
        await opened.ping();
      }
      const keys = await own.rows('SELECT id, secret FROM ServerKey');
      expect(keys.length).toBe(1);
      expect(Buffer.from(String(keys[0]?.['secret']), 'base64url').length).toBe(32);
    });
  });

  describe('past the deadline', () => {
    test('a transaction throws UNAVAILABLE, stores nothing, and frees its place', async () => {
      await using own = await fresh();
      await using slow = await own.open({ writeDeadlineMs: 300 });
      const gate = Promise.withResolvers<void>();
      const lates = Array.from({ length: 8 }, (_, n) =>
        slow.transaction(async (tx) => {
          await newUser(tx, BigInt(n), `late-${n}`);
          await gate.promise;
        }),
      );
      for (const error of await Promise.all(lates.map(rejection))) expect(error).toMatchObject({ name: 'ChatError', code: 'UNAVAILABLE' });
      gate.resolve();
      expect(await slow.transaction((tx) => tx.user.count())).toBe(0);
    });
  });

  describe('once closed', () => {
    test('every call throws UNAVAILABLE at once', async () => {
      await using own = await fresh();
      const gone = await own.open();
      await gone[Symbol.asyncDispose]();
      const start = performance.now();
      expect(await rejection(gone.transaction((tx) => tx.user.count()))).toMatchObject({ code: 'UNAVAILABLE' });
      expect(await rejection(gone.snapshot((tx) => tx.user.count()))).toMatchObject({ code: 'UNAVAILABLE' });
      expect(await rejection(gone.client.user.count())).toMatchObject({ code: 'UNAVAILABLE' });
      expect(performance.now() - start).toBeLessThan(1_000);
    });

    test('the work in progress has been finished', async () => {
      await using own = await fresh();
      const going = await own.open();
      const writes = Array.from({ length: 3 }, (_, n) => going.transaction((tx) => newUser(tx, BigInt(n), `going-${n}`)));
      const started = going.transaction((tx) => newUser(tx, 9n, 'started'));
      await Promise.race([...writes, started]);
      await going[Symbol.asyncDispose]();
      const settled = await Promise.allSettled([...writes, started]);
      const done = settled.filter(({ status }) => status === 'fulfilled').length;
      await using again = await own.open();
      expect(await again.client.user.count()).toBe(done);
    });
  });
}
