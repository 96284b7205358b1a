import type { Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { MembershipRef, Role } from './conversation.ts';
import { conversationRow, membershipRow } from './facts.ts';
import type { PermissionRequest } from './may.ts';
import { noGroup, noUser } from './refusal.ts';
import { type ActiveRow, type ConversationRow, isActive } from './store.ts';

/** The group in which the viewer acts, as guarded by the locks. */
export interface OpenGroup {
  readonly row: ConversationRow;
  /** The group's last seq before the act. */
  readonly lastSeq: number;
  /** The viewer's role. */
  readonly role: Role;
  /** What the viewer's rights depend on. */
  readonly wish: PermissionRequest;
}

/** Reads a group that the viewer is a member of. Its stream must be locked. Throws NOT_FOUND (`field`, by default groupId). */
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

/** Reads the membership of a user to whom something is done. The group's stream must be locked. Throws NOT_FOUND (userId). */
export async function requireMember(inside: Inside, ref: MembershipRef): Promise<ActiveRow> {
  const access = await inside.read(membershipRow, ref);
  if (!isActive(access)) throw noUser('userId');
  return access;
}
