import { randomUUID } from 'node:crypto';
import { join, membersPage, openGroup, read, remove, send } from './documents.ts';
import type { LargeGroup } from './group.ts';

/** What is measured of a group: its name, and how it is done once. */
export interface Act {
  readonly name: string;
  /** How many are under way at a time. */
  readonly inFlight: number;
  /** What one time does, the n-th. */
  readonly once: (group: LargeGroup, n: number) => Promise<unknown>;
}

function say({ id, call }: LargeGroup, n: number): Promise<unknown> {
  return call(n, send, {
    input: { conversationId: id, clientMessageId: randomUUID(), text: 'Somebody says something of the usual length here.' },
  });
}

/** A page from the middle, where there is a middle. */
async function pageOn({ id, call }: LargeGroup, n: number): Promise<unknown> {
  const page = (await call(n, membersPage, { id })) as { conversation: { members: { pageInfo: { endCursor: string } } } };
  return call(n, membersPage, { id, after: page.conversation.members.pageInfo.endCursor });
}

/** What people do in a group, or to it. */
export const acts: readonly Act[] = [
  { name: 'send, 1 in flight', inFlight: 1, once: say },
  { name: 'send, 16 in flight', inFlight: 16, once: say },
  {
    name: 'send and read it',
    inFlight: 1,
    async once(group, n) {
      const { sendMessage } = (await say(group, n)) as { sendMessage: { messageEdge: { node: { seq: number } } } };
      await group.call(n + 1, read, { input: { conversationId: group.id, seq: sendMessage.messageEdge.node.seq } });
    },
  },
  {
    name: 'join and be removed',
    inFlight: 1,
    async once({ id, outsider, call }) {
      await call(0, join, { input: { groupId: id, userIds: [outsider] } });
      await call(0, remove, { input: { groupId: id, userId: outsider } });
    },
  },
  { name: 'open', inFlight: 1, once: ({ id, call }, n) => call(n, openGroup, { id }) },
  { name: 'two pages of members', inFlight: 1, once: pageOn },
];
