import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { admit, openScreen, putFlag } from '../words/index.ts';
import type { NotificationLevel } from './conversation.ts';
import { memberChanged, membershipSettled } from './entries.ts';
import { conversationRow, membershipRow } from './facts.ts';
import { unchanged } from './member-change.ts';
import { requireFuture } from './mute.ts';
import type { GroupParts } from './parts.ts';
import { requireNickname } from './shape.ts';
import { isActive, type MembershipRow } from './store.ts';

/** What of their own part in a conversation a member wants otherwise: absent stays as it is. */
export interface OwnPart {
  readonly conversationId: bigint;
  readonly notificationLevel?: NotificationLevel | null | undefined;
  /** Until when to be notified of nothing, which is yet to come; null: as the level says. */
  readonly silentUntil?: Date | null | undefined;
  /** Null or '': by their own name. */
  readonly nickname?: string | null | undefined;
}

type Wanted = Partial<Pick<MembershipRow, 'notificationLevel' | 'silentUntil' | 'nickname'>>;

/**
 * Settles what the viewer is notified of, which their own devices alone hear, and what they are called there, which everybody does. Throws NOT_FOUND
 * (conversationId), INVALID_INPUT (notificationLevel: null; silentUntil; nickname: also in a direct conversation, or not allowed).
 */
export function updateOwnPart(
  { log, screen = openScreen }: Pick<GroupParts, 'log' | 'screen'>,
  viewer: Viewer,
  part: OwnPart,
): Promise<void> {
  const { conversationId } = part;
  const { userId } = viewer;
  const wanted = requireWanted(part);
  const looked = wanted.nickname ? screen.called(wanted.nickname, 'nickname') : null;
  return log.append<void>({
    lock: [...new Set([conversationId, userId])],
    async decide(inside): Promise<Verdict<void>> {
      const access = await requireOwn(inside, viewer, conversationId);
      if (wanted.nickname && inside.head(conversationId)?.kind === 'DIRECT') {
        throw new ChatError('INVALID_INPUT', 'Between two, both are called by their own names.', { field: ['nickname'] });
      }
      requireFuture(wanted.silentUntil ?? null, { now: inside.now, field: 'silentUntil' });
      const fields = (Object.keys(wanted) as (keyof Wanted)[]).filter((field) => !isSame(wanted[field], access[field]));
      const isSettled = fields.includes('notificationLevel') || fields.includes('silentUntil');
      if (fields.length === 0) return unchanged;
      // What one was called before a list forbade it stands.
      const said = looked !== null && fields.includes('nickname') ? [admit(looked)] : [];
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

function isSame(one: Date | string | null | undefined, other: Date | string | null | undefined): boolean {
  return one?.valueOf() === other?.valueOf();
}

function requireWanted({ notificationLevel, silentUntil, nickname }: OwnPart): Wanted {
  if (notificationLevel === null) {
    const message = 'notificationLevel cannot be null: leave it out, and it stays as it is.';
    throw new ChatError('INVALID_INPUT', message, { field: ['notificationLevel'] });
  }
  return {
    ...(notificationLevel !== undefined && { notificationLevel }),
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
  throw new ChatError('NOT_FOUND', 'There is no such conversation for you.', { field: ['conversationId'] });
}
