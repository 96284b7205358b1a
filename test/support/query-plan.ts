import type { RawSql } from './raw-sql.ts';
import { onMysql } from './services.ts';

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

/** Takes in one part of a plan after all below it, of which `rows` were read. `name`: what it is called in the part above. */
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

// MySQL's words, in MariaDB's for what reads all there is.
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
    // What the statement made itself is in no database.
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

/** Rows over all loops; none where it was never come to. */
function product(loops: unknown, rows: unknown): number {
  return Math.round(Number(loops ?? 0) * Number(rows ?? 0));
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
