import { randomUUID } from 'node:crypto';
import { join, membersPage, openGroup, read, remove, send } from './documents.ts';
import type { LargeGroup } from './group.ts';

/** An action of a group that is measured: its name, and how to do it once. */
export interface Act {
  readonly name: string;
  /** How many are in flight at a time. */
  readonly inFlight: number;
  /** Does the action the n-th time. */
  readonly once: (group: LargeGroup, n: number) => Promise<unknown>;
}

function say({ id, call }: LargeGroup, n: number): Promise<unknown> {
  return call(n, send, {
    input: { conversationId: id, clientMessageId: randomUUID(), text: 'Somebody says something of the usual length here.' },
  });
}

/** Reads a page from the middle, if there is a middle. */
async function pageOn({ id, call }: LargeGroup, n: number): Promise<unknown> {
  const page = (await call(n, membersPage, { id })) as { conversation: { members: { pageInfo: { endCursor: string } } } };
  return call(n, membersPage, { id, after: page.conversation.members.pageInfo.endCursor });
}

/** Actions of members in a group, and on a group. */
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
