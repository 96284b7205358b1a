import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from './database-error.ts';

/** A connection to a database, under a lock that keeps every other node from migrating it. Takes SQL that both dialects understand. */
export interface Migratable {
  /** SQL that creates Prisma's own table if missing, as Prisma's migration engine does. */
  readonly bookkeeping: string;
  /** SQL expression for the current time, in the format in which this database stores times. */
  readonly now: string;
  /** Whether DDL is transactional. If so, the three texts of `apply` are stored together or not at all. */
  readonly atomic: boolean;
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  run(sql: string): Promise<void>;
  /** Runs a text of several statements. */
  script(sql: string): Promise<void>;
}

/** A migration of a folder. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file in lowercase hex, as Prisma records it. */
  readonly checksum: string;
}

/**
 * Reads the migrations of a folder, in the order of their names. Throws DatabaseError if a name has other characters than letters, digits
 * and _.
 */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      // The name becomes part of SQL text.
      if (!/^\w+$/.test(name))
        throw new DatabaseError(`the folder of the migration ${JSON.stringify(name)} must have a name of letters, digits and _`);
      const bytes = await readFile(join(folder, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}

/**
 * The name of a migration that counts as begun and not finished while a transfer fills the database. So nodes of every release, and
 * `prisma migrate`, refuse it meanwhile.
 */
export const fillingMark = 'transfer';

/** Selects the migrations that are applied. */
export const appliedQuery =
  'SELECT migration_name, checksum, finished_at, logs FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at';

/**
 * Returns the names of the migrations that are applied. Throws DatabaseError if one of them differs from the folder's or was not finished, and
 * unless `filling`, if a transfer was not finished.
 */
export function checkApplied(
  migrations: readonly Migration[],
  applied: readonly Readonly<Record<string, unknown>>[],
  { filling }: { readonly filling: boolean },
): ReadonlySet<string> {
  const done = new Map<string, unknown>();
  for (const row of applied) {
    const name = String(row['migration_name']);
    if (name === fillingMark) {
      if (filling) continue;
      throw new DatabaseError(
        'a transfer into this database was begun and not finished: run npm run admin -- transfer again, which begins anew, or use an empty database',
      );
    }
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

/**
 * Applies a migration. DDL is not transactional on MySQL: the migration's row has no finished_at while it runs, and keeps none if it fails,
 * as with Prisma.
 */
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
    // The next start refuses to go on and repeats the reason. If it cannot be stored, the error below still has it.
    const note = `UPDATE _prisma_migrations SET logs = ${quote(why.slice(0, 1_000))} WHERE id = '${id}'`;
    if (!database.atomic) await database.run(note).catch(() => undefined);
    throw new DatabaseError(`the migration ${name} failed: ${why}`, { cause: error });
  }
}

/** Makes an epoch that no other database has: 96 random bits. */
export function newEpoch(): string {
  return randomBytes(12).toString('base64url');
}

/** Reads the epoch of this database. The first call creates it. */
async function settleEpoch(database: Migratable): Promise<string> {
  const [row] = await database.rows('SELECT epoch FROM Deployment WHERE id = 1');
  if (row) return String(row['epoch']);
  const epoch = newEpoch();
  await database.run(`INSERT INTO Deployment (id, epoch, createdAt) VALUES (1, '${epoch}', ${database.now})`);
  return epoch;
}

async function settleServerKey(database: Migratable): Promise<void> {
  if ((await database.rows('SELECT id FROM ServerKey LIMIT 1')).length > 0) return;
  // 32 bytes are a key of HMAC-SHA-256. The id only distinguishes keys.
  const id = randomBytes(6).toString('base64url');
  const secret = randomBytes(32).toString('base64url');
  await database.run(`INSERT INTO ServerKey (id, secret, createdAt) VALUES ('${id}', '${secret}', ${database.now})`);
}

/** Options of `migrate`. */
export interface MigrateOptions {
  /** Contains one folder per migration. */
  readonly folder: string;
  /** Whether to create a ServerKey row if there is none. */
  readonly serverKey: boolean;
  /** Whether an unfinished transfer into the database is accepted. */
  readonly filling?: boolean;
}

/**
 * Migrates a database to the newest migration of the folder, recorded as `prisma migrate deploy` records it. Then creates the rows that
 * exist once per database.
 *
 * Migrations that the database has and the folder lacks are those of a newer release, and are ignored. Throws DatabaseError if a migration
 * does not match or fails.
 */
export async function migrate(
  database: Migratable,
  { folder, serverKey, filling = false }: MigrateOptions,
): Promise<{ readonly epoch: string }> {
  const migrations = await readMigrations(folder);
  await database.run(database.bookkeeping);
  const done = checkApplied(migrations, await database.rows(appliedQuery), { filling });
  for (const migration of migrations) {
    if (!done.has(migration.name)) await apply(database, migration);
  }
  const epoch = await settleEpoch(database);
  if (serverKey) await settleServerKey(database);
  return { epoch };
}
