import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../src/db/index.ts';
import { chatOver } from '../support/chat.ts';
import type { Fresh, OpenOptions } from './fresh.ts';

const init = '20260101000000_init';
const messages = '20260201000000_messages';
const attached = '20260322000000_attached_messages';
const participants = '20260326000000_user_data';

/** The names of the migrations in a folder, in order. */
export async function migrationsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

/** A copy of the project's migrations that a test may add to and spoil. */
async function copyOf(
  folder: string,
): Promise<AsyncDisposable & { readonly folder: string; write(name: string, sql: string): Promise<void> }> {
  const copy = await mkdtemp(join(tmpdir(), 'mpim-migrations-'));
  async function write(name: string, sql: string): Promise<void> {
    await mkdir(join(copy, name), { recursive: true });
    await writeFile(join(copy, name, 'migration.sql'), sql);
  }
  await write(init, await readFile(join(folder, init, 'migration.sql'), 'utf8'));
  return { folder: copy, write, [Symbol.asyncDispose]: () => rm(copy, { recursive: true, force: true }) };
}

async function openAndClose(place: Fresh, options: OpenOptions = {}): Promise<string> {
  const db = await place.open(options);
  await db[Symbol.asyncDispose]();
  return db.epoch;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.fail('it opened'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseError);
  const { message } = error as DatabaseError;
  expect(message).not.toContain('\n');
  return message;
}

