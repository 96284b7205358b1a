import { byKey, type Db, rarestOfUsers, searchUsers, selectRows, sql, type Tx } from '../db/index.ts';
import { prefixesOf } from '../term.ts';
import { keyOfPlace, placeOf } from '../term-place.ts';
import type { Administration, UserQuery } from './administration.ts';
import { publicPart, readUsers } from './store.ts';
import type { UserPage } from './user.ts';

type PageRequest = Parameters<Administration['list']>[1];

/** Lists users. Throws the errors that Administration.list names. */
export async function listUsers(db: Db, query: UserQuery, page: PageRequest): Promise<UserPage> {
  const now = await db.now();
  return query.search === undefined
    ? await newestFirst(db, query, { ...page, now })
    : await found(db, { ...query, search: query.search }, { ...page, now });
}

interface Asked extends PageRequest {
  readonly now: Date;
}

/**
 * Lists bots, newest first. The condition is a range for the same reason as in `idsOf`: so that MariaDB enters the index where the page
 * begins.
 */
export async function listBots({ client }: Db, { first, after }: PageRequest): Promise<UserPage> {
  const past = after === undefined ? sql`1 = 1` : sql`id < ${BigInt(after)}`;
  const rest = sql`${past} AND bot >= 1 AND bot <= 1 ORDER BY bot DESC, id DESC LIMIT ${first + 1}`;
  const rows = await selectRows(client, 'User', rest, { index: 'User_bot_id_idx' });
  return { items: rows.slice(0, first).map((row) => ({ user: publicPart(row), key: String(row.id) })), hasNextPage: rows.length > first };
}

async function newestFirst({ client }: Db, { state }: UserQuery, { first, after, now }: Asked): Promise<UserPage> {
  // One more than asked for shows whether there is a next page.
  const range = { before: after === undefined ? undefined : BigInt(after), limit: first + 1 };
  const ids = await (state === 'SUSPENDED' ? suspendedIds(client, range, now) : idsOf(client, range, { state, now }));
  const users = await readUsers(client, ids.slice(0, first));
  return { items: users.flatMap((user) => (user === null ? [] : [{ user, key: String(user.id) }])), hasNextPage: ids.length > first };
}

interface Range {
  readonly before: bigint | undefined;
  readonly limit: number;
}

async function suspendedIds(tx: Tx, { before, limit }: Range, now: Date): Promise<readonly bigint[]> {
  const rows = await tx.suspension.findMany({
    where: { ...(before !== undefined && { userId: { lt: before } }), OR: [{ until: null }, { until: { gt: now } }] },
    ...{ orderBy: { userId: 'desc' }, take: limit, select: { userId: true } },
  });
  return rows.map(({ userId }) => userId);
}

// Nearly all users are active, so they are read by primary key and the others are skipped. For erased users, the state is given as a range:
// with an equality, MariaDB reads all of them from the newest on, and does not enter the index where the page begins.
async function idsOf(
  tx: Tx,
  { before, limit }: Range,
  { state, now }: { readonly state: UserQuery['state']; readonly now: Date },
): Promise<readonly bigint[]> {
  const past = before === undefined ? sql`1 = 1` : sql`id < ${before}`;
  const rest =
    state === 'ERASED'
      ? sql`${past} AND state >= ${state} AND state <= ${state} ORDER BY state DESC, id DESC LIMIT ${limit}`
      : sql`${past} AND ${state === undefined ? sql`1 = 1` : active(now)} ORDER BY id DESC LIMIT ${limit}`;
  const rows = await selectRows(tx, 'User', rest, state === 'ERASED' ? { index: 'User_state_id_idx' } : byKey);
  return rows.map(({ id }) => id);
}

function active(now: Date) {
  return sql`state = 'ACTIVE' AND (suspendedUntil IS NULL OR suspendedUntil <= ${now})`;
}

async function found(
  { client }: Db,
  { search, state }: UserQuery & { readonly search: string },
  { first, after, now }: Asked,
): Promise<UserPage> {
  const asked = prefixesOf(search);
  const { place, prefixes } = placeOf(asked, after);
  if (prefixes.length === 0 || state === 'ERASED') return { items: [], hasNextPage: false };
  const suspended = state === undefined ? undefined : { is: state === 'SUSPENDED', now };
  const wanted = { prefixes: place === null ? await rarestOfUsers(client, prefixes) : prefixes, after: place, limit: first + 1, suspended };
  const places = await searchUsers(client, wanted);
  const users = await readUsers(
    client,
    places.slice(0, first).map(({ id }) => id),
  );
  const items = users.flatMap((user, index) => {
    const at = places[index];
    return user === null || at === undefined ? [] : [{ user, key: keyOfPlace(at) }];
  });
  return { items, hasNextPage: places.length > first };
}
