import { compareIds } from '../compare-ids.ts';
import { type Db, empty, join, type Sql, selectPages, sql } from '../db/index.ts';
import { lastSeq, parsePlace } from '../list-key.ts';
import type { Listed, ListRequest } from '../page.ts';
import { together } from '../together.ts';
import { isUnbounded, type Role } from './conversation.ts';
import type { Groups } from './groups.ts';
import { memberKey } from './key.ts';
import type { GroupParts } from './parts.ts';
import { type MembershipRow, type MembershipState, membershipOf } from './store.ts';

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
  const [inOrder, ofRoles] = [readBy(byJoining), readBy(byRole)];
  return async (conversationId, { first, after, roles }) => {
    const [joinedSeq, userId] = after === undefined ? [0, 0n] : parsePlace(after, lastSeq);
    if (roles?.length === 0) return { items: [], hasNextPage: false };
    const pages = roles === undefined || isUnbounded(roles) ? inOrder : ofRoles;
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
