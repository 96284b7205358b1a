import { inPieces, listShown } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Viewer } from '../user/index.ts';
import type { Conversation, Membership } from './conversation.ts';
import { memberKey } from './key.ts';
import type { GroupParts } from './parts.ts';
import { directKey, isActive, membershipOf, readConversations, readMemberships } from './store.ts';

/** How much of a list, after which key. */
export interface ListRequest {
  readonly first: number;
  readonly after?: string | undefined;
}

/** Part of a list. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
}

// Beyond them a database would fail rather than find nothing: the greatest DATETIME, INT and BIGINT there are.
const lastTime = 253_402_300_799_999n;
const lastSeq = 2n ** 31n - 1n;
const lastId = 2n ** 63n - 1n;

/** A key's two whole numbers: a time or a seq up to `limit`, and an id. */
function parseKey(key: string, limit: bigint): readonly [number, bigint] {
  const [, first = '', second = ''] = /^(\d{1,15}):(\d{1,19})$/.exec(key) ?? [];
  const [place, id] = [BigInt(first), BigInt(second)];
  if (first === '' || place > limit || id > lastId) {
    throw new ChatError('BAD_USER_INPUT', 'This is no cursor of this list.', { field: ['after'] });
  }
  return [Number(place), id];
}

/** What the viewer is shown, latest activity first. Throws BAD_USER_INPUT (after). */
export async function listConversations(
  { db, log }: Pick<GroupParts, 'db' | 'log'>,
  viewer: Viewer,
  { first, after }: ListRequest,
): Promise<Listed<{ readonly conversation: Conversation; readonly key: string }>> {
  const [activeAtMs, id] = after === undefined ? [] : parseKey(after, lastTime);
  const rows = await listShown(db.client, {
    userId: viewer.userId,
    limit: first + 1,
    before: activeAtMs === undefined || id === undefined ? null : { activeAt: new Date(activeAtMs), id },
  });
  const page = rows.slice(0, first);
  const ids = page.map((row) => row.id);
  const conversations = await readConversations(db.client, log, ids);
  const items = page.flatMap((row, place) => {
    const conversation = conversations[place];
    return conversation ? [{ conversation, key: `${row.activeAt.getTime()}:${row.id}` }] : [];
  });
  return { items, hasNextPage: rows.length > first };
}

/** A conversation's active members in the order they joined. Throws BAD_USER_INPUT (after). */
export async function listMembers(
  { db }: Pick<GroupParts, 'db'>,
  conversationId: bigint,
  { first, after }: ListRequest,
): Promise<Listed<{ readonly member: Membership; readonly key: string }>> {
  const [fromSeq, userId] = after === undefined ? [] : parseKey(after, lastSeq);
  const rows = await db.client.membership.findMany({
    where: {
      ...{ conversationId, state: 'ACTIVE' },
      // Said as a range and an exception, so that the index is entered at the key.
      ...(fromSeq !== undefined &&
        userId !== undefined && { fromSeq: { gte: fromSeq }, OR: [{ fromSeq: { gt: fromSeq } }, { userId: { gt: userId } }] }),
    },
    orderBy: [{ fromSeq: 'asc' }, { userId: 'asc' }],
    take: first + 1,
  });
  const items = rows.slice(0, first).map((row) => ({ member: membershipOf(row), key: memberKey(row) }));
  return { items, hasNextPage: rows.length > first };
}

/** The direct conversations that the viewer is shown with each user, in the order asked for; null where there is none. */
export async function directsWith(
  { db, log }: Pick<GroupParts, 'db' | 'log'>,
  viewer: Viewer,
  userIds: readonly bigint[],
): Promise<readonly (Conversation | null)[]> {
  const keys = userIds.map((userId) => directKey(viewer.userId, userId));
  const rows = await inPieces([...new Set(keys)], (piece) =>
    db.client.conversation.findMany({ where: { directKey: { in: [...piece] } }, select: { id: true } }),
  );
  const refs = rows.map(({ id }) => ({ conversationId: id, userId: viewer.userId }));
  const accesses = await readMemberships(db.client, refs);
  const shown = accesses.flatMap((row) => (isActive(row) && row.shown ? [row.conversationId] : []));
  const conversations = await readConversations(db.client, log, shown);
  const found = new Map(
    conversations.flatMap((conversation) => (conversation?.sides ? [[directKey(...conversation.sides), conversation] as const] : [])),
  );
  return keys.map((key) => found.get(key) ?? null);
}
