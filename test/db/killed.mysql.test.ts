import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mariadb';
import { describe, expect, inject, test } from 'vitest';
import { type Db, sql, type Tx } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { freshMysql } from './fresh.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
// Enough for some hundred kills; each transaction takes some ms.
const runMs = 4_000;

/** What one transaction was to store, try by try, and what its caller was told. */
interface Told {
  readonly tries: readonly (readonly Uint8Array[])[];
  readonly answer: 'done' | 'own fault' | 'unknown';
}

function newMark(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(16));
}

/**
 * Writes three marks by statements that are with the server at once, between writes that wait for other transactions in random order: some
 * deadlock.
 */
async function leaveThree(tx: Tx, streams: readonly bigint[]): Promise<readonly Uint8Array[]> {
  const marks = [newMark(), newMark(), newMark()] as const;
  const [one, other] = [streams[Math.floor(Math.random() * streams.length)], streams[Math.floor(Math.random() * streams.length)]];
  const raise = (id: bigint | undefined) => tx.$executeRaw(sql`UPDATE Stream SET lastSeq = lastSeq + 1 WHERE id = ${id}`);
  const leave = (mark: Uint8Array) => tx.$executeRaw(sql`INSERT INTO \`Commit\` (id, at) VALUES (${mark}, ${at})`);
  const [first, second, third] = marks;
  await Promise.all([leave(first), raise(one), leave(second), tx.commit.create({ data: { id: third, at } }), raise(other)]);
  return marks;
}

async function transact(db: Db, streams: readonly bigint[], { fails }: { readonly fails: boolean }): Promise<Told> {
  const tries: (readonly Uint8Array[])[] = [];
  try {
    await db.transaction(async (tx) => {
      tries.push(await leaveThree(tx, streams));
      if (fails) throw new Error('own fault');
    });
    return { tries, answer: 'done' };
  } catch (error) {
    if (error instanceof ChatError && error.code === 'UNAVAILABLE') return { tries, answer: 'unknown' };
    expect(error).toMatchObject({ message: 'own fault' });
    return { tries, answer: 'own fault' };
  }
}

describe('transactions whose statements and connections are killed at any moment', () => {
  test('are done whole or not at all, as their callers are told', async () => {
    await using place = await freshMysql(inject('mysqlUrl'));
    await using db = await place.open();
    const { hostname, port, username, pathname } = new URL(place.place);
    const ownName = pathname.slice(1);
    const killer = await createConnection({ host: hostname, port: Number(port), user: username, database: ownName });
    const streams = await db.transaction(async (tx) => {
      const ids: bigint[] = [];
      while (ids.length < 4) ids.push((await tx.stream.create({ data: { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at } })).id);
      return ids;
    });
    const end = performance.now() + runMs;
    const told: Told[] = [];

    async function goOn(fails: boolean): Promise<void> {
      while (performance.now() < end) told.push(await transact(db, streams, { fails }));
    }
    async function kill(): Promise<void> {
      while (performance.now() < end) {
        const all: readonly { readonly Id: bigint; readonly db: string | null }[] = await killer.query('SHOW PROCESSLIST');
        const theirs = all.filter(({ Id: id, db: name }) => name === ownName && Number(id) !== killer.threadId);
        const victim = theirs[Math.floor(Math.random() * theirs.length)];
        // It may have ended by itself.
        if (victim) await killer.query(`KILL ${Math.random() < 0.7 ? 'QUERY' : 'CONNECTION'} ${victim.Id}`).catch(() => undefined);
        await delay(5 * Math.random());
      }
    }
    await Promise.all([kill(), ...[false, false, false, false, false, true, true].map(goOn)]);
    await killer.end();

    const stored = new Set((await place.rows('SELECT HEX(id) AS id FROM `Commit`')).map(({ id }) => String(id).toLowerCase()));
    const leftBy = (marks: readonly Uint8Array[]) => marks.filter((mark) => stored.delete(Buffer.from(mark).toString('hex'))).length;
    const wrong = told.filter(({ tries, answer }) => {
      const left = tries.map(leftBy);
      const last = left.at(-1) ?? 0;
      if (left.slice(0, -1).some((count) => count > 0)) return true;
      return answer === 'unknown' ? last !== 0 && last !== 3 : last !== (answer === 'done' ? 3 : 0);
    });
    expect(wrong).toEqual([]);
    // Nor did a try that failed half-way leave anything.
    expect([...stored]).toEqual([]);
    expect(told.filter(({ answer }) => answer === 'done').length).toBeGreaterThan(0);
  });
});
