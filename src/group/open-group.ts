import type { Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { MembershipRef, Role } from './conversation.ts';
import { conversationRow, membershipRow } from './facts.ts';
import type { Wish } from './may.ts';
import { noGroup, noUser } from './refusal.ts';
import { type ActiveRow, type ConversationRow, isActive } from './store.ts';

/** A group in which the viewer acts, as the locks keep it. */
export interface OpenGroup {
  readonly row: ConversationRow;
  /** The group's last seq before the act. */
  readonly lastSeq: number;
  /** The viewer's. */
  readonly role: Role;
  /** What the viewer's rights follow from. */
  readonly wish: Wish;
}

/** The group, whose stream is locked, if the viewer is in it. Throws NOT_FOUND (`field`: by which it was named, groupId if not said). */
export async function requireGroup(
  inside: Inside,
  { groupId, viewer, field }: { readonly groupId: bigint; readonly viewer: Viewer; readonly field?: string },
): Promise<OpenGroup> {
  const head = inside.head(groupId);
  if (head?.kind !== 'GROUP') throw noGroup(field);
  const [row, access] = await Promise.all([
    inside.read(conversationRow, groupId),
    inside.read(membershipRow, { conversationId: groupId, userId: viewer.userId }),
  ]);
  if (row === null || row.dissolvedAt !== null || !isActive(access)) throw noGroup(field);
  return { row, lastSeq: head.lastSeq, role: access.role as Role, wish: { group: row, access, now: inside.now } };
}

/** The part of somebody to whom something is done, in a group whose stream is locked. Throws NOT_FOUND (userId). */
export async function requireMember(inside: Inside, ref: MembershipRef): Promise<ActiveRow> {
  const access = await inside.read(membershipRow, ref);
  if (!isActive(access)) throw noUser('userId');
  return access;
}
