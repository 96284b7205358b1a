import { shapeOf } from '../../src/db/index.ts';
import { rawSql } from '../support/raw-sql.ts';
import type { Stores } from '../support/stores.ts';

/** The rows that nodes cache, each with its version, by table and id. */
export type Versions = ReadonlyMap<string, { readonly changedSeq: number; readonly row: string }>;

const keptTables = ['Conversation', 'User'] as const;

/** Reads the rows and versions from SQLite. */
export async function readVersions(stores: Stores): Promise<Versions> {
  await using sql = await rawSql(stores);
  const versions = new Map<string, { readonly changedSeq: number; readonly row: string }>();
  for (const table of keptTables) {
    const columns = shapeOf(table)
      .split(', ')
      .map((column) => `t.${column.split(' ')[0]}`);
    const text = await sql.text(
      `SELECT json_group_array(json_array(t.id, s.changedSeq, json_array(${columns.join()}))) FROM ${table} t JOIN Stream s ON s.id = t.id`,
    );
    for (const [id, changedSeq, row] of JSON.parse(text)) versions.set(`${table} ${id}`, { changedSeq, row: JSON.stringify(row) });
  }
  return versions;
}

/** Returns the rows that changed without a new version: a node with such a row in its cache would keep showing the old one. */
export function unseenChanges(before: Versions, after: Versions): readonly string[] {
  return [...after].flatMap(([name, { changedSeq, row }]) => {
    const known = before.get(name);
    return known !== undefined && known.changedSeq === changedSeq && known.row !== row ? [`${name}: ${known.row} is ${row}`] : [];
  });
}
