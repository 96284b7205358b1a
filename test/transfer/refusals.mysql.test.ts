import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockWork } from '../../src/db/sqlite-lock.ts';
import { keyFile } from '../../src/key-file.ts';
import { runAdmin } from '../support/admin-command.ts';
import { chatOn } from '../support/chat.ts';
import { rawSql } from '../support/raw-sql.ts';
import { freshPlaces, type Places } from './places.ts';

let places: Places;
beforeAll(async () => {
  places = await freshPlaces();
  await (await places.openSource())[Symbol.asyncDispose]();
});
afterAll(() => places[Symbol.asyncDispose]());

/** Runs the command, which must refuse. Resolves to the message. */
async function refused(env: Readonly<Record<string, string>> = {}, ...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await runAdmin({ ...places.env, ...env }, 'transfer', ...words);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  return errors;
}

/** Reads the tables of the target. It must stay empty. */
const tables = () =>
  places.rows(`SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${new URL(places.url).pathname.slice(1)}'`);

function dataDir(): { readonly env: Readonly<Record<string, string>>; readonly [Symbol.asyncDispose]: () => Promise<void> } {
  return { env: { DATA_DIR: places.dataDir }, [Symbol.asyncDispose]: async () => undefined };
}

describe('a transfer does nothing and says why', () => {
  beforeEach(async () => expect(await tables()).toEqual([]));

  it('if the source does not exist or is not a database of MPIM', async () => {
    const none = join(places.dataDir, 'none');
    expect(await refused({ DATA_DIR: none })).toBe(
      `There is no embedded database at ${none}/mpim.sqlite. Set DATA_DIR to the folder of the node that had it.\n`,
    );
    const other = await freshPlaces();
    await writeFile(other.file, '');
    expect(await refused({ DATA_DIR: other.dataDir })).toBe(`${other.file} is not a database of MPIM. Check DATA_DIR.\n`);
    await writeFile(other.file, 'what is no database, and long enough to be one'.repeat(100));
    expect(await refused({ DATA_DIR: other.dataDir })).toMatch(/mpim\.sqlite cannot be read: .*not a database/);
    await other[Symbol.asyncDispose]();
    expect(await tables()).toEqual([]);
  });

  it('if there is no target or it cannot be reached', async () => {
    expect(await refused({ DATABASE_URL: '', REDIS_URL: '' })).toBe('Set DATABASE_URL to the empty database that the data is to go to.\n');
    expect(await refused({ DATABASE_URL: 'mysql://root@127.0.0.1:1/none' })).toMatch(/^MySQL at 127\.0\.0\.1:1 cannot be reached/);
    expect(await refused({ DATABASE_URL: `${places.url}_none` })).toMatch(/has no database/);
  });

  it('while a node or an import uses the source, and --check shows the plan all the same', async () => {
    {
      await using _node = await places.openSource();
      expect(await refused()).toBe(`A node has ${places.file} open. Stop it first.\n`);
    }
    await using importing = await lockWork(places.file, 'import');
    expect(importing).not.toBeNull();
    expect(await refused({}, '--check')).toMatch(/^From .*\nTo be copied: 1 row\.\nAn import into .* is under way\. Wait for its end, /s);
  });

  it('if the source has the migrations of another release', async () => {
    await using sql = await rawSql(dataDir());
    const name = await sql.text('SELECT MAX(migration_name) FROM _prisma_migrations');
    await sql.run(`UPDATE _prisma_migrations SET rolled_back_at = '2026-01-01' WHERE migration_name = '${name}'`);
    expect(await refused()).toBe(
      `${places.file} is of an older release. Start a node of this release on it once, which brings it up to date, and stop it again.\n`,
    );
    await sql.run('UPDATE _prisma_migrations SET rolled_back_at = NULL');
    await sql.run(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('later', '', '29990101000000_later', '2026-01-01')`,
    );
    expect(await refused()).toBe(`${places.file} is of a newer release. Use that release for the transfer, and for the nodes.\n`);
    await sql.run(`DELETE FROM _prisma_migrations WHERE id = 'later'`);
  });

  it('if all users would be signed out', async () => {
    const file = join(places.dataDir, 'secret-keys');
    const key = (await keyFile(places.dataDir)).trim();
    const other = `k2:${'A'.repeat(43)}`;
    expect(await refused({ SECRET_KEYS: other })).toMatch(
      /^SECRET_KEYS lacks the key k1 of .*: everybody whom it signed in would be signed out\. Add/,
    );
    await rm(file);
    expect(await refused()).toMatch(/^SECRET_KEYS is not set and there is no .*secret-keys: everybody would be signed out\./);
    await writeFile(file, `${key}\n`);
    expect((await runAdmin({ ...places.env, SECRET_KEYS: `${other},${key}` }, 'transfer', '--check')).errors).toBe('');
  });

  it('if the target has tables of another program', async () => {
    await places.rows('CREATE TABLE NAME.User (id INT)');
    expect(await refused()).toMatch(/ has tables of another program\. Use an empty database\.\n$/);
    await places.rows('DROP TABLE NAME.User');
  });

  it('with --check, which only reads', async () => {
    const { code, output, errors } = await runAdmin(places.env, 'transfer', '--check');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^From .*\nTABLE +ROWS\nStream +1\n.*To be copied: 1 row\.\nNothing stands in the way\.\n$/s);
  });
});

describe('a target', () => {
  it('may have had nodes but no users, and is refused once it has data or a node runs', async () => {
    await using other = await freshPlaces();
    await (await other.openTarget())[Symbol.asyncDispose]();
    const env = { ...places.env, DATABASE_URL: other.url };
    expect(await runAdmin(env, 'transfer')).toMatchObject({ code: 0, errors: '' });
    expect(await refused({ DATABASE_URL: other.url })).toMatch(/ has data already \(AuditEntry\)\. Use an empty database\.\n$/);
    await using _node = await chatOn({ env: { DATABASE_URL: other.url }, [Symbol.asyncDispose]: async () => undefined });
    expect(await refused({ DATABASE_URL: other.url })).toMatch(
      / is in use \(other connections: \d+\)\. Stop all nodes and programs that use it\.\n/,
    );
  });
});
