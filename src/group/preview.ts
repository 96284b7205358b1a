import type { Viewer } from '../user/index.ts';
import type { Conversation } from './conversation.ts';
import { isCode, isGood, readInvitesByCode } from './invite-store.ts';
import { requireOne, standing } from './join-group.ts';
import type { GroupName } from './joining.ts';
import type { JoiningParts } from './parts.ts';
import { joining } from './permission.ts';
import { isActive, readConversations, readMemberships } from './store.ts';

/**
 * The group that somebody may know of who could join it, or ask to, or is told that they are banned; whoever is in it may anyway. Null for all else, never told apart.
 * Throws INVALID_INPUT (id) where not exactly one of the two is named.
 */
export async function previewGroup(
  { db, log }: Pick<JoiningParts, 'db' | 'log'>,
  viewer: Viewer,
  name: GroupName,
): Promise<Conversation | null> {
  requireOne(name, 'id');
  const how = typeof name.code === 'string' ? 'BY_CODE' : 'BY_ID';
  const id = typeof name.code === 'string' ? await groupOf(db, name.code) : (name.groupId ?? null);
  if (id === null) return null;
  const [conversation] = await readConversations(db.client, log, [id]);
  if (conversation?.kind !== 'GROUP') return null;
  const [access = null] = await readMemberships(db.client, [{ conversationId: id, userId: viewer.userId }]);
  const isTold = isActive(access) || joining[conversation.joinPolicy][how][standing(access)] !== 'NOT_FOUND';
  return isTold ? conversation : null;
}

async function groupOf(db: JoiningParts['db'], code: string): Promise<bigint | null> {
  const [invite] = isCode(code) ? await readInvitesByCode(db.client, [code]) : [];
  return invite && isGood(invite, await db.now()) ? invite.conversationId : null;
}
