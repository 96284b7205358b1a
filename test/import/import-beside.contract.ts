import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { streamTopic } from '../../src/log/index.ts';
import { refusal } from '../group/talk-world.ts';
import { listen, person, say } from '../support/people.ts';
import { fileOf, type ImportWorld, importingOn } from './import-world.ts';
import { march, threeUsers } from './three-users.ts';

/** What imports promise to users who use the system meanwhile, on any database. */
export function promisesOfImportsBeside(open: () => Promise<Db>): void {
  let world: ImportWorld;
  beforeAll(async () => {
    world = importingOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function people(of: ReturnType<typeof threeUsers>) {
    const [ann, ben, cy] = [await world.viewer(of.ann), await world.viewer(of.ben), await world.viewer(of.cy)];
    return { ann, ben, cy, groupId: await world.group(ann, of.name) };
  }

  /** Marks all entries as done, as a worker does. */
  async function settle(): Promise<void> {
    await world.db.transaction((tx) => tx.$executeRawUnsafe('UPDATE Stream SET jobSeq = lastSeq, jobsDue = 0'));
  }

  /** Takes as long as an import that waits for nothing. */
  async function aWhile(): Promise<void> {
    const of = threeUsers();
    await world.imports.check(fileOf([...of.start, of.say(of.ann, 2)]));
    for (let made = 0; made < 20; made += 1) await person(world.chat);
  }

  describe('a new group', () => {
    it('is invisible until it is complete, and nobody can join it', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)], { closed: true });
      const stranger = await person(world.chat);
      const { id } = await world.db.client.conversation.findFirstOrThrow({ where: { name: of.name } });
      const { ann, ben } = await people(of);
      expect(await world.group(ann, of.name)).toBeNull();
      expect(await world.chat.groups.memberships([{ conversationId: id, userId: ann.userId }])).toEqual([null]);
      const nowhere = { code: 'NOT_FOUND', field: ['conversationId'] };
      expect(await refusal(world.chat.messages.send(ann, { conversationId: id, text: 'hi', clientMessageId: 'early' }))).toMatchObject(
        nowhere,
      );
      expect(await refusal(world.chat.joining.join(stranger, { groupId: id }))).toMatchObject({ code: 'NOT_FOUND' });
      expect((await world.entries(ben.userId)).map(({ type }) => type)).toEqual(['ProfileChanged']);
      expect(await world.bring([of.say(of.ben, 3)])).toMatchObject({ messages: 1, opened: 1 });
      expect(await world.group(ann, of.name)).toBe(id);
      expect((await world.chat.joining.join(stranger, { groupId: id })).group?.memberCount).toBe(4);
    });

    it('cannot be changed by operators yet', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)], { closed: true });
      const { id: groupId } = await world.db.client.conversation.findFirstOrThrow({ where: { name: of.name } });
      const { ben, cy } = await people(of);
      const { groupAdministration } = world.chat;
      const comes = { code: 'CONFLICT', field: ['groupId'] };
      expect(await refusal(groupAdministration.dissolve({ groupId }))).toMatchObject(comes);
      expect(await refusal(groupAdministration.unlist({ groupId }))).toMatchObject(comes);
      expect(await refusal(groupAdministration.setOwner({ groupId, userId: ben.userId }))).toMatchObject(comes);
      for (const ban of [false, true]) {
        expect(await refusal(groupAdministration.remove({ groupId, userId: cy.userId, ban }))).toMatchObject(comes);
      }
      expect(await world.bring([of.say(of.ben, 3)])).toMatchObject({ messages: 1, opened: 1 });
      expect((await world.chat.groups.byIds([groupId]))[0]?.memberCount).toBe(3);
      expect((await groupAdministration.dissolve({ groupId })).before.memberCount).toBe(3);
    });

    it('loses nothing to retention before it is complete, and everything too old after', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)], { closed: true });
      await world.forget(30);
      // It has no message of today yet, so recent messages can still be added.
      expect(await world.bring([of.say(of.ben, 3), of.say(of.ben, 4, { sentAt: new Date().toISOString() })])).toMatchObject({
        messages: 2,
        opened: 1,
      });
      const { ann, groupId } = await people(of);
      await world.forget(30);
      expect((await world.messages(ann, groupId ?? -1n)).map(({ text }) => text)).toEqual(['text 3']);
      expect(await world.waits(ann, groupId ?? -1n)).toEqual({ unread: 0, mentions: 0, threads: 0 });
    });

    it('opens as a whole for connected users, who receive later messages', async () => {
      const of = threeUsers();
      await world.bring(of.users);
      const { ann } = await people(of);
      const events = listen(world.chat, ann);
      await events.ready();
      await world.bring([of.group, of.say(of.ben, 2)]);
      const seen = await events.until((event) => event.kind === 'entry' && event.entry.type === 'ConversationOpened');
      expect(seen.filter(({ kind }) => kind === 'entry')).toHaveLength(1);
      const { ben, groupId } = await people(of);
      const seq = await say(world.chat, ben, groupId ?? -1n, 'said here');
      const told = await events.until((event) => event.kind === 'entry' && event.entry.type === 'MessageSent');
      expect(told.at(-1)).toMatchObject({ entry: { seq, data: { text: 'said here' } } });
      expect(await world.waits(ann, groupId ?? -1n)).toEqual({ unread: 1, mentions: 0, threads: 0 });
      events.stop();
    });

    it('is announced to nodes by its opening entry and not by each message', async () => {
      const of = threeUsers();
      await world.bring(of.start, { closed: true });
      const { id } = await world.db.client.conversation.findFirstOrThrow({ where: { name: of.name } });
      const hints: string[] = [];
      const stop = await world.bus.subscribe(streamTopic(id), (hint) => void hints.push(hint));
      await world.bring([of.say(of.ann, 2), of.say(of.ben, 3)]);
      expect(hints.map((hint) => /MessageSent|GroupChanged/.exec(hint)?.[0])).toEqual(['GroupChanged']);
      stop();
    });

    it('opens only once apps and push notifications are done with its members’ account entries', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)], { closed: true });
      const { ann } = await people(of);
      await world.db.transaction((tx) => tx.stream.update({ where: { id: ann.userId }, data: { jobSeq: 0 } }));
      let ended = false;
      const opening = world.bring([]).finally(() => {
        ended = true;
      });
      await aWhile();
      expect(ended).toBe(false);
      const { jobSeq } = await world.db.client.stream.findUniqueOrThrow({ where: { id: ann.userId } });
      expect(jobSeq).toBe(0);
      expect(await world.group(ann, of.name)).toBeNull();
      await settle();
      await opening;
      expect(await world.group(ann, of.name)).not.toBeNull();
    });

    it('lacks a member whose account was erased meanwhile, and has another owner', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)], { closed: true });
      const { ann, ben, cy } = await people(of);
      await world.chat.administration.erase(null, { userId: ann.userId, messages: 'KEEP' });
      await settle();
      await world.bring([]);
      const groupId = (await world.group(ben, of.name)) ?? -1n;
      const [conversation] = await world.chat.groups.byIds([groupId]);
      expect(conversation).toMatchObject({ memberCount: 2, ownerId: ben.userId });
      const accesses = await world.chat.groups.memberships([ann, ben, cy].map(({ userId }) => ({ conversationId: groupId, userId })));
      expect(accesses.map((access) => access?.role)).toEqual([undefined, 'OWNER', 'MEMBER']);
      expect((await world.messages(cy, groupId)).map(({ text }) => text)).toEqual(['text 1']);
      expect((await world.entries(groupId)).slice(-2)).toMatchObject([
        { type: 'MemberLeft', actorId: null, at: new Date(march(2)), data: { userId: ann.userId, reason: 'LEFT' } },
        { type: 'GroupChanged', actorId: null, at: new Date(march(2)), data: { fields: ['joinPolicy', 'ownerId'] } },
      ]);
    });

    it('is dissolved if the accounts of all its members were erased meanwhile', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)], { closed: true });
      for (const { userId } of await Promise.all([of.ann, of.ben, of.cy].map(world.viewer))) {
        await world.chat.administration.erase(null, { userId, messages: 'KEEP' });
      }
      await settle();
      await world.bring([]);
      const group = await world.db.client.conversation.findFirstOrThrow({ where: { name: of.name } });
      expect(group).toMatchObject({ memberCount: 0, dissolvedAt: expect.any(Date) });
    });
  });

  describe('a direct conversation', () => {
    it('does not show a user how far one who blocks them reads on', async () => {
      const of = threeUsers();
      const direct = { conversation: of.direct.id };
      await world.bring(of.users);
      const [ann, ben] = [await world.viewer(of.ann), await world.viewer(of.ben)];
      await world.chat.blocks.block(ann, { userId: ben.userId });
      await settle();
      await world.bring([of.direct, of.say(of.ben, 2, direct), of.say(of.ben, 3, direct)], { unread: true });
      const { items } = await world.chat.groups.list(ann, { first: 10 });
      const conversations = items.map(({ conversation }) => conversation);
      for (const { id: conversationId } of conversations) await world.chat.messages.markRead(ann, { conversationId, seq: 2 });
      expect(await world.chat.messages.reach(conversations, ben.userId)).toMatchObject([{ readByAllSeq: 0 }]);
    });
  });

  describe('an account that is erased meanwhile', () => {
    it('is not in a direct conversation that is imported after it, so that nothing is left when the other user goes too', async () => {
      const of = threeUsers();
      const direct = { conversation: of.direct.id };
      await world.bring(of.users);
      const [ann, ben] = [await world.viewer(of.ann), await world.viewer(of.ben)];
      await world.chat.administration.erase(null, { userId: ann.userId, messages: 'KEEP' });
      await settle();
      expect(await world.bring([of.direct, of.say(of.ben, 2, direct)])).toMatchObject({ messages: 1, opened: 1 });
      const { items } = await world.chat.groups.list(ben, { first: 10 });
      expect(items).toMatchObject([{ conversation: { kind: 'DIRECT', memberCount: 1 } }]);
      const conversationId = items[0]?.conversation.id ?? -1n;
      expect((await world.entries(conversationId)).at(-1)).toMatchObject({
        type: 'MemberLeft',
        at: new Date(march(2)),
        data: { userId: ann.userId },
      });
      await world.chat.administration.erase(null, { userId: ben.userId, messages: 'KEEP' });
      const { signal } = new AbortController();
      await world.chat.groups.leaveAll(ben.userId, signal);
      await world.chat.messages.removeAll(ben.userId, 'UNSEEN', signal);
      expect(await world.db.client.message.findMany({ where: { conversationId }, select: { text: true } })).toEqual([{ text: '' }]);
    });

    it('takes its messages back without keeping older ones of others out', async () => {
      const of = threeUsers();
      const direct = { conversation: of.direct.id };
      await world.bring([...of.start, of.say(of.ann, 2), of.say(of.ann, 2, direct)], { closed: true });
      const { ann, ben } = await people(of);
      await world.chat.administration.erase(null, { userId: ann.userId, messages: 'REMOVE' });
      const { signal } = new AbortController();
      await world.chat.groups.leaveAll(ann.userId, signal);
      await world.chat.messages.removeAll(ann.userId, 'ALL', signal);
      await settle();
      expect(await world.bring([of.say(of.ben, 3), of.say(of.ben, 4, direct)])).toMatchObject({ messages: 2 });
      const { items } = await world.chat.groups.list(ben, { first: 10 });
      const found = await Promise.all(items.map(({ conversation: { id } }) => world.messages(ben, id)));
      expect(found.map((messages) => messages.map(({ text }) => text))).toEqual([
        ['', 'text 4'],
        ['', 'text 3'],
      ]);
    });
  });

  describe('another import', () => {
    it('is refused until the first has ended, and opens nothing of it', async () => {
      const of = threeUsers();
      const lines = [...of.start, of.say(of.ann, 2), of.say(of.ben, 3)];
      const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      async function* slow(): AsyncGenerator<Uint8Array> {
        yield* fileOf([...lines.slice(0, 6), '{"kind":"nothing"}', '']);
        begun.resolve();
        await goOn.promise;
        yield* fileOf(lines.slice(6));
      }
      const first = world.imports.run(slow(), { skipFaulty: true });
      await begun.promise;
      const { ann } = await people(of);
      expect(await refusal(world.bring([]))).toMatchObject({ code: 'CONFLICT' });
      expect(await refusal(world.bring(lines, { source: 'another' }))).toMatchObject({ code: 'CONFLICT' });
      expect(await world.group(ann, of.name)).toBeNull();
      expect(await world.imports.check(fileOf(lines))).toMatchObject({ known: 6, messages: 1 });
      goOn.resolve();
      expect(await first).toMatchObject({ messages: 2, opened: 1 });
      expect(await world.bring(lines)).toMatchObject({ known: 7, opened: 0 });
    });
  });

  describe('another file', () => {
    it('adds to what the first has imported, also for connected users, and keeps read what was read', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2, { mentions: [of.ben] })]);
      const { ann, ben, groupId } = await people(of);
      const events = listen(world.chat, ben);
      await events.ready();
      await world.bring([of.say(of.ann, 3, { thread: 'm1' }), { kind: 'read', user: of.cy, conversation: of.group.id, message: 'm1' }]);
      const seen = await events.until((event) => event.kind === 'entry' && event.entry.type === 'MessageSent');
      expect(seen.at(-1)).toMatchObject({ entry: { at: new Date(march(3)), data: { text: 'text 2' } } });
      // Their other devices receive the new read marker.
      const moved = seen.some(({ kind }) => kind === 'markers')
        ? seen.filter(({ kind }) => kind === 'markers')
        : await events.until(({ kind }) => kind === 'markers');
      expect(moved.at(-1)).toMatchObject({ conversationId: groupId });
      for (const viewer of [ann, ben]) expect(await world.waits(viewer, groupId ?? -1n)).toEqual({ unread: 0, mentions: 0, threads: 0 });
      expect(await world.waits((await people(of)).cy, groupId ?? -1n)).toMatchObject({ unread: 1 });
      events.stop();
    });

    it('keeps unread what a user had not read here', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)]);
      const { ann, ben, cy, groupId } = await people(of);
      const seq = await say(world.chat, ann, groupId ?? -1n, 'said here');
      await world.chat.messages.markRead(ben, { conversationId: groupId ?? -1n, seq });
      await settle();
      await world.bring([of.say(of.ann, 9)], { shiftTimes: true });
      expect(await world.waits(ben, groupId ?? -1n)).toMatchObject({ unread: 0 });
      expect(await world.waits(cy, groupId ?? -1n)).toMatchObject({ unread: 2 });
    });

    it('keeps unread what is sent here between its lines and its end, even if it has a read marker', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)]);
      const { ann, ben, groupId } = await people(of);
      await world.bring([of.say(of.ann, 3)], { closed: true });
      await say(world.chat, ann, groupId ?? -1n, 'said here');
      await settle();
      await world.bring([{ kind: 'read', user: of.cy, conversation: of.group.id, message: 'm1' }]);
      expect(await world.waits(ben, groupId ?? -1n)).toMatchObject({ unread: 1 });
      expect(await world.waits((await people(of)).cy, groupId ?? -1n)).toMatchObject({ unread: 2 });
    });

    it('keeps unread what is sent here between two of its pieces, except for users who have read it', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)]);
      const { ann, ben, cy, groupId } = await people(of);
      await world.bring([of.say(of.ann, 3)], { closed: true });
      const seq = await say(world.chat, ann, groupId ?? -1n, 'said here');
      await settle();
      await world.chat.messages.markRead(ben, { conversationId: groupId ?? -1n, seq });
      await world.bring([of.say(of.ann, 4)], { shiftTimes: true });
      for (const viewer of [ann, ben]) expect(await world.waits(viewer, groupId ?? -1n)).toMatchObject({ unread: 0 });
      expect(await world.waits(cy, groupId ?? -1n)).toMatchObject({ unread: 3 });
    });

    it('adds nothing before a message sent here, or with shiftTimes adds it behind', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)]);
      const { ann, groupId } = await people(of);
      await say(world.chat, ann, groupId ?? -1n, 'said here');
      await settle();
      const late = [of.say(of.ben, 9)];
      expect(await world.stopped(late)).toEqual(['Line 1', 'sentAt', 'INVALID_INPUT']);
      expect(await world.bring(late, { shiftTimes: true })).toMatchObject({ messages: 1, shifted: 1 });
      const messages = await world.messages(ann, groupId ?? -1n);
      expect(messages.map(({ text }) => text)).toEqual(['text 1', 'said here', 'text 2']);
      expect(messages[2]?.sentAt).toEqual(messages[1]?.sentAt);
    });

    it('waits until apps and push notifications are done with earlier messages, which they still receive', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)]);
      const { ann, groupId } = await people(of);
      const seq = await say(world.chat, ann, groupId ?? -1n, 'said here');
      let ended = false;
      const bringing = world.bring([of.say(of.ben, 9)], { shiftTimes: true }).finally(() => {
        ended = true;
      });
      const jobSeq = async () => (await world.db.client.stream.findUniqueOrThrow({ where: { id: groupId ?? -1n } })).jobSeq;
      await aWhile();
      expect(ended).toBe(false);
      expect(await jobSeq()).toBe(seq - 1);
      expect(await world.messages(ann, groupId ?? -1n)).toHaveLength(2);
      await settle();
      expect(await bringing).toMatchObject({ messages: 1 });
      expect(await jobSeq()).toBe(seq + 1);
    });

    it('waits until no app has a backlog there, in which the app would receive imported messages', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)]);
      const { ann, groupId } = await people(of);
      const seq = await say(world.chat, ann, groupId ?? -1n, 'said here');
      await settle();
      const behind = { streamId: groupId ?? -1n, webhookId: Uint8Array.from(randomBytes(16)) };
      const dueAt = new Date(Date.now() + 3_600_000);
      await world.db.transaction((tx) =>
        tx.webhookBacklog.create({ data: { ...behind, kind: 'GROUP', nextSeq: seq, upToSeq: seq, attempts: 1, dueAt } }),
      );
      let ended = false;
      const bringing = world.bring([of.say(of.ben, 9)], { shiftTimes: true }).finally(() => {
        ended = true;
      });
      await aWhile();
      expect(ended).toBe(false);
      expect(await world.messages(ann, groupId ?? -1n)).toHaveLength(2);
      await world.db.transaction((tx) => tx.webhookBacklog.deleteMany({ where: behind }));
      expect(await bringing).toMatchObject({ messages: 1 });
    });

    it('leaves a group that was dissolved meanwhile as it is', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)]);
      const { ann, groupId } = await people(of);
      await world.bring([of.say(of.ann, 3)], { closed: true });
      await world.chat.groups.dissolve(ann, { groupId: groupId ?? -1n });
      await world.chat.groups.tellDissolved({ groupId: groupId ?? -1n, actorId: ann.userId });
      await settle();
      const before = await world.db.client.conversation.findUnique({ where: { id: groupId ?? -1n } });
      expect(before?.dissolvedAt).toBeInstanceOf(Date);
      expect(await world.bring([])).toMatchObject({ opened: 0 });
      expect(await world.db.client.conversation.findUnique({ where: { id: groupId ?? -1n } })).toEqual(before);
    });

    it('adds nothing to a dissolved group, and nothing by a user whose account is erased', async () => {
      const of = threeUsers();
      await world.bring([...of.start, of.say(of.ann, 2)]);
      const { ann, cy, groupId } = await people(of);
      await world.chat.administration.erase(null, { userId: cy.userId, messages: 'KEEP' });
      await settle();
      expect(await world.stopped([of.say(of.cy, 9)])).toEqual(['Line 1', 'sender', 'CONFLICT']);
      await world.chat.groups.dissolve(ann, { groupId: groupId ?? -1n });
      await settle();
      expect(await world.stopped([of.say(of.ann, 9)])).toEqual(['Line 1', 'conversation', 'CONFLICT']);
    });
  });

  describe('a direct conversation', () => {
    it('is the existing one of the two users, if nothing is imported before their messages', async () => {
      const of = threeUsers();
      await world.bring(of.users);
      const { ann, ben } = await people(of);
      const { id } = await world.chat.groups.openDirect(ann, { userId: ben.userId });
      await settle();
      expect(await world.bring([of.direct, of.say(of.ben, 2, { conversation: of.direct.id })])).toMatchObject({ messages: 1, opened: 1 });
      expect(await world.messages(ben, id)).toMatchObject([{ text: 'text 1', sentAt: new Date(march(2)) }]);
      expect(await world.messages(ann, id)).toHaveLength(1);
      await say(world.chat, ann, id, 'said here');
      await settle();
      expect(await world.stopped([of.say(of.ben, 3, { conversation: of.direct.id })])).toEqual(['Line 1', 'sentAt', 'INVALID_INPUT']);
    });

    it('without messages is shown to nobody', async () => {
      const of = threeUsers();
      await world.bring(of.start);
      const { ann } = await people(of);
      const { items } = await world.chat.groups.list(ann, { first: 10 });
      expect(items.map(({ conversation }) => conversation.kind)).toEqual(['GROUP']);
    });
  });
}
