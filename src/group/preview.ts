import type { Viewer } from '../user/index.ts';
import type { Conversation } from './conversation.ts';
import type { ReadingParts } from './conversation-reader.ts';
import { isCode, isGood, readInvitesByCode } from './invite-store.ts';
import { requireOne, standing } from './join-group.ts';
import { isWaiting, readJoinRequests } from './join-request-store.ts';
import type { GroupName } from './joining.ts';
import { joining } from './permission.ts';
import { isActive, readMemberships } from './store.ts';

/**
 * Returns a group to its members, to users who may join it, may request to or have, and to users who would be told that they are banned.
 * Returns null in all other cases, which cannot be told apart. Throws INVALID_INPUT (id) unless exactly one of id and code is given.
 */
export async function previewGroup(
  { db, conversations }: Pick<ReadingParts, 'db' | 'conversations'>,
  viewer: Viewer,
  name: GroupName,
): Promise<Conversation | null> {
  requireOne(name, 'id');
  const how = typeof name.code === 'string' ? 'BY_CODE' : 'BY_ID';
  const id = typeof name.code === 'string' ? await groupOf(db, name.code) : (name.groupId ?? null);
  if (id === null) return null;
  const [conversation] = await conversations([id]);
  if (conversation?.kind !== 'GROUP') return null;
  const [access = null] = await readMemberships(db.client, [{ conversationId: id, userId: viewer.userId }]);
  if (isActive(access) || joining[conversation.joinPolicy][how][standing(access)] !== 'NOT_FOUND') return conversation;
  const [request = null] = await readJoinRequests(db.client, [{ conversationId: id, userId: viewer.userId }]);
  return isWaiting(request) ? conversation : null;
}

/** For each group, in order, whether the viewer is banned and is told so. For a group with joinPolicy INVITE_ONLY they are not told. */
export async function areBanned(
  { db }: Pick<ReadingParts, 'db'>,
  { userId }: Viewer,
  groups: readonly Pick<Conversation, 'id' | 'joinPolicy'>[],
): Promise<readonly boolean[]> {
  const rows = await readMemberships(
    db.client,
    groups.map(({ id }) => ({ conversationId: id, userId })),
  );
  return groups.map(({ joinPolicy }, place) => joining[joinPolicy].BY_ID[standing(rows[place] ?? null)] === 'FORBIDDEN');
}

async function groupOf(db: ReadingParts['db'], code: string): Promise<bigint | null> {
  const [invite] = isCode(code) ? await readInvitesByCode(db.client, [code]) : [];
  return invite && isGood(invite, await db.now()) ? invite.conversationId : null;
}
