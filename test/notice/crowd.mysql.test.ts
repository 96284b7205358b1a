import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { serverStreamId } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOn } from '../support/chat.ts';
import { inWords, type Listening, listen } from '../support/people.ts';
import { type StatementLog, startStatementLog } from '../support/statement-log.ts';

const users = 100_000;
const connected = 100;
const returning = 100;

let log: StatementLog;
let chat: Chat;

beforeAll(async () => {
  log = await startStatementLog();
  chat = await chatOn(log.stores, { JOB_POLL_MS: '60000', ROLES: 'gateway' });
  const numbers = `seq_1_to_${users}`;
  await log.sql.run(
    `INSERT INTO Stream (id, kind, lastSeq, lastAt, activeAt, createdAt) SELECT seq, 'ACCOUNT', 0, '2026-01-01', '2026-01-01', '2026-01-01' FROM ${numbers}`,
    `INSERT INTO User (id, handle, displayName, passwordHash, createdAt) SELECT seq, CONCAT('user', seq), 'User', '', '2026-01-01' FROM ${numbers}`,
  );
}, 120_000);
afterAll(async () => {
  await chat[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
});

/** Every n-th user, from a place on. */
function some(count: number, from: number): readonly Viewer[] {
  return Array.from({ length: count }, (_, n) => ({ userId: BigInt(from + n * Math.floor(users / count)), sessionId: '' }));
}

async function rows(): Promise<readonly string[]> {
  const tables = ['Entry', 'Notice', 'NoticeRecipient', 'Job'];
  return await Promise.all(tables.map(async (table) => `${table} ${await log.sql.text(`SELECT COUNT(*) FROM ${table}`)}`));
}

async function post(title: string): Promise<string> {
  const { notice } = await chat.notices.post(null, { title, body: 'Tonight.', to: 'ALL' });
  return notice?.id ?? '';
}

async function comingBack(viewer: Viewer, seq: number): Promise<readonly string[]> {
  const events = listen(chat, viewer, [{ streamId: serverStreamId, seq, epoch: chat.feed.epoch }]);
  const heard = (await events.ready()).map(inWords);
  events.stop();
  return heard;
}

it('a notice to 100,000 users is one entry that reaches connected users and, once, returning ones, who get it hidden if it was revoked', async () => {
  const ears: readonly Listening[] = some(connected, 1).map((viewer) => listen(chat, viewer));
  await Promise.all(ears.map((ear) => ear.ready()));
  const { result: id, statements } = await log.during(() => post('To everybody'));
  const inserts = statements.flatMap((statement) => /^INSERT INTO `?(?:\w+`?\.`?)?(\w+)/.exec(statement)?.[1] ?? []);
  expect(inserts.toSorted()).toEqual(['Commit', 'Entry', 'Notice']);
  // The number of statements does not depend on the number of users.
  expect(statements.length).toBeLessThan(15);
  expect(await rows()).toEqual(['Entry 1', 'Notice 1', 'NoticeRecipient 0', 'Job 0']);
  for (const ear of ears) expect(inWords(await ear.next())).toBe('1 NoticePosted');
  for (const ear of ears) ear.stop();
  for (const viewer of some(returning, 2)) {
    expect(await comingBack(viewer, 0)).toEqual(['1 NoticePosted', 'ready']);
    expect(await comingBack(viewer, 1)).toEqual(['ready']);
    expect((await chat.notices.list(viewer, { first: 10 })).items.map(({ notice }) => notice.id)).toEqual([id]);
  }
  await chat.notices.revoke(id);
  expect(await rows()).toEqual(['Entry 2', 'Notice 1', 'NoticeRecipient 0', 'Job 0']);
  expect(await chat.notices.byIds([id])).toEqual([null]);
  for (const viewer of some(returning, 3)) {
    expect(await comingBack(viewer, 0)).toEqual(['1 NoticePosted', '2 NoticeRevoked', 'ready']);
    expect((await chat.notices.list(viewer, { first: 10 })).items).toEqual([]);
  }
}, 120_000);
