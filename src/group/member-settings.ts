import { ChatError } from '../errors.ts';
import { requireFuture } from '../future.ts';
import type { Inside, Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { allowAll, putFlag, requireAllowedText } from '../words/index.ts';
import type { NotificationLevel } from './conversation.ts';
import { memberChanged, membershipSettled } from './entries.ts';
import { conversationRow, membershipRow } from './facts.ts';
import { unchanged } from './member-change.ts';
import type { GroupParts } from './parts.ts';
import { requireNickname } from './shape.ts';
import { isActive, type MembershipRow } from './store.ts';

/** Changes to a member's own settings in a conversation. Absent fields keep their values. */
export interface MemberSettings {
  readonly conversationId: bigint;
  readonly notificationLevel?: NotificationLevel | null | undefined;
  /** Until when to notify of nothing; must be in the future. If null, notificationLevel applies. */
  readonly silentUntil?: Date | null | undefined;
  /** The marks of the conversation in the viewer's list. */
  readonly pinned?: boolean | null | undefined;
  readonly archived?: boolean | null | undefined;
  /** null or '': the member's own name is shown. */
  readonly nickname?: string | null | undefined;
}

// The fields that cannot be null.
const settled = ['notificationLevel', 'pinned', 'archived'] as const;

type Wanted = Partial<Pick<MembershipRow, (typeof settled)[number] | 'silentUntil' | 'nickname'>>;

/**
 * Changes the viewer's settings in a conversation. Notifications and list marks are told only to their own devices, the nickname to all
 * members. Throws NOT_FOUND (conversationId), INVALID_INPUT (notificationLevel, pinned, archived: null; silentUntil: not in the future;
 * nickname: malformed, in a direct conversation, or not allowed).
 */
export function updateMemberSettings(
  { log, screen = allowAll }: Pick<GroupParts, 'log' | 'screen'>,
  viewer: Viewer,
  part: MemberSettings,
): Promise<void> {
  const { conversationId } = part;
  const { userId } = viewer;
  const wanted = requireWanted(part);
  const looked = wanted.nickname ? screen.checkName(wanted.nickname, 'nickname') : null;
  return log.append<void>({
    lock: [...new Set([conversationId, userId])],
    async decide(inside): Promise<Verdict<void>> {
      const access = await requireOwn(inside, viewer, conversationId);
      if (wanted.nickname && inside.head(conversationId)?.kind === 'DIRECT') {
        throw new ChatError('INVALID_INPUT', 'A direct conversation has no nicknames.', { field: ['nickname'] });
      }
      requireFuture(wanted.silentUntil, { now: inside.now, field: 'silentUntil' });
      const fields = (Object.keys(wanted) as (keyof Wanted)[]).filter((field) => !isSame(wanted[field], access[field]));
      const isSettled = fields.some((field) => field !== 'nickname');
      if (fields.length === 0) return unchanged;
      // An unchanged nickname stays, even if a list of blocked words forbids it since.
      const said = looked !== null && fields.includes('nickname') ? [requireAllowedText(looked)] : [];
      return {
        entries: () => [
          ...(fields.includes('nickname') ? [memberChanged(conversationId, userId, { userId, fields: ['nickname'] })] : []),
          ...(isSettled ? [membershipSettled(userId, conversationId)] : []),
        ],
        async write(tx, { at }) {
          await tx.membership.update({ where: { conversationId_userId: { conversationId, userId } }, data: wanted });
          await putFlag(tx, { target: { kind: 'USER', userId }, said, at });
        },
        result: () => undefined,
      };
    },
  });
}

type Value = Wanted[keyof Wanted];

function isSame(one: Value, other: Value): boolean {
  return one?.valueOf() === other?.valueOf();
}

function requireWanted({ silentUntil, nickname, ...part }: MemberSettings): Wanted {
  const empty = settled.find((field) => part[field] === null);
  if (empty !== undefined) {
    throw new ChatError('INVALID_INPUT', `${empty} cannot be null. Leave it out to keep its value.`, { field: [empty] });
  }
  return {
    ...Object.fromEntries(settled.flatMap((field) => (part[field] === undefined ? [] : [[field, part[field]]]))),
    ...(silentUntil !== undefined && { silentUntil }),
    ...(nickname !== undefined && { nickname: requireNickname(nickname) }),
  };
}

async function requireOwn(inside: Inside, { userId }: Viewer, conversationId: bigint): Promise<MembershipRow> {
  const [row, access] = await Promise.all([
    inside.read(conversationRow, conversationId),
    inside.read(membershipRow, { conversationId, userId }),
  ]);
  if (row !== null && row.dissolvedAt === null && isActive(access) && access.shown) return access;
  throw new ChatError('NOT_FOUND', 'Conversation not found.', { field: ['conversationId'] });
}
