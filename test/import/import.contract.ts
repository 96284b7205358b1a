import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { fileOf, type ImportWorld, importingOn, type Written } from './import-world.ts';
import { march, threeUsers } from './three-users.ts';

/** What imports promise, on any database. */
export function promisesOfImports(open: () => Promise<Db>): void {
  let world: ImportWorld;
  beforeAll(async () => {
    world = importingOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function idsOf(name: string): Promise<bigint[]> {
    const rows = await world.db.client.conversation.findMany({ where: { name }, select: { id: true } });
    return rows.map(({ id }) => id);
  }

  async function dueStreams(): Promise<readonly bigint[]> {
    const rows = await world.db.client.stream.findMany({ orderBy: { id: 'asc' } });
    return rows.filter(({ jobsDue, jobSeq, lastSeq }) => jobsDue || jobSeq < lastSeq).map(({ id }) => id);
  }

  /** Imports three users with some messages in the group. Resolves with their viewers. */
  async function brought(lines: (of: ReturnType<typeof threeUsers>) => readonly Written[], options = {}) {
    const of = threeUsers();
    const summary = await world.bring([...of.start, ...lines(of)], options);
    const [ann, ben, cy] = [await world.viewer(of.ann), await world.viewer(of.ben), await world.viewer(of.cy)];
    return { of, summary, ann, ben, cy, groupId: (await world.group(ann, of.name)) ?? -1n };
  }

  describe('an imported message', () => {
    it('is history at its own time, and is found around a date', async () => {
      const { ann, groupId, summary, of } = await brought(({ ann: a, ben: b, say }) => [say(a, 2), say(b, 3), say(a, 9), say(b, 20)]);
      expect(summary).toEqual({ lines: 9, users: 3, conversations: 2, messages: 4, reads: 0, known: 0, faulty: 0, shifted: 0, opened: 1 });
      const messages = await world.messages(ann, groupId);
      expect(messages.map(({ text, sentAt }) => [text, sentAt.toISOString()])).toEqual([
        ['text 1', '2021-03-02T09:00:00.000Z'],
        ['text 2', '2021-03-03T09:00:00.000Z'],
        ['text 3', '2021-03-09T09:00:00.000Z'],
        ['text 4', '2021-03-20T09:00:00.000Z'],
      ]);
      const [access] = await world.chat.groups.memberships([{ conversationId: groupId, userId: ann.userId }]);
      if (!access) throw new Error('no member');
      const around = await world.chat.messages.messages(access, { around: new Date(march(8)), first: 1, last: 1 });
      expect(around.items.map(({ text }) => text)).toContain('text 3');
      const [conversation] = await world.chat.groups.byIds([groupId]);
      expect(conversation).toMatchObject({
        createdAt: new Date(march(1)),
        lastActivityAt: new Date(march(20)),
        memberCount: 3,
        joinPolicy: 'OPEN',
      });
      const found = await world.chat.search.messages(ann, { search: 'text', senderId: (await world.viewer(of.ben)).userId, first: 10 });
      expect(found.items.map(({ message: { text } }) => text)).toEqual(['text 4', 'text 2']);
    });

    it('orders conversations by its time, and a conversation without messages is ordered by its creation', async () => {
      const { ann, of } = await brought(({ ann: a, direct, say }) => [say(a, 2, { conversation: direct.id })]);
      await world.bring([{ ...of.group, id: `${of.group.id}-late`, name: 'Late', createdAt: march(3) }]);
      const { items } = await world.chat.groups.list(ann, { first: 10 });
      expect(items.map(({ conversation: { name, lastActivityAt } }) => [name, lastActivityAt])).toEqual([
        ['Late', new Date(march(3))],
        [null, new Date(march(2))],
        [of.name, new Date(march(1))],
      ]);
    });

    it('has entries without gaps in seq and with times that never decrease', async () => {
      const { groupId, ben } = await brought(({ ann, ben: b, cy, say }) => [
        say(ann, 2, { reactions: [{ emoji: '👍', users: [b, cy] }] }),
        say(b, 2),
        say(cy, 4, { reactions: [{ emoji: '🎉', users: [ann] }] }),
      ]);
      const entries = await world.entries(groupId);
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, place) => place + 1));
      expect(entries.map(({ at }) => at)).toEqual(entries.map(({ at }) => at).toSorted((one, other) => one.getTime() - other.getTime()));
      expect(entries.map(({ type }) => type)).toEqual([
        ...['MemberJoined', 'MemberJoined', 'MemberJoined', 'MessageSent', 'ReactionsChanged', 'ReactionsChanged'],
        ...['MessageSent', 'MessageSent', 'ReactionsChanged', 'GroupChanged'],
      ]);
      const [first] = await world.messages(ben, groupId);
      if (first === undefined) throw new Error('no message');
      const [[reaction]] = (await world.chat.messages.reactions([first])) as [[unknown]];
      expect(reaction).toMatchObject({ emoji: '👍', count: 2 });
      expect(first.hasReactions).toBe(true);
    });

    it('keeps replies, threads, mentions, attachments, edits and recalls', async () => {
      const file = { url: 'https://files.example.com/a.png', mediaType: 'image/png', name: 'a.png', size: 3 };
      const { ann, ben, cy, groupId } = await brought(({ ann: a, ben: b, cy: c, say }) => {
        const root = say(a, 2);
        const reply = say(b, 3, { thread: root.id, replyTo: root.id, mentions: [c], data: { poll: [1] } });
        // A thread named by a reply is the same thread.
        return [
          root,
          reply,
          say(c, 4, { thread: reply.id }),
          say(a, 5, { text: undefined, attachments: [file] }),
          say(b, 6, { editedAt: march(7) }),
          say(b, 7, { recalledAt: march(8) }),
        ];
      });
      const [root, reply, third, filed, edited, recalled] = await world.messages(ann, groupId);
      expect(root).toMatchObject({ replyCount: 2, threadRootSeq: null });
      expect(reply).toMatchObject({ threadRootSeq: root?.seq, replyToSeq: root?.seq, mentionIds: [cy.userId], data: '{"poll":[1]}' });
      expect(third).toMatchObject({ threadRootSeq: root?.seq, replyToSeq: null });
      expect(filed).toMatchObject({ text: '', attachments: [expect.objectContaining(file)] });
      expect(edited).toMatchObject({ text: 'text 5', editedAt: new Date(march(7)) });
      expect(recalled).toMatchObject({ text: '', recalledAt: new Date(march(8)) });
      const [access] = await world.chat.groups.memberships([{ conversationId: groupId, userId: ben.userId }]);
      if (!access || !root) throw new Error('no member');
      expect((await world.chat.messages.replies(access, root, { first: 10 })).items.map(({ seq }) => seq)).toEqual([
        reply?.seq,
        third?.seq,
      ]);
      expect((await world.chat.messages.attached(access, { first: 10, kinds: ['IMAGE'], upTo: 100 })).items).toHaveLength(1);
      expect((await world.chat.messages.threads(ann, { first: 10 })).items).toHaveLength(1);
    });

    it('has one reaction and mention per user here, even if the file has several users for them', async () => {
      const issuer = 'https://id.example.com';
      const user = { kind: 'user', id: 'once', handle: 'once', subject: 'is.one', issuer };
      await world.bring([user]);
      const { ann, groupId } = await brought((of) => [
        { ...user, id: 'again', handle: 'again' },
        of.say(of.ann, 2, { reactions: [{ emoji: '👍', users: ['once', 'again', 'once'] }], mentions: ['once', 'again'] }),
      ]);
      const [message] = await world.messages(ann, groupId);
      if (message === undefined) throw new Error('no message');
      expect(message.mentionIds).toHaveLength(1);
      expect((await world.chat.messages.reactions([message]))[0]).toMatchObject([{ emoji: '👍', count: 1 }]);
    });

    it('is complete with more messages than one commit stores, and threads and edits continue across commits', async () => {
      const { ann, groupId } = await brought(({ ann: a, ben: b, say }) => {
        const root = say(a, 2);
        const rest = Array.from({ length: 1_100 }, () => say(b, 3, { thread: root.id, editedAt: march(4) }));
        return [root, ...rest];
      });
      const rows = await world.db.client.message.findMany({ where: { conversationId: groupId }, orderBy: { seq: 'asc' } });
      expect(rows).toHaveLength(1_101);
      expect(rows[0]).toMatchObject({ replyCount: 1_100, editedAt: null });
      expect(rows.slice(1).every(({ editedAt, threadRootSeq }) => editedAt !== null && threadRootSeq === rows[0]?.seq)).toBe(true);
      expect(rows.map(({ ordinal }) => ordinal)).toEqual(rows.map((_, place) => place + 1));
      expect(await world.waits(ann, groupId)).toEqual({ unread: 0, mentions: 0, threads: 0 });
    });

    it('shows its sender even if they are no longer in the group', async () => {
      const { ann, cy, of } = await brought((own) => [own.say(own.ann, 2)]);
      const small = { ...of.group, id: `${of.group.id}-small`, name: `${of.name} small`, members: [{ user: of.ann, role: 'OWNER' }] };
      await world.bring([small, of.say(of.cy, 3, { conversation: small.id })]);
      const groupId = await world.group(ann, small.name);
      expect((await world.messages(ann, groupId ?? -1n)).map(({ senderId }) => senderId)).toEqual([cy.userId]);
      expect(await world.group(cy, small.name)).toBeNull();
      // It belongs to its sender: their export has it, and erasing their account removes it.
      const stays = await world.chat.groups.stays(cy.userId, { first: 10, after: 0n });
      expect(stays.find(({ conversationId }) => conversationId === groupId)).toMatchObject({ state: 'LEFT', name: null });
      await world.bring([of.say(of.cy, 4, { conversation: small.id })]);
      await world.chat.messages.removeAll(cy.userId, 'ALL', new AbortController().signal);
      expect((await world.messages(ann, groupId ?? -1n)).map(({ text }) => text)).toEqual(['', '']);
      expect((await world.chat.groups.byIds([groupId ?? -1n]))[0]?.memberCount).toBe(1);
    });

    it('keeps reactions of former members, which belong to them as well', async () => {
      const { ann, ben, of } = await brought((own) => [own.say(own.ann, 2)]);
      const small = { ...of.group, id: `${of.group.id}-two`, name: `${of.name} two`, members: [{ user: of.ann, role: 'OWNER' }] };
      const reactions = [{ emoji: '👍', users: [of.ben, of.ann] }];
      await world.bring([small, of.say(of.ann, 3, { conversation: small.id, reactions })]);
      const conversationId = (await world.group(ann, small.name)) ?? -1n;
      expect(await world.chat.messages.reactionsBy(ben.userId, { conversationId, after: 0 })).toMatchObject({ acts: [{ emoji: '👍' }] });
      const stays = await world.chat.groups.stays(ben.userId, { first: 10, after: 0n });
      expect(stays.find((stay) => stay.conversationId === conversationId)).toMatchObject({ state: 'LEFT', name: null });
      expect((await world.chat.groups.byIds([conversationId]))[0]?.memberCount).toBe(1);
    });
  });

  describe('the read marker after an import', () => {
    const chatter = ({ ann, ben, cy, say }: ReturnType<typeof threeUsers>) => {
      const root = say(ann, 2);
      return [root, say(ben, 3, { mentions: [ann] }), say(cy, 4, { thread: root.id, mentions: [ben] }), say(ben, 5)];
    };

    it('is at the end by default', async () => {
      const { ann, ben, cy, groupId } = await brought(chatter);
      for (const viewer of [ann, ben, cy]) expect(await world.waits(viewer, groupId)).toEqual({ unread: 0, mentions: 0, threads: 0 });
    });

    it('is where the file has it for users with a read line', async () => {
      const of = threeUsers();
      const lines = chatter(of);
      const read = { kind: 'read', user: of.ann, conversation: of.group.id, message: 'm1' };
      await world.bring([...of.start, ...lines, read]);
      const [ann, ben] = [await world.viewer(of.ann), await world.viewer(of.ben)];
      const groupId = (await world.group(ann, of.name)) ?? -1n;
      expect(await world.waits(ann, groupId)).toEqual({ unread: 3, mentions: 1, threads: 1 });
      expect(await world.waits(ben, groupId)).toEqual({ unread: 0, mentions: 0, threads: 0 });
    });

    it('is at the start with the option unread, except for users with a read line', async () => {
      const of = threeUsers();
      const read = { kind: 'read', user: of.ben, conversation: of.group.id, message: 'm3' };
      await world.bring([...of.start, ...chatter(of), read], { unread: true });
      const [ann, ben, cy] = [await world.viewer(of.ann), await world.viewer(of.ben), await world.viewer(of.cy)];
      const groupId = (await world.group(ann, of.name)) ?? -1n;
      expect(await world.waits(ann, groupId)).toEqual({ unread: 3, mentions: 1, threads: 1 });
      expect(await world.waits(cy, groupId)).toMatchObject({ unread: 3 });
      expect(await world.waits(ben, groupId)).toMatchObject({ unread: 0, mentions: 0 });
    });

    it('passes the member’s own messages, so the receipts of these tell what the others have read', async () => {
      for (const unread of [false, true]) {
        const of = threeUsers();
        const conversation = of.direct.id;
        const at = (sender: string, day: number) => of.say(sender, day, { conversation });
        const [first, answer, last] = [at(of.ann, 2), at(of.ben, 3), at(of.ann, 4)];
        const read = { kind: 'read', conversation };
        const reads = [
          { ...read, user: of.ann, message: answer.id },
          { ...read, user: of.ben, message: last.id },
        ];
        await world.bring([...of.start, first, answer, last, ...reads], { unread });
        const ann = await world.viewer(of.ann);
        const { items } = await world.chat.groups.list(ann, { first: 10 });
        const direct = items.map((item) => item.conversation).filter(({ kind }) => kind === 'DIRECT');
        expect(await world.chat.messages.reach(direct)).toEqual([{ deliveredToAllSeq: 3, readByAllSeq: 3 }]);
      }
    });
  });

  describe('a file', () => {
    it('that is imported again stores nothing', async () => {
      const of = threeUsers();
      const lines = [
        ...of.start,
        of.say(of.ann, 2, { reactions: [{ emoji: '👍', users: [of.ben] }] }),
        of.say(of.ben, 3, { thread: 'm1', mentions: [of.ann] }),
      ];
      await world.bring(lines);
      const before = await world.rows();
      expect(await world.bring(lines)).toMatchObject({ users: 0, conversations: 0, messages: 0, known: lines.length, opened: 0 });
      expect(await world.rows()).toEqual(before);
    });

    it('that broke off continues where it was, wherever that is', async () => {
      for (const places of [2, 4, 5, 7, 9]) {
        const of = threeUsers();
        const lines = [
          ...of.start,
          of.say(of.ann, 2),
          of.say(of.ben, 3, { thread: 'm1' }),
          of.say(of.cy, 4, { thread: 'm1' }),
          of.say(of.ben, 5),
        ];
        async function* broken(): AsyncGenerator<Uint8Array> {
          yield* fileOf([...lines.slice(0, places), '']);
          throw new Error('the disk is gone');
        }
        await expect(world.imports.run(broken())).rejects.toThrow('the disk is gone');
        expect(await world.db.client.membership.count({ where: { state: 'ACTIVE', conversationId: { in: await idsOf(of.name) } } })).toBe(
          0,
        );
        expect(await world.bring(lines)).toMatchObject({ lines: lines.length, opened: 1 });
        const ann = await world.viewer(of.ann);
        const messages = await world.messages(ann, (await world.group(ann, of.name)) ?? -1n);
        expect(messages.map(({ text, replyCount }) => [text, replyCount])).toEqual([
          ['text 1', 2],
          ['text 2', 0],
          ['text 3', 0],
          ['text 4', 0],
        ]);
      }
    });

    it('that is checked stores nothing and is counted as an import would be', async () => {
      const of = threeUsers();
      const lines = [...of.start, of.say(of.ann, 2), of.say(of.ann, 2), of.say(of.ben, 3, { thread: 'm1' })];
      const before = await world.rows();
      const checked = await world.imports.check(fileOf(lines));
      expect(await world.rows()).toEqual(before);
      expect(await world.bring(lines)).toEqual({ ...checked, opened: 1 });
    });

    it('belongs to one source, and the same ids of another source are others', async () => {
      const of = threeUsers();
      await world.bring(of.start);
      const elsewhere = of.users.map((user) => ({ ...user, handle: `else.${user.handle}` }));
      expect(await world.bring(elsewhere, { source: 'another' })).toMatchObject({ users: 3, known: 0 });
      expect(await world.bring(elsewhere)).toMatchObject({ users: 0, known: 3 });
    });
  });

  describe('a user', () => {
    it('is the existing user with the file’s subject, or is created with it', async () => {
      const { id } = await world.chat.administration.createUser({ handle: 'signs.in', subject: 's1', issuer: 'https://id.example.com' });
      const lines = ['s1', 's2'].map((subject) => ({
        kind: 'user',
        id: subject,
        handle: `has.${subject}`,
        subject,
        issuer: 'https://id.example.com',
      }));
      expect(await world.bring(lines)).toMatchObject({ users: 2 });
      const { administration } = world.chat;
      const [first, second] = await Promise.all(
        ['s1', 's2'].map((subject) => administration.byIdentity({ subject, issuer: 'https://id.example.com' })),
      );
      expect(first).toMatchObject({ id, handle: 'signs.in' });
      expect(second).toMatchObject({ handle: 'has.s2' });
    });
  });

  it('a user can have a handle whose time of being kept back is over, even where no worker has freed it', async () => {
    const { ann } = threeUsers();
    const [now, user] = [await world.db.now(), await world.chat.administration.createUser({ handle: `was.${ann}` })];
    const hold = { handle: ann, userId: user.id, until: new Date(now.getTime() - 1_000) };
    await world.db.transaction((tx) => tx.handleHold.create({ data: hold }));
    expect(await world.bring([{ kind: 'user', id: ann, handle: ann, createdAt: march(1) }])).toMatchObject({ users: 1 });
    expect(await world.db.client.handleHold.findUnique({ where: { handle: ann } })).toBeNull();
  });

  it('an import runs no effect and leaves no work', async () => {
    const before = await dueStreams();
    const { ann, ben } = await brought(({ ann: a, ben: b, direct, say }) => [
      say(a, 2, { reactions: [{ emoji: '👍', users: [b] }] }),
      say(b, 3, { conversation: direct.id }),
    ]);
    expect((await world.entries(ann.userId)).map(({ type }) => type)).toEqual([
      'ProfileChanged',
      'ConversationOpened',
      'ConversationOpened',
    ]);
    expect(await world.chat.groups.directWith(ann, [ben.userId])).toMatchObject([{ lastSeq: 1 }]);
    expect(await dueStreams()).toEqual(before);
    expect(await world.db.client.importPending.count()).toBe(0);
    expect(await world.db.client.importedRead.count()).toBe(0);
  });
}
