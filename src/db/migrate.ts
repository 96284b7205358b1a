import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from './database-error.ts';

/** One connection to a database, under a lock that keeps every other node from migrating it. Its SQL is what both dialects understand. */
export interface Migratable {
  /** Makes Prisma's own table, where it is not there yet, as Prisma's migration engine makes it. */
  readonly bookkeeping: string;
  /** The SQL expression for the current time, as this database stores times. */
  readonly now: string;
  /** True where DDL is transactional: then the three texts of `apply` happen together or not at all. */
  readonly atomic: boolean;
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  run(sql: string): Promise<void>;
  /** Runs a text of several statements. */
  script(sql: string): Promise<void>;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file in lower-case hex, which is what Prisma records. */
  readonly checksum: string;
}

/** The migrations of a folder in the order of their names. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      // The name stands in SQL text below.
      if (!/^\w+$/.test(name))
        throw new DatabaseError(`the folder of the migration ${JSON.stringify(name)} must have a name of letters, digits and _`);
      const bytes = await readFile(join(folder, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}

/** Throws DatabaseError where what was applied is not what stands in the folder, or was never finished. */
function check(migrations: readonly Migration[], applied: readonly Readonly<Record<string, unknown>>[]): ReadonlySet<string> {
  const done = new Map<string, unknown>();
  for (const row of applied) {
    const name = String(row['migration_name']);
    if (row['finished_at'] === null) {
      throw new DatabaseError(
        `the migration ${name} was begun and not finished${row['logs'] ? ` (${row['logs']})` : ''}: restore the backup, or undo by hand what it did and set rolled_back_at in its row of _prisma_migrations, then start again`,
      );
    }
    done.set(name, row['checksum']);
  }
  const changed = migrations.find(({ name, checksum }) => done.has(name) && done.get(name) !== checksum);
  if (changed) {
    throw new DatabaseError(
      `the migration ${changed.name} was changed after it had been applied to this database: put the file back as it was and make a new migration for the change`,
    );
  }
  return new Set(done.keys());
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\\', '/')}'`;
}

/** DDL is not transactional on MySQL: a row without finished_at stands there while it runs, and stays if it fails, as Prisma has it. */
async function apply(database: Migratable, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  const begun = `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('${id}', '${checksum}', '${name}', ${database.now})`;
  const ended = `UPDATE _prisma_migrations SET finished_at = ${database.now}, applied_steps_count = 1 WHERE id = '${id}'`;
  try {
    if (database.atomic) {
      await database.script(`BEGIN IMMEDIATE;\n${begun};\n${sql}\n;${ended};\nCOMMIT;`);
      return;
    }
    await database.run(begun);
    await database.script(sql);
    await database.run(ended);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    // The next start, which refuses to go on, tells it again; if it cannot be noted, this one has told it.
    const note = `UPDATE _prisma_migrations SET logs = ${quote(why.slice(0, 1_000))} WHERE id = '${id}'`;
    if (!database.atomic) await database.run(note).catch(() => undefined);
    throw new DatabaseError(`the migration ${name} failed: ${why}`, { cause: error });
  }
}

/** An epoch that no other database has: 96 random bits. */
export function newEpoch(): string {
  return randomBytes(12).toString('base64url');
}

/** The epoch of this database; the first call makes it. */
async function settleEpoch(database: Migratable): Promise<string> {
  const [row] = await database.rows('SELECT epoch FROM Deployment WHERE id = 1');
  if (row) return String(row['epoch']);
  const epoch = newEpoch();
  await database.run(`INSERT INTO Deployment (id, epoch, createdAt) VALUES (1, '${epoch}', ${database.now})`);
  return epoch;
}

async function settleServerKey(database: Migratable): Promise<void> {
  if ((await database.rows('SELECT id FROM ServerKey LIMIT 1')).length > 0) return;
  // 32 bytes are a key of HMAC-SHA-256; the id only tells keys apart.
  const id = randomBytes(6).toString('base64url');
  const secret = randomBytes(32).toString('base64url');
  await database.run(`INSERT INTO ServerKey (id, secret, createdAt) VALUES ('${id}', '${secret}', ${database.now})`);
}

/** What migrating is told. */
export interface MigrateOptions {
  /** Holds a folder for each migration. */
  readonly folder: string;
  /** Make a ServerKey row where there is none. */
  readonly serverKey: boolean;
}

/**
 * Brings a database to the newest migration of the folder, recorded as `prisma migrate deploy` records it, and gives it what exists
 * once per database. Migrations that it has and the folder does not are those of a newer release, and left alone. Throws DatabaseError.
 */
export async function migrate(database: Migratable, { folder, serverKey }: MigrateOptions): Promise<{ readonly epoch: string }> {
  const migrations = await readMigrations(folder);
  await database.run(database.bookkeeping);
  const applied = await database.rows(
    'SELECT migration_name, checksum, finished_at, logs FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at',
  );
  const done = check(migrations, applied);
  for (const migration of migrations) {
    if (!done.has(migration.name)) await apply(database, migration);
  }
  const epoch = await settleEpoch(database);
  if (serverKey) await settleServerKey(database);
  return { epoch };
}
