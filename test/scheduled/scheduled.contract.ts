import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { ScheduledMessage } from '../../src/scheduled/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, password, person, say } from '../support/people.ts';
import { ahead, leave, refusal, said, timeComes, wanted } from './later.ts';

/** What scheduled messages promise, on any database. */
export function promisesOfScheduledMessages(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db, { MAX_SCHEDULED_MESSAGES: '5' });
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  async function two() {
    const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
    return { ann, ben, group: await groupOf(chat, ann, ben) };
  }

  async function waiting(viewer: Viewer, conversationId?: bigint): Promise<readonly ScheduledMessage[]> {
    const { items } = await chat.scheduled.list(viewer, { first: 100, conversationId });
    return items.map(({ scheduled }) => scheduled);
  }

  /** The entries for a user's devices about a scheduled message, and what it became. */
  async function told({ userId, id }: ScheduledMessage): Promise<readonly string[]> {
    const rows = await db.client.entry.findMany({ where: { streamId: userId, data: { contains: id } }, orderBy: { seq: 'asc' } });
    return rows.map(({ type, data }) => {
      const { said: place } = JSON.parse(data) as { said?: { seq: number } | null };
      return [type.replace('ScheduledMessage', ''), ...(place === undefined ? [] : [place?.seq ?? 'cancelled'])].join(' ');
    });
  }

  async function jobOf({ id }: ScheduledMessage) {
    return db.client.job.findUnique({ where: { kind_key: { kind: 'ScheduledMessageDue', key: id } } });
  }

  /** Lets the time of scheduled messages come, and does what is due then. */
  async function makeDue(...scheduled: readonly ScheduledMessage[]): Promise<void> {
    await timeComes(db, ...scheduled.map(({ id }) => id));
    await chat.jobs.doDue();
  }

  describe('a scheduled message', () => {
    it('is sent at its time and not before, by its author and under its key, and then waits no more', async () => {
      const { ben, group } = await two();
      const later = await leave(chat, ben, wanted(group, 'Good morning'));
      expect(later).toMatchObject({ userId: ben.userId, conversationId: group, text: 'Good morning', refusal: null });
      expect(await waiting(ben)).toEqual([expect.objectContaining({ id: later.id, sendAt: later.sendAt })]);
      await chat.jobs.doDue();
      expect(await said(db, group)).toEqual([]);
      await makeDue(later);
      const rows = await db.client.message.findMany({ where: { conversationId: group } });
      expect(rows).toMatchObject([{ text: 'Good morning', senderId: ben.userId, clientMessageId: later.clientMessageId }]);
      expect(await waiting(ben)).toEqual([]);
      expect(await jobOf(later)).toBeNull();
      expect(await told(later)).toEqual(['Changed', `Closed ${rows[0]?.seq}`]);
    });

    it('is sent with its quote, thread, mentions, attachments and custom data', async () => {
      const { ann, ben, group } = await two();
      const root = { conversationId: group, seq: await say(chat, ann, group, 'What?') };
      const data = { card: [1, { of: 'a' }] };
      const attachments = [{ url: 'HTTPS://example.org/a b.png', mediaType: 'Image/PNG', name: 'a.png', size: 3_000_000_000 }];
      const refers = { replyTo: root, threadRoot: root, mentionIds: [ann.userId, ann.userId] };
      await makeDue(await leave(chat, ben, wanted(group, 'That.', { ...refers, attachments, data })));
      const [, message] = await chat.messages.byRefs([root, { conversationId: group, seq: root.seq + 1 }]);
      expect(message).toMatchObject({ text: 'That.', replyToSeq: root.seq, threadRootSeq: root.seq, mentionIds: [ann.userId] });
      expect(message?.attachments).toMatchObject([{ url: 'https://example.org/a%20b.png', mediaType: 'image/png', size: 3_000_000_000 }]);
      expect(JSON.parse(message?.data ?? '')).toEqual(data);
    });

    it('opens a direct conversation for the other side when it is sent and not before', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const { id } = await chat.groups.openDirect(ann, { userId: ben.userId });
      const later = await leave(chat, ann, wanted(id, 'Happy birthday'));
      expect(await chat.groups.directWith(ben, [ann.userId])).toEqual([null]);
      await makeDue(later);
      expect(await chat.groups.directWith(ben, [ann.userId])).toMatchObject([{ id }]);
      expect(await told(later)).toEqual(['Changed', 'Closed 1']);
    });

    it('has its text in its row only, in no entry and no job', async () => {
      const { ann, group } = await two();
      await leave(chat, ann, wanted(group, 'Nobody knows'));
      expect(await db.client.entry.count({ where: { data: { contains: 'Nobody knows' } } })).toBe(0);
      expect(await db.client.job.count({ where: { data: { contains: 'Nobody knows' } } })).toBe(0);
    });

    it('is visible to its author only', async () => {
      const { ann, ben, group } = await two();
      const { id } = await leave(chat, ann, wanted(group, 'Mine'));
      expect(await chat.scheduled.byIds(ben, [id])).toEqual([null]);
      expect(await chat.scheduled.byIds(ann, [id])).toMatchObject([{ id }]);
      expect(await waiting(ben)).toEqual([]);
      expect(await refusal(chat.scheduled.change(ben, { id, text: 'Yours' }))).toBe('NOT_FOUND scheduledMessageId');
      expect(await refusal(chat.scheduled.cancel(ben, id))).toBe('NOT_FOUND scheduledMessageId');
      expect(await refusal(chat.scheduled.sendNow(ben, id))).toBe('NOT_FOUND scheduledMessageId');
    });

    it('is listed by its time, in pages, for one conversation or for all', async () => {
      const { ann, group } = await two();
      const other = await groupOf(chat, ann);
      const at = ahead();
      for (const [place, text] of [
        [2, 'c'],
        [0, 'a'],
        [1, 'b'],
        [1, 'b'],
      ] as const) {
        const sendAt = new Date(at.getTime() + place * 1_000);
        await leave(chat, ann, wanted(text === 'a' ? other : group, text, { sendAt }));
      }
      expect((await waiting(ann)).map(({ text }) => text)).toEqual(['a', 'b', 'b', 'c']);
      expect((await waiting(ann, group)).map(({ text }) => text)).toEqual(['b', 'b', 'c']);
      expect([await chat.scheduled.list(ann, { first: 3 }), await chat.scheduled.list(ann, { first: 4 })]).toMatchObject([
        { hasNextPage: true },
        { hasNextPage: false },
      ]);
      const seen: string[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const { items, hasNextPage } = await chat.scheduled.list(ann, { first: 1, after });
        seen.push(...items.map(({ scheduled: { id } }) => id));
        after = items.at(-1)?.key;
        more = hasNextPage;
      }
      expect(seen).toEqual((await waiting(ann)).map(({ id }) => id));
    });
  });

  describe('a request that is sent again', () => {
    it('finds the waiting message as it is now, and conflicts if it differs', async () => {
      const { ann, group } = await two();
      const request = wanted(group, 'Once');
      const { id } = await leave(chat, ann, request);
      await chat.scheduled.change(ann, { id, text: 'Otherwise', sendAt: ahead(1_800_000) });
      expect(await leave(chat, ann, request)).toMatchObject({ id, text: 'Otherwise' });
      expect(await waiting(ann)).toHaveLength(1);
      for (const other of [{ text: 'Twice' }, { sendAt: ahead(7_200_000) }, { mentionsEveryone: true }]) {
        expect(await refusal(chat.scheduled.schedule(ann, { ...request, ...other }))).toBe('CONFLICT clientMessageId');
      }
    });

    it('finds the message once it is sent, even if it was changed, and schedules nothing again', async () => {
      const { ann, group } = await two();
      const request = wanted(group, 'Once');
      const later = await leave(chat, ann, request);
      await chat.scheduled.change(ann, { id: later.id, text: 'Otherwise' });
      await makeDue(later);
      expect(await chat.scheduled.schedule(ann, request)).toMatchObject({ scheduled: null, message: { text: 'Otherwise' } });
      expect(await refusal(chat.scheduled.schedule(ann, { ...request, text: 'Twice' }))).toBe('CONFLICT clientMessageId');
      expect(await chat.messages.send(ann, request)).toMatchObject({ text: 'Otherwise' });
      expect(await said(db, group)).toEqual(['Otherwise']);
      expect(await waiting(ann)).toEqual([]);
    });

    it('finds it even if MAX_MESSAGE_LENGTH has been lowered since', async () => {
      const { ann, group } = await two();
      const request = wanted(group, 'Soon');
      const { id } = await leave(chat, ann, request);
      await chat.settings.set(null, { settings: [{ name: 'maxMessageLength', value: '3' }] });
      expect(await leave(chat, ann, request)).toMatchObject({ id });
      for (const act of [chat.scheduled.schedule(ann, wanted(group, 'Then')), chat.scheduled.change(ann, { id, text: 'Later' })])
        expect(await refusal(act)).toBe('INVALID_INPUT text');
      await chat.settings.rollBack(null, { version: 0 });
    });

    it('finds it beyond the limit and after its time, too', async () => {
      const { ann, ben, group } = await two();
      const request = wanted(group, 'Soon');
      const later = await leave(chat, ben, request);
      for (const text of 'abcd') await leave(chat, ben, wanted(group, text));
      expect(await leave(chat, ben, request)).toMatchObject({ id: later.id });
      // Moves its time into the past.
      const over = { ...request, sendAt: ahead(-1_000) };
      const times = { sendAt: over.sendAt, firstSendAt: over.sendAt };
      await db.transaction((tx) => tx.scheduledMessage.updateMany({ where: { clientMessageId: request.clientMessageId }, data: times }));
      expect(await leave(chat, ben, over)).toMatchObject({ id: later.id, refusal: null });
      await chat.groups.update(ann, { groupId: group, postPolicy: 'ADMINS' });
      await makeDue(later);
      expect(await leave(chat, ben, over)).toMatchObject({ id: later.id, refusal: { code: 'FORBIDDEN' } });
    });

    it('after the same message was sent directly closes the waiting one, and after another one leaves it with CONFLICT', async () => {
      const { ann, group } = await two();
      const [same, other, changed] = [wanted(group, 'Now'), wanted(group, 'Later'), wanted(group, 'First')];
      const left = [await leave(chat, ann, same), await leave(chat, ann, other), await leave(chat, ann, changed)] as const;
      const [sameLater, otherLater, changedLater] = left;
      await chat.scheduled.change(ann, { id: changedLater.id, text: 'Then' });
      const { seq } = await chat.messages.send(ann, same);
      await chat.messages.send(ann, { ...other, text: 'Something else' });
      await chat.messages.send(ann, { ...changed, text: 'Then' });
      await makeDue(...left);
      expect(await said(db, group)).toEqual(['Now', 'Something else', 'Then']);
      expect(await told(sameLater)).toEqual(['Changed', `Closed ${seq}`]);
      expect(await told(changedLater)).toEqual(['Changed', 'Changed', `Closed ${seq + 2}`]);
      expect(await waiting(ann)).toMatchObject([{ id: otherLater.id, refusal: { code: 'CONFLICT' } }]);
    });
  });

  describe('scheduling a message', () => {
    it('checks it as sending it now would', async () => {
      const { ann, ben, group } = await two();
      const stranger = await person(chat);
      async function why(more: object, viewer = ann): Promise<string> {
        return refusal(chat.scheduled.schedule(viewer, wanted(group, 'x', more)));
      }
      expect(await why({ text: ' ' })).toBe('INVALID_INPUT text');
      expect(await why({ clientMessageId: '' })).toBe('INVALID_INPUT clientMessageId');
      expect(await why({ attachments: [{ url: 'no address', mediaType: 'image/png' }] })).toBe('INVALID_INPUT attachments 0 url');
      expect(await why({ attachments: Array(11).fill({ url: 'https://example.org', mediaType: 'a/b' }) })).toBe(
        'INVALID_INPUT attachments',
      );
      expect(await why({ data: { text: 'x'.repeat(5_000) } })).toBe('INVALID_INPUT data');
      expect(await why({ mentionIds: [stranger.userId] })).toBe('NOT_FOUND mentionIds 0');
      expect(await why({ replyTo: { conversationId: group, seq: 99 } })).toBe('NOT_FOUND replyToId');
      expect(await why({ threadRoot: { conversationId: group, seq: 99 } })).toBe('NOT_FOUND threadRootId');
      expect(await why({ mentionsEveryone: true }, ben)).toBe('FORBIDDEN mentionsEveryone');
      expect(await why({}, stranger)).toBe('NOT_FOUND conversationId');
      expect(await why({ conversationId: ann.userId })).toBe('NOT_FOUND conversationId');
      await chat.groups.update(ann, { groupId: group, postPolicy: 'ADMINS' });
      expect(await why({}, ben)).toBe('FORBIDDEN conversationId');
      expect(await waiting(ann)).toEqual([]);
    });

    it('needs a future time within a year', async () => {
      const { ann, group } = await two();
      for (const sendAt of [ahead(-1), new Date(0), ahead(366 * 86_400_000)]) {
        expect(await refusal(chat.scheduled.schedule(ann, wanted(group, 'x', { sendAt })))).toBe('INVALID_INPUT sendAt');
      }
      await leave(chat, ann, wanted(group, 'x', { sendAt: ahead(364 * 86_400_000) }));
    });

    it('is limited in number, and a cancelled or sent message makes room', async () => {
      const { ann, group } = await two();
      const left: ScheduledMessage[] = [];
      for (let count = 0; count < 5; count += 1) left.push(await leave(chat, ann, wanted(group, `${count}`)));
      expect(await refusal(chat.scheduled.schedule(ann, wanted(group, 'one more')))).toBe('LIMIT_REACHED');
      await chat.scheduled.cancel(ann, left[0]?.id ?? '');
      await leave(chat, ann, wanted(group, 'one more'));
      await chat.scheduled.sendNow(ann, left[1]?.id ?? '');
      await leave(chat, ann, wanted(group, 'and one more'));
      expect(await refusal(chat.scheduled.schedule(ann, wanted(group, 'too many')))).toBe('LIMIT_REACHED');
    });

    it('counts refused messages until they are sent or cancelled', async () => {
      const { ann, ben, group } = await two();
      const left: ScheduledMessage[] = [];
      for (const text of 'abcde') left.push(await leave(chat, ben, wanted(group, text)));
      await chat.groups.update(ann, { groupId: group, postPolicy: 'ADMINS' });
      await makeDue(...left);
      const diary = wanted((await chat.groups.openDirect(ben, { userId: ben.userId })).id, 'one more');
      expect(await refusal(chat.scheduled.schedule(ben, diary))).toBe('LIMIT_REACHED');
      await chat.scheduled.cancel(ben, left[0]?.id ?? '');
      await leave(chat, ben, diary);
    });

    it('allows a key that another user has used too', async () => {
      const { ann, ben, group } = await two();
      const request = wanted(group, 'Good morning');
      const [anns, bens] = [await leave(chat, ann, request), await leave(chat, ben, request)];
      await makeDue(anns, bens);
      expect(await said(db, group)).toEqual(['Good morning', 'Good morning']);
    });
  });

  describe('a change', () => {
    it('keeps what it does not name, and is what is sent', async () => {
      const { ann, ben, group } = await two();
      const seq = await say(chat, ben, group, 'Before');
      const replyTo = { conversationId: group, seq };
      const later = await leave(chat, ann, wanted(group, 'First', { data: { of: 'a' }, replyTo, mentionIds: [ben.userId] }));
      const sendAt = ahead(7_200_000);
      expect(await chat.scheduled.change(ann, { id: later.id, sendAt })).toEqual({ ...(await waiting(ann))[0], sendAt });
      expect(await chat.scheduled.change(ann, { id: later.id, text: 'Then', data: null, replyTo: null })).toMatchObject({
        ...{ text: 'Then', data: null, replyToSeq: null, mentionIds: [ben.userId], sendAt },
      });
      expect((await jobOf(later))?.dueAt).toEqual(sendAt);
      await makeDue(later);
      expect(await said(db, group)).toEqual(['Before', 'Then']);
      expect((await told(later)).slice(0, -1)).toEqual(['Changed', 'Changed', 'Changed']);
    });

    it('sets and clears quote, thread, mentions, attachments and custom data', async () => {
      const { ann, ben, group } = await two();
      const root = { conversationId: group, seq: await say(chat, ben, group, 'What?') };
      const before = await leave(chat, ann, wanted(group, 'That.'));
      const attachments = [{ url: 'https://example.org/', mediaType: 'image/png' }];
      const all = { replyTo: root, threadRoot: root, mentionIds: [ben.userId], mentionsEveryone: true, attachments, data: { of: 'a' } };
      expect(await chat.scheduled.change(ann, { id: before.id, ...all })).toMatchObject({
        ...{ replyToSeq: root.seq, threadRootSeq: root.seq, mentionIds: [ben.userId], mentionsEveryone: true, attachments },
        ...{ text: 'That.', data: '{"of":"a"}' },
      });
      const none = { replyTo: null, threadRoot: null, mentionIds: [], mentionsEveryone: false, attachments: [], data: null };
      expect(await chat.scheduled.change(ann, { id: before.id, ...none })).toEqual(before);
    });

    it('that changes nothing is not announced', async () => {
      const { ann, group } = await two();
      const later = await leave(chat, ann, wanted(group, 'Same', { attachments: [{ url: 'https://example.org', mediaType: 'a/b' }] }));
      await chat.scheduled.change(ann, { id: later.id, text: 'Same', mentionIds: [] });
      expect(await told(later)).toEqual(['Changed']);
    });

    it('is refused like a new message, and changes nothing then', async () => {
      const { ann, group } = await two();
      const { id } = await leave(chat, ann, wanted(group, 'Stands'));
      expect(await refusal(chat.scheduled.change(ann, { id, text: '' }))).toBe('INVALID_INPUT text');
      expect(await refusal(chat.scheduled.change(ann, { id, sendAt: ahead(-1) }))).toBe('INVALID_INPUT sendAt');
      expect(await refusal(chat.scheduled.change(ann, { id, replyTo: { conversationId: group, seq: 99 } }))).toBe('NOT_FOUND replyToId');
      expect(await refusal(chat.scheduled.change(ann, { id: randomUUID(), text: 'x' }))).toBe('NOT_FOUND scheduledMessageId');
      expect(await waiting(ann)).toMatchObject([{ text: 'Stands' }]);
    });

    it('is NOT_FOUND after the message was sent directly under its key, and the scheduled one is closed', async () => {
      const { ann, group } = await two();
      const request = wanted(group, 'Now');
      const later = await leave(chat, ann, request);
      const { seq } = await chat.messages.send(ann, request);
      expect(await refusal(chat.scheduled.change(ann, { id: later.id, text: 'Otherwise' }))).toBe('NOT_FOUND scheduledMessageId');
      expect(await told(later)).toEqual(['Changed', `Closed ${seq}`]);
      expect(await waiting(ann)).toEqual([]);
      expect(await jobOf(later)).toBeNull();
      expect(await said(db, group)).toEqual(['Now']);
    });

    it('is NOT_FOUND after the changed message was sent directly, too', async () => {
      const { ann, group } = await two();
      const request = wanted(group, 'Now');
      const later = await leave(chat, ann, request);
      await chat.scheduled.change(ann, { id: later.id, text: 'Now!' });
      const { seq } = await chat.messages.send(ann, { ...request, text: 'Now!' });
      expect(await refusal(chat.scheduled.change(ann, { id: later.id, text: 'Otherwise' }))).toBe('NOT_FOUND scheduledMessageId');
      expect(await told(later)).toEqual(['Changed', 'Changed', `Closed ${seq}`]);
      expect(await waiting(ann)).toEqual([]);
    });

    it('is CONFLICT after another message was sent under its key', async () => {
      const { ann, group } = await two();
      const request = wanted(group, 'Now');
      const later = await leave(chat, ann, request);
      await chat.messages.send(ann, { ...request, text: 'Something else' });
      expect(await refusal(chat.scheduled.change(ann, { id: later.id, text: 'Otherwise' }))).toBe('CONFLICT');
      expect(await waiting(ann)).toMatchObject([{ id: later.id, text: 'Now' }]);
      await chat.scheduled.cancel(ann, later.id);
      expect(await said(db, group)).toEqual(['Something else']);
    });

    it('of the time prevents the sending at the former time', async () => {
      const { ann, group } = await two();
      const later = await leave(chat, ann, wanted(group, 'Later still'));
      await timeComes(db, later.id);
      await chat.scheduled.change(ann, { id: later.id, sendAt: ahead() });
      await chat.scheduled.due({ userId: ann.userId, scheduledMessageId: later.id });
      await chat.jobs.doDue();
      expect(await said(db, group)).toEqual([]);
      await makeDue(later);
      expect(await said(db, group)).toEqual(['Later still']);
    });
  });

  it('a job that runs before the message’s time leaves it waiting', async () => {
    const { ann, group } = await two();
    const later = await leave(chat, ann, wanted(group, 'Not yet'));
    await timeComes(db, later.id);
    await db.transaction((tx) => tx.scheduledMessage.updateMany({ where: { conversationId: group }, data: { sendAt: later.sendAt } }));
    await chat.jobs.doDue();
    expect(await said(db, group)).toEqual([]);
    expect(await jobOf(later)).toMatchObject({ dueAt: later.sendAt, heldBy: null });
  });

  it('a cancelled message is never sent and gone', async () => {
    const { ann, group } = await two();
    const later = await leave(chat, ann, wanted(group, 'Never mind'));
    await timeComes(db, later.id);
    await chat.scheduled.cancel(ann, later.id);
    expect(await jobOf(later)).toBeNull();
    await chat.scheduled.due({ userId: ann.userId, scheduledMessageId: later.id });
    expect(await said(db, group)).toEqual([]);
    expect(await told(later)).toEqual(['Changed', 'Closed cancelled']);
    expect(await refusal(chat.scheduled.cancel(ann, later.id))).toBe('NOT_FOUND scheduledMessageId');
  });

  it('a message that was sent directly under its key is not cancelled, but closed as sent', async () => {
    const { ann, group } = await two();
    const [first, second] = [wanted(group, 'First'), wanted(group, 'Second')];
    const later = [await leave(chat, ann, first), await leave(chat, ann, second)] as const;
    await chat.scheduled.change(ann, { id: later[1].id, text: 'Second!' });
    const { seq } = await chat.messages.send(ann, first);
    await chat.messages.send(ann, { ...second, text: 'Second!' });
    for (const { id } of later) expect(await refusal(chat.scheduled.cancel(ann, id))).toBe('NOT_FOUND scheduledMessageId');
    expect(await told(later[0])).toEqual(['Changed', `Closed ${seq}`]);
    expect(await told(later[1])).toEqual(['Changed', 'Changed', `Closed ${seq + 1}`]);
    expect([await waiting(ann), await jobOf(later[0])]).toEqual([[], null]);
  });

  it('a message that is sent now is sent once, and not again at its time', async () => {
    const { ann, group } = await two();
    const later = await leave(chat, ann, wanted(group, 'Now'));
    const message = await chat.scheduled.sendNow(ann, later.id);
    expect(message).toMatchObject({ conversationId: group, text: 'Now', clientMessageId: later.clientMessageId });
    expect(await refusal(chat.scheduled.sendNow(ann, later.id))).toBe('NOT_FOUND scheduledMessageId');
    expect(await told(later)).toEqual(['Changed', `Closed ${message.seq}`]);
    expect(await jobOf(later)).toBeNull();
    await chat.scheduled.due({ userId: ann.userId, scheduledMessageId: later.id });
    expect(await said(db, group)).toEqual(['Now']);
  });

  describe('a message that cannot be sent at its time', () => {
    it.each([
      ['by who has left', 'NOT_FOUND', ({ ben, group }) => chat.groups.leave(ben, { groupId: group })],
      ['in a group that is dissolved', 'NOT_FOUND', ({ ann, group }) => chat.groups.dissolve(ann, { groupId: group })],
      [
        'where only admins write by then',
        'FORBIDDEN',
        ({ ann, group }) => chat.groups.update(ann, { groupId: group, postPolicy: 'ADMINS' }),
      ],
      [
        'by who is muted',
        'MUTED',
        ({ ann, ben, group }) => chat.groups.muteMember(ann, { groupId: group, userId: ben.userId, until: ahead() }),
      ],
      ['by who is suspended', 'SUSPENDED', ({ ben }) => chat.administration.suspend(null, { userId: ben.userId, reason: 'spam' })],
    ] as readonly (readonly [
      string,
      string,
      (scene: Awaited<ReturnType<typeof two>>) => Promise<unknown>,
    ])[])('stays with its author with the reason, and is not retried: %s', async (_what, code, happens) => {
      const scene = await two();
      const { ben, group } = scene;
      const later = await leave(chat, ben, wanted(group, 'Too late'));
      await happens(scene);
      await makeDue(later);
      expect(await said(db, group)).toEqual([]);
      expect(await waiting(ben)).toMatchObject([{ id: later.id, refusal: { code, message: expect.stringMatching(/./) } }]);
      expect(await told(later)).toEqual(['Changed', 'Changed']);
      expect(await jobOf(later)).toBeNull();
      await chat.scheduled.due({ userId: ben.userId, scheduledMessageId: later.id });
      expect(await told(later)).toHaveLength(2);
    });

    it('waits again with a new time, or can be sent or cancelled', async () => {
      const { ann, ben, group } = await two();
      const left = [
        await leave(chat, ben, wanted(group, 'a')),
        await leave(chat, ben, wanted(group, 'b')),
        await leave(chat, ben, wanted(group, 'c')),
      ];
      const [a, b, c] = left as [ScheduledMessage, ScheduledMessage, ScheduledMessage];
      await chat.groups.update(ann, { groupId: group, postPolicy: 'ADMINS' });
      await makeDue(...left);
      expect((await waiting(ben)).map(({ refusal: why }) => why?.code)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
      expect(await refusal(chat.scheduled.sendNow(ben, b.id))).toBe('FORBIDDEN');
      await chat.groups.update(ann, { groupId: group, postPolicy: 'EVERYONE' });
      expect(await refusal(chat.scheduled.change(ben, { id: a.id, text: 'a!' }))).toBe('INVALID_INPUT sendAt');
      expect(await chat.scheduled.change(ben, { id: a.id, sendAt: ahead() })).toMatchObject({ refusal: null });
      await chat.scheduled.sendNow(ben, b.id);
      await chat.scheduled.cancel(ben, c.id);
      await makeDue(a);
      expect(await said(db, group)).toEqual(['b', 'a']);
      expect(await waiting(ben)).toEqual([]);
    });

    it('is one with words that a list refuses by then, while a list that masks masks it', async () => {
      const { ann, group } = await two();
      const left = [await leave(chat, ann, wanted(group, 'a badger')), await leave(chat, ann, wanted(group, 'a mushroom'))];
      await chat.words.set(null, { name: 'masked', action: 'MASK', words: ['badger'] });
      await chat.words.set(null, { name: 'refused', action: 'REFUSE', words: ['mushroom'] });
      const another = await leave(chat, ann, wanted(group, 'another mushroom'));
      await makeDue(...left, another);
      for (const name of ['masked', 'refused']) await chat.words.remove(null, { name });
      expect(await said(db, group)).toEqual(['a ******']);
      expect((await waiting(ann)).map(({ refusal: why }) => why?.code)).toEqual(['INVALID_INPUT', 'INVALID_INPUT']);
    });

    it('is refused without a field for what was fixed when it was scheduled: scheduledMessageId would mean that it is gone', async () => {
      const [ann, ben, cam] = [await person(chat), await person(chat), await person(chat)];
      const group = await groupOf(chat, ann, ben, cam);
      const { id } = await leave(chat, ben, wanted(group, 'Cam, look', { mentionIds: [cam.userId] }));
      await chat.groups.leave(cam, { groupId: group });
      expect(await refusal(chat.scheduled.change(ben, { id, text: 'Cam?' }))).toBe('NOT_FOUND mentionIds 0');
      expect(await refusal(chat.scheduled.sendNow(ben, id))).toBe('NOT_FOUND');
      await chat.groups.leave(ben, { groupId: group });
      expect(await refusal(chat.scheduled.change(ben, { id, mentionIds: [] }))).toBe('NOT_FOUND');
      expect(await refusal(chat.scheduled.sendNow(ben, id))).toBe('NOT_FOUND');
      expect(await waiting(ben)).toMatchObject([{ id, text: 'Cam, look', refusal: null }]);
    });

    it('because of slow mode is sent when the pause is over', async () => {
      const { ann, ben, group } = await two();
      await chat.groups.update(ann, { groupId: group, slowModeSeconds: 60 });
      await say(chat, ben, group, 'First');
      const later = await leave(chat, ben, wanted(group, 'Second'));
      await makeDue(later);
      expect(await said(db, group)).toEqual(['First']);
      expect(await waiting(ben)).toMatchObject([{ refusal: null }]);
      const dueAt = (await jobOf(later))?.dueAt.getTime() ?? 0;
      expect(dueAt).toBeGreaterThan(Date.now() + 30_000);
      expect(dueAt).toBeLessThan(Date.now() + 61_000);
      const pause = { code: 'RATE_LIMITED', field: undefined, retryAfterMs: expect.any(Number) };
      await expect(chat.scheduled.sendNow(ben, later.id)).rejects.toMatchObject(pause);
      await chat.groups.update(ann, { groupId: group, slowModeSeconds: 0 });
      await makeDue(later);
      expect(await said(db, group)).toEqual(['First', 'Second']);
    });
  });

  it('a bot schedules messages as people do', async () => {
    const [ann, bot] = [await person(chat), await chat.administration.createBot({ handle: `shop_${randomUUID().slice(0, 8)}` })];
    const asBot = { userId: bot.id, sessionId: '' };
    const { id } = await chat.groups.openDirect(asBot, { userId: ann.userId });
    await makeDue(await leave(chat, asBot, wanted(id, 'It is on its way')));
    expect(await said(db, id)).toEqual(['It is on its way']);
  });

  describe('an erased account', () => {
    it('leaves nothing past its time if a node of an earlier release has erased it', async () => {
      const { ben, group } = await two();
      const later = await leave(chat, ben, wanted(group, 'From nobody'));
      await chat.users.erase(ben, { messages: 'KEEP', password, address: '10.1.1.1' });
      await db.transaction((tx) => tx.job.deleteMany({ where: { kind: 'AccountErased' } }));
      await makeDue(later);
      expect(await said(db, group)).toEqual([]);
      expect(await db.client.scheduledMessage.count({ where: { userId: ben.userId } })).toBe(0);
      expect(await jobOf(later)).toBeNull();
    });

    it('leaves nothing to be sent', async () => {
      const { ben, group } = await two();
      const later = await leave(chat, ben, wanted(group, 'From nobody'));
      const muchLater = await leave(chat, ben, wanted(group, 'From nobody, either'));
      await timeComes(db, later.id);
      await chat.users.erase(ben, { messages: 'KEEP', password, address: '10.1.1.1' });
      await chat.scheduled.due({ userId: ben.userId, scheduledMessageId: later.id });
      expect(await said(db, group)).toEqual([]);
      await chat.jobs.doDue();
      expect(await said(db, group)).toEqual([]);
      expect(await db.client.scheduledMessage.count({ where: { userId: ben.userId } })).toBe(0);
      expect([await jobOf(later), await jobOf(muchLater)]).toEqual([null, null]);
      expect(await told(later)).toEqual(['Changed']);
      expect(await refusal(chat.scheduled.schedule(ben, wanted(group, 'Anew')))).toBe('NOT_FOUND');
    });
  });
}