/** What migrating promises on both databases. `folder` holds this database's migrations. */
export function migrateContract(fresh: () => Promise<Fresh>, folder: string): void {
  describe('migrating', () => {
    test('records each migration once, as Prisma does, with the file’s SHA-256', async () => {
      await using place = await fresh();
      await openAndClose(place);
      await openAndClose(place);
      const rows = await place.rows('SELECT * FROM _prisma_migrations ORDER BY migration_name');
      const expected = await Promise.all(
        (await migrationsIn(folder)).map(async (name) => ({
          migration_name: name,
          checksum: createHash('sha256')
            .update(await readFile(join(folder, name, 'migration.sql')))
            .digest('hex'),
          ...{ logs: null, rolled_back_at: null },
        })),
      );
      expect(rows).toMatchObject(expected);
      const [row = {}] = rows;
      expect(row['id']).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      expect(Number(row['applied_steps_count'])).toBe(1);
      expect(row['finished_at']).not.toBeNull();
    });

    test('applies new migrations and keeps the data', async () => {
      await using place = await fresh();
      await using copy = await copyOf(folder);
      const epoch = await openAndClose(place, { migrations: copy.folder });
      await copy.write(
        '20260201000000_more',
        'CREATE TABLE More (id INTEGER PRIMARY KEY); CREATE TABLE Yet_More (id INTEGER PRIMARY KEY);',
      );
      expect(await openAndClose(place, { migrations: copy.folder })).toBe(epoch);
      expect(await place.rows('SELECT id FROM Yet_More')).toEqual([]);
      const names = await place.rows('SELECT migration_name AS name FROM _prisma_migrations ORDER BY migration_name');
      expect(names.map(({ name }) => name)).toEqual([init, '20260201000000_more']);
    });

    test('leaves alone what a newer release has added', async () => {
      await using place = await fresh();
      await using copy = await copyOf(folder);
      await copy.write('20990101000000_newer', 'CREATE TABLE Newer (id INTEGER PRIMARY KEY);');
      const epoch = await openAndClose(place, { migrations: copy.folder });
      expect(await openAndClose(place)).toBe(epoch);
      expect(await place.rows('SELECT id FROM Newer')).toEqual([]);
    });

    test('makes a job that ends each contact request that is pending from before there were jobs', async () => {
      await using place = await fresh();
      await using copy = await copyOf(folder);
      const now = folder.includes('sqlite') ? "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')" : 'UTC_TIMESTAMP(3)';
      const past = folder.includes('sqlite') ? "'2026-01-01T12:00:00.000+00:00'" : "'2026-01-01 12:00:00.000'";
      await copy.write(messages, await readFile(join(folder, messages, 'migration.sql'), 'utf8'));
      await openAndClose(place, { migrations: copy.folder });
      await place.run(
        `INSERT INTO Stream (id, kind, lastAt, activeAt, createdAt) VALUES ${[1, 2, 3].map((id) => `(${id}, 'ACCOUNT', ${past}, ${past}, ${past})`).join()}`,
      );
      await place.run(
        `INSERT INTO ContactRequest (fromId, toId, fromState, toState, createdAt) VALUES
          (1, 2, 'PENDING', 'PENDING', ${past}), (2, 3, 'PENDING', 'DECLINED', ${now}), (3, 1, 'CANCELLED', 'CANCELLED', ${past})`,
      );
      await using db = await place.open();
      await using chat = chatOver(db);
      await chat.jobs.doDue();
      const waiting = await Promise.all([1n, 2n].map((userId) => chat.contacts.countRequests({ userId, sessionId: '' }, 'OUTGOING')));
      expect(waiting).toEqual([0, 1]);
      const left = await db.client.job.findMany({ select: { kind: true, key: true, dueAt: true } });
      expect(left).toEqual([{ kind: 'ContactRequestExpired', key: '2:3', dueAt: expect.any(Date) }]);
      expect(left[0]?.dueAt.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    });

    test('enters the attachments of older messages into the list, and checks again later', async () => {
      await using place = await fresh();
      await using copy = await copyOf(folder);
      const before = (await migrationsIn(folder)).filter((name) => name < attached);
      for (const name of before) await copy.write(name, await readFile(join(folder, name, 'migration.sql'), 'utf8'));
      await openAndClose(place, { migrations: copy.folder });
      const at = folder.includes('sqlite') ? "'2026-01-01T12:00:00.000+00:00'" : "'2026-01-01 12:00:00.000'";
      const streams = [1, 2, 3].map((id) => `(${id}, '${id === 1 ? 'ACCOUNT' : 'GROUP'}', 250, ${at}, ${at}, ${at})`);
      await place.run(`INSERT INTO Stream (id, kind, lastSeq, lastAt, activeAt, createdAt) VALUES ${streams.join()}`);
      await place.run(`INSERT INTO User (id, handle, displayName, passwordHash, createdAt) VALUES (1, 'ann', 'Ann', '', ${at})`);
      const file = (type: string) => `{"url":"https://example.org/a","mediaType":"${type}"}`;
      const has = (seq: number) =>
        seq % 2 === 0 ? 'NULL' : `'[${file('image/png')},${file(seq % 3 === 0 ? 'text/plain' : 'image/gif')}]'`;
      const rows = [2, 3].flatMap((id) =>
        Array.from({ length: 250 }, (_, one) => [
          id,
          one + 1,
          one + 1,
          1,
          `'${id}.${one}'`,
          "x'00000000000000000000000000000000'",
          "''",
          has(one + 1),
          at,
        ]),
      );
      await place.run(
        `INSERT INTO Message (conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, attachments, sentAt)
          VALUES ${rows.map((row) => `(${row.join()})`).join()}`,
      );
      await using db = await place.open();
      expect(await db.client.attachedMessage.count()).toBe(0);
      await using chat = chatOver(db);
      await chat.jobs.doDue();
      const entered = await db.client.attachedMessage.findMany();
      const odd = Array.from({ length: 125 }, (_, one) => 2 * one + 1);
      const expected = [2n, 3n].flatMap((conversationId) => [
        ...odd.map((seq) => ({ conversationId, kind: 1, seq })),
        ...odd.filter((seq) => seq % 3 === 0).map((seq) => ({ conversationId, kind: 4, seq })),
      ]);
      const named = (all: typeof entered) => all.map(({ conversationId, kind, seq }) => `${conversationId}:${kind}:${seq}`).toSorted();
      expect(named(entered)).toEqual(named(expected));
      expect(await db.client.job.findMany({ select: { kind: true, state: true } })).toEqual([
        { kind: 'AttachmentRound', state: 'PENDING' },
      ]);
    });

    test('finds since when each participant takes part in existing threads', async () => {
      await using place = await fresh();
      await using copy = await copyOf(folder);
      const before = (await migrationsIn(folder)).filter((name) => name < participants);
      for (const name of before) await copy.write(name, await readFile(join(folder, name, 'migration.sql'), 'utf8'));
      await openAndClose(place, { migrations: copy.folder });
      const at = folder.includes('sqlite') ? "'2026-01-01T12:00:00.000+00:00'" : "'2026-01-01 12:00:00.000'";
      const roots = [
        ...[`8, 1, 1, 3, '1', x'00000000000000000000000000000000', '', ${at}`],
        ...[`9, 1, 1, 1, '2', x'00000000000000000000000000000000', '', ${at}`],
        ...[`9, 2, 2, 3, '3', x'00000000000000000000000000000000', '', ${at}`],
      ];
      await place.run(
        `INSERT INTO Message (conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, sentAt)
          VALUES ${roots.map((root) => `(${root})`).join()}`,
      );
      // In the first thread its author has replied too, and a user whose replies are not kept.
      await place.run(`INSERT INTO Reply (conversationId, rootSeq, seq, senderId)
        VALUES (8, 1, 2, 1), (9, 1, 3, 4), (9, 1, 4, 1), (9, 1, 5, 3), (9, 1, 7, 4), (9, 2, 6, 1)`);
      await place.run(`INSERT INTO ThreadPart (userId, conversationId, rootSeq, readSeq)
        VALUES (3, 8, 1, 0), (1, 8, 1, 2), (1, 9, 1, 4), (2, 9, 1, 9), (3, 9, 1, 5), (4, 9, 1, 7), (3, 9, 2, 0), (1, 9, 2, 6)`);
      await using db = await place.open();
      const orderBy = [{ conversationId: 'asc' as const }, { rootSeq: 'asc' as const }, { sinceSeq: 'asc' as const }];
      const rows = await db.client.threadPart.findMany({ orderBy });
      expect(rows.map((row) => [row.conversationId, row.rootSeq, row.userId, row.sinceSeq].join())).toEqual([
        ...['8,1,3,0', '8,1,1,2'],
        ...['9,1,1,0', '9,1,4,3', '9,1,3,5', `9,1,2,${2 ** 31 - 1}`],
        ...['9,2,3,0', '9,2,1,6'],
      ]);
      expect(rows.map(({ readSeq }) => readSeq)).toEqual([0, 2, 4, 7, 5, 9, 0, 6]);
    });

    test('refuses a migration that was changed after it had been applied', async () => {
      await using place = await fresh();
      await using copy = await copyOf(folder);
      await openAndClose(place, { migrations: copy.folder });
      await copy.write(init, '-- nothing');
      expect(await refusal(place.open({ migrations: copy.folder }))).toMatch(/20260101000000_init was changed after it had been applied/);
    });

    test('refuses a migration that was begun and not finished, until it is settled', async () => {
      await using place = await fresh();
      await openAndClose(place);
      await place.run('UPDATE _prisma_migrations SET finished_at = NULL');
      expect(await refusal(place.open())).toMatch(/20260101000000_init was begun and not finished.*rolled_back_at/);
      await place.run('UPDATE _prisma_migrations SET finished_at = started_at');
      await openAndClose(place);
    });

    test('names the migration that failed, and continues once it is mended and its changes are undone', async () => {
      await using place = await fresh();
      await using copy = await copyOf(folder);
      await copy.write('20260201000000_bad', "CREATE TABLE Half (id INTEGER PRIMARY KEY); INSERT INTO Half (nothing) VALUES ('it''s');");
      expect(await refusal(place.open({ migrations: copy.folder }))).toMatch(/20260201000000_bad/);
      await place.run('DROP TABLE IF EXISTS Half');
      await place.run("UPDATE _prisma_migrations SET rolled_back_at = started_at WHERE migration_name = '20260201000000_bad'");
      await copy.write('20260201000000_bad', 'CREATE TABLE Half (id INTEGER PRIMARY KEY);');
      await openAndClose(place, { migrations: copy.folder });
      expect(await place.rows('SELECT id FROM Half')).toEqual([]);
    });
  });
}
