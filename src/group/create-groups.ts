import { ChatError } from '../errors.ts';
import type { Conversation } from './conversation.ts';
import { createGroup, type NewGroup } from './create.ts';
import { openDirect } from './direct.ts';
import { tellDissolved } from './dissolve.ts';
import type { Groups } from './groups.ts';
import { addMembers } from './join.ts';
import { leaveGroup, removeMember } from './leave.ts';
import { leaveAll } from './leave-all.ts';
import { createMemberList, directsWith, listConversations } from './list.ts';
import type { GroupParts } from './parts.ts';
import { listStays } from './stay.ts';
import { isActive, membershipOf, readConversations, readMemberships } from './store.ts';
import { updateGroup } from './update.ts';

/** Makes the group module. */
export function createGroups(parts: GroupParts): Groups {
  const { db, log } = parts;

  async function byId(id: bigint): Promise<Conversation> {
    const [conversation] = await readConversations(db.client, log, [id]);
    // Dissolved by another in the moment since the act was stored.
    if (!conversation) throw new ChatError('NOT_FOUND', 'The conversation is gone.');
    return conversation;
  }

  return {
    openDirect: async (viewer, options) => byId(await openDirect(parts, viewer, options)),
    create: async (viewer, options: NewGroup) => byId(await createGroup(parts, viewer, options)),
    async update(viewer, change) {
      await updateGroup(parts, viewer, change);
      return byId(change.groupId);
    },
    async addMembers(viewer, { groupId, userIds }) {
      const { userIds: joined, errors } = await addMembers(parts, viewer, { groupId, userIds });
      const group = await byId(groupId);
      const rows = await readMemberships(
        db.client,
        joined.map((userId) => ({ conversationId: groupId, userId })),
      );
      return { group, members: rows.filter(isActive).map(membershipOf), errors };
    },
    async removeMember(viewer, { groupId, userId }) {
      await removeMember(parts, viewer, { groupId, userId });
      return byId(groupId);
    },
    leave: (viewer, options) => leaveGroup(parts, viewer, options),
    tellDissolved: (options) => tellDissolved(parts, options),
    leaveAll: (userId, signal) => leaveAll(parts, userId, signal),
    stays: (userId, options) => listStays(db.client, userId, options),
    byIds: (ids) => readConversations(db.client, log, ids),
    async memberships(refs) {
      const rows = await readMemberships(db.client, refs);
      return rows.map((row) => (isActive(row) ? membershipOf(row) : null));
    },
    async shown({ userId }) {
      const rows = await db.client.membership.findMany({ where: { userId, state: 'ACTIVE', shown: true } });
      return rows.map(membershipOf);
    },
    list: (viewer, request) => listConversations(parts, viewer, request),
    members: createMemberList(parts),
    directWith: (viewer, userIds) => directsWith(parts, viewer, userIds),
  };
}
