import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';
import { groupOf, person, say } from '../support/people.ts';
import { answers, breaksOff, hangs, once, takes, texts } from './receiver.ts';
import { type Stage, stage } from './stage.ts';

const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** What an app with a webhook can rely on, on any database. */
export function promisesOfWebhooks(open: () => Promise<Db>): void {
  let db: Db;
  let here: Stage;
  let ann: Viewer;
  beforeAll(async () => {
    db = await open();
    here = stage(db);
    ann = await person(here.chat, 'ann');
  });
  afterAll(async () => {
    await here[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  async function sayAll(conversationId: bigint, ...said: readonly string[]): Promise<void> {
    for (const text of said) await say(here.chat, ann, conversationId, text);
    await here.handOn(conversationId);
  }

  it('there can be at most fifty, however many are created at the same time', async () => {
    const { webhooks } = here.chat;
    const create = () => webhooks.create({ url: 'https://app.example.org/', description: '', events: [] });
    for (let made = 0; made < 49; made += 1) await create();
    // While connections are being opened, creations would follow one another.
    await Promise.all([1, 2, 3, 4].map(() => webhooks.list()));
    const last = await Promise.allSettled(Array.from({ length: 3 }, create));
    expect(last.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))).toMatchObject([
      { code: 'LIMIT_REACHED' },
      { code: 'LIMIT_REACHED' },
    ]);
    for (const { id } of await webhooks.list()) await webhooks.remove(id);
  });

  describe('an app', () => {
    it('receives each event that it chose once, in order, as the API shows it', async () => {
      const { app, id } = await here.app([]);
      const group = await groupOf(here.chat, ann);
      await sayAll(group, 'one', 'two');
      expect(app.calls.map(({ type }) => type)).toEqual(['MemberJoined', 'MessageSent', 'MessageSent']);
      expect(app.calls[1]).toMatchObject({
        id: `${db.epoch}:${group}:2`,
        data: { seq: 2, conversation: { __typename: 'Group', name: 'The group' }, messageEdge: { node: { text: 'one' } } },
      });
      expect(app.forged).toEqual([]);
      expect(await here.standing(id)).toMatchObject({ failures: 0, state: 'ACTIVE', lastSuccessAt: expect.any(Date) });
      await here.chat.webhooks.remove(id);
    });

    it('receives no other events, and none from before, even if they are delivered only after', async () => {
      const group = await groupOf(here.chat, ann);
      const recall = async () => {
        const seq = await say(here.chat, ann, group, 'a mistake');
        await here.chat.messages.recall(ann, { conversationId: group, seq });
      };
      await recall();
      const { app, id } = await here.app(['MessageRecalled']);
      await recall();
      await here.handOn(group);
      expect(app.calls).toMatchObject([{ type: 'MessageRecalled', data: { seq: 5 } }]);
      await here.chat.webhooks.remove(id);
    });

    it('recognizes repetitions by the id', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      await sayAll(group, 'one', 'two');
      await here.handOnAgain(group);
      expect(app.calls).toHaveLength(4);
      expect(once(app.calls)).toHaveLength(2);
      await here.chat.webhooks.remove(id);
    });

    it.each([
      ['answers 500', answers(500)],
      ['answers with a redirect', answers(307, { location: 'http://127.0.0.1:1/' })],
      ['refuses', answers(400)],
      ['never answers', hangs],
      ['breaks off', breaksOff],
    ])('that %s is called again later, in order', async (_what, fails) => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      await sayAll(group, 'one');
      app.behaves(fails);
      await sayAll(group, 'two', 'three');
      await sayAll(group, 'four');
      // After the first call that fails there is no other.
      expect(app.calls.map(({ data }) => data.messageEdge?.node.text)).toEqual(['one', 'two']);
      expect(await here.standing(id)).toMatchObject({ failures: 1, failingSince: expect.any(Date), lastFailure: expect.any(String) });
      app.behaves(takes);
      await here.pass(6 * second);
      expect(texts(app.calls)).toEqual(['one', 'two', 'three', 'four']);
      expect(await here.standing(id)).toMatchObject({ failures: 0, failingSince: null });
      await sayAll(group, 'five');
      expect(texts(app.calls)).toEqual(['one', 'two', 'three', 'four', 'five']);
      expect((await here.chat.webhooks.backlogs()).get(id)).toBeUndefined();
      await here.chat.webhooks.remove(id);
    });

    it('that is down for an hour is called less and less often, and then receives all events of every conversation in order', async () => {
      const { app, id } = await here.app();
      const groups = await Promise.all(Array.from({ length: 12 }, () => groupOf(here.chat, ann)));
      app.behaves(answers(500));
      for (let round = 0; round < 12; round += 1) {
        for (const group of groups) await say(here.chat, ann, group, `${group}:${round}`);
        await here.handOn(...groups);
        await here.pass(5 * minute);
      }
      // Three failures in a row open the circuit breaker, while a few other calls are under way. After that it is tried less and less
      // often.
      expect(app.calls.length).toBeLessThan(12 + 8);
      expect((await here.chat.webhooks.backlogs()).get(id)).toMatchObject({ streams: 12 });
      app.behaves(takes);
      await here.pass(3 * hour, 10 * minute);
      for (const group of groups) {
        const own = texts(app.calls).filter((text) => text.startsWith(`${group}:`));
        expect(own).toEqual(Array.from({ length: 12 }, (_, round) => `${group}:${round}`));
      }
      expect((await here.chat.webhooks.backlogs()).get(id)).toBeUndefined();
      expect(app.forged).toEqual([]);
      await here.chat.webhooks.remove(id);
    });

    it('that goes down in the middle receives everything once it is back', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves((response, taken) => {
        if (taken.data.messageEdge?.node.text === 'two') void app.die();
        else takes(response, taken);
      });
      await sayAll(group, 'one', 'two', 'three');
      await sayAll(group, 'four');
      app.behaves(takes);
      await app.back();
      await here.pass(6 * second);
      expect(texts(app.calls)).toEqual(['one', 'two', 'three', 'four']);
      await here.chat.webhooks.remove(id);
    });

    it('receives what it missed once, even if two nodes deliver it at the same time', async () => {
      const { app, id } = await here.app();
      const groups = [await groupOf(here.chat, ann), await groupOf(here.chat, ann)];
      const missed = groups.flatMap((group) => Array.from({ length: 10 }, (_, place) => `${group}:${place}`));
      app.behaves(answers(500));
      for (const group of groups) await sayAll(group, ...missed.filter((text) => text.startsWith(`${group}:`)));
      app.behaves(takes);
      await here.chat.webhooks.enable(id);
      const { signal } = new AbortController();
      await Promise.all([1, 2].map(() => here.chat.webhooks.catchUp({ webhookId: id }, signal)));
      // Once each, after the one call for each conversation that failed.
      expect(app.calls.map(({ data }) => data.messageEdge?.node.text).toSorted()).toEqual(
        [...missed, `${groups[0]}:0`, `${groups[1]}:0`].toSorted(),
      );
      await here.chat.webhooks.remove(id);
    });

    it('receives the rest of what it missed from another node at once if the node that delivers it stops', async () => {
      // The call during which it stops must not end before.
      const [stopping, other] = [stage(db, { WEBHOOK_TIMEOUT_MS: '15000' }), stage(db)];
      await using _other = other;
      const { app, id } = await other.app();
      const group = await groupOf(other.chat, ann);
      app.behaves(answers(500));
      for (const text of ['one', 'two', 'three', 'four']) await say(other.chat, ann, group, text);
      await other.handOn(group);
      app.behaves((response, taken) => (taken.data.messageEdge?.node.text === 'three' ? undefined : takes(response, taken)));
      await other.chat.webhooks.enable(id);
      const delivering = stopping.chat.webhooks.catchUp({ webhookId: id }, new AbortController().signal);
      await app.until(4);
      await stopping[Symbol.asyncDispose]();
      app.behaves(takes);
      await other.chat.jobs.doDue();
      await delivering;
      expect(app.calls.map(({ data }) => data.messageEdge?.node.text)).toEqual(['one', 'one', 'two', 'three', 'three', 'four']);
      await other.chat.webhooks.remove(id);
    });

    it.each([
      ['two', 'receives an event that operators retry, also if it fails while a later one of its conversation begins to wait', 'one'],
      ['one', 'receives events that begin to wait while an earlier one of their conversation already waits', 'two'],
    ])('while %s waits, %s', async (failing, _name, hanging) => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      const seqs = new Map([
        ['one', await say(here.chat, ann, group, 'one')],
        ['two', await say(here.chat, ann, group, 'two')],
      ]);
      app.behaves((response, taken) => (texts([taken])[0] === hanging ? hangs : answers(500))(response, taken));
      const { signal } = new AbortController();
      const again = (text: string) => here.chat.worker.again({ effect: 'webhooks', streamId: group, seq: seqs.get(text) ?? 0 }, signal);
      const retried = again(hanging);
      await expect.poll(() => texts(app.calls)).toEqual([hanging]);
      await Promise.all([again(failing), retried]);
      app.behaves(takes);
      await here.pass(6 * second);
      expect(app.calls.map(({ data }) => data.messageEdge?.node.text)).toEqual([hanging, failing, 'one', 'two']);
      await here.chat.webhooks.remove(id);
    });

    it('has the full time for an event that operators retry, whatever later event of its conversation has failed for long', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      const one = await say(here.chat, ann, group, 'one');
      await here.handOn(group);
      app.behaves(answers(500));
      await sayAll(group, 'two');
      await here.pass(hour, 10 * minute);
      const waiting = () => here.db.client.webhookBacklog.findFirst({ where: { streamId: group } });
      expect(await waiting()).toMatchObject({ failingSince: expect.any(Date) });
      await here.chat.worker.again({ effect: 'webhooks', streamId: group, seq: one }, new AbortController().signal);
      expect(await waiting()).toMatchObject({ nextSeq: one, attempts: 0, failingSince: null });
      await here.chat.webhooks.remove(id);
    });

    it('that asks for a delay with 429 is not called before', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(429, { 'retry-after': '3600' }));
      await sayAll(group, 'one');
      app.behaves(takes);
      await here.pass(59 * minute, minute);
      expect(app.calls).toHaveLength(1);
      await here.pass(2 * minute);
      expect(app.calls).toHaveLength(2);
      await here.chat.webhooks.remove(id);
    });

    it('receives the attachments and custom data of a message', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      const attachments = [{ url: 'https://example.org/a', mediaType: 'image/png', size: 2 ** 40 }];
      const data = { type: 'poll', options: ['sea', null] };
      await here.chat.messages.send(ann, { conversationId: group, clientMessageId: randomUUID(), text: '', attachments, data });
      await here.handOn(group);
      const nothing = { name: null, width: null, height: null, durationMs: null, alt: null };
      expect(app.calls.at(-1)?.data.messageEdge?.node).toMatchObject({ text: '', attachments: [{ ...nothing, ...attachments[0] }], data });
      await here.chat.webhooks.remove(id);
    });

    it('receives a message that was recalled meanwhile without its text', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(503));
      const seq = await say(here.chat, ann, group, 'secret');
      await here.handOn(group);
      await here.chat.messages.recall(ann, { conversationId: group, seq });
      app.behaves(takes);
      await here.pass(6 * second);
      expect(app.calls.at(-1)?.data.messageEdge?.node).toMatchObject({ text: '', recalledAt: expect.any(String) });
      await here.chat.webhooks.remove(id);
    });

    it('that never accepts one event receives those of other conversations, and is disabled in the end', async () => {
      const { app, id } = await here.app();
      const [poison, good] = [await groupOf(here.chat, ann), await groupOf(here.chat, ann)];
      app.behaves((response, taken) => (taken.data.messageEdge?.node.text === 'poison' ? answers(500) : takes)(response, taken));
      await sayAll(poison, 'poison', 'behind it');
      for (let day = 0; day < 5; day += 1) {
        await sayAll(good, `day ${day}`);
        await here.pass(24 * hour, hour);
      }
      expect(texts(app.calls).filter((text) => text.startsWith('day'))).toHaveLength(5);
      expect(texts(app.calls)).not.toContain('behind it');
      await here.pass(12 * hour, hour);
      expect(await here.standing(id)).toMatchObject({ state: 'DISABLED', disabledWhy: 'FAILING' });
      await here.chat.webhooks.remove(id);
    });
  });

  describe('a webhook', () => {
    it('whose app fails does not delay another', async () => {
      const [slow, quick] = [await here.app(), await here.app()];
      const groups = await Promise.all(Array.from({ length: 6 }, () => groupOf(here.chat, ann)));
      slow.app.behaves(hangs);
      for (const group of groups) await sayAll(group, 'hello');
      expect(quick.app.calls).toHaveLength(6);
      // The third failure opens the circuit breaker, and nobody waits for the app any longer.
      expect(slow.app.calls).toHaveLength(3);
      await here.chat.webhooks.remove(slow.id);
      await here.chat.webhooks.remove(quick.id);
    });

    it('is disabled after five days of failures, and delivers what its app missed once it is enabled again', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(500));
      await sayAll(group, 'one', 'two');
      await here.pass(119 * hour, hour);
      expect((await here.standing(id)).state).toBe('ACTIVE');
      await here.pass(24 * hour, hour);
      expect(await here.standing(id)).toMatchObject({ state: 'DISABLED', disabledWhy: 'FAILING', retryAt: null });
      const calls = app.calls.length;
      app.behaves(takes);
      await sayAll(group, 'three');
      await here.pass(24 * hour, hour);
      expect(app.calls).toHaveLength(calls);
      await here.chat.webhooks.enable(id, { missed: true });
      await here.pass(second);
      expect(texts(app.calls)).toEqual(['one', 'two', 'three']);
      await here.chat.webhooks.remove(id);
    });

    it('that is enabled again has the full time for each event, even one that had failed for days', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(500));
      await sayAll(group, 'one');
      await here.pass(150 * hour, hour);
      expect((await here.standing(id)).state).toBe('DISABLED');
      await here.chat.webhooks.enable(id, { missed: true });
      await here.pass(second);
      expect(await here.standing(id)).toMatchObject({ state: 'ACTIVE', failures: 1 });
      app.behaves(takes);
      await here.pass(hour, minute);
      expect(texts(app.calls).at(-1)).toBe('one');
      expect((await here.chat.webhooks.backlogs()).get(id)).toBeUndefined();
      await here.chat.webhooks.remove(id);
    });

    it('that is enabled without the missed events begins with new ones', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(500));
      await sayAll(group, 'one');
      await here.pass(150 * hour, hour);
      expect((await here.standing(id)).state).toBe('DISABLED');
      await sayAll(group, 'two');
      app.behaves(takes);
      await here.pass(second);
      await here.chat.webhooks.enable(id);
      await here.pass(second);
      await sayAll(group, 'three');
      expect(texts(app.calls)).toEqual(['one', 'three']);
      await here.chat.webhooks.remove(id);
    });

    it('that was disabled for more than a week begins with new events, even if missed ones are asked for', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(500));
      await sayAll(group, 'one');
      await here.pass(150 * hour, hour);
      expect((await here.standing(id)).state).toBe('DISABLED');
      await sayAll(await groupOf(here.chat, ann), 'within the week');
      await here.pass(7 * 24 * hour);
      // Nobody can ask for these events any longer, so they are not kept.
      await sayAll(await groupOf(here.chat, ann), 'after it');
      expect((await here.chat.webhooks.backlogs()).get(id)).toMatchObject({ streams: 2 });
      app.behaves(takes);
      const calls = app.calls.length;
      await here.chat.webhooks.enable(id, { missed: true });
      await here.pass(second);
      expect(app.calls).toHaveLength(calls);
      await sayAll(group, 'two');
      expect(app.calls.at(-1)?.data.messageEdge?.node.text).toBe('two');
      await here.chat.webhooks.remove(id);
    });

    it('delivers the events of other conversations if one cannot be shown, and those of that one as soon as it can', async () => {
      const { app, id } = await here.app();
      const [broken, whole] = [await groupOf(here.chat, ann), await groupOf(here.chat, ann)];
      app.behaves(answers(500));
      await sayAll(broken, 'broken');
      await sayAll(whole, 'whole');
      app.behaves(takes);
      here.showBut(broken);
      await here.pass(6 * second);
      expect((await here.chat.webhooks.backlogs()).get(id)).toMatchObject({ streams: 1 });
      expect(app.calls.filter(({ data }) => data.messageEdge?.node.text === 'whole')).toHaveLength(2);
      here.showBut(null);
      await here.pass(10 * minute, minute);
      expect((await here.chat.webhooks.backlogs()).get(id)).toBeUndefined();
      await here.chat.webhooks.remove(id);
    });

    it('delivers the events of a conversation that cannot be shown at first later, in order', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      here.showBut(group);
      await sayAll(group, 'one');
      await sayAll(group, 'two');
      here.showBut(null);
      await sayAll(group, 'three');
      expect(app.calls).toEqual([]);
      await here.pass(second);
      expect(texts(app.calls)).toEqual(['one', 'two', 'three']);
      await here.chat.webhooks.remove(id);
    });

    it('is not said to have missed events that could not be read: the worker hands them on again', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      here.showBut(group, new ChatError('UNAVAILABLE', 'The database does not answer.'));
      await expect(sayAll(group, 'one')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect((await here.chat.webhooks.backlogs()).get(id)).toBeUndefined();
      here.showBut(null);
      await here.handOn(group);
      expect(texts(app.calls)).toEqual(['one']);
      await here.chat.webhooks.remove(id);
    });

    it('that is tried with an event of which there is nothing to show delivers the next ones', async () => {
      const { app, id } = await here.app();
      const [group, others] = [await groupOf(here.chat, ann), await Promise.all([1, 2].map(() => groupOf(here.chat, ann)))];
      app.behaves(answers(500));
      const first = await say(here.chat, ann, group, 'not to be shown');
      await sayAll(group, 'behind it', 'last');
      for (const other of others) await sayAll(other, 'elsewhere');
      here.hideEntry(group, first);
      app.behaves(takes);
      const calls = app.calls.length;
      await here.pass(hour, minute);
      const told = texts(app.calls.slice(calls));
      expect(told.filter((text) => text !== 'elsewhere')).toEqual(['behind it', 'last']);
      await here.chat.webhooks.remove(id);
    });

    it('delivers the events of a conversation that was dissolved meanwhile', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(500));
      await sayAll(group, 'one', 'two');
      await here.chat.groups.dissolve(ann, { groupId: group });
      app.behaves(takes);
      const calls = app.calls.length;
      await here.pass(hour, minute);
      expect(app.calls.slice(calls)).toHaveLength(2);
      await here.chat.webhooks.remove(id);
    });

    it('delivers the entries after a trimmed part of the log', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(500));
      const said = Array.from({ length: 120 }, (_, at) => `${at}`);
      await sayAll(group, ...said);
      const { lastSeq } = await db.client.stream.findUniqueOrThrow({ where: { id: group } });
      const floorSeq = lastSeq - 20;
      await db.transaction(async (tx) => {
        await tx.message.deleteMany({ where: { conversationId: group, seq: { lte: floorSeq } } });
        await tx.entry.deleteMany({ where: { streamId: group, seq: { lte: floorSeq } } });
        await tx.stream.updateMany({ where: { id: group }, data: { floorSeq } });
      });
      app.behaves(takes);
      const calls = app.calls.length;
      await here.pass(hour, minute);
      expect(texts(app.calls.slice(calls))).toEqual(said.slice(-20));
      await here.chat.webhooks.remove(id);
    });

    it('is disabled at once if its app answers 410, and keeps no missed events', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves(answers(410));
      await sayAll(group, 'one');
      await sayAll(group, 'two');
      await here.pass(24 * hour, hour);
      expect(app.calls).toHaveLength(1);
      expect(await here.standing(id)).toMatchObject({ state: 'DISABLED', disabledWhy: 'GONE' });
      expect((await here.chat.webhooks.backlogs()).get(id)).toBeUndefined();
      await here.chat.webhooks.remove(id);
    });

    it('that is removed in the middle of a delivery delivers nothing more', async () => {
      const { app, id } = await here.app();
      const group = await groupOf(here.chat, ann);
      app.behaves((response, taken) => void here.chat.webhooks.remove(id).then(() => takes(response, taken)));
      await sayAll(group, 'one', 'two', 'three');
      await here.pass(hour, minute);
      expect(app.calls).toHaveLength(1);
      expect(await db.client.webhookBacklog.count()).toBe(0);
    });

    it('signs with the former secret for a day, and no longer', async () => {
      const { app, id, secret: old } = await here.app();
      const group = await groupOf(here.chat, ann);
      const { secret } = await here.chat.webhooks.rotateSecret(id);
      await sayAll(group, 'with the old one');
      app.knows(secret);
      await sayAll(group, 'with the new one');
      expect(texts(app.calls)).toEqual(['with the old one', 'with the new one']);
      expect(app.forged).toEqual([]);
      // Headers are made by the machine's own clock, so the day passes in the database.
      await db.transaction((tx) => tx.webhook.updateMany({ data: { oldSecretUntil: new Date(Date.now() - 1) } }));
      app.knows(old);
      await sayAll(group, 'too late');
      expect(app.forged).toHaveLength(1);
      await here.chat.webhooks.remove(id);
    });

    it('can be tested in any state, and continues if the test shows that its app is back', async () => {
      const { app, id } = await here.app();
      const groups = await Promise.all(Array.from({ length: 4 }, () => groupOf(here.chat, ann)));
      app.behaves(answers(500));
      for (const group of groups) await sayAll(group, 'one');
      expect(await here.chat.webhooks.test(id)).toMatchObject({ delivered: false, status: 500, fault: 'it answered 500' });
      app.behaves(takes);
      expect(await here.chat.webhooks.test(id)).toMatchObject({ delivered: true, status: 204, fault: null });
      await here.pass(second);
      await here.pass(10 * minute);
      expect(texts(app.calls)).toHaveLength(4);
      await app.die();
      expect(await here.chat.webhooks.test(id)).toMatchObject({
        delivered: false,
        status: null,
        fault: expect.any(String),
      });
      await here.chat.webhooks.remove(id);
    });

    it('is called by a node at most eight times concurrently', async () => {
      const { app, id } = await here.app();
      const groups = await Promise.all(Array.from({ length: 20 }, () => groupOf(here.chat, ann)));
      app.behaves((response) => void setTimeout(() => response.writeHead(204).end(), 20));
      for (const group of groups) await say(here.chat, ann, group, 'hello');
      await here.handOn(...groups);
      expect(app.calls).toHaveLength(20);
      expect(app.most).toBeLessThanOrEqual(8);
      await here.chat.webhooks.remove(id);
    });
  });
}
