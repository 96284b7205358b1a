import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type Fresh, freshMysql } from '../db/fresh.ts';
import { cutOnce, startProxy } from '../db/proxy.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { leave, said, timeComes, wanted } from './later.ts';

describe('a scheduled message whose connection is lost', () => {
  let place: Fresh;
  let direct: Db;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let db: Db;
  let chat: Chat;
  /** A node whose connection is never cut. */
  let other: Chat;
  let ann: Viewer;

  beforeAll(async () => {
    place = await freshMysql(inject('mysqlUrl'));
    const { port } = new URL(place.place);
    proxy = await startProxy(Number(port));
    const url = place.place.replace(`:${port}/`, `:${proxy.port}/`);
    db = await connectMysql({ url, connections: 6, writeDeadlineMs: 8_000, serverKey: true });
    chat = chatOver(db);
    direct = await connectMysql({ url: place.place, connections: 4, writeDeadlineMs: 8_000, serverKey: true });
    other = chatOver(direct);
    ann = await person(chat);
  });
  afterAll(async () => {
    for (const node of [chat, other]) await node[Symbol.asyncDispose]();
    for (const each of [db, direct]) await each[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  /** Cuts the answer of the COMMIT of an act, then all connections until `meanwhile` is done. */
  async function cutWhile(
    act: () => Promise<unknown>,
    isDone: () => Promise<boolean>,
    meanwhile: () => Promise<unknown>,
  ): Promise<unknown> {
    cutOnce(proxy, 'COMMIT', true);
    const once = proxy.cutAfter;
    proxy.cutAfter = (bytes) => {
      const cut = once(bytes);
      if (cut !== false) proxy.cutAfter = () => 'unsent';
      return cut;
    };
    const acting = act();
    await expect.poll(isDone).toBe(true);
    await meanwhile();
    proxy.cutAfter = () => false;
    return acting;
  }

  /** A due scheduled message in a conversation of its own. */
  async function scene() {
    const group = await groupOf(chat, ann);
    const { id } = await leave(chat, ann, wanted(group, 'Once'));
    await timeComes(db, id);
    return { group, id, due: { userId: ann.userId, scheduledMessageId: id } };
  }

  /** What is left of a scheduled message: its row, its job, and the entries for its author. */
  async function left(id: string) {
    const entries = await db.client.entry.findMany({ where: { streamId: ann.userId, data: { contains: id } }, orderBy: { seq: 'asc' } });
    return [
      (await chat.scheduled.byIds(ann, [id]))[0] ?? null,
      await db.client.job.count({ where: { kind: 'ScheduledMessageDue', key: id } }),
      entries.map(({ type }) => type),
    ];
  }

  const over = [null, 0, ['ScheduledMessageChanged', 'ScheduledMessageClosed']];
  const losses = [
    ['when the message has been written, and not its end', 'INSERT INTO Message', true],
    ['with a COMMIT that never came to the server', 'COMMIT', 'unsent'],
    ['with a COMMIT that was done, but whose answer never came', 'COMMIT', true],
  ] as const;

  test.each(losses)('%s is sent once', async (_what, statement, how) => {
    const { group, id, due } = await scene();
    const isCut = cutOnce(proxy, statement, how);
    await chat.scheduled.due(due);
    expect(isCut()).toBe(true);
    await chat.scheduled.due(due);
    expect(await said(db, group)).toEqual(['Once']);
    expect(await left(id)).toEqual(over);
  });

  test.each(losses)('%s is sent once by its author’s sendNow, which is answered', async (_what, statement, how) => {
    const { group, id } = await scene();
    const isCut = cutOnce(proxy, statement, how);
    expect(await chat.scheduled.sendNow(ann, id)).toMatchObject({ conversationId: group, text: 'Once' });
    expect(isCut()).toBe(true);
    expect(await said(db, group)).toEqual(['Once']);
    expect(await left(id)).toEqual(over);
  });

  test.each(losses.slice(1))('%s is cancelled, and the cancellation is answered', async (_what, statement, how) => {
    const { group, id, due } = await scene();
    const isCut = cutOnce(proxy, statement, how);
    await chat.scheduled.cancel(ann, id);
    expect(isCut()).toBe(true);
    await chat.scheduled.due(due);
    expect(await said(db, group)).toEqual([]);
    expect(await left(id)).toEqual(over);
  });

  test.each(losses.slice(1))('%s is scheduled once', async (_what, statement, how) => {
    const group = await groupOf(chat, ann);
    const isCut = cutOnce(proxy, statement, how);
    const { id } = await leave(chat, ann, wanted(group, 'Left'));
    expect(isCut()).toBe(true);
    expect(await db.client.scheduledMessage.count({ where: { conversationId: group } })).toBe(1);
    expect((await left(id)).slice(1)).toEqual([1, ['ScheduledMessageChanged']]);
  });

  test('a change is answered as made, though the message was sent before the answer', async () => {
    const group = await groupOf(chat, ann);
    const { id } = await leave(chat, ann, wanted(group, 'Before'));
    const isChanged = async () => (await other.scheduled.byIds(ann, [id]))[0]?.text === 'After';
    const changing = cutWhile(
      () => chat.scheduled.change(ann, { id, text: 'After' }),
      isChanged,
      () => other.scheduled.sendNow(ann, id),
    );
    expect(await changing).toMatchObject({ id, text: 'After' });
    expect(await said(db, group)).toEqual(['After']);
  });

  test('a message that another device cancels before the answer is not scheduled again', async () => {
    const group = await groupOf(chat, ann);
    const waiting = async () => (await other.scheduled.list(ann, { first: 1, conversationId: group })).items;
    await cutWhile(
      () => leave(chat, ann, wanted(group, 'Never mind')),
      async () => (await waiting()).length === 1,
      async () => other.scheduled.cancel(ann, (await waiting())[0]?.scheduled.id ?? ''),
    );
    expect(await waiting()).toEqual([]);
  });
});
