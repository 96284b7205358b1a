import { ChatError } from '../errors.ts';
import type { MembershipRef } from './conversation.ts';
import { createConversationReader } from './conversation-reader.ts';
import { openDirectory } from './directory.ts';
import { createInvite, revokeInvite } from './invite.ts';
import { inviteOf, isGood, readInvites, readStanding } from './invite-store.ts';
import { joinGroup } from './join-group.ts';
import { answerJoinRequest, cancelJoinRequest, endRequestsOfDissolved, withdrawAll } from './join-request.ts';
import { createRequestLists, listOwnRequests } from './join-request-list.ts';
import { isWaiting, joinRequestOf, readJoinRequests, readWaiting } from './join-request-store.ts';
import type { Joining } from './joining.ts';
import type { JoiningParts } from './parts.ts';
import { areBanned, previewGroup } from './preview.ts';
import { createSearchLimit } from './search-limit.ts';
import { isActive, membershipOf, readMemberships } from './store.ts';

// The window in which attempts are counted, the same as for sign-in attempts.
const windowSeconds = 15 * 60;

/** Creates the part of the module through which users join groups. */
export function createJoining(given: JoiningParts): Joining {
  const parts = { ...given, conversations: createConversationReader(given) };
  const { db, limits, config, conversations } = parts;
  const { client } = db;
  // One count for joins and previews, because both tell whether a group id exists.
  const attempts = limits.limit({ name: 'join', points: () => config.joinAttempts, windowSeconds });
  const countSearch = createSearchLimit(given, { name: 'group-search' });

  async function countAttempt(userId: bigint): Promise<void> {
    const retryAfterMs = await attempts.take(String(userId));
    if (retryAfterMs !== null)
      throw new ChatError('RATE_LIMITED', 'Too many groups in a short time. Wait before you try again.', { retryAfterMs });
  }

  async function group(id: bigint) {
    const [found] = await conversations([id]);
    // Another user may have dissolved it since the act was stored.
    if (!found) throw new ChatError('NOT_FOUND', 'The group no longer exists.');
    return found;
  }

  async function member(ref: MembershipRef) {
    const [row] = await readMemberships(client, [ref]);
    return row && isActive(row) ? membershipOf(row) : null;
  }

  return {
    async join(viewer, options) {
      await countAttempt(viewer.userId);
      const joined = await joinGroup(parts, viewer, options);
      return 'request' in joined ? { group: null, request: joined.request } : { group: await group(joined.groupId), request: null };
    },
    async answer(viewer, ref, { accept }) {
      await answerJoinRequest(parts, viewer, { ref, accept });
      return { group: await group(ref.conversationId), member: accept ? await member(ref) : null };
    },
    cancel: (viewer, ref) => cancelJoinRequest(parts, viewer, ref),
    createInvite: (viewer, options) => createInvite(parts, viewer, options),
    revokeInvite: (viewer, id) => revokeInvite(parts, viewer, id),
    async preview(viewer, name) {
      await countAttempt(viewer.userId);
      return previewGroup(parts, viewer, name);
    },
    directory: ({ userId }, search) => openDirectory(parts, search, () => countSearch(userId)),
    areBanned: (viewer, of) => areBanned(parts, viewer, of),
    ...createRequestLists(parts),
    ownRequests: ({ userId }, page) => listOwnRequests(client, userId, page),
    countOwnRequests: async ({ userId }) => (await readWaiting(client, userId)).length,
    async requestsByRefs(refs) {
      const rows = await readJoinRequests(client, refs);
      return rows.map((row) => (isWaiting(row) ? joinRequestOf(row) : null));
    },
    async invites(conversationIds) {
      const [found, now] = await Promise.all([readStanding(client, conversationIds), db.now()]);
      return found.map((rows) => rows.filter((row) => isGood(row, now)).map(inviteOf));
    },
    async invitesByIds(ids) {
      const [rows, now] = await Promise.all([readInvites(client, ids), db.now()]);
      return rows.map((row) => (row !== null && isGood(row, now) ? inviteOf(row) : null));
    },
    withdrawAll: (userId, signal) => withdrawAll(parts, userId, signal),
    tellDissolved: (dissolved) => endRequestsOfDissolved(parts, dissolved),
  };
}
