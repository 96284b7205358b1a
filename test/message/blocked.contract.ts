import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { type Blocks, type Contacts, createBlocks, createContacts } from '../../src/contact/index.ts';
import { type Db, holdAddressed, holdUsers } from '../../src/db/index.ts';
import { createGroups, frozenMarkers } from '../../src/group/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { createLog, type Log } from '../../src/log/index.ts';
import { createMessages } from '../../src/message/index.ts';
import { createUsers, type Users, type Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkNode, type TalkWorld, talkOn } from '../group/talk-world.ts';

/** The parts that decide who may write to whom, as one node has them. */
interface Node extends Pick<TalkNode, 'groups' | 'messages'> {
  readonly users: Users;
  readonly contacts: Contacts;
  readonly blocks: Blocks;
}

/** What the rules of who may write to whom promise, on any database. */
export function promisesOfReaching(open: () => Promise<Db>): void {
  let world: TalkWorld;
  let here: Node;
  let there: Node;
  const logs: Log[] = [];

  function node(): Node {
    const { db, bus, key } = world;
    const log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
    logs.push(log);
    const config = readConfig({});
    const limits = createMemoryLimits();
    const parts = { db, log, limits, config, blockEffects: frozenMarkers };
    const groups = createGroups({ db, log, limits, config });
    return {
      groups,
      messages: createMessages({ db, log, groups, bus, keys: [key], config }),
      users: createUsers({ db, log, limits, config, keys: [key], logger: pino({ level: 'silent' }) }),
      contacts: createContacts(parts),
      blocks: createBlocks(parts),
    };
  }

  beforeAll(async () => {
    world = talkOn(await open());
    here = node();
    there = node();
  });
  afterAll(async () => {
    for (const { messages } of [here, there]) await messages[Symbol.asyncDispose]();
    for (const log of logs) await log[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  function say(on: Node, sender: Viewer, conversationId: bigint) {
    return on.messages.send(sender, { conversationId, text: 'hello', clientMessageId: freshKey() });
  }

  async function befriend(one: Viewer, other: Viewer): Promise<void> {
    await here.contacts.request(one, { userId: other.userId });
    await here.contacts.request(other, { userId: one.userId });
  }

  /** Two users who have exchanged messages, and the first one's message. */
  async function talked() {
    const [ann, ben, cat] = await world.people();
    const direct = await world.direct(ann, ben);
    const first = await world.say(ann, direct);
    await world.say(ben, direct);
    return { ann, ben, cat, direct, first };
  }

  type Scene = Awaited<ReturnType<typeof talked>>;

  async function onlyFriends({ ann, ben }: Scene): Promise<void> {
    await befriend(ann, ben);
    await here.users.updateSettings(ben, { messagesFrom: 'CONTACTS' });
  }

  const blocked = { code: 'BLOCKED', field: ['conversationId'] };
  const stranger = { code: 'NOT_CONTACTS', field: ['conversationId'] };

  describe('a user who accepts messages from contacts only', () => {
    test('gets messages from contacts and not from others', async () => {
      const { ann, ben, direct } = await talked();
      await here.users.updateSettings(ben, { messagesFrom: 'CONTACTS' });
      expect(await refusal(say(here, ann, direct))).toEqual(stranger);
      await befriend(ann, ben);
      await say(here, ann, direct);
      await here.contacts.remove(ben, { userId: ann.userId });
      expect(await refusal(say(here, ann, direct))).toEqual(stranger);
      await here.users.updateSettings(ben, { messagesFrom: 'EVERYONE' });
      await say(here, ann, direct);
    });

    test('can still send to others', async () => {
      const { ann, ben, direct } = await talked();
      await here.users.updateSettings(ben, { messagesFrom: 'CONTACTS' });
      await say(here, ben, direct);
      expect(await refusal(say(here, ann, direct))).toEqual(stranger);
    });

    test('is not notified of a direct conversation that another user opens', async () => {
      const [ann, ben] = await world.people();
      await here.users.updateSettings(ben, { messagesFrom: 'CONTACTS' });
      const { id } = await here.groups.openDirect(ann, { userId: ben.userId });
      expect(await refusal(say(here, ann, id))).toEqual(stranger);
      expect(await world.told(ben)).toEqual([]);
    });

    test('can send to themselves', async () => {
      const [ann] = await world.people();
      await here.users.updateSettings(ann, { messagesFrom: 'CONTACTS' });
      await say(here, ann, await world.direct(ann, ann));
    });

    test('can be added to groups by contacts and not by others, who can add the rest', async () => {
      const [ann, ben, cat] = await world.people();
      await here.users.updateSettings(ben, { messagesFrom: 'CONTACTS' });
      const group = await world.group(ann);
      const { members, errors } = await here.groups.addMembers(ann, { groupId: group, userIds: [ben.userId, cat.userId] });
      expect(members.map(({ userId }) => userId)).toEqual([cat.userId]);
      expect(errors).toMatchObject([{ code: 'NOT_CONTACTS', field: ['userIds', '0'] }]);
      const creating = here.groups.create(ann, { name: 'Us', memberIds: [cat.userId, ben.userId] });
      expect(await refusal(creating)).toEqual({ code: 'NOT_CONTACTS', field: ['memberIds', '1'] });
      await befriend(ann, ben);
      await here.groups.create(ann, { name: 'Us', memberIds: [cat.userId, ben.userId] });
    });
  });

  describe('a block', () => {
    test('stops messages both ways, and the blocked user gets the same code as a stranger', async () => {
      const { ann, ben, direct } = await talked();
      await here.blocks.block(ann, { userId: ben.userId });
      expect(await refusal(say(there, ann, direct))).toEqual(blocked);
      expect(await refusal(say(there, ben, direct))).toEqual(stranger);
      await here.blocks.unblock(ann, { userId: ben.userId });
      await say(there, ben, direct);
      await say(there, ann, direct);
    });

    test('gives the blocked user the same message as a stranger', async () => {
      const { ann, ben, cat, direct } = await talked();
      const other = await world.direct(ben, cat);
      await here.users.updateSettings(cat, { messagesFrom: 'CONTACTS' });
      await here.blocks.block(ann, { userId: ben.userId });
      const words = async (id: bigint) => String(await say(here, ben, id).catch((error: unknown) => error));
      expect(await words(direct)).toBe(await words(other));
    });

    test('stops edits, new reactions and pins there as well, but not recalls and removals', async () => {
      const { ann, ben, direct, first } = await talked();
      await here.messages.addReaction(ben, { message: first, emoji: '👍' });
      await here.blocks.block(ben, { userId: ann.userId });
      const { messages } = here;
      const on = { code: 'NOT_CONTACTS', field: ['messageId'] };
      expect(await refusal(messages.edit(ann, { message: first, text: 'changed' }))).toEqual(on);
      expect(await refusal(messages.addReaction(ann, { message: first, emoji: '🎉' }))).toEqual(on);
      expect(await refusal(messages.pin(ann, first))).toEqual(on);
      expect(await refusal(messages.addReaction(ben, { message: first, emoji: '🎉' }))).toEqual({ ...on, code: 'BLOCKED' });
      await messages.removeReaction(ben, { message: first, emoji: '👍' });
      await messages.recall(ann, first);
      await messages.markRead(ann, { conversationId: direct, seq: first.seq });
    });

    test('still answers a repeated send with its message', async () => {
      const { ann, ben, direct } = await talked();
      const request = { conversationId: direct, text: 'once', clientMessageId: freshKey() };
      const sent = await here.messages.send(ben, request);
      await here.blocks.block(ann, { userId: ben.userId });
      expect((await here.messages.send(ben, request)).seq).toBe(sent.seq);
    });

    test('stops the blocker from opening a new conversation, and not from reading an existing one', async () => {
      const { ann, ben, cat, direct } = await talked();
      await here.blocks.block(ann, { userId: ben.userId });
      await here.blocks.block(ann, { userId: cat.userId });
      expect((await here.groups.openDirect(ann, { userId: ben.userId })).id).toBe(direct);
      expect(await refusal(here.groups.openDirect(ann, { userId: cat.userId }))).toEqual({ code: 'BLOCKED', field: ['userId'] });
      await here.groups.openDirect(cat, { userId: ann.userId });
    });

    test('lets both take part in their groups', async () => {
      const { ann, ben, cat } = await talked();
      const group = await world.group(cat, ann, ben);
      await here.blocks.block(ann, { userId: ben.userId });
      const { seq } = await say(here, ben, group);
      await here.messages.addReaction(ann, { message: { conversationId: group, seq }, emoji: '👍' });
      await here.messages.send(ann, {
        ...{ conversationId: group, text: 'hello', clientMessageId: freshKey() },
        ...{ mentionIds: [ben.userId], replyTo: { conversationId: group, seq } },
      });
    });

    test('stops each from adding the other to a group', async () => {
      const { ann, ben } = await talked();
      const groups = [await world.group(ann), await world.group(ben)] as const;
      await here.blocks.block(ann, { userId: ben.userId });
      const byAnn = await here.groups.addMembers(ann, { groupId: groups[0], userIds: [ben.userId] });
      const byBen = await here.groups.addMembers(ben, { groupId: groups[1], userIds: [ann.userId] });
      expect([byAnn.errors, byBen.errors]).toMatchObject([[{ code: 'BLOCKED' }], [{ code: 'NOT_CONTACTS' }]]);
    });

    /** A direct conversation with an unread message for each side, and its head. */
    async function unread() {
      const { ann, ben, direct } = await talked();
      await world.say(ann, direct);
      const { seq } = await world.say(ben, direct);
      return { ann, ben, direct, seq };
    }

    const reachOf = async (direct: bigint, viewer?: Viewer) =>
      (await here.messages.reach([{ id: direct, memberCount: 2 }], viewer?.userId))[0];

    test('freezes the read marker that each shows the other, until it ends', async () => {
      const { ann, ben, direct, seq } = await unread();
      const shown = async (viewer: Viewer) => {
        const access = await world.access(viewer, direct);
        return [access?.readSeq, access?.shownReadSeq];
      };
      await here.messages.markRead(ben, { conversationId: direct, seq });
      const [before, [read]] = [await reachOf(direct), await shown(ann)];
      await here.blocks.block(ann, { userId: ben.userId });
      await here.messages.markRead(ann, { conversationId: direct, seq });
      expect(await shown(ann)).toEqual([seq, read]);
      expect(await reachOf(direct)).toEqual(before);
      await here.blocks.unblock(ann, { userId: ben.userId });
      expect(await shown(ann)).toEqual([seq, seq]);
      expect(await reachOf(direct)).toEqual({ deliveredToAllSeq: seq, readByAllSeq: seq });
    });

    test('lets readByAll advance for the blocked user by their own reading, and for nobody else', async () => {
      async function reading({ isBlocked }: { readonly isBlocked: boolean }) {
        const { ann, ben, direct } = await talked();
        const { seq } = await world.say(ann, direct);
        await here.messages.markRead(ann, { conversationId: direct, seq });
        if (isBlocked) await here.blocks.block(ann, { userId: ben.userId });
        const before = [await reachOf(direct, ann), await reachOf(direct, ben)];
        await here.messages.markRead(ben, { conversationId: direct, seq });
        return { before, after: [await reachOf(direct, ann), await reachOf(direct, ben)] };
      }
      const [blockedOne, free] = [await reading({ isBlocked: true }), await reading({ isBlocked: false })];
      expect(blockedOne.before).toEqual(free.before);
      expect(blockedOne.after[1]).toEqual(free.after[1]);
      expect(blockedOne.after[1]).not.toEqual(free.before[1]);
      expect(blockedOne.after[0]).toEqual(blockedOne.before[0]);
    });

    test('of each other hides markers until the last one ends', async () => {
      const { ann, ben, direct, seq } = await unread();
      await here.blocks.block(ann, { userId: ben.userId });
      await here.blocks.block(ben, { userId: ann.userId });
      await here.messages.markRead(ann, { conversationId: direct, seq });
      await here.blocks.unblock(ann, { userId: ben.userId });
      expect((await world.access(ann, direct))?.shownReadSeq).toBeLessThan(seq);
      await here.blocks.unblock(ben, { userId: ann.userId });
      expect((await world.access(ann, direct))?.shownReadSeq).toBe(seq);
    });

    test('never moves readByAll back, in whatever order the two block and read', async () => {
      const { ann, ben, direct, seq } = await unread();
      const both = { ann: { viewer: ann, other: ben }, ben: { viewer: ben, other: ann } };
      const acts = ['ben blocks', 'ann reads', 'ann blocks', 'ben reads', 'ben unblocks', 'ben blocks', 'ann unblocks', 'ben unblocks'];
      const reached = [await reachOf(direct)];
      for (const act of acts) {
        const [who, what] = act.split(' ');
        const { viewer, other } = both[who === 'ann' ? 'ann' : 'ben'];
        if (what === 'blocks') await here.blocks.block(viewer, { userId: other.userId });
        else if (what === 'unblocks') await here.blocks.unblock(viewer, { userId: other.userId });
        else await here.messages.markRead(viewer, { conversationId: direct, seq });
        reached.push(await reachOf(direct));
      }
      const seqs = reached.map((one) => one?.readByAllSeq ?? -1);
      expect(seqs).toEqual(seqs.toSorted((one, next) => one - next));
      expect(seqs.at(-1)).toBe(seq);
    });
  });

  describe('on two nodes at any moment', () => {
    /** Sends on one node until the act on the other is done, and once more. Counts what was stored after it. */
    async function race(act: (scene: Scene) => Promise<unknown>, sender: 'ann' | 'ben', prepare?: (scene: Scene) => Promise<void>) {
      const scene = await talked();
      const { direct } = scene;
      await prepare?.(scene);
      let done = false;
      const acting = act(scene).then(() => {
        done = true;
      });
      let late = 0;
      const outcomes: string[] = [];
      for (let tries = 0; tries < 200; tries += 1) {
        const began = done;
        const outcome = await say(there, scene[sender], direct).then(
          () => 'sent',
          (error: { code?: string }) => error.code ?? String(error),
        );
        outcomes.push(outcome);
        if (began && outcome === 'sent') late += 1;
        if (began) break;
      }
      await acting;
      return { late, outcomes };
    }

    test.each([
      ['block', 'ben', ({ ann, ben }) => here.blocks.block(ann, { userId: ben.userId }), 'NOT_CONTACTS'],
      ['block', 'ann', ({ ann, ben }) => here.blocks.block(ann, { userId: ben.userId }), 'BLOCKED'],
      ['closing', 'ann', ({ ben }) => here.users.updateSettings(ben, { messagesFrom: 'CONTACTS' }), 'NOT_CONTACTS'],
      ['parting', 'ann', ({ ann, ben }) => here.contacts.remove(ben, { userId: ann.userId }), 'NOT_CONTACTS'],
      ['parting', 'ann', ({ ann, ben }) => here.contacts.remove(ann, { userId: ben.userId }), 'NOT_CONTACTS'],
    ] as const satisfies readonly (readonly [
      string,
      'ann' | 'ben',
      Parameters<typeof race>[0],
      string,
    ])[])('nothing is sent after a %s by %s', async (name, sender, act, code) => {
      for (let time = 0; time < 8; time += 1) {
        const { late, outcomes } = await race(act, sender, name === 'parting' ? onlyFriends : undefined);
        expect(late).toBe(0);
        expect(outcomes.at(-1)).toBe(code);
        expect(new Set(outcomes).size).toBeLessThanOrEqual(2);
      }
    });

    test('no message is stored after the block that refuses it', async () => {
      for (let time = 0; time < 8; time += 1) {
        const { ann, ben, direct } = await talked();
        const sends = Array.from({ length: 8 }, (_, n) => say(n % 2 === 0 ? here : there, ben, direct).catch(() => null));
        const { block } = await there.blocks.block(ann, { userId: ben.userId });
        await Promise.all(sends);
        const entries = await world.entries(direct);
        // A message of the same commit may have the same time.
        expect(entries.filter(({ at }) => at > block.since)).toEqual([]);
      }
    });

    test.each([
      ['blocks', 'its sender', ({ ann, ben }) => there.blocks.block(ben, { userId: ann.userId })],
      ['is blocked', 'its sender', ({ ann, ben }) => there.blocks.block(ann, { userId: ben.userId })],
      ['parts', 'its sender', ({ ann, ben }) => there.contacts.remove(ben, { userId: ann.userId })],
      ['takes messages from contacts only', 'both', ({ ben }) => there.users.updateSettings(ben, { messagesFrom: 'CONTACTS' })],
    ] as const satisfies readonly (readonly [
      string,
      'its sender' | 'both',
      (scene: Scene) => Promise<unknown>,
    ])[])('an act of a user who %s waits for a message in progress as soon as that holds %s', async (_name, held, act) => {
      const scene = await talked();
      const { ann, ben } = scene;
      await befriend(ann, ben);
      const { db } = world;
      const order: string[] = [];
      let acting: Promise<unknown> = Promise.resolve();
      await db.transaction(async (tx) => {
        await holdUsers(db, tx, [ann.userId]);
        if (held === 'both') await holdAddressed(db, tx, [{ fromId: ann.userId, toId: ben.userId }]);
        acting = act(scene).then(() => order.push('act'));
        // Many times what an act takes that does not wait.
        for (let turns = 0; turns < 100; turns += 1) await tx.user.count({ where: { id: ann.userId } });
        await holdAddressed(db, tx, [{ fromId: ann.userId, toId: ben.userId }]);
        order.push('sent');
      });
      await acting;
      expect(order).toEqual(['sent', 'act']);
    });

    test('the time of a block is not before a message that it waited for', async () => {
      const { ann, ben } = await talked();
      const { db } = world;
      const { blocking, sentAt } = await db.transaction(async (tx) => {
        await holdUsers(db, tx, [ann.userId]);
        const acting = there.blocks.block(ann, { userId: ben.userId });
        for (let turns = 0; turns < 100; turns += 1) await tx.user.count({ where: { id: ann.userId } });
        return { blocking: acting, sentAt: await db.now(tx) };
      });
      expect((await blocking).block.since.getTime()).toBeGreaterThanOrEqual(sentAt.getTime());
    });

    test('shown read markers never move back when a block begins', async () => {
      for (let time = 0; time < 8; time += 1) {
        const { ann, ben, direct } = await talked();
        for (let n = 0; n < 5; n += 1) await world.say(ben, direct);
        const head = (await world.entries(direct)).length;
        const shown: number[] = [];
        async function look(): Promise<void> {
          shown.push((await world.access(ann, direct))?.shownReadSeq ?? 0);
        }
        async function read(): Promise<void> {
          for (let seq = 1; seq <= head; seq += 1) {
            await here.messages.markRead(ann, { conversationId: direct, seq });
            await look();
          }
        }
        await Promise.all([read(), there.blocks.block(ben, { userId: ann.userId })]);
        await look();
        expect(shown).toEqual(shown.toSorted((one, other) => one - other));
      }
    });
  });

  describe('the note of a contact request', () => {
    async function asked(one: Viewer, other: Viewer) {
      await here.contacts.request(one, { userId: other.userId, message: 'It is me!' });
      await here.contacts.request(other, { userId: one.userId });
      const ref = { fromId: one.userId, toId: other.userId };
      const first = await here.contacts.firstMessage(ref);
      if (first === null) throw new Error('it is left to be said');
      return { ref, first };
    }

    test('is sent once, by however many nodes', async () => {
      const [ann, ben] = await world.people();
      const { ref, first } = await asked(ann, ben);
      await Promise.all([here, there, here, there].map(({ messages }) => messages.sendFirstMessage(ref, first)));
      const direct = await world.direct(ben, ann);
      expect(await world.entries(direct)).toMatchObject([{ type: 'MessageSent', actorId: ann.userId, data: { text: 'It is me!' } }]);
      expect((await world.told(ben)).map(({ type }) => type)).toEqual(['ConversationOpened']);
    });

    test.each(['one', 'other'] as const)('is not sent if the %s has blocked meanwhile', async (by) => {
      const [ann, ben] = await world.people();
      const { ref, first } = await asked(ann, ben);
      const [blocker, blockedOne] = by === 'one' ? [ann, ben] : [ben, ann];
      await here.blocks.block(blocker, { userId: blockedOne.userId });
      await here.messages.sendFirstMessage(ref, first);
      expect(await world.told(ben)).toEqual([]);
    });
  });
}
