import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { ChatError } from '../../src/errors.ts';
import type { Entry } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import type { RawSql } from '../support/raw-sql.ts';

/** A group that is administered from two nodes at once. */
export interface RacedGroup {
  readonly nodes: readonly [Chat, Chat];
  readonly sql: RawSql;
  readonly entries: (streamId: bigint) => Promise<readonly Entry[]>;
  readonly random: () => number;
}

/** An act of a user on one of the nodes. */
export type Act = (chat: Chat) => Promise<unknown>;

// As long as one or two commits, so that acts overlap in every order.
const spreadMs = 8;

/** Runs all acts concurrently, each on a random node after a random delay. Returns each outcome: done, or the code of the refusal. */
export async function atOnce({ nodes, random }: RacedGroup, ...deeds: readonly Act[]): Promise<readonly string[]> {
  return Promise.all(
    deeds.map(async (deed) => {
      const node = nodes[random() < 0.5 ? 0 : 1];
      await delay(random() * spreadMs);
      try {
        await deed(node);
        return 'done';
      } catch (error) {
        if (error instanceof ChatError) return error.code;
        throw error;
      }
    }),
  );
}

/** The membership history in a group's log. */
interface Story {
  readonly members: ReadonlySet<bigint>;
  readonly dissolved: boolean;
}

/** Reads a group's log from its beginning. Fails if a member joins, a non-member leaves or acts, or an entry follows the dissolution. */
function toldBy(entries: readonly Entry[]): Story {
  const members = new Set<bigint>();
  let dissolved = false;
  for (const [place, entry] of entries.entries()) {
    const where = `entry ${entry.seq}, ${entry.type}`;
    expect(entry.seq, where).toBe(place + 1);
    expect(dissolved, `${where} after the group’s end`).toBe(false);
    if (entry.type === 'MemberJoined') {
      expect(members.has(entry.data.userId), `${where} of a member`).toBe(false);
      members.add(entry.data.userId);
    } else if (entry.type === 'MemberLeft') {
      expect(members.delete(entry.data.userId), `${where} of nobody in it`).toBe(true);
      dissolved = entry.data.reason === 'DISSOLVED';
    } else {
      expect(members.has(entry.actorId ?? 0n), `${where} by somebody outside`).toBe(true);
    }
  }
  return { members, dissolved };
}

/** Expects that a group has one owner, no member twice, a correct member count, and a log that agrees. */
export async function expectOrder({ sql, entries }: RacedGroup, groupId: bigint): Promise<Story> {
  const story = toldBy(await entries(groupId));
  const count = (where: string) => sql.number(`SELECT COUNT(*) FROM Membership WHERE conversationId = ${groupId} AND ${where}`);
  const dissolved = await sql.number(`SELECT COUNT(*) FROM Conversation WHERE id = ${groupId} AND dissolvedAt IS NOT NULL`);
  expect(dissolved === 1, 'the row and the log agree on whether it is dissolved').toBe(story.dissolved);
  if (story.dissolved) return story;
  const owner = await sql.number(`SELECT ownerId FROM Conversation WHERE id = ${groupId}`);
  expect(await count("state = 'ACTIVE' AND role = 'OWNER'"), 'one owner').toBe(1);
  expect(await count(`state = 'ACTIVE' AND role = 'OWNER' AND userId = ${owner}`), 'the owner whom the group names').toBe(1);
  const members = await count("state = 'ACTIVE'");
  expect(await sql.number(`SELECT memberCount FROM Conversation WHERE id = ${groupId}`), 'as many as it says').toBe(members);
  expect(members, 'as many as the log has').toBe(story.members.size);
  return story;
}

/** Creates a group of these users on the first node. The first user is the owner. */
export async function groupOf({ nodes: [chat] }: RacedGroup, owner: Viewer, ...members: readonly Viewer[]): Promise<bigint> {
  return (await chat.groups.create(owner, { name: 'The realm', memberIds: members.map(({ userId }) => userId) })).id;
}
