import { randomBytes } from 'node:crypto';
import mariadb from 'mariadb';
import type { Chat } from '../../src/chat.ts';
import type { ServerKey } from '../../src/server-key.ts';
import { createAccessTokens } from '../../src/user/access-token.ts';
import type { Viewer } from '../../src/user/index.ts';
import { newUuid, uuidBytes } from '../../src/uuid.ts';

/** A group, and who is in it. */
export interface Room {
  readonly conversationId: bigint;
  readonly owner: Viewer;
  /** One access token for each member but the owner. */
  readonly tokens: readonly string[];
}

// Rows of one INSERT.
const batch = 500;

/**
 * Makes a group with so many members. They are written straight into the tables, as sign-ups and joinings would leave them: hashing thousands
 * of passwords is not what is measured.
 */
export async function makeRoom(chat: Chat, databaseUrl: string, key: ServerKey, members: number): Promise<Room> {
  const handle = `owner${randomBytes(5).toString('hex')}`;
  const { viewer: owner } = await chat.users.signUp({
    handle,
    password: randomBytes(12).toString('hex'),
    displayName: 'Olive Owner',
    address: '127.0.0.1',
  });
  const { id: conversationId } = await chat.groups.create(owner, { name: 'The room' });
  const { hostname, port, pathname } = new URL(databaseUrl);
  const sql = await mariadb.createConnection({
    host: hostname,
    port: Number(port),
    user: 'root',
    database: pathname.slice(1),
    bulk: false,
  });
  await using _closing = { [Symbol.asyncDispose]: () => sql.end() };
  const first = owner.userId + 1_000_000n;
  const people = Array.from({ length: members }, (_, n) => ({ userId: first + BigInt(n), sessionId: newUuid() }));
  for (let from = 0; from < members; from += batch) {
    const some = people.slice(from, from + batch);
    const now = new Date();
    await sql.batch(
      'INSERT INTO Stream (id, kind, lastAt, activeAt, createdAt) SELECT ?, kind, lastAt, activeAt, createdAt FROM Stream WHERE id = ?',
      some.map(({ userId }) => [userId, owner.userId]),
    );
    await sql.batch(
      'INSERT INTO User (id, handle, displayName, passwordHash, createdAt) VALUES (?, ?, ?, ?, ?)',
      some.map(({ userId }) => [userId, `member${userId}`, `Member ${userId}`, '-', now]),
    );
    await sql.batch(
      'INSERT INTO Session (id, userId, deviceName, rotatedAt, createdAt, lastSeenAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?, ?)',
      some.map(({ userId, sessionId }) => [
        Buffer.from(uuidBytes(sessionId)),
        userId,
        'bench',
        now,
        now,
        now,
        new Date(now.getTime() + 86_400_000),
      ]),
    );
    await sql.batch(
      `INSERT INTO Membership (conversationId, userId, state, role, fromSeq, joinedAt) SELECT conversationId, ?, state, 'MEMBER', 1, joinedAt FROM Membership WHERE conversationId = ? AND userId = ?`,
      some.map(({ userId }) => [userId, conversationId, owner.userId]),
    );
  }
  await sql.query('UPDATE Conversation SET memberCount = ? WHERE id = ?', [members + 1, conversationId]);
  const { sign } = createAccessTokens([key], 86_400);
  const tokens = await Promise.all(people.map(async (person) => (await sign(person, new Date())).accessToken));
  return { conversationId, owner, tokens };
}
