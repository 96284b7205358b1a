import { type Db, join, raw, selectRows, sql, type Tx } from '../db/index.ts';
import type { AuditEntry, AuditFilter, AuditOutcome, AuditPlace } from './audit.ts';

type Row = Awaited<ReturnType<Tx['auditEntry']['findMany']>>[number];

// The actor id of the command line. No user has this id.
const commandLine = 0n;

/** An entry before its action is performed. */
export type NewEntry = Pick<AuditEntry, 'at' | 'actorId' | 'actorName' | 'origin' | 'action' | 'arguments' | 'target'>;

/** How an action ended. */
export type Ending = Pick<AuditEntry, 'outcome' | 'code' | 'before' | 'after' | 'endedAt'> & { readonly target?: string | undefined };

/** Inserts an entry. Resolves to its id. */
export async function insertEntry(tx: Tx, entry: NewEntry): Promise<bigint> {
  const actorId = entry.actorId ?? commandLine;
  const { id } = await tx.auditEntry.create({
    data: { ...entry, actorId, outcome: 'UNKNOWN' satisfies AuditOutcome },
    select: { id: true },
  });
  return id;
}

/** Stores how the action of an entry ended, unless that is stored already. */
export async function endEntry(tx: Tx, id: bigint, { target, before, after, ...how }: Ending): Promise<void> {
  const data = { ...how, was: before, became: after, ...(target !== undefined && { target }) };
  await tx.auditEntry.updateMany({ where: { id, outcome: 'UNKNOWN' satisfies AuditOutcome }, data });
}

/** Reads the entries that match a filter, after a position, in order of time. */
export async function readEntries(
  tx: Tx,
  { actor, action, target, from, to }: AuditFilter,
  { order, limit, after }: { readonly order: 'asc' | 'desc'; readonly limit: number; readonly after: AuditPlace | undefined },
): Promise<readonly AuditEntry[]> {
  // No action has such a name. MySQL refuses to compare it with the column, which is ASCII.
  if (action !== undefined && !/^\p{ASCII}*$/u.test(action)) return [];
  const [direction, past] = order === 'asc' ? [sql`ASC`, sql`>`] : [sql`DESC`, sql`<`];
  const exact = [
    ['actorId', actor === 'COMMAND_LINE' ? commandLine : actor],
    ['target', target],
    ['action', action],
  ] as const;
  // The actions of one admin, or on one object, are fewer than those of one name. So the first column that is given selects the index.
  const [by] = exact.find(([, value]) => value !== undefined) ?? [];
  const conditions = [
    // A range instead of an equality, and the column in ORDER BY: with an equality, MariaDB reads all entries from the newest on, and does
    // not use the time to enter the index.
    ...exact.flatMap(([column, value]) => (value === undefined ? [] : [sql`${raw(column)} >= ${value} AND ${raw(column)} <= ${value}`])),
    ...(from === undefined ? [] : [sql`at >= ${from}`]),
    ...(to === undefined ? [] : [sql`at < ${to}`]),
    // The first condition on the time says where to enter the index. The second only matters among entries with exactly the same time.
    ...(after === undefined ? [] : [sql`at ${past}= ${after.at} AND (at ${past} ${after.at} OR id ${past} ${after.id})`]),
  ];
  const where = conditions.length === 0 ? sql`1 = 1` : join(conditions, ' AND ');
  const first = by === undefined ? sql`` : sql`${raw(by)} ${direction},`;
  const rest = sql`${where} ORDER BY ${first} at ${direction}, id ${direction} LIMIT ${limit}`;
  const index = `AuditEntry_${by === undefined ? '' : `${by}_`}at_id_idx`;
  return (await selectRows(tx, 'AuditEntry', rest, { index })).map(entryOf);
}

/** Deletes at most `limit` entries from before a time. Resolves to their number. */
export async function removeBefore(db: Db, moment: Date, limit: number): Promise<number> {
  return await db.transaction(async (tx) => {
    const rows = await tx.auditEntry.findMany({
      where: { at: { lt: moment } },
      orderBy: [{ at: 'asc' }, { id: 'asc' }],
      take: limit,
      select: { id: true },
    });
    const { count } = await tx.auditEntry.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
    return count;
  });
}

function entryOf({ outcome, actorId, was: before, became: after, ...row }: Row): AuditEntry {
  return { ...row, before, after, actorId: actorId === commandLine ? null : actorId, outcome: outcome as AuditOutcome };
}
