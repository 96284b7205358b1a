import { describe, expect, inject, test } from 'vitest';
import { onMysql } from '../support/services.ts';
import { freshMysql } from './fresh.ts';
import { migrateContract, migrationsIn } from './migrate-contract.ts';

describe('on MySQL', () => {
  migrateContract(() => freshMysql(inject('mysqlUrl')), 'prisma/migrations');

  test('nodes that start at once on an empty database migrate it once and agree on its epoch and key', async () => {
    await using place = await freshMysql(inject('mysqlUrl'));
    const nodes = await Promise.all(Array.from({ length: 5 }, () => place.open({ serverKey: true })));
    expect(new Set(nodes.map(({ epoch }) => epoch)).size).toBe(1);
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    expect((await place.rows('SELECT id FROM _prisma_migrations')).length).toBe((await migrationsIn('prisma/migrations')).length);
    expect((await place.rows('SELECT id FROM Deployment')).length).toBe(1);
    expect((await place.rows('SELECT id FROM ServerKey')).length).toBe(1);
  });

  test('the table of migrations has the shape that Prisma’s engine gives it', async () => {
    await using place = await freshMysql(inject('mysqlUrl'));
    await (await place.open())[Symbol.asyncDispose]();
    const columns = await place.rows(
      `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, LOWER(COLUMN_DEFAULT) AS fallback
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '_prisma_migrations' ORDER BY ORDINAL_POSITION`,
    );
    const none = onMysql ? null : 'null';
    // As prisma-engines' schema-connectors/sql-schema-connector/src/flavour/mysql.rs creates it.
    expect([...columns]).toEqual([
      { name: 'id', type: 'varchar(36)', nullable: 'NO', fallback: null },
      { name: 'checksum', type: 'varchar(64)', nullable: 'NO', fallback: null },
      { name: 'finished_at', type: 'datetime(3)', nullable: 'YES', fallback: none },
      { name: 'migration_name', type: 'varchar(255)', nullable: 'NO', fallback: null },
      { name: 'logs', type: 'text', nullable: 'YES', fallback: none },
      { name: 'rolled_back_at', type: 'datetime(3)', nullable: 'YES', fallback: none },
      { name: 'started_at', type: 'datetime(3)', nullable: 'NO', fallback: 'current_timestamp(3)' },
      { name: 'applied_steps_count', type: onMysql ? 'int unsigned' : 'int(10) unsigned', nullable: 'NO', fallback: '0' },
    ]);
  });

  test('a migration that failed is reported with its reason at the next start', async () => {
    await using place = await freshMysql(inject('mysqlUrl'));
    await (await place.open())[Symbol.asyncDispose]();
    await place.run("UPDATE _prisma_migrations SET finished_at = NULL, logs = 'no space left'");
    await expect(place.open()).rejects.toThrow(/not finished \(no space left\)/);
  });
});
