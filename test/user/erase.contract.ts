import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { type Db, raiseLastSeen } from '../../src/db/index.ts';
import type { DeletedMessages, Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, listen, person, say } from '../support/people.ts';

// The password with which `person()` signs users up.
const password = 'correct horse';

/** What the erasure of an account promises, on any database. */
export function promisesOfErasing(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db);
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  async function erase(viewer: Viewer, messages: DeletedMessages = 'KEEP'): Promise<void> {
    await chat.users.erase(viewer, { password, messages, address: 'somewhere' });
    await chat.jobs.doDue();
  }

  /** The types of a stream's entries after a position. */
  async function entries(streamId: bigint, after = 0): Promise<readonly string[]> {
    const rows = await db.client.entry.findMany({ where: { streamId, seq: { gt: after } }, orderBy: { seq: 'asc' } });
    return rows.map(({ type }) => type);
  }

  async function head(streamId: bigint): Promise<number> {
    return (await db.client.stream.findUniqueOrThrow({ where: { id: streamId } })).lastSeq;
  }

  async function handleOf(viewer: Viewer): Promise<string> {
    return (await chat.users.byIds([viewer.userId]))[0]?.handle ?? '';
  }

  async function befriend(one: Viewer, other: Viewer): Promise<void> {
    await chat.contacts.request(one, { userId: other.userId, note: 'It is me' });
    await chat.contacts.answer(other, { fromId: one.userId, toId: other.userId }, { accept: true });
  }

  async function roles(conversationId: bigint): Promise<ReadonlyMap<bigint, string>> {
    const { items } = await chat.groups.members(conversationId, { first: 100 });
    return new Map(items.map(({ member }) => [member.userId, member.role]));
  }

  describe('an erased account', () => {
    test('sends nothing more, although its memberships end later, but what it sent is found again', async () => {
      const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
      const conversationId = await groupOf(chat, ben, ann);
      const sent = { conversationId, text: 'hello', clientMessageId: 'before' };
      const message = await chat.messages.send(ann, sent);
      await chat.users.erase(ann, { password, messages: 'KEEP', address: 'somewhere' });
      const refused = chat.messages.send(ann, { ...sent, clientMessageId: 'after' });
      await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND', field: undefined });
      expect(await chat.messages.send(ann, sent)).toEqual(message);
    });

    test('asks nobody to become a contact any more', async () => {
      const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
      await erase(ann);
      const refused = chat.contacts.request(ann, { userId: ben.userId });
      await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND', field: undefined });
      expect(await chat.contacts.countRequests(ben, 'INCOMING')).toBe(0);
    });

    test('makes, joins and is given no group any more, and asks to join none', async () => {
      const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
      const { id: open } = await chat.groups.create(ben, { name: 'Open', joinPolicy: 'OPEN' });
      const { id: careful } = await chat.groups.create(ben, { name: 'Careful', joinPolicy: 'APPROVAL' });
      const { id: shared } = await chat.groups.create(ben, { name: 'Shared', memberIds: [ann.userId] });
      await chat.users.erase(ann, { password, messages: 'KEEP', address: 'somewhere' });
      const given = chat.groups.transferOwnership(ben, { groupId: shared, userId: ann.userId });
      await expect(given).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
      await chat.jobs.doDue();
      for (const late of [
        () => chat.groups.create(ann, { name: 'Late', memberIds: [ben.userId] }),
        () => chat.joining.join(ann, { groupId: open }),
        () => chat.joining.join(ann, { groupId: careful }),
      ])
        await expect(late()).rejects.toMatchObject({ code: 'NOT_FOUND', field: undefined });
      expect(await roles(open)).toEqual(new Map([[ben.userId, 'OWNER']]));
      expect(await chat.joining.countRequests(careful)).toBe(0);
    });

    test('loses its profile, password and sessions at once and cannot be found', async () => {
      const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
      const handle = await handleOf(ann);
      await chat.users.updateProfile(ann, { displayName: 'Ann Liddell', bio: 'About me', avatarUrl: 'https://example.org/a.png' });
      const phone = await chat.users.signIn({ handle, password, address: 'elsewhere' });
      // Fills the cache, which must not answer after the erasure.
      expect(await chat.users.byIds([ann.userId])).toEqual([expect.objectContaining({ displayName: 'Ann Liddell' })]);
      const ended: string[] = [];
      const stop = await chat.feed.watchAccount(ann.userId, {
        entry: ({ entry }) => void (entry.type === 'SessionEnded' && ended.push(entry.data.sessionId)),
        skipped: () => undefined,
      });
      await chat.users.erase(ann, { password, messages: 'KEEP', address: 'somewhere' });
      await expect.poll(() => ended.toSorted()).toEqual([ann.sessionId, phone.viewer.sessionId].toSorted());
      stop();
      expect(await chat.users.byIds([ann.userId])).toEqual([
        expect.objectContaining({ handle: `~${ann.userId}`, displayName: '', bio: null, avatarUrl: null, erased: true }),
      ]);
      expect(await chat.users.byHandle(handle)).toBeNull();
      expect(await chat.users.byHandle(`~${ann.userId}`)).toBeNull();
      for (const text of [handle, 'Liddell']) expect((await (await chat.users.search(ben, text))({ first: 9 })).items).toEqual([]);
      await expect(chat.users.authenticate(phone.accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await expect(chat.users.refresh({ refreshToken: phone.refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      await expect(chat.users.signIn({ handle, password, address: 'elsewhere' })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      await expect(chat.contacts.request(ben, { userId: ann.userId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(chat.groups.openDirect(ben, { userId: ann.userId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const row = await db.client.user.findUniqueOrThrow({ where: { id: ann.userId } });
      expect(row).toMatchObject({ state: 'ERASED', passwordHash: '' });
      expect(await db.client.session.count({ where: { userId: ann.userId } })).toBe(0);
      expect(await db.client.userTerm.count({ where: { userId: ann.userId } })).toBe(0);
    });

    test('keeps nothing of its presence, even if a change of it comes late', async () => {
      const ann = await person(chat, 'ann');
      await chat.presence.choose(ann, { choice: 'BUSY', statusText: 'At work' });
      await erase(ann);
      expect(await db.client.presence.count({ where: { userId: ann.userId } })).toBe(0);
      // Such a request was authenticated before the erasure and is decided after it. The time of the last connection is written even later.
      for (const late of [{ choice: 'AWAY', statusText: 'At lunch' }, { choice: 'ONLINE' }] as const)
        await expect(chat.presence.choose(ann, late)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await db.transaction((tx) => raiseLastSeen(db, tx, [{ userId: ann.userId, at: new Date() }]));
      expect(await db.client.presence.count({ where: { userId: ann.userId } })).toBe(0);
    });

    test('needs its password: with a wrong one it stays as it is', async () => {
      const ann = await person(chat, 'ann');
      await expect(chat.users.erase(ann, { password: 'wrong horse', messages: 'KEEP', address: 'somewhere' })).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
        field: ['password'],
      });
      expect(await chat.users.byIds([ann.userId])).toEqual([expect.objectContaining({ erased: false })]);
      expect(await chat.users.sessions(ann)).toHaveLength(1);
    });

    test('is erased once if two devices ask for it concurrently', async () => {
      const ann = await person(chat, 'ann');
      const phone = await chat.users.signIn({ handle: await handleOf(ann), password, address: 'elsewhere' });
      const settled = await Promise.allSettled(
        [ann, phone.viewer].map((viewer) => chat.users.erase(viewer, { password, messages: 'KEEP', address: 'somewhere' })),
      );
      expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await entries(ann.userId)).toEqual([...Array(2).fill('SessionStarted'), ...Array(2).fill('SessionEnded'), 'ProfileChanged']);
    });

    test('keeps its handle reserved until the hold ends', async () => {
      const ann = await person(chat, 'ann');
      const handle = await handleOf(ann);
      await erase(ann);
      await expect(chat.users.signUp({ handle, password, address: 'somewhere' })).rejects.toMatchObject({ code: 'CONFLICT' });
      await db.transaction((tx) => tx.handleHold.updateMany({ where: { userId: ann.userId }, data: { until: new Date(0) } }));
      await db.transaction((tx) =>
        tx.job.updateMany({ where: { kind: 'HandleFreed', key: { startsWith: `${ann.userId} ` } }, data: { dueAt: new Date(0) } }),
      );
      await chat.jobs.doDue();
      expect(await db.client.handleHold.count({ where: { userId: ann.userId } })).toBe(0);
      await chat.users.signUp({ handle, password, address: 'somewhere' });
    });

    test('has no contacts and no requests, and the accounts of the other users are notified', async () => {
      const [ann, ben, cat, dan] = [await person(chat), await person(chat), await person(chat), await person(chat)];
      await befriend(ann, ben);
      await chat.contacts.update(ben, { userId: ben.userId, otherId: ann.userId }, { alias: 'Annie' });
      await chat.contacts.update(ann, { userId: ann.userId, otherId: ben.userId }, { alias: 'Benny' });
      await chat.contacts.request(ann, { userId: cat.userId, note: 'Remember me?' });
      await chat.contacts.request(dan, { userId: ann.userId, note: 'Hello Ann' });
      const before = await Promise.all([ben, cat, dan].map(({ userId }) => head(userId)));
      await erase(ann);
      expect(await entries(ben.userId, before[0])).toEqual(['ContactChanged']);
      expect(await entries(cat.userId, before[1])).toEqual(['ContactRequestWithdrawn']);
      expect(await entries(dan.userId, before[2])).toEqual(['ContactRequestClosed']);
      expect((await chat.contacts.list(ben, { first: 10 })).items).toEqual([]);
      expect(await chat.contacts.countRequests(cat, 'INCOMING')).toBe(0);
      expect(await chat.contacts.countRequests(dan, 'OUTGOING')).toBe(0);
      const about = { OR: [{ userId: ann.userId }, { otherId: ann.userId }] };
      expect((await db.client.contact.findMany({ where: about })).map(({ state, alias }) => [state, alias])).toEqual([
        ['ENDED', null],
        ['ENDED', null],
      ]);
      expect(await db.client.contactRequest.count({ where: { fromId: ann.userId, note: { not: null } } })).toBe(0);
    });

    test('has no blocks and is not blocked: users who had blocked it are notified, users it had blocked are not', async () => {
      const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
      await chat.blocks.block(ann, { userId: ben.userId });
      await chat.blocks.block(cat, { userId: ann.userId });
      const before = await Promise.all([ben, cat].map(({ userId }) => head(userId)));
      await erase(ann);
      expect(await entries(ben.userId, before[0])).toEqual([]);
      expect(await entries(cat.userId, before[1])).toEqual(['BlockChanged']);
      expect((await chat.blocks.list(cat, { first: 10 })).items).toEqual([]);
      const about = { OR: [{ userId: ann.userId }, { otherId: ann.userId }], state: 'ACTIVE' };
      expect(await db.client.block.count({ where: about })).toBe(0);
    });

    test('has no join requests, and those who could answer them are notified', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const group = await groupOf(chat, ben);
      await chat.groups.update(ben, { groupId: group, joinPolicy: 'APPROVAL' });
      await chat.joining.join(ann, { groupId: group, note: 'Let me in' });
      const before = await head(ben.userId);
      await erase(ann);
      expect(await entries(ben.userId, before)).toEqual(['JoinRequestClosed']);
      expect(await chat.joining.countRequests(group)).toBe(0);
      expect(await db.client.joinRequest.findMany({ where: { userId: ann.userId } })).toMatchObject([{ state: 'CANCELLED', note: null }]);
    });

    test('leaves its groups: the longest-standing admin, else member, becomes the owner, and an empty group is dissolved', async () => {
      const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
      const owned = await groupOf(chat, ann, ben);
      await chat.groups.addMembers(ann, { groupId: owned, userIds: [cat.userId] });
      const led = await groupOf(chat, ann, ben);
      await chat.groups.addMembers(ann, { groupId: led, userIds: [cat.userId] });
      const where = { conversationId_userId: { conversationId: led, userId: cat.userId } };
      await db.transaction((tx) => tx.membership.update({ where, data: { role: 'ADMIN' } }));
      const joined = await groupOf(chat, ben, ann);
      const alone = await groupOf(chat, ann);
      const before = await Promise.all([owned, led, joined, alone].map(head));
      await erase(ann);
      expect(await roles(owned)).toEqual(
        new Map([
          [ben.userId, 'OWNER'],
          [cat.userId, 'MEMBER'],
        ]),
      );
      expect(await roles(led)).toEqual(
        new Map([
          [ben.userId, 'MEMBER'],
          [cat.userId, 'OWNER'],
        ]),
      );
      expect(await roles(joined)).toEqual(new Map([[ben.userId, 'OWNER']]));
      const groups = await chat.groups.byIds([owned, led, joined, alone]);
      expect(groups.map((group) => group && [group.ownerId, group.memberCount])).toEqual([
        [ben.userId, 2],
        [cat.userId, 2],
        [ben.userId, 1],
        null,
      ]);
      const told = await Promise.all([owned, led, joined, alone].map((id, place) => entries(id, before[place])));
      expect(told.map((types) => types.at(-1))).toEqual(Array(4).fill('MemberLeft'));
      expect(told[2]).toEqual(['MemberLeft']);
    });

    test('leaves the other user of a direct conversation its messages, and that user can send no more there', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const { id } = await chat.groups.openDirect(ann, { userId: ben.userId });
      await say(chat, ann, id, 'hello');
      await say(chat, ben, id, 'hello you');
      const listening = listen(chat, ben);
      await listening.ready();
      await erase(ann);
      const [left] = (await listening.until((event) => event.kind === 'entry' && event.entry.type === 'MemberLeft')).slice(-1);
      expect(left).toMatchObject({ entry: { streamId: id, data: { userId: ann.userId, reason: 'LEFT' } } });
      listening.stop();
      expect(await db.client.message.count({ where: { conversationId: id, recalledAt: null } })).toBe(2);
      expect((await chat.groups.list(ben, { first: 10 })).items.map(({ conversation }) => conversation.id)).toEqual([id]);
      await expect(say(chat, ben, id, 'are you there?')).rejects.toMatchObject({ code: 'FORBIDDEN', field: ['conversationId'] });
    });

    test('ends a direct conversation whose other account was erased before, and nobody is told', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const { id } = await chat.groups.openDirect(ann, { userId: ben.userId });
      await say(chat, ann, id, 'hello');
      await say(chat, ben, id, 'hello you');
      await erase(ann);
      const before = await Promise.all([id, ben.userId, ann.userId].map(head));
      await erase(ben);
      expect(await chat.groups.byIds([id])).toEqual([null]);
      // Nobody is left to read either's messages.
      expect(await entries(id, before[0])).toEqual(['MemberLeft', 'MessageRecalled', 'MessageRecalled']);
      expect((await db.client.message.findMany({ where: { conversationId: id } })).map(({ text }) => text)).toEqual(['', '']);
      expect((await entries(ben.userId, before[1])).filter((type) => type === 'ConversationClosed')).toHaveLength(1);
      expect(await entries(ann.userId, before[2])).toEqual([]);
      const rows = await db.client.membership.findMany({ where: { conversationId: id }, orderBy: { userId: 'asc' } });
      expect(rows.map(({ state }) => state)).toEqual(['LEFT', 'DISSOLVED']);
      expect(await db.client.job.count({ where: { kind: 'GroupDissolved', key: String(id) } })).toBe(0);
    });

    test('keeps its messages if KEEP is chosen, except those that nobody else can read', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const group = await groupOf(chat, ann, ben);
      const seq = await say(chat, ann, group, 'for all of us');
      const { id: notes } = await chat.groups.openDirect(ann, { userId: ann.userId });
      const note = await say(chat, ann, notes, 'buy milk');
      const dissolved = await groupOf(chat, ben, ann);
      const past = await say(chat, ann, dissolved, 'those were the days');
      await chat.groups.dissolve(ben, { groupId: dissolved });
      await erase(ann, 'KEEP');
      const texts = await chat.messages.byRefs([
        { conversationId: group, seq },
        { conversationId: notes, seq: note },
        { conversationId: dissolved, seq: past },
      ]);
      expect(texts.map((message) => [message?.text, message?.recalledAt !== null])).toEqual([
        ['for all of us', false],
        ['', true],
        ['', true],
      ]);
    });

    test('removes its messages if REMOVE is chosen: text, edits, mentions, reactions and pins, with an entry for each message', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const group = await groupOf(chat, ben, ann);
      const said: number[] = [];
      for (let count = 0; count < 5; count += 1) said.push(await say(chat, ann, group, `number ${count}`));
      const kept = await say(chat, ben, group, 'mine');
      const [first = 0, second = 0, third = 0] = said;
      const refs = said.map((seq) => ({ conversationId: group, seq }));
      await chat.messages.edit(ann, { message: { conversationId: group, seq: first }, text: 'changed', mentionIds: [ben.userId] });
      await chat.messages.addReaction(ben, { message: { conversationId: group, seq: second }, emoji: '👍' });
      await chat.messages.pin(ben, { conversationId: group, seq: third });
      const before = await head(group);
      await erase(ann, 'REMOVE');
      expect((await chat.messages.byRefs(refs)).map((message) => [message?.text, message?.recalledAt !== null])).toEqual(
        Array(5).fill(['', true]),
      );
      expect((await chat.messages.byRefs([{ conversationId: group, seq: kept }]))[0]).toMatchObject({ text: 'mine', recalledAt: null });
      const about = { conversationId: group, messageSeq: { in: said } };
      const left = [
        await db.client.messageEdit.count({ where: about }),
        await db.client.mention.count({ where: about }),
        await db.client.reaction.count({ where: about }),
        await db.client.pin.count({ where: about }),
      ];
      expect(left).toEqual([0, 0, 0, 0]);
      const told = await entries(group, before);
      expect(told.filter((type) => type === 'MessageRecalled')).toHaveLength(5);
      expect(told.indexOf('PinChanged')).toBeLessThan(told.lastIndexOf('MessageRecalled'));
    });

    test('with hundreds of conversations and messages is removed from all of them, and repeating the job has no effect', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const busy = await groupOf(chat, ben, ann);
      await Promise.all(Array.from({ length: 230 }, (_, count) => say(chat, ann, busy, `number ${count}`)));
      for (let count = 0; count < 110; count += 1) await groupOf(chat, ben, ann);
      await erase(ann, 'REMOVE');
      const where = { userId: ann.userId, state: 'ACTIVE' };
      expect(await db.client.membership.count({ where })).toBe(0);
      expect(await db.client.message.count({ where: { senderId: ann.userId, text: { not: '' } } })).toBe(0);
      const heads = async () => (await db.client.stream.aggregate({ _sum: { lastSeq: true } }))._sum.lastSeq;
      const once = await heads();
      await db.transaction((tx) =>
        tx.job.updateMany({ where: { kind: 'AccountErased', key: `${ann.userId}:again` }, data: { dueAt: new Date(0) } }),
      );
      expect(await chat.jobs.doDue()).toBe(1);
      expect(await heads()).toBe(once);
    });

    test('leaves a conversation that a concurrent request opened for it', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      await erase(ann);
      // As by a request that was authenticated before the erasure and stored after it.
      const { id: late } = await chat.groups.openDirect(ann, { userId: ben.userId });
      await db.transaction((tx) =>
        tx.job.updateMany({ where: { kind: 'AccountErased', key: `${ann.userId}:again` }, data: { dueAt: new Date(0) } }),
      );
      await chat.jobs.doDue();
      expect([...(await roles(late)).keys()]).toEqual([ben.userId]);
    });

    test('cannot change its settings by a request that was authenticated before', async () => {
      const ann = await person(chat);
      await erase(ann);
      const row = () => db.client.user.findUnique({ where: { id: ann.userId } });
      const erased = await row();
      await expect(chat.users.updateSettings(ann, { readReceipts: true, lastSeen: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await row()).toEqual(erased);
    });

    test('and the next owner of its group, erased concurrently, leave the group with one owner', async () => {
      for (let round = 0; round < 3; round += 1) {
        const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
        const group = await groupOf(chat, ann, ben, cat);
        await Promise.all([erase(ann), erase(ben), say(chat, cat, group, 'what is going on?')]);
        await chat.jobs.doDue();
        expect(await roles(group)).toEqual(new Map([[cat.userId, 'OWNER']]));
        expect((await chat.groups.byIds([group]))[0]).toMatchObject({ ownerId: cat.userId, memberCount: 1 });
      }
    });
  });
}
