import { join } from 'node:path';
import { expect, it } from 'vitest';
import { showDraft } from '../schema/index.ts';
import type { Chat } from '../src/chat.ts';
import { connectSqlite } from '../src/db/db.sqlite.ts';
import { putJob } from '../src/jobs/index.ts';
import type { Viewer } from '../src/user/index.ts';
import { age } from './retention/age.ts';
import { leave, said, timeComes, wanted } from './scheduled/later.ts';
import { chatOn } from './support/chat.ts';
import { groupOf, person, say } from './support/people.ts';
import { embeddedStores } from './support/stores.ts';
import { receiver } from './webhook/receiver.ts';

it('a node that starts does what is due by the stored settings, lists of words and app to ask', async () => {
  await using stores = await embeddedStores();
  await using app = await receiver();
  // It refuses one of the two scheduled messages.
  app.behaves((response, { data }) => {
    const allow = JSON.stringify(data).includes('badger');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ allow }));
  });
  const database = () => connectSqlite({ file: join(stores.env['DATA_DIR'] ?? '', 'mpim.sqlite'), writeDeadlineMs: 8_000 });
  const node = () => chatOn(stores, { HISTORY_DAYS: '30', JOB_POLL_MS: '50' });

  /** A group with a message, and two scheduled messages: one with a word that is refused, and one that the app refuses. */
  async function prepare(chat: Chat) {
    await chat.settings.set(null, { settings: [{ name: 'historyDays', value: '365' }] });
    const ann = await person(chat);
    const group = await groupOf(chat, ann);
    const seq = await say(chat, ann, group, 'kept');
    const later = [await leave(chat, ann, wanted(group, 'A badger!')), await leave(chat, ann, wanted(group, 'Hello'))];
    await chat.words.set(null, { name: 'later', action: 'REFUSE', words: ['badger'] });
    app.knows((await chat.beforeSend.set({ url: app.url, onFailure: 'REFUSE' })).secret ?? '');
    return { ann, group, seq, ids: later.map(({ id }) => id) };
  }

  const { ann, group, seq, ids } = await (async () => {
    await using before = await node();
    return await prepare(before);
  })();
  {
    await using db = await database();
    await age(db, group, { upTo: seq, days: 31 });
    await timeComes(db, ...ids);
    await db.transaction((tx) => putJob(tx, { kind: 'HistoryRound', key: 'all', data: { after: 0n }, dueAt: new Date(0) }));
  }
  {
    await using chat = await node();
    chat.beforeSend.showBy(showDraft);
    await expect.poll(() => refusals(chat, ann, ids), { timeout: 10_000 }).toEqual(['INVALID_INPUT', 'FORBIDDEN']);
    await expect.poll(() => nextRoundInMs(chat), { timeout: 10_000 }).toBeGreaterThan(1_800_000);
  }
  await using db = await database();
  expect(await said(db, group)).toEqual(['kept']);
});

async function refusals(chat: Chat, viewer: Viewer, ids: readonly string[]): Promise<readonly unknown[]> {
  return (await chat.scheduled.byIds(viewer, ids)).map((left) => left?.refusal?.code);
}

async function nextRoundInMs(chat: Chat): Promise<number> {
  const { items } = await chat.backlog.list({ state: 'PENDING', kind: 'HistoryRound', first: 1 });
  return (items[0]?.job.dueAt.getTime() ?? 0) - Date.now();
}
