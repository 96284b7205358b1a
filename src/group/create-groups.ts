import { isNotDissolved, selectRows, sql } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { addMembers } from './add-members.ts';
import { unbanUser } from './ban.ts';
import type { Conversation, Membership, MembershipRef } from './conversation.ts';
import { createConversationReader } from './conversation-reader.ts';
import { createGroup, type NewGroup } from './create.ts';
import { openDirect } from './direct.ts';
import { dissolveGroup, tellDissolved } from './dissolve.ts';
import type { Groups } from './groups.ts';
import { leaveGroup, removeMember } from './leave.ts';
import { leaveAll } from './leave-all.ts';
import { directsWith, listConversations } from './list.ts';
import { createBanList, createMemberList } from './member-list.ts';
import { findMembers } from './member-search.ts';
import { updateMemberSettings } from './member-settings.ts';
import { listMembershipRecords } from './membership-record.ts';
import { muteMember } from './mute.ts';
import { nameFilter } from './name-filter.ts';
import { transferOwnership } from './ownership.ts';
import type { SearchingParts } from './parts.ts';
import { readRights } from './rights.ts';
import { setRole } from './role.ts';
import { createSearchLimit } from './search-limit.ts';
import { conversationOf, isActive, membershipOf, readConversationRows, readMemberships } from './store.ts';
import { updateGroup } from './update.ts';

// Typing a mention searches with each letter. Fast typists reach five letters a second, for some seconds.
const lettersOfSearch = 10;

/** Creates the group module. */
export function createGroups(given: SearchingParts): Groups {
  const parts = { ...given, conversations: createConversationReader(given) };
  const { db, log, conversations } = parts;
  const countSearch = createSearchLimit(given, { name: 'conversation-search' });
  const countMemberSearch = createSearchLimit(given, { name: 'member-search', times: lettersOfSearch });

  async function byId(id: bigint): Promise<Conversation> {
    const [conversation] = await conversations([id]);
    // Another user may have dissolved it since the act was stored.
    if (!conversation) throw new ChatError('NOT_FOUND', 'The conversation no longer exists.');
    return conversation;
  }

  async function memberships(refs: readonly MembershipRef[]): Promise<readonly (Membership | null)[]> {
    const rows = await readMemberships(db.client, refs);
    return rows.map((row) => (isActive(row) ? membershipOf(row) : null));
  }

  async function member(groupId: bigint, userId: bigint): Promise<Membership | null> {
    const [membership = null] = await memberships([{ conversationId: groupId, userId }]);
    return membership;
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
    async removeMember(viewer, removal) {
      await removeMember(parts, viewer, removal);
      return byId(removal.groupId);
    },
    unbanUser: (viewer, options) => unbanUser(parts, viewer, options),
    async setRole(viewer, options) {
      await setRole(parts, viewer, options);
      return member(options.groupId, options.userId);
    },
    async transferOwnership(viewer, { groupId, userId }) {
      await transferOwnership(parts, viewer, { groupId, userId });
      const group = await byId(groupId);
      const both = await memberships([viewer.userId, userId].map((one) => ({ conversationId: groupId, userId: one })));
      return { group, members: both.filter((membership) => membership !== null) };
    },
    async muteMember(viewer, muting) {
      await muteMember(parts, viewer, muting);
      return member(muting.groupId, muting.userId);
    },
    async updateOwnPart(viewer, part) {
      await updateMemberSettings(parts, viewer, part);
      return member(part.conversationId, viewer.userId);
    },
    dissolve: (viewer, options) => dissolveGroup(parts, viewer, options),
    leave: (viewer, options) => leaveGroup(parts, viewer, options),
    tellDissolved: (options) => tellDissolved(parts, options),
    leaveAll: (userId, signal) => leaveAll(parts, userId, signal),
    stays: (userId, options) => listMembershipRecords(db.client, userId, options),
    byIds: conversations,
    async byIdIncludingDissolved(id) {
      const head = (await log.heads([id])).get(id);
      const [row] = await readConversationRows(db.client, [id]);
      return head && row ? conversationOf(row, head) : null;
    },
    memberships,
    async shown({ userId }) {
      const rows = await selectRows(
        db.client,
        'Membership',
        sql`userId = ${userId} AND state = 'ACTIVE' AND shown = 1 AND ${isNotDissolved('Membership')}`,
      );
      return rows.map(membershipOf);
    },
    rights: (of) => readRights(parts, of),
    list: (viewer, request) => listConversations(parts, viewer, request),
    async called(viewer, text) {
      await countSearch(viewer.userId);
      return nameFilter(parts, viewer, text);
    },
    members: createMemberList(parts),
    async findMembers(viewer, conversation, request) {
      await countMemberSearch(viewer.userId);
      return findMembers(parts, conversation, request);
    },
    bans: createBanList(parts),
    directWith: (viewer, userIds) => directsWith(parts, viewer, userIds),
  };
}
