import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { type MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import { describe, expect, test } from 'vitest';
import { connectSqlite } from '../../src/db/db.sqlite.ts';
import { freshSqlite } from './fresh.ts';
import { migrateContract, migrationsIn } from './migrate-contract.ts';

const folder = 'prisma/sqlite/migrations';
const filters = { externalTables: [], externalEnums: [] };

async function migrationList(change: (sql: string) => string = (sql) => sql): Promise<MigrationList> {
  const names = await migrationsIn(folder);
  const texts = await Promise.all(names.map(async (name) => change(await readFile(join(folder, name, 'migration.sql'), 'utf8'))));
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(folder, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path, place) => ({
      path,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: texts[place] ?? '' } },
    })),
  };
}

/** Prisma's own migration engine. Its build for SQLite needs no download. */
function prismaEngine(file: string, schema: string): Promise<SchemaEngine> {
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaLibSql({ url: `file:${file}` }));
  return SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, factory);
}

describe('on SQLite', () => {
  migrateContract(freshSqlite, folder);

  describe('Prisma’s own engine', () => {
    test('finds the database up to date and nothing to apply', async () => {
      await using place = await freshSqlite();
      await (await place.open())[Symbol.asyncDispose]();
      const engine = await prismaEngine(place.place, await readFile('prisma/sqlite/schema.prisma', 'utf8'));
      const migrationsList = await migrationList();
      expect(await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters })).toMatchObject({
        hasMigrationsTable: true,
        editedMigrationNames: [],
        failedMigrationNames: [],
        history: null,
      });
      expect((await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames).toEqual([]);
    });

    test('accepts our checksums as its own: it notices a migration that was changed', async () => {
      await using place = await freshSqlite();
      await (await place.open())[Symbol.asyncDispose]();
      const engine = await prismaEngine(place.place, await readFile('prisma/sqlite/schema.prisma', 'utf8'));
      const migrationsList = await migrationList(() => '-- changed');
      const { editedMigrationNames } = await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters });
      expect(editedMigrationNames).toEqual(await migrationsIn(folder));
    });

    test('gives a database that it migrates the same tables and records as ours, and we can continue from there', async () => {
      await using theirs = await freshSqlite();
      await using ours = await freshSqlite();
      await (await ours.open())[Symbol.asyncDispose]();
      await mkdir(dirname(theirs.place));
      const engine = await prismaEngine(theirs.place, await readFile('prisma/sqlite/schema.prisma', 'utf8'));
      const migrationsList = await migrationList();
      expect((await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames).toEqual(await migrationsIn(folder));

      const shape =
        "SELECT m.name AS master, c.* FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid";
      expect(await ours.rows(shape)).toEqual(await theirs.rows(shape));
      const row =
        'SELECT checksum, migration_name, logs, rolled_back_at, applied_steps_count, typeof(finished_at) AS type FROM _prisma_migrations';
      expect(await ours.rows(row)).toEqual(await theirs.rows(row));
      await (await theirs.open())[Symbol.asyncDispose]();
      expect((await theirs.rows('SELECT id FROM _prisma_migrations')).length).toBe((await migrationsIn(folder)).length);
    });

    test('finds the models in the tables, except for the types that SQLite counts by itself', async () => {
      await using place = await freshSqlite();
      await (await place.open())[Symbol.asyncDispose]();
      const content = await readFile('prisma/sqlite/schema.prisma', 'utf8');
      const engine = await prismaEngine(place.place, content);
      const files = [{ path: 'schema.prisma', content }];
      const { stdout } = await engine.diff({
        from: { tag: 'schemaDatasource', configDir: 'prisma/sqlite', files },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: null,
        filters,
      });
      const touched = [...(stdout ?? '').matchAll(/^(?:CREATE|ALTER|DROP) \w+ "(\w+)"/gm)].map(([, name]) => name);
      // Rebuilding a table rebuilds its indexes as well.
      const tables = touched.filter((name) => !/^\w+_idx$/.test(name ?? ''));
      expect(new Set(tables)).toEqual(new Set(['new_Stream', 'Stream', 'new_AuditEntry', 'AuditEntry']));
    });
  });

  describe('a command', () => {
    test('waits while another program has the file, and reports it if the program keeps it', async () => {
      await using place = await freshSqlite();
      await using another = await freshSqlite();
      await mkdir(dirname(place.place), { recursive: true });
      const connection = await new PrismaLibSql({ url: `file:${place.place}` }).connect();
      const run = (sql: string) => connection.executeRaw({ sql, args: [], argTypes: [] });
      await run('BEGIN EXCLUSIVE');
      await expect(place.open({ beside: true })).rejects.toThrow(/^the database file .* cannot be used: another program keeps it locked$/);
      const openings = [1, 2, 3].map(() => place.open({ beside: true }));
      // Opening another database takes longer than finding the first one locked.
      await (await another.open())[Symbol.asyncDispose]();
      await run('ROLLBACK');
      for (const opening of openings) await (await opening)[Symbol.asyncDispose]();
      expect(await place.rows('SELECT migration_name FROM _prisma_migrations')).toHaveLength((await migrationsIn(folder)).length);
      await connection.dispose();
    });
  });

  describe('a second node on the same file', () => {
    test('is refused while the first runs, and accepted after it', async () => {
      await using place = await freshSqlite();
      const first = await place.open();
      await expect(place.open()).rejects.toThrow(/in use by another node.*DATABASE_URL and REDIS_URL/);
      await first[Symbol.asyncDispose]();
      await using second = await place.open();
      await second.ping();
    });

    test('is accepted while a command uses the file, which continues beside it', async () => {
      await using place = await freshSqlite();
      await using command = await connectSqlite({ file: place.place, writeDeadlineMs: 8_000, beside: true });
      await using node = await place.open();
      await Promise.all([command.ping(), node.ping()]);
      await expect(place.open()).rejects.toThrow('in use by another node');
    });

    test('that starts while the first is leaving waits for it', async () => {
      await using place = await freshSqlite();
      const first = await place.open();
      const second = place.open();
      await first[Symbol.asyncDispose]();
      await (await second)[Symbol.asyncDispose]();
    });
  });
});
