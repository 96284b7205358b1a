import { formatId } from '../../schema/ids.ts';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { createAccessTokens } from '../../src/user/access-token.ts';
import type { Viewer } from '../../src/user/index.ts';
import { uuidBytes } from '../../src/uuid.ts';
import { crowdOn } from '../feed/crowd.ts';
import { newKey } from '../user/users-world.ts';
import type { FleetMember } from './reconnect-fleet.ts';

/** A group with many members, all of them signed in. */
export interface FullGroup {
  /** The environment with which a node accepts their tokens. */
  readonly env: Readonly<Record<string, string>>;
  readonly conversationId: string;
  /** The last seq before any message. */
  readonly head: number;
  readonly owner: { readonly token: string };
  readonly members: readonly FleetMember[];
}

// The number of rows in one INSERT.
const atOnce = 500;
// Longer than any test.
const dayMs = 86_400_000;

/** Writes the rows that sign-ups and joins would write, without hashing thousands of passwords. No node has to run. */
export async function fillGroup(databaseUrl: string, count: number): Promise<FullGroup> {
  await using db = await connectMysql({ url: databaseUrl, connections: 4, writeDeadlineMs: 20_000, serverKey: true });
  await using bus = createMemoryBus();
  const crowd = crowdOn({ db, bus });
  const people = await crowd.people(count + 1);
  const now = await db.now();
  for (let from = 0; from < people.length; from += atOnce) {
    const times = { rotatedAt: now, createdAt: now, lastSeenAt: now, expiresAt: new Date(now.getTime() + dayMs) };
    const data = people
      .slice(from, from + atOnce)
      .map(({ userId, sessionId }) => ({ id: uuidBytes(sessionId), userId, deviceName: 'fleet', ...times }));
    await db.transaction((tx) => tx.session.createMany({ data }));
  }
  const [owner, ...others] = people;
  if (owner === undefined) throw new Error('nobody is there');
  const group = await crowd.group(owner, others);
  const head = (await crowd.log.heads([group])).get(group)?.lastSeq ?? 0;
  const key = newKey('fleet');
  const { sign } = createAccessTokens([key], dayMs / 1_000);
  const tokenOf = async (viewer: Viewer) => (await sign(viewer, new Date())).accessToken;
  const conversationId = formatId('Conversation', group);
  return {
    env: { SECRET_KEYS: `${key.id}:${key.secret}`, ACCESS_TOKEN_SECONDS: String(dayMs / 1_000) },
    conversationId,
    head,
    owner: { token: await tokenOf(owner) },
    members: await Promise.all(
      others.map(async (viewer) => ({
        token: await tokenOf(viewer),
        after: [
          { streamId: formatId('User', viewer.userId), seq: 1, epoch: db.epoch },
          { streamId: conversationId, seq: head, epoch: db.epoch },
        ],
      })),
    ),
  };
}
