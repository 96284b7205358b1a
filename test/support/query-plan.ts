import type { RawSql } from './raw-sql.ts';

/** How a table was read in the course of a statement. */
export interface TableRead {
  /** The table, or its alias; `<derived2>` and the like for what the statement made itself. */
  readonly table: string;
  /** MariaDB's word: `ALL` and `index` read a table or an index from one end to the other. */
  readonly access: string;
  readonly key: string | undefined;
  /** Rows that it was expected to give. */
  readonly expected: number;
  /** Rows that were read of it, over all loops. */
  readonly rows: number;
}

/** What a statement did when it was run. */
export interface QueryPlan {
  readonly reads: readonly TableRead[];
  /** Rows that its largest sort took, and that its largest table made for the purpose did; 0: there was none. */
  readonly sorted: number;
  readonly kept: number;
}

/** Runs a SELECT, with the values it has, and tells what it did. */
export async function planOf(sql: RawSql, statement: string): Promise<QueryPlan> {
  const isMariadb = (await sql.text('SELECT VERSION()')).includes('MariaDB');
  if (isMariadb) return mariadbPlan(await sql.text(`ANALYZE FORMAT=JSON ${statement}`));
  await sql.run('SET explain_json_format_version = 2');
  return mysqlPlan(await sql.text(`EXPLAIN ANALYZE FORMAT=JSON ${statement}`));
}

function mysqlPlan(json: string): QueryPlan {
  const plan: { reads: TableRead[]; sorted: number; kept: number } = { reads: [], sorted: 0, kept: 0 };
  visit(JSON.parse(json));
  return plan;

  function visit(node: unknown): void {
    if (typeof node !== 'object' || node === null) return;
    if (isRecord(node)) look(node);
    for (const below of Object.values(node)) visit(below);
  }

  function look(node: Readonly<Record<string, unknown>>): void {
    if (typeof node['table_name'] === 'string') plan.reads.push(mysqlReadOf(node));
    const [input] = Array.isArray(node['inputs']) ? node['inputs'] : [];
    const rows = Math.max(1, isRecord(input ?? {}) ? mysqlRows(input) : 0);
    if (node['access_type'] === 'sort') plan.sorted = Math.max(plan.sorted, rows);
    if (['materialize', 'temp_table_aggregate'].includes(String(node['access_type']))) plan.kept = Math.max(plan.kept, rows);
  }
}

// MySQL's words, in MariaDB's for what reads all there is.
const mysqlScans: Readonly<Record<string, string>> = { table: 'ALL', index_scan: 'index' };

function mysqlReadOf(node: Readonly<Record<string, unknown>>): TableRead {
  const isOneRow = String(node['operation']).startsWith('Single-row index lookup');
  const access = isOneRow ? 'eq_ref' : String(node['index_access_type'] ?? node['access_type']);
  const name = String(node['alias'] ?? node['table_name']);
  return {
    // What the statement made itself is in no database.
    table: node['schema_name'] === undefined ? `<${name}>` : name,
    access: mysqlScans[access] ?? access,
    key: node['index_name'] === undefined ? undefined : String(node['index_name']),
    expected: Number(node['estimated_rows'] ?? 0),
    rows: mysqlRows(node),
  };
}

function mysqlRows(node: Readonly<Record<string, unknown>> = {}): number {
  return Math.round(Number(node['actual_loops'] ?? 0) * Number(node['actual_rows'] ?? 0));
}

function mariadbPlan(json: string): QueryPlan {
  const plan: { reads: TableRead[]; sorted: number; kept: number } = { reads: [], sorted: 0, kept: 0 };
  visit(JSON.parse(json));
  return plan;

  function visit(node: unknown): void {
    if (typeof node !== 'object' || node === null) return;
    if (isRecord(node) && typeof node['table_name'] === 'string') plan.reads.push(readOf(node));
    for (const [name, below] of Object.entries(node)) {
      const before = rowsOf(plan.reads);
      visit(below);
      if (name === 'filesort') plan.sorted = Math.max(plan.sorted, 1, rowsOf(plan.reads) - before);
      if (name === 'temporary_table') plan.kept = Math.max(plan.kept, 1, rowsOf(plan.reads) - before);
    }
  }
}

function isRecord(node: object): node is Readonly<Record<string, unknown>> {
  return !Array.isArray(node);
}

function readOf(node: Readonly<Record<string, unknown>>): TableRead {
  const loops = Number(node['r_loops'] ?? 0);
  return {
    table: String(node['table_name']),
    access: String(node['access_type']),
    key: node['key'] === undefined ? undefined : String(node['key']),
    expected: Number(node['rows'] ?? 0),
    // Absent where it was never come to.
    rows: Math.round(loops * Number(node['r_rows'] ?? 0)),
  };
}

/** Rows that were read of all tables together. */
export function rowsOf(reads: readonly TableRead[]): number {
  return reads.reduce((sum, { rows }) => sum + rows, 0);
}

/** A statement that may do more than what a page needs, how much, and why. */
export interface Allowance {
  readonly statement: RegExp;
  readonly rows: number;
  readonly sorted?: number;
  readonly why: string;
}

// A page is 100 entries at most, and one more to see whether there are more; of a page of pages a part is read for each.
const page = 101;
// What a page costs: its entries, and a look-up or two for each.
const rowsOfPage = 1_000;

/** What is wrong with what a statement did; empty: it read ranges of keys, and no more than a page needs. */
export function faultsOf(
  { reads, sorted, kept }: QueryPlan,
  { rows = rowsOfPage, sorted: mostSorted = page }: Partial<Allowance> = {},
): readonly string[] {
  const scans = reads.filter(({ table, access }) => (access === 'ALL' || access === 'index') && !table.startsWith('<'));
  const total = rowsOf(reads);
  return [
    ...scans.map(({ table, access, key }) => `reads all of ${table} (${access}${key === undefined ? '' : ` ${key}`})`),
    ...(sorted > mostSorted ? [`sorts ${sorted}`] : []),
    ...(kept > mostSorted ? [`keeps ${kept}`] : []),
    ...(total > rows
      ? [
          `reads ${total} rows of ${reads
            .map(({ table }) => table)
            .slice(0, 5)
            .join(', ')}`,
        ]
      : []),
  ];
}
