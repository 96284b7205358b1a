import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProxy } from '../db/proxy.ts';
import { runAdmin } from '../support/admin-command.ts';
import { chatOn } from '../support/chat.ts';
import { childEnv } from '../support/child-env.ts';
import { rawSql } from '../support/raw-sql.ts';
import { until } from '../support/until.ts';
import { freshPlaces, type Places, transferBetween } from './places.ts';

// Copying takes long enough to be interrupted in the middle.
const messages = 20_000;

let places: Places;
beforeAll(async () => {
  places = await freshPlaces();
  await (await places.openSource())[Symbol.asyncDispose]();
  await using sql = await rawSql({ env: { DATA_DIR: places.dataDir }, [Symbol.asyncDispose]: async () => undefined });
  const at = "'2026-01-01T00:00:00.000+00:00'";
  await sql.run(
    `INSERT INTO Stream (id, kind, lastSeq, lastOrdinal, lastAt, activeAt, createdAt) VALUES (7, 'GROUP', ${messages}, ${messages}, ${at}, ${at}, ${at})`,
    `WITH RECURSIVE n AS (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < ${messages})
      INSERT INTO Message (conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, sentAt)
      SELECT 7, seq, seq, 1, seq, randomblob(16), 'What somebody says, of some length.', ${at} FROM n`,
  );
});
afterAll(() => places[Symbol.asyncDispose]());

async function count(table: string): Promise<number> {
  const [row] = await places.rows(`SELECT COUNT(*) AS count FROM NAME.${table}`);
  return Number(row?.['count']);
}

/** Starts the command and kills it when `happened` resolves to true. */
async function killedWhen(happened: () => Promise<boolean>): Promise<void> {
  const child = spawn(process.execPath, ['scripts/admin.ts', 'transfer'], { env: childEnv(places.env), stdio: 'ignore' });
  const ended = once(child, 'exit');
  await until(happened);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

/** Starts a node on the target and stops it. */
async function startNode(): Promise<void> {
  const stores = { env: { DATABASE_URL: places.url }, [Symbol.asyncDispose]: async () => undefined };
  await (await chatOn(stores))[Symbol.asyncDispose]();
}

const refusal = /^a transfer into this database was begun and not finished: run npm run admin -- transfer again/;

describe('an interrupted transfer', () => {
  it('leaves a database on which no node starts, whether it was killed or lost the database, and starts over when it is run again', async () => {
    await killedWhen(async () => (await count('_prisma_migrations')) > 3);
    expect(await count('_prisma_migrations WHERE finished_at IS NULL')).toBeGreaterThan(0);
    await expect(startNode()).rejects.toThrow(refusal);
    await killedWhen(async () => (await count('Message')) > 0);
    expect(await count('Message')).toBeLessThan(messages);
    await expect(startNode()).rejects.toThrow(refusal);
    expect((await runAdmin(places.env, 'transfer', '--check')).output).toMatch(
      /A transfer into it was not finished\. What it has copied is removed first\.\n/,
    );

    await cutOff();
    await expect(startNode()).rejects.toThrow(refusal);

    expect(await runAdmin(places.env, 'transfer')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Copied and compared: 20\d\d\d rows of \d+ tables, 2 streams\.\n/),
    });
    expect(await count('Message')).toBe(messages);
    await startNode();
  });
});

/** Runs a transfer during which the database goes away for good. */
async function cutOff(): Promise<void> {
  const url = new URL(places.url);
  await using proxy = await startProxy(Number(url.port));
  url.port = String(proxy.port);
  const running = transferBetween(places, {
    url: url.href,
    writeDeadlineMs: 500,
    onProgress: ({ table }) => {
      if (table === 'Message') proxy.cutAfter = () => 'unsent';
    },
  });
  await expect(running).rejects.toThrow(
    /^Not finished: the database does not answer\. The source is as it was\. No node starts on .* until the transfer is run again, which begins anew\.$/,
  );
}
