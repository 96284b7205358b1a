import { type Filling, type Row, raw, type Source, type Sql, sql, type Table } from '../db/index.ts';

/** The two databases to compare. */
export interface Both {
  readonly source: Source;
  readonly filling: Filling;
}

type Ask = (query: Sql) => Promise<readonly Row[]>;

// Bounds the size of one result.
const streamsAtOnce = 1_000;

/** Counts the rows of a table. */
export async function countRows(ask: Ask, { name }: Pick<Table, 'name'>): Promise<number> {
  const [row] = await ask(raw(`SELECT COUNT(*) AS count FROM ${name}`));
  return Number(row?.['count'] ?? 0);
}

// The head of each stream, and what its log contains.
const heads: readonly { readonly what: string; readonly select: string; readonly by: string }[] = [
  { what: 'the head', by: 'id', select: 'SELECT id, lastSeq, lastOrdinal, floorSeq, jobSeq FROM Stream' },
  { what: 'the entries', by: 'streamId', select: 'SELECT streamId AS id, COUNT(*), MIN(seq), MAX(seq) FROM Entry' },
  {
    what: 'the messages',
    by: 'conversationId',
    select: 'SELECT conversationId AS id, COUNT(*), MIN(seq), MAX(seq), MAX(ordinal) FROM Message',
  },
];

/**
 * Compares every stream of both databases: its head, and the count and range of its entries and messages. Returns how many streams there are.
 * Throws Error if one differs.
 */
export async function compareHeads({ source, filling }: Both): Promise<number> {
  let streams = 0;
  for (const [place, { what, select, by }] of heads.entries()) {
    for (let past = -1n; ; ) {
      const grouped = by === 'id' ? sql`` : sql`GROUP BY ${raw(by)}`;
      const query = sql`${raw(select)} WHERE ${raw(by)} > ${past} ${grouped} ORDER BY ${raw(by)} LIMIT ${streamsAtOnce}`;
      const [here, there] = await Promise.all([source.ask(query), filling.ask(query)]);
      const differing = here.findIndex((row, at) => textOf(row) !== textOf(there[at]));
      if (differing >= 0 || here.length !== there.length) {
        const id = String((here[differing] ?? there[here.length])?.['id']);
        throw new Error(`stream ${id} differs from the source in ${what}`);
      }
      const last = here.at(-1)?.['id'];
      if (place === 0) streams += here.length;
      if (last === undefined) break;
      past = BigInt(last as bigint | number);
    }
  }
  return streams;
}

// The same value may be a number in one database and a bigint in the other.
function textOf(row: Row | undefined): string {
  return row === undefined ? '' : Object.values(row).map(String).join(' ');
}
