import { compareIds } from '../compare-ids.ts';
import { type Db, empty, inPieces, join, type Marks, type Sql, selectPages, sql } from '../db/index.ts';
import { lastSeq, lastTime, parsePlace } from '../list-key.ts';
import type { Listed, ListRequest } from '../page.ts';
import { together } from '../together.ts';
import type { Viewer } from '../user/index.ts';
import { type Conversation, isUnbounded, type Role } from './conversation.ts';
import type { ReadingParts } from './conversation-reader.ts';
import type { Groups } from './groups.ts';
import { memberKey } from './key.ts';
import type { GroupParts } from './parts.ts';
import { type ConversationFilter, siftShown } from './sift.ts';
import { directKey, isActive, type MembershipRow, type MembershipState, membershipOf, readMemberships } from './store.ts';

/**
 * Lists the conversations that the viewer is shown, latest activity first: all, or those that have the given marks and pass every sieve.
 * Throws BAD_USER_INPUT (after).
 */
export async function listConversations(
  { db, conversations: read }: Pick<ReadingParts, 'db' | 'conversations'>,
  viewer: Viewer,
  {
    first,
    after,
    marks = {},
    sieves = [],
  }: ListRequest & { readonly marks?: Marks | undefined; readonly sieves?: readonly ConversationFilter[] },
): Promise<Listed<{ readonly conversation: Conversation }>> {
  const [activeAtMs, id] = after === undefined ? [] : parsePlace(after, lastTime);
  const rows = await siftShown(db, viewer, {
    sieves,
    most: first + 1,
    marks,
    before: activeAtMs === undefined || id === undefined ? null : { activeAt: new Date(activeAtMs), id },
  });
  const page = rows.slice(0, first);
  const ids = page.map((row) => row.id);
  const conversations = await read(ids);
  const items = page.flatMap((row, place) => {
    const conversation = conversations[place];
    return conversation ? [{ conversation, key: `${row.activeAt.getTime()}:${row.id}` }] : [];
  });
  return { items, hasNextPage: rows.length > first };
}

/** A page of a conversation's members in the order they joined: those after `joinedSeq` and `userId`. */
interface MemberRange {
  readonly conversationId: bigint;
  readonly joinedSeq: number;
  readonly userId: bigint;
  readonly limit: number;
  /** Only members with one of these roles. Absent: all. */
  readonly roles?: readonly Role[] | undefined;
}

// As many pages of members as a page of conversations has.
const pagesAtOnce = 100;

// The owner and the admins are found by role and then sorted: they are few among up to thousands of members.
const byRole = 'Membership_conversationId_role_state_userId_idx';
const byJoining = 'Membership_conversationId_state_joinedSeq_userId_idx';

/**
 * Creates the list of a conversation's active members, in the order they joined. Concurrent calls share one read. Throws BAD_USER_INPUT
 * (after).
 */
export function createMemberList({ db }: Pick<GroupParts, 'db'>): Groups['members'] {
  const rowsOf = createRowList(db, 'ACTIVE');
  return async (conversationId, page) => {
    const { items, hasNextPage } = await rowsOf(conversationId, page);
    return { items: items.map(({ row, key }) => ({ member: membershipOf(row), key })), hasNextPage };
  };
}

/** Creates the list of the users who are banned from a conversation, as `createMemberList` does for members. */
export function createBanList({ db }: Pick<GroupParts, 'db'>): Groups['bans'] {
  const rowsOf = createRowList(db, 'BANNED');
  return async (conversationId, page) => {
    const { items, hasNextPage } = await rowsOf(conversationId, page);
    return { items: items.map(({ row, key }) => ({ userId: row.userId, key })), hasNextPage };
  };
}

function createRowList(
  db: Db,
  state: MembershipState,
): (
  conversationId: bigint,
  page: ListRequest & { readonly roles?: readonly Role[] | undefined },
) => Promise<Listed<{ readonly row: MembershipRow }>> {
  const readBy = (index: string) =>
    together(
      (ranges: readonly MemberRange[]) =>
        readMemberRanges(
          db,
          ranges.map((range) => membersPast(state, range)),
          index,
        ),
      {
        atOnce: pagesAtOnce,
        name: ({ conversationId, joinedSeq, userId, limit, roles }) => [conversationId, joinedSeq, userId, limit, roles?.join(' ')].join(),
      },
    );
  const [inOrder, running] = [readBy(byJoining), readBy(byRole)];
  return async (conversationId, { first, after, roles }) => {
    const [joinedSeq, userId] = after === undefined ? [0, 0n] : parsePlace(after, lastSeq);
    if (roles?.length === 0) return { items: [], hasNextPage: false };
    const pages = roles === undefined || isUnbounded(roles) ? inOrder : running;
    const rows = await pages({ conversationId, joinedSeq, userId, limit: first + 1, roles });
    return { items: rows.slice(0, first).map((row) => ({ row, key: memberKey(row) })), hasNextPage: rows.length > first };
  };
}

async function readMemberRanges(db: Db, rests: readonly Sql[], index: string): Promise<readonly (readonly MembershipRow[])[]> {
  const found = await selectPages(db, db.client, { model: 'Membership', rests, index });
  return found.map((rows) => rows.toSorted((one, other) => one.joinedSeq - other.joinedSeq || compareIds(one.userId, other.userId)));
}

// Written as a range and an exception, so that the index is entered at the key. The unary plus keeps SQLite from using an index on that
// column.
function membersPast(state: MembershipState, { conversationId, joinedSeq, userId, limit, roles }: MemberRange): Sql {
  const withRole = roles === undefined ? empty : sql`AND role IN (${join([...roles])})`;
  const joined = roles === undefined || isUnbounded(roles) ? sql`joinedSeq` : sql`+joinedSeq`;
  return sql`conversationId = ${conversationId} AND state = ${state} ${withRole} AND ${joined} >= ${joinedSeq}
    AND (${joined} > ${joinedSeq} OR userId > ${userId}) ORDER BY ${joined}, userId LIMIT ${limit}`;
}

/** Finds the direct conversations with each user that the viewer is shown. Results are in the order of `userIds`; null if there is none. */
export async function directsWith(
  { db, conversations: read }: Pick<ReadingParts, 'db' | 'conversations'>,
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
  const conversations = await read(shown);
  const found = new Map(
    conversations.flatMap((conversation) => (conversation?.sides ? [[directKey(...conversation.sides), conversation] as const] : [])),
  );
  return keys.map((key) => found.get(key) ?? null);
}
