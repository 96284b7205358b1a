import type { RawSql } from './raw-sql.ts';
import { onMysql } from './services.ts';

/** How a statement read a table. */
export interface TableRead {
  /** The table, or its alias. `<derived2>` and the like are tables that the statement created itself. */
  readonly table: string;
  /** MariaDB's term. `ALL` and `index` are full scans of a table or an index. */
  readonly access: string;
  readonly key: string | undefined;
  /** The expected number of rows. */
  readonly expected: number;
  /** The number of rows read, over all loops. */
  readonly rows: number;
}

/** What a statement did when it ran. */
export interface QueryPlan {
  readonly reads: readonly TableRead[];
  /** The rows of its largest sort, and of its largest temporary table. 0 if there was none. */
  readonly sorted: number;
  readonly kept: number;
}

/** Runs a SELECT with its actual values, and returns what it did. */
export async function planOf(sql: RawSql, statement: string): Promise<QueryPlan> {
  const plan: Draft = { reads: [], sorted: 0, kept: 0 };
  if (onMysql) {
    await sql.run('SET explain_json_format_version = 2');
    visit(JSON.parse(await sql.text(`EXPLAIN ANALYZE FORMAT=JSON ${statement}`)), plan, takeMysql);
  } else {
    visit(JSON.parse(await sql.text(`ANALYZE FORMAT=JSON ${statement}`)), plan, takeMariadb);
  }
  return plan;
}

interface Draft {
  readonly reads: TableRead[];
  sorted: number;
  kept: number;
}

type Part = Readonly<Record<string, unknown>>;

/** Adds one part of a plan, after all parts below it, for which `rows` rows were read. `name`: its key in the part above. */
type Take = (plan: Draft, part: Part, name: string, rows: number) => void;

function visit(node: unknown, plan: Draft, take: Take, name = ''): void {
  if (typeof node !== 'object' || node === null) return;
  const before = rowsOf(plan.reads);
  for (const [below, part] of Object.entries(node)) visit(part, plan, take, below);
  take(plan, node as Part, name, rowsOf(plan.reads) - before);
}

const takeMariadb: Take = (plan, part, name, below) => {
  if (name === 'filesort') plan.sorted = Math.max(plan.sorted, 1, below);
  if (name === 'temporary_table') plan.kept = Math.max(plan.kept, 1, below);
  if (typeof part['table_name'] !== 'string') return;
  plan.reads.push({
    table: part['table_name'],
    access: String(part['access_type']),
    key: keyOf(part['key']),
    expected: Number(part['rows'] ?? 0),
    rows: product(part['r_loops'], part['r_rows']),
  });
};

// MySQL's terms for full scans, mapped to MariaDB's.
const mysqlScans: Readonly<Record<string, string>> = { table: 'ALL', index_scan: 'index' };

const takeMysql: Take = (plan, part) => {
  const { access_type: access, inputs, table_name: table, alias = table } = part;
  const [input = {}] = Array.isArray(inputs) ? inputs : [];
  const entering = Math.max(1, product(input.actual_loops, input.actual_rows));
  if (access === 'sort') plan.sorted = Math.max(plan.sorted, entering);
  if (access === 'materialize' || access === 'temp_table_aggregate') plan.kept = Math.max(plan.kept, entering);
  if (typeof table !== 'string') return;
  const isOneRow = String(part['operation']).startsWith('Single-row index lookup');
  const way = String(part['index_access_type'] ?? access);
  plan.reads.push({
    // A table that the statement created itself has no schema.
    table: part['schema_name'] === undefined ? `<${alias}>` : String(alias),
    access: isOneRow ? 'eq_ref' : (mysqlScans[way] ?? way),
    key: keyOf(part['index_name']),
    expected: Number(part['estimated_rows'] ?? 0),
    rows: product(part['actual_loops'], part['actual_rows']),
  });
};

function keyOf(name: unknown): string | undefined {
  return name === undefined ? undefined : String(name);
}

/** Returns the rows over all loops. 0 if the step never ran. */
function product(loops: unknown, rows: unknown): number {
  return Math.round(Number(loops ?? 0) * Number(rows ?? 0));
}

/** Returns the rows read from all tables. */
export function rowsOf(reads: readonly TableRead[]): number {
  return reads.reduce((sum, { rows }) => sum + rows, 0);
}

/** A statement that may do more than one page needs, how much more, and why. */
export interface Allowance {
  readonly statement: RegExp;
  readonly rows: number;
  readonly sorted?: number;
  readonly why: string;
}

// A page has at most 100 entries, and one more is read to see whether there are more. A page of pages reads one of these for each.
const page = 101;
// The cost of a page: its entries, and one or two look-ups for each.
const rowsOfPage = 1_000;

/** Returns what is wrong with a plan. Empty if it only read ranges of keys, and no more rows than a page needs. */
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
