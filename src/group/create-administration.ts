import { compareIds } from '../compare-ids.ts';
import { type Db, isLiveGroup, selectPages, sql } from '../db/index.ts';
import { lastId, parseId } from '../list-key.ts';
import { together } from '../together.ts';
import type { GroupAdministration, OverseenGroup } from './administration.ts';
import { createMemberList } from './member-list.ts';
import { dissolveByOperator, operatorView, removeByOperator, setOwnerByOperator, unlistByOperator } from './operator-acts.ts';
import type { GroupParts } from './parts.ts';
import { readConversationRows } from './store.ts';

/** A page of the groups that a user is a member of: those with ids below `before`, newest first. */
interface GroupRange {
  readonly userId: bigint;
  readonly before: bigint;
  readonly limit: number;
}

// As many pages of groups as a page of users has.
const pagesAtOnce = 100;

/** Creates the operators' view of groups and their acts. It needs only the database, the log and the configuration. */
export function createGroupAdministration(parts: Pick<GroupParts, 'db' | 'log' | 'config'>): GroupAdministration {
  const { db } = parts;
  const members = createMemberList({ db });
  const pages = together((ranges: readonly GroupRange[]) => readGroupRanges(db, ranges), {
    atOnce: pagesAtOnce,
    name: ({ userId, before, limit }) => [userId, before, limit].join(),
  });
  return {
    async byIds(ids) {
      const rows = await readConversationRows(db.client, ids);
      return rows.map((row) => (row?.kind === 'GROUP' ? operatorView(row) : null));
    },
    async of(userId, { first, after }) {
      const found = await pages({ userId, before: after === undefined ? lastId : parseId(after), limit: first + 1 });
      return { items: found.slice(0, first).map((group) => ({ group, key: String(group.id) })), hasNextPage: found.length > first };
    },
    // The rows of a dissolved group's members are updated by a job, some time later.
    members: async ({ id, dissolvedAt }, page) => (dissolvedAt === null ? members(id, page) : { items: [], hasNextPage: false }),
    dissolve: (options) => dissolveByOperator(parts, options),
    unlist: (options) => unlistByOperator(parts, options),
    remove: (options) => removeByOperator(parts, options),
    setOwner: (options) => setOwnerByOperator(parts, options),
  };
}

async function readGroupRanges(db: Db, ranges: readonly GroupRange[]): Promise<readonly (readonly OverseenGroup[])[]> {
  const rests = ranges.map(
    ({ userId, before, limit }) => sql`userId = ${userId} AND state = 'ACTIVE' AND conversationId < ${before}
      AND ${isLiveGroup('Membership')} ORDER BY conversationId DESC LIMIT ${limit}`,
  );
  const found = await selectPages(db, db.client, { model: 'Membership', rests });
  const ids = [...new Set(found.flat().map(({ conversationId }) => conversationId))];
  const rows = new Map((await readConversationRows(db.client, ids)).map((row, place) => [ids[place], row]));
  return found.map((page) =>
    page
      .toSorted((one, other) => compareIds(other.conversationId, one.conversationId))
      .flatMap(({ conversationId }) => {
        const row = rows.get(conversationId);
        return row ? [operatorView(row)] : [];
      }),
  );
}
