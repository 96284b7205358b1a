import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type Db, logOutages } from '../../src/db/index.ts';
import { startMariadb } from '../support/services.ts';
import { freshMysql } from './fresh.ts';

const at = new Date('2026-01-02T03:04:05.678Z');

function newStream(db: Db): Promise<unknown> {
  return db.transaction((tx) => tx.stream.create({ data: { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at } }));
}

test('a full database is UNAVAILABLE for writes and logged as full, answers reads, and accepts writes again once there is room', async () => {
  const room = ['--innodb-file-per-table=0', '--innodb-data-file-path=ibdata1:12M:autoextend:max:32M'];
  await using server = await startMariadb({ args: room });
  const place = await freshMysql(server.url);
  const warnings: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  // Long enough for a statement on a busy machine; the refusal below takes as long.
  await using db = await place.open({ writeDeadlineMs: 5_000, outages: logOutages(logger) });
  await newStream(db);
  await place.run('CREATE TABLE Junk (content CHAR(200))');
  await place.run("INSERT INTO Junk VALUES ('x')");
  const fill = async (most: number): Promise<void> => {
    for (;;) await place.run(`INSERT INTO Junk SELECT content FROM Junk LIMIT ${most}`);
  };
  for (const most of [10_000, 100, 1]) await expect(fill(most)).rejects.toThrow(/is full/);

  const refused = async (): Promise<unknown> => {
    for (;;) await newStream(db);
  };
  await expect(refused()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/the database is unavailable/);
  expect(warnings[0]).toMatch(/is full/);
  expect(await db.client.stream.count({ where: { kind: 'GROUP' } })).toBeGreaterThan(0);
  await place.run('DROP TABLE Junk');
  // Its space is freed in the background.
  await expect
    .poll(() =>
      newStream(db).then(
        () => 'stored',
        () => 'refused',
      ),
    )
    .toBe('stored');
});
