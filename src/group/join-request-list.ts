import { compareIds } from '../compare-ids.ts';
import { type Db, selectPages, sql, type Tx } from '../db/index.ts';
import { lastTime, parsePlace } from '../list-key.ts';
import type { Listed, ListRequest } from '../page.ts';
import { together } from '../together.ts';
import { type JoinRequestRow, joinRequestOf, readWaiting } from './join-request-store.ts';
import type { Joining, JoinRequest } from './joining.ts';
import type { GroupParts } from './parts.ts';

/** The key of a request in its group's list: when it was created in ms, then the user, both descending. */
export function joinRequestKey({ createdAt, userId }: Pick<JoinRequest, 'createdAt' | 'userId'>): string {
  return `${createdAt.getTime()}:${userId}`;
}

/** The key of a request in its requester's list: when it was created in ms, then the group, both descending. */
export function ownJoinRequestKey({ createdAt, conversationId }: Pick<JoinRequest, 'createdAt' | 'conversationId'>): string {
  return `${createdAt.getTime()}:${conversationId}`;
}

interface Place {
  readonly at: Date;
  readonly id: bigint;
}

function placeOf(key: string | undefined): Place | null {
  if (key === undefined) return null;
  const [ms, id] = parsePlace(key, lastTime);
  return { at: new Date(ms), id };
}

/** A page of a group's requests: after a place, or from the beginning. */
interface RequestRange {
  readonly conversationId: bigint;
  readonly place: Place | null;
  readonly limit: number;
}

// As many groups as a page of conversations has.
const groupsAtOnce = 100;
// This index starts the scan at the key. MariaDB might use only its prefix, and sort.
const index = 'JoinRequest_conversationId_state_createdAt_userId_idx';

/** Creates the lists of a group's open requests, newest first. Concurrent calls share one read. */
export function createRequestLists({ db }: Pick<GroupParts, 'db'>): Pick<Joining, 'requests' | 'countRequests'> {
  const requests = together((ranges: readonly RequestRange[]) => readRanges(db, ranges), {
    atOnce: groupsAtOnce,
    name: ({ conversationId, place, limit }) => [conversationId, place?.at.getTime(), place?.id, limit].join(),
  });
  const count = together((ids: readonly bigint[]) => countOpen(db.client, ids), { atOnce: groupsAtOnce, name: String });
  return {
    countRequests: count,
    async requests(conversationId, { first, after }) {
      const rows = await requests({ conversationId, place: placeOf(after), limit: first + 1 });
      const items = rows.slice(0, first).map((row) => ({ request: joinRequestOf(row), key: joinRequestKey(row) }));
      return { items, hasNextPage: rows.length > first };
    },
  };
}

async function readRanges(db: Db, ranges: readonly RequestRange[]): Promise<readonly (readonly JoinRequestRow[])[]> {
  const found = await selectPages(db, db.client, { model: 'JoinRequest', rests: ranges.map(openPast), index });
  return found.map((rows) =>
    rows.toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime() || compareIds(other.userId, one.userId)),
  );
}

// Written as a range and an exception, so that the index is entered at the key.
function openPast({ conversationId, place, limit }: RequestRange) {
  const past = place === null ? sql`` : sql`AND createdAt <= ${place.at} AND (createdAt < ${place.at} OR userId < ${place.id})`;
  return sql`conversationId = ${conversationId} AND state = 'PENDING' ${past} ORDER BY createdAt DESC, userId DESC LIMIT ${limit}`;
}

/** Counts the open requests of each group. Results are in the order of `conversationIds`. */
async function countOpen(tx: Tx, conversationIds: readonly bigint[]): Promise<readonly number[]> {
  const rows = await tx.joinRequest.groupBy({
    by: ['conversationId'],
    where: { conversationId: { in: [...conversationIds] }, state: 'PENDING' },
    _count: { _all: true },
  });
  const counts = new Map(rows.map(({ conversationId, _count }) => [conversationId, _count._all]));
  return conversationIds.map((id) => counts.get(id) ?? 0);
}

/** Lists the requests that are pending for a user, newest first. Throws BAD_USER_INPUT (after). */
export async function listOwnRequests(
  tx: Tx,
  userId: bigint,
  { first, after }: ListRequest,
): Promise<Listed<{ readonly request: JoinRequest }>> {
  const place = placeOf(after);
  const all = await readWaiting(tx, userId);
  const rest =
    place === null
      ? all
      : all.filter((row) => row.createdAt < place.at || (row.createdAt.getTime() === place.at.getTime() && row.conversationId < place.id));
  const items = rest.slice(0, first).map((row) => ({ request: joinRequestOf(row), key: ownJoinRequestKey(row) }));
  return { items, hasNextPage: rest.length > first };
}
