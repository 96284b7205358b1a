import { randomBytes } from 'node:crypto';
import type { Connection } from 'mariadb';
import type { Chat } from '../../src/chat.ts';
import type { ServerKey } from '../../src/server-key.ts';
import { createAccessTokens } from '../../src/user/access-token.ts';
import type { Viewer } from '../../src/user/index.ts';
import { newUuid, uuidBytes } from '../../src/uuid.ts';
import { openSql } from './database.ts';

/** A group and its members. */
export interface Room {
  readonly conversationId: bigint;
  /** The first member owns the group. */
  readonly members: readonly Viewer[];
}

/** Which rooms to make. Nobody is in two of them. */
export interface RoomPlan {
  readonly rooms: number;
  /** Number of members of each, including the owner. */
  readonly members: number;
}

// Rows of one INSERT.
const batch = 500;

/**
 * Makes groups with so many members. Users are written straight into the tables, as sign-ups and joins would leave them: hashing thousands
 * of passwords is not what is measured.
 */
export async function makeRooms(chat: Chat, databaseUrl: string, { rooms, members }: RoomPlan): Promise<readonly Room[]> {
  const sql = await openSql(databaseUrl);
  await using _closing = { [Symbol.asyncDispose]: () => sql.end() };
  const people = await makePeople(chat, sql, rooms * members);
  const made: Room[] = [];
  for (let n = 0; n < rooms; n += 1) {
    const [owner, ...others] = people.slice(n * members, (n + 1) * members);
    if (owner === undefined) throw new Error('a room needs a member');
    const { id: conversationId } = await chat.groups.create(owner, { name: 'The room' });
    await join(sql, conversationId, owner, others);
    made.push({ conversationId, members: [owner, ...others] });
  }
  return made;
}

async function makePeople(chat: Chat, sql: Connection, count: number): Promise<readonly Viewer[]> {
  const handle = `first${randomBytes(5).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const { viewer: first } = await chat.users.signUp({ handle, password, displayName: 'Fay First', address: '127.0.0.1' });
  const people = Array.from({ length: count }, (_, n) => ({ userId: first.userId + BigInt(n + 1), sessionId: newUuid() }));
  const now = new Date();
  const tomorrow = new Date(now.getTime() + 86_400_000);
  await inBatches(people, async (some) => {
    await sql.batch(
      'INSERT INTO Stream (id, kind, lastAt, activeAt, createdAt) SELECT ?, kind, lastAt, activeAt, createdAt FROM Stream WHERE id = ?',
      some.map(({ userId }) => [userId, first.userId]),
    );
    await sql.batch(
      'INSERT INTO User (id, handle, displayName, passwordHash, createdAt) VALUES (?, ?, ?, ?, ?)',
      some.map(({ userId }) => [userId, `member${userId}`, `Member ${userId}`, '-', now]),
    );
    await sql.batch(
      'INSERT INTO Session (id, userId, deviceName, rotatedAt, createdAt, lastSeenAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?, ?)',
      some.map(({ userId, sessionId }) => [Buffer.from(uuidBytes(sessionId)), userId, 'bench', now, now, now, tomorrow]),
    );
  });
  return people;
}

async function join(sql: Connection, conversationId: bigint, owner: Viewer, others: readonly Viewer[]): Promise<void> {
  await inBatches(others, (some) =>
    sql.batch(
      `INSERT INTO Membership (conversationId, userId, state, role, fromSeq, joinedSeq, joinedAt)
        SELECT conversationId, ?, state, 'MEMBER', 1, 1, joinedAt FROM Membership WHERE conversationId = ? AND userId = ?`,
      some.map(({ userId }) => [userId, conversationId, owner.userId]),
    ),
  );
  await sql.query('UPDATE Conversation SET memberCount = ? WHERE id = ?', [others.length + 1, conversationId]);
}

async function inBatches<T>(all: readonly T[], work: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += batch) await work(all.slice(from, from + batch));
}

/** Signs an access token for each person, valid for a day. */
export async function tokensFor(key: ServerKey, people: readonly Viewer[]): Promise<readonly string[]> {
  const { sign } = createAccessTokens([key], 86_400);
  return Promise.all(people.map(async (person) => (await sign(person, new Date())).accessToken));
}
