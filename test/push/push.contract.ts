import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import type { Db } from '../../src/db/index.ts';
import { claimDue, finish } from '../../src/push/claim.ts';
import { handOutDue } from '../../src/push/due.ts';
import { weekdays } from '../../src/push/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { groupOf, password, person, say } from '../support/people.ts';
import { type PushWorld, pushWorld } from './push-world.ts';

/** What push promises, on any database. */
export function promisesOfPush(open: () => Promise<Db>): void {
  let db: Db;
  let world: PushWorld;
  beforeAll(async () => {
    db = await open();
    world = await pushWorld(db);
  });
  afterEach(() => world.service.answer(null));
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** Ann, who sends messages, and Ben, who is away with a subscribed browser, in a group. */
  async function scene() {
    const { chat } = world;
    const [ann, ben] = [await person(chat, 'ann'), await world.subscriber()];
    const group = await groupOf(chat, ann, ben);
    // Earlier entries are processed first.
    await world.tell();
    return { chat, ann, ben, group, got: ben.browser.received };
  }

  /** The texts that a browser received, each with its number of messages. */
  function told(
    got: readonly { readonly payload: { readonly body: string; readonly count: number } }[],
  ): readonly (readonly [string, number])[] {
    return got.map(({ payload: { body, count } }) => [body, count]);
  }

  async function waiting({ userId }: Pick<Viewer, 'userId'>): Promise<number> {
    return db.client.pushDelivery.count({ where: { userId } });
  }

  describe('a user who is away', () => {
    it('is notified of a message by the push service, encrypted for them and signed by this server', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const seq = await say(chat, ann, group, 'Are you there?');
      await world.tell();
      expect(got).toHaveLength(1);
      expect(got[0]).toMatchObject({
        payload: {
          ...{ type: 'MESSAGE', title: 'The group', body: 'Are you there?', sender: expect.stringMatching(/^ann/), count: 1, badge: 1 },
          ...{ conversationId: formatId('Conversation', group), messageId: formatId('Message', { conversationId: group, seq }) },
          ...{ mentioned: false, at: expect.stringMatching(/^\d{4}-.*Z$/) },
        },
        ...{
          ttl: expect.closeTo(86_400, -1),
          urgency: 'normal',
          topic: expect.stringMatching(/^[\w-]{32}$/),
          signedBy: world.push.vapidPublicKey,
        },
        vapid: { sub: 'mailto:push@mpim.invalid', aud: `https://${world.service.host}` },
      });
      expect(await waiting(ben)).toBe(0);
    });

    it('is notified of attachments by the text, or the first one’s description or name, and by its type', async () => {
      const { chat, ann, group, got } = await scene();
      const file = { url: 'https://example.org/secret', mediaType: 'audio/webm; codecs=opus' };
      for (const said of [
        ...[
          { text: 'listen', attachments: [{ ...file, alt: 'Rain.' }] },
          { text: '', attachments: [{ ...file, name: 'rain.webm', alt: 'Rain.' }, file] },
        ],
        ...[
          { text: '', attachments: [{ ...file, name: 'rain.webm' }] },
          { text: '', attachments: [file] },
        ],
      ]) {
        await chat.messages.send(ann, { conversationId: group, clientMessageId: randomUUID(), ...said });
        await world.tell();
      }
      expect(got.map(({ payload: { body, attachments, mediaType } }) => [body, attachments, mediaType])).toEqual([
        ...[
          ['listen', 1, 'audio/webm'],
          ['Rain.', 2, 'audio/webm'],
        ],
        ...[
          ['rain.webm', 1, 'audio/webm'],
          ['', 1, 'audio/webm'],
        ],
      ]);
      expect(JSON.stringify(got)).not.toContain('secret');
    });

    it('is notified of a direct message with high urgency and the sender as title', async () => {
      const { chat, ann, ben, got } = await scene();
      const direct = await chat.groups.openDirect(ann, { userId: ben.userId });
      await say(chat, ann, direct.id, 'psst');
      await world.tell();
      expect(got).toMatchObject([{ payload: { title: expect.stringMatching(/^ann/), body: 'psst' }, urgency: 'high' }]);
    });

    it('is notified on each device, but not of their own messages', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const address = '10.1.1.1';
      const { handle } = (await chat.users.byIds([ben.userId]))[0] ?? expect.fail();
      const phone = await chat.users.signIn({ handle, password, address });
      const second = world.service.subscribe();
      await world.push.registerWeb(phone.viewer, second);
      await say(chat, ben, group, 'from me');
      await world.tell();
      expect([got, second.received]).toEqual([[], []]);
      await say(chat, ann, group, 'from her');
      await world.tell();
      expect([told(got), told(second.received)]).toEqual([[['from her', 1]], [['from her', 1]]]);
    });

    it('is notified with the current text of the newest message, and the count of all unread ones', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const other = await groupOf(chat, ann, ben);
      await say(chat, ann, other, 'elsewhere');
      const seq = await say(chat, ann, group, 'a slip');
      await chat.messages.edit(ann, { message: { conversationId: group, seq }, text: 'mended' });
      await world.tell();
      expect(told(got).toSorted()).toEqual([
        ['elsewhere', 1],
        ['mended', 1],
      ]);
      expect(got.map(({ payload: { badge } }) => badge)).toEqual([2, 2]);
    });
  });

  describe('a burst', () => {
    it('of a hundred messages in a conversation is one push, with the newest and the count', async () => {
      const { chat, ann, group, got } = await scene();
      for (let n = 1; n <= 100; n += 1) {
        await say(chat, ann, group, `message ${n}`);
        if (n % 10 === 0) await world.act();
      }
      expect(await db.client.pushDue.count()).toBe(1);
      await world.push.sendDue();
      expect(told(got)).toEqual([['message 100', 100]]);
    });

    it('that goes on replaces undelivered pushes, under a topic per conversation and user', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const cat = await world.subscriber();
      const other = await groupOf(chat, ann, ben, cat);
      for (const [where, text] of [
        [group, 'one'],
        [group, 'two'],
        [other, 'three'],
      ] as const) {
        await say(chat, ann, where, text);
        await world.tell();
      }
      const [one, two, three] = got.map(({ topic }) => topic);
      expect(one).toBe(two);
      expect(new Set([one, three, cat.browser.received[0]?.topic]).size).toBe(3);
    });

    it('whose first part waits for the push service is one push, counted from its beginning', async () => {
      const { chat, ann, ben, group, got } = await scene();
      world.service.answer({ status: 503 });
      await say(chat, ann, group, 'one');
      await world.tell();
      await say(chat, ann, group, 'two');
      await world.tell();
      expect(await waiting(ben)).toBe(1);
      world.service.answer(null);
      await world.later();
      expect(told(got)).toEqual([['two', 2]]);
    });
  });

  describe('nobody is notified', () => {
    it('who has a connected device on any node, except if it is idle', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const desk = await world.connect(ben);
      await say(chat, ann, group, 'seen');
      await world.tell();
      await world.later();
      expect([told(got), await waiting(ben)]).toEqual([[], 0]);
      await world.roster.put({ ...desk, idle: true });
      await say(chat, ann, group, 'not seen');
      await world.tell();
      // The message that was visible on the desk is not notified again.
      expect(told(got)).toEqual([['not seen', 1]]);
      await world.roster.remove(desk);
    });

    it('while a disconnected device may come back, until it does not', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const desk = await world.connect(ben, { leaving: true });
      await say(chat, ann, group, 'just missed');
      await world.tell();
      expect([told(got), await waiting(ben)]).toEqual([[], 1]);
      await world.roster.remove(desk);
      await world.later();
      expect(told(got)).toEqual([['just missed', 1]]);
    });

    it('of what they have read meanwhile', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const first = await say(chat, ann, group, 'read');
      await say(chat, ann, group, 'not read');
      await chat.messages.markRead(ben, { conversationId: group, seq: first });
      await world.tell();
      expect(told(got)).toEqual([['not read', 1]]);
      const last = await say(chat, ann, group, 'read too');
      await chat.messages.markRead(ben, { conversationId: group, seq: last });
      await world.tell();
      expect(got).toHaveLength(1);
    });

    it('of what they have read while the push service did not answer', async () => {
      const { chat, ann, ben, group, got } = await scene();
      world.service.answer({ status: 500 });
      const seq = await say(chat, ann, group, 'read by then');
      await world.tell();
      expect(await waiting(ben)).toBe(1);
      await chat.messages.markRead(ben, { conversationId: group, seq });
      world.service.answer(null);
      await world.later();
      expect([told(got), await waiting(ben)]).toEqual([[], 0]);
    });

    it('of recalled, privately deleted or cleared messages', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const recalled = await say(chat, ann, group, 'taken back');
      await chat.messages.recall(ann, { conversationId: group, seq: recalled });
      const hidden = await say(chat, ann, group, 'deleted');
      await chat.messages.hide(ben, { conversationId: group, seq: hidden });
      await world.tell();
      expect(got).toEqual([]);
      await say(chat, ann, group, 'stays');
      const gone = await say(chat, ann, group, 'taken back as well');
      await chat.messages.recall(ann, { conversationId: group, seq: gone });
      await world.tell();
      expect(told(got)).toEqual([['stays', 1]]);
    });

    it('of messages of a user whom they have blocked, not in a group either', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const cat = await person(chat, 'cat');
      await chat.groups.addMembers(ann, { groupId: group, userIds: [cat.userId] });
      await chat.blocks.block(ben, { userId: ann.userId });
      await say(chat, ann, group, 'unheard');
      await world.tell();
      expect(got).toEqual([]);
      await say(chat, cat, group, 'heard');
      await world.tell();
      expect(told(got)).toEqual([['heard', 1]]);
    });

    it('who has left or was never a member', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const stranger = await world.subscriber();
      await say(chat, ann, group, 'before');
      await chat.groups.leave(ben, { groupId: group });
      await world.tell();
      expect([got, stranger.browser.received]).toEqual([[], []]);
    });
  });

  describe('the notification level', () => {
    it('NONE notifies of nothing', async () => {
      const { chat, ann, ben, group, got } = await scene();
      await chat.groups.updateOwnPart(ben, { conversationId: group, notificationLevel: 'NONE' });
      await chat.messages.send(ann, { conversationId: group, clientMessageId: 'at-ben', text: 'you', mentionIds: [ben.userId] });
      await world.tell();
      expect(got).toEqual([]);
    });

    it('MENTIONS notifies of messages that mention the user or everyone, with high urgency', async () => {
      const { chat, ann, ben, group, got } = await scene();
      await chat.groups.updateOwnPart(ben, { conversationId: group, notificationLevel: 'MENTIONS' });
      const send = (text: string, whom: object) =>
        chat.messages.send(ann, { conversationId: group, clientMessageId: `${group} ${text}`, text, ...whom });
      await send('somebody', {});
      await world.tell();
      expect(got).toEqual([]);
      await send('you', { mentionIds: [ben.userId] });
      await send('and more', {});
      await world.tell();
      await send('all of you', { mentionsEveryone: true });
      await world.tell();
      expect(told(got)).toEqual([
        ['you', 1],
        ['all of you', 1],
      ]);
      expect(got).toMatchObject([
        { payload: { mentioned: true }, urgency: 'high' },
        { payload: { mentioned: true }, urgency: 'high' },
      ]);
    });

    it('MENTIONS notifies of a mention however many messages follow it', async () => {
      const { chat, ann, ben, group, got } = await scene();
      await chat.groups.updateOwnPart(ben, { conversationId: group, notificationLevel: 'MENTIONS' });
      const send = (text: string, mentionIds: readonly bigint[] = []) =>
        chat.messages.send(ann, { conversationId: group, clientMessageId: `${group} ${text}`, text, mentionIds });
      await send('you', [ben.userId]);
      await Promise.all(Array.from({ length: 201 }, (_, n) => send(`chatter ${n}`)));
      await world.tell();
      expect(told(got)).toEqual([['you', 1]]);
    });

    it('applies to a mention by an edit, and users without a new mention are not notified again', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const cat = await world.subscriber();
      await chat.groups.addMembers(ann, { groupId: group, userIds: [cat.userId] });
      await chat.groups.updateOwnPart(ben, { conversationId: group, notificationLevel: 'MENTIONS' });
      const seq = await say(chat, ann, group, 'somebody should');
      await world.tell();
      expect([told(got), told(cat.browser.received)]).toEqual([[], [['somebody should', 1]]]);
      await chat.messages.edit(ann, { message: { conversationId: group, seq }, text: 'you should', mentionIds: [ben.userId] });
      await world.tell();
      expect([told(got), told(cat.browser.received)]).toEqual([[['you should', 1]], [['somebody should', 1]]]);
    });

    it('is silent until the given time, and then as before', async () => {
      const { chat, ann, ben, group, got } = await scene();
      await chat.groups.updateOwnPart(ben, { conversationId: group, silentUntil: new Date(Date.now() + 3_600_000) });
      await say(chat, ann, group, 'unheard');
      await world.tell();
      expect(got).toEqual([]);
      await db.transaction((tx) => tx.membership.updateMany({ where: { conversationId: group }, data: { silentUntil: new Date(0) } }));
      await say(chat, ann, group, 'heard');
      await world.tell();
      expect(told(got)).toEqual([['heard', 1]]);
    });
  });

  describe('quiet hours', () => {
    const always = { start: '00:00', end: '00:00', timeZone: 'Pacific/Auckland', days: weekdays };

    it('suppress notifications, including those that had to wait for the push service', async () => {
      const { chat, ann, ben, group, got } = await scene();
      world.service.answer({ status: 502 });
      await say(chat, ann, group, 'before');
      await world.tell();
      expect(await waiting(ben)).toBe(1);
      await world.push.setQuietHours(ben, always);
      world.service.answer(null);
      await world.later();
      await say(chat, ann, group, 'within');
      await world.tell();
      expect([told(got), await waiting(ben)]).toEqual([[], 0]);
      await world.push.setQuietHours(ben, null);
      await say(chat, ann, group, 'after');
      await world.tell();
      expect(told(got)).toEqual([['after', 1]]);
      expect(got[0]?.payload.badge).toBe(3);
    });

    it('are set for oneself, with the zone’s own name, and announced to one’s devices once', async () => {
      const { ben } = await scene();
      const settled = () => db.client.entry.count({ where: { streamId: ben.userId, type: 'SettingsChanged' } });
      expect(await world.push.quietHours([ben.userId])).toEqual([null]);
      const wished = { start: '22:30', end: '07:00', timeZone: 'europe/berlin', days: ['SUNDAY', 'MONDAY'] as const };
      for (let times = 0; times < 2; times += 1) await world.push.setQuietHours(ben, wished);
      expect(await world.push.quietHours([ben.userId])).toEqual([
        { start: '22:30', end: '07:00', timeZone: 'Europe/Berlin', days: ['MONDAY', 'SUNDAY'] },
      ]);
      expect(await settled()).toBe(1);
      for (let times = 0; times < 2; times += 1) await world.push.setQuietHours(ben, null);
      expect([await world.push.quietHours([ben.userId]), await settled()]).toEqual([[null], 2]);
    });
  });

  describe('a pause', () => {
    it('suppresses notifications until its time has come, or it is ended', async () => {
      const { chat, ann, ben, group, got } = await scene();
      await world.push.setSilentUntil(ben, new Date('2999-01-01'));
      await say(chat, ann, group, 'within');
      await world.tell();
      expect([told(got), await waiting(ben)]).toEqual([[], 0]);
      await world.push.setSilentUntil(ben, null);
      await say(chat, ann, group, 'after');
      await world.tell();
      expect(told(got)).toEqual([['after', 1]]);
      expect(got[0]?.payload.badge).toBe(2);
      await db.transaction((tx) => tx.user.update({ where: { id: ben.userId }, data: { silentUntil: new Date(0) } }));
      await say(chat, ann, group, 'long after');
      await world.tell();
      expect(told(got).slice(1)).toEqual([['long after', 1]]);
    });

    it('is set for oneself, in the future, and announced to one’s devices once', async () => {
      const { ben } = await scene();
      const settled = () => db.client.entry.count({ where: { streamId: ben.userId, type: 'SettingsChanged' } });
      const moment = new Date('2999-01-01T00:00:00.123Z');
      for (let times = 0; times < 2; times += 1) await world.push.setSilentUntil(ben, moment);
      expect([await world.push.silentUntil([ben.userId]), await settled()]).toEqual([[moment], 1]);
      const past = world.push.setSilentUntil(ben, new Date(0));
      await expect(past).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['silentUntil'] });
      for (let times = 0; times < 2; times += 1) await world.push.setSilentUntil(ben, null);
      expect([await world.push.silentUntil([ben.userId]), await settled()]).toEqual([[null], 2]);
    });
  });

  describe('notifications about the account', () => {
    it('are sent for a contact request, and not once it is over', async () => {
      const { chat, ann, ben, got } = await scene();
      await chat.contacts.request(ann, { userId: ben.userId, note: 'It is me' });
      await world.tell();
      expect(got).toMatchObject([
        {
          payload: {
            ...{ type: 'CONTACT_REQUEST', title: expect.stringMatching(/^ann/), body: 'It is me', badge: 0 },
            contactRequestId: formatId('ContactRequest', { fromId: ann.userId, toId: ben.userId }),
          },
          urgency: 'high',
        },
      ]);
      const cat = await person(chat, 'cat');
      await chat.contacts.request(cat, { userId: ben.userId });
      await chat.contacts.cancel(cat, { fromId: cat.userId, toId: ben.userId });
      await world.tell();
      expect(got).toHaveLength(1);
    });

    it('are sent for a notice to the user, and not for a revoked one', async () => {
      const { chat, ben, got } = await scene();
      const post = async (title: string) => {
        const { notice } = await chat.notices.post(null, { title, body: 'Tonight.', to: [{ userId: ben.userId }] });
        await chat.jobs.doDue();
        return notice?.id ?? expect.fail();
      };
      const id = await post('Maintenance');
      await world.tell();
      const payload = { type: 'NOTICE', title: 'Maintenance', body: 'Tonight.', sender: '', noticeId: formatId('Notice', id) };
      expect(got).toMatchObject([{ payload }]);
      await chat.notices.revoke(await post('A mistake'));
      await world.tell();
      expect(got).toHaveLength(1);
    });

    it('are not sent for a notice to all', async () => {
      const { chat, got } = await scene();
      await chat.notices.post(null, { title: 'To all', body: 'Tonight.', to: 'ALL' });
      await world.tell();
      expect(got).toEqual([]);
    });
  });

  describe('entries passed to the effect', () => {
    it('again after a push give a push with the same topic and message, which a receiver recognises', async () => {
      const { chat, ann, group, got } = await scene();
      await say(chat, ann, group, 'once');
      const runs = await world.runs();
      await world.tell();
      const { signal } = new AbortController();
      for (const run of runs) await world.push.effect.act(run, signal);
      await world.push.sendDue();
      expect(new Set(got.map(({ topic, payload }) => `${topic} ${payload.messageId}`)).size).toBe(1);
    });

    it('a day after they were sent notify nobody', async () => {
      const { chat, ann, group, got } = await scene();
      await say(chat, ann, group, 'old');
      const { signal } = new AbortController();
      const dayBefore = Date.now() - 86_400_001;
      for (const run of await world.runs()) {
        const entries = run.entries.map((entry) => ({ ...entry, at: new Date(dayBefore) }));
        await world.push.effect.act({ ...run, entries }, signal);
      }
      await world.push.sendDue();
      expect(got).toEqual([]);
      expect(await db.client.pushDue.count({ where: { conversationId: group } })).toBe(0);
    });

    it('make one row per conversation, whatever its number of members', async () => {
      const { chat, ann, ben, group } = await scene();
      const others = await Promise.all(Array.from({ length: 20 }, () => world.subscriber()));
      await chat.groups.addMembers(ann, { groupId: group, userIds: others.map(({ userId }) => userId) });
      const waits = async () => [await db.client.pushDue.count({ where: { conversationId: group } }), await db.client.pushDelivery.count()];
      for (const text of ['one', 'two', 'three']) {
        await say(chat, ann, group, text);
        await world.act();
        expect(await waits()).toEqual([1, 0]);
      }
      await world.push.sendDue();
      expect(await waits()).toEqual([0, 0]);
      for (const { browser } of [ben, ...others]) expect(told(browser.received)).toEqual([['three', 3]]);
    });
  });

  it('a message sent while a push is in progress is sent next and not lost', async () => {
    const { chat, ann, ben, group, got } = await scene();
    const { signal } = new AbortController();
    const parts = { ...world, logger: pino({ level: 'silent' }), config: { pushDelayMs: 0, pushTtlSeconds: 86_400 } };
    await say(chat, ann, group, 'one');
    await world.act();
    // Taken by a node that has read what to send and has not stored yet that it is sent.
    await handOutDue(parts, signal);
    const claims = await claimDue(db, { limit: 100, leaseMs: 60_000 });
    await say(chat, ann, group, 'two');
    await world.act();
    await handOutDue(parts, signal);
    const own = claims.rows.filter(({ userId }) => userId === ben.userId);
    await finish(db, claims.token, own, new Date(0));
    await world.push.sendDue();
    expect(told(got)).toEqual([['two', 1]]);
  });

  it('each conversation is another node’s only a minute after this one has begun with it, however long those before it took', async () => {
    const { chat, ann, ben, group } = await scene();
    const conversationId = { in: [group, await groupOf(chat, ann, ben)] };
    for (const id of conversationId.in) await say(chat, ann, id, 'one');
    await world.act();
    let aheadMs = 0;
    const now = async () => new Date((await db.now()).getTime() + aheadMs);
    const held: number[] = [];
    const roster: typeof world.roster = {
      ...world.roster,
      async of(userIds) {
        held.push(await db.client.pushDue.count({ where: { conversationId, dueAt: { gt: await now() } } }));
        aheadMs += 90_000;
        return world.roster.of(userIds);
      },
    };
    const config = { pushDelayMs: 0, pushTtlSeconds: 86_400 };
    await handOutDue({ db: { ...db, now }, roster, logger: pino({ level: 'silent' }), config }, new AbortController().signal);
    expect(held).toEqual([1, 1]);
    await world.later();
  });

  it('a second contact request of a user, sent while the push of the first is in progress, is sent next and not lost', async () => {
    const { chat, ann, ben, got } = await scene();
    await chat.contacts.request(ann, { userId: ben.userId, note: 'first' });
    await world.act();
    const claims = await claimDue(db, { limit: 100, leaseMs: 60_000 });
    await chat.contacts.cancel(ann, { fromId: ann.userId, toId: ben.userId });
    await chat.contacts.request(ann, { userId: ben.userId, note: 'second' });
    await world.act();
    const own = claims.rows.filter(({ userId }) => userId === ben.userId);
    expect(own).toHaveLength(1);
    await finish(db, claims.token, own, new Date(0));
    await world.push.sendDue();
    expect(got).toMatchObject([{ payload: { type: 'CONTACT_REQUEST', body: 'second' } }]);
    expect(await waiting(ben)).toBe(0);
  });
}
