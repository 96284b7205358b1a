import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Membership } from '../../src/group/index.ts';
import type { HistoryRequest, Message } from '../../src/message/index.ts';
import type { Page } from '../../src/page.ts';
import type { Viewer } from '../../src/user/index.ts';
import { countingOn, freshKey, type TalkWorld, talkOn } from '../group/talk-world.ts';

// The newest entry that Eve has cleared.
const cleared = 20;

interface Seqs {
  readonly seqs: readonly number[];
  readonly before: boolean;
  readonly after: boolean;
}

/** An item of a list, and its time. */
interface Item {
  readonly seq: number;
  readonly at: Date;
}

/** The page that the contract requires, computed from the whole list. */
function expected(items: readonly Item[], request: HistoryRequest): Seqs {
  const { first, after, last, before, around } = request;
  if (around !== undefined && after === undefined && before === undefined) return expectedAround(items, { ...request, around });
  const all = items.map(({ seq }) => seq);
  const [low, high] = [after ?? 0, before ?? Number.POSITIVE_INFINITY];
  const range = all.filter((seq) => seq > low && seq < high);
  const fromStart = first !== undefined || (last === undefined && after !== undefined);
  const seqs = fromStart ? range.slice(0, first ?? 50) : range.slice(-(last ?? 50));
  const start = seqs[0] ?? low + 1;
  const end = seqs.at(-1) ?? high - 1;
  return { seqs, before: all.some((seq) => seq < start), after: all.some((seq) => seq > end) };
}

function expectedAround(items: readonly Item[], { first, last, around }: HistoryRequest & { readonly around: number | Date }): Seqs {
  const distances = items.map(({ seq, at }) => Math.abs(typeof around === 'number' ? seq - around : at.getTime() - around.getTime()));
  const least = Math.min(...distances);
  // Of entries before a moment the newest is nearest, of entries at it or after it the oldest.
  const olderFirst = items.findLastIndex(({ at }, place) => distances[place] === least && around instanceof Date && at < around);
  const nearest = Math.max(0, olderFirst === -1 ? distances.indexOf(least) : olderFirst);
  const alone = first === undefined && last === undefined;
  const from = Math.max(0, nearest - (alone ? 50 : (last ?? 0)));
  const to = nearest + (alone ? 50 : (first ?? 0)) + 1;
  return { seqs: items.slice(from, to).map(({ seq }) => seq), before: from > 0, after: to < items.length };
}

function seqsOf({ items, hasPreviousPage, hasNextPage }: Page<{ readonly seq: number }>): Seqs {
  return { seqs: items.map(({ seq }) => seq), before: hasPreviousPage, after: hasNextPage };
}

/** What reading a conversation's history promises, on any database. */
export function promisesOfHistory(open: () => Promise<Db>): void {
  let world: TalkWorld;
  let early: Membership;
  let late: Membership;
  let sparing: Membership;
  let moments: readonly Date[];

  async function requireAccess(viewer: Viewer, conversationId: bigint): Promise<Membership> {
    const access = await world.access(viewer, conversationId);
    if (access === null) throw new Error('no member');
    return access;
  }

  async function spare(viewer: Viewer, conversationId: bigint): Promise<void> {
    const messages = (await world.entries(conversationId)).filter(({ type }) => type === 'MessageSent');
    for (const { seq } of messages.filter((message) => message.seq > cleared && message.seq % 5 < 2)) {
      await world.messages.hide(viewer, { conversationId, seq });
    }
    await world.messages.clear(viewer, { conversationId, seq: cleared });
  }

  /** Gives four consecutive entries the same time, as in a busy ms. */
  async function fallTogether(conversationId: bigint): Promise<void> {
    const entries = await world.entries(conversationId);
    const start = entries[0]?.at.getTime() ?? 0;
    await world.db.transaction(async (tx) => {
      for (const { seq, type } of entries) {
        const at = new Date(start + Math.floor(seq / 4) * 10);
        if (type === 'MessageSent')
          await tx.message.update({ where: { conversationId_seq: { conversationId, seq } }, data: { sentAt: at } });
        else await tx.entry.update({ where: { streamId_seq: { streamId: conversationId, seq } }, data: { at } });
      }
    });
  }

  // Entries 1 and 2 are the joins of Ada and Bob. Then come messages, with joins and departures between them, and messages are pinned much
  // later. Dan sees everything from the middle on. Eve has cleared the beginning and deleted a part of the rest.
  beforeAll(async () => {
    world = talkOn(await open());
    const [ada, bob, cy] = await world.people();
    const [dan, eve] = await world.people();
    const groupId = await world.group(ada, bob);
    const joiners = new Map([
      [6, eve],
      [35, dan],
    ]);
    const said: Message[] = [];
    for (let n = 1; n <= 70; n += 1) {
      said.push(await world.say(n % 3 === 0 ? bob : ada, groupId, `message ${n}`));
      if (n % 10 === 4) await world.groups.addMembers(ada, { groupId, userIds: [cy.userId] });
      if (n % 10 === 7) await world.groups.leave(cy, { groupId });
      const joiner = joiners.get(n);
      if (joiner !== undefined) await world.groups.addMembers(ada, { groupId, userIds: [joiner.userId] });
      if (n % 4 === 0) await world.messages.pin(ada, { conversationId: groupId, seq: said[n / 4]?.seq ?? 0 });
    }
    await spare(eve, groupId);
    await fallTogether(groupId);
    early = await requireAccess(ada, groupId);
    late = await requireAccess(dan, groupId);
    sparing = await requireAccess(eve, groupId);
    moments = (await world.entries(groupId)).map(({ at }) => at);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function itemsWithin(access: Membership, onlyMessages: boolean): Promise<readonly Item[]> {
    const { conversationId, userId, fromSeq, clearedSeq } = access;
    const from = Math.max(fromSeq, clearedSeq + 1);
    const entries = (await world.entries(conversationId)).filter(
      ({ seq, type }) => seq >= from && (!onlyMessages || type === 'MessageSent'),
    );
    const hidden = await world.messages.hidden(
      { userId, sessionId: '' },
      entries.map(({ seq }) => ({ conversationId, seq })),
    );
    // A change of a message is hidden from a viewer who does not see the message.
    return entries.filter(({ type, data }, at) => !hidden[at] && (type !== 'PinChanged' || data.messageSeq >= from));
  }

  const size = fc.integer({ min: 1, max: 100 });
  const seq = fc.integer({ min: 0, max: 100 });
  // From before the first entry to after the last, or far away; often the time of an entry.
  const moment = fc.constant(null).chain(() =>
    fc.oneof(
      fc.constantFrom(...moments),
      fc.date({
        min: new Date((moments[0] ?? 0).valueOf() - 20),
        max: new Date((moments.at(-1) ?? 0).valueOf() + 20),
        noInvalidDate: true,
      }),
      fc.constantFrom(new Date(0), new Date('9999-12-31T23:59:59.999Z'), new Date('0001-01-01T00:00:00Z')),
    ),
  );
  const request: fc.Arbitrary<HistoryRequest> = fc.oneof(
    fc.record({ first: size, after: seq, before: seq }, { requiredKeys: ['first'] }),
    fc.record({ last: size, after: seq, before: seq }, { requiredKeys: ['last'] }),
    fc.record({ around: seq, first: size, last: size }, { requiredKeys: ['around'] }),
    fc.record({ around: seq, after: seq, last: size }),
    fc.record({ around: moment, first: size, last: size }, { requiredKeys: ['around'] }),
    fc.record({ around: moment, after: seq, last: size }),
    fc.record({ before: seq }, { requiredKeys: [] }),
    fc.record({ after: seq }),
  );

  describe.each(['messages', 'timeline'] as const)('a page of %s', (list) => {
    it('without arguments is the newest fifty', async () => {
      const all = await itemsWithin(early, list === 'messages');
      const seqs = all.slice(-50).map((item) => item.seq);
      expect(seqsOf(await world.messages[list](early, {}))).toEqual({ seqs, before: true, after: false });
    });

    it('is the requested part of the whole list with correct flags, for any arguments', async () => {
      const accesses = [early, late, sparing];
      const wholes = await Promise.all(accesses.map(async (access) => ({ access, all: await itemsWithin(access, list === 'messages') })));
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...wholes), request, async ({ access, all }, asked) => {
          expect(seqsOf(await world.messages[list](access, asked))).toEqual(expected(all, asked));
        }),
        { numRuns: 200 },
      );
    });
  });

  it('a page of messages has them as they are now', async () => {
    const { items } = await world.messages.messages(early, { last: 1 });
    const [last] = await world.messages.last([early]);
    expect(items).toEqual([last]);
    expect(last).toMatchObject({ text: 'message 70', ordinal: 70 });
  });

  it('a page of the timeline has messages and the entries between them', async () => {
    const { items } = await world.messages.timeline(early, { first: 8 });
    const entries = await world.entries(early.conversationId);
    expect(items).toEqual(entries.slice(0, 8));
    expect(items.map(({ type }) => type)).toEqual([
      ...['MemberJoined', 'MemberJoined', 'MessageSent', 'MessageSent'],
      ...['MessageSent', 'MessageSent', 'MemberJoined', 'PinChanged'],
    ]);
  });

  it('a page of a conversation without messages is empty', async () => {
    const [ada, bob] = await world.people();
    const access = await requireAccess(ada, await world.direct(ada, bob));
    const empty = { seqs: [], before: false, after: false };
    for (const asked of [{}, { first: 1 }, { around: 5 }, { after: 3 }]) {
      expect(seqsOf(await world.messages.messages(access, asked))).toEqual(empty);
      expect(seqsOf(await world.messages.timeline(access, asked))).toEqual(empty);
    }
  });

  it('a page read while others send has no gap', async () => {
    const [ada, bob] = await world.people();
    const groupId = await world.group(ada, bob);
    const access = await requireAccess(ada, groupId);
    const sent = Array.from({ length: 30 }, (_, n) => world.say(n % 2 === 0 ? ada : bob, groupId));
    for (const each of sent) {
      const { items } = await world.messages.timeline(access, { around: 20 });
      const start = items[0]?.seq ?? 1;
      expect(items.map((item) => item.seq)).toEqual(items.map((_, at) => start + at));
      await each;
    }
  });

  describe('messages by reference', () => {
    it('are returned in the order of the references, with null for other entries', async () => {
      const { conversationId } = early;
      const refs = [5, 1, 3, 999, 3].map((each) => ({ conversationId, seq: each }));
      const found = await world.messages.byRefs([...refs, { conversationId: 9_000_000_000n, seq: 1 }]);
      expect(found.map((message) => message?.seq ?? null)).toEqual([5, null, 3, null, 3, null]);
    });

    it('are read by the thousand', async () => {
      const refs = Array.from({ length: 3_000 }, (_, n) => ({
        conversationId: n % 2 === 0 ? early.conversationId : BigInt(7_000_000_000 + n),
        seq: (n % 80) + 1,
      }));
      const found = await world.messages.byRefs(refs);
      const all = new Set((await itemsWithin(early, true)).map((item) => item.seq));
      expect(found.map((message) => message !== null)).toEqual(
        refs.map((ref) => ref.conversationId === early.conversationId && all.has(ref.seq)),
      );
    });
  });

  it('the last message is the newest that the viewer can see', async () => {
    const [ada, bob] = await world.people();
    const groupId = await world.group(ada);
    await world.say(ada, groupId, 'before Bob');
    await world.groups.addMembers(ada, { groupId, userIds: [bob.userId] });
    const accesses = [await requireAccess(bob, groupId), late, await requireAccess(ada, groupId)];
    const found = await world.messages.last(accesses);
    expect(found.map((message) => message?.text ?? null)).toEqual([null, 'message 70', 'before Bob']);
  });

  it('a timeline is found by a few statements, however many events about earlier messages it leaves out', async () => {
    const [ada, bob] = await world.people();
    const groupId = await world.group(ada);
    const before = await world.say(ada, groupId);
    await world.groups.addMembers(ada, { groupId, userIds: [bob.userId] });
    const { seq: after } = await world.say(ada, groupId);
    for (let n = 0; n < 10; n += 1) {
      await world.messages.pin(ada, before);
      await world.messages.unpin(ada, before);
    }
    const { seq } = await world.say(ada, groupId);
    const access = await requireAccess(bob, groupId);
    const { messages, statements } = countingOn(world);
    const { items, hasNextPage } = await messages.timeline(access, { first: 1, after, upTo: seq });
    expect([items.map((item) => item.seq), hasNextPage]).toEqual([[seq], false]);
    expect(statements()).toBeLessThan(10);
  });

  it('the last message, replies and pins end with the lastSeq that was read before the access, which may have ended since', async () => {
    const [ada, bob] = await world.people();
    const groupId = await world.group(ada, bob);
    const root = await world.say(ada, groupId, 'root');
    const reply = (text: string) =>
      world.messages.send(ada, { conversationId: groupId, clientMessageId: freshKey(), text, threadRoot: root });
    const first = await reply('reply');
    await world.messages.pin(ada, root);
    const [conversation] = await world.groups.byIds([groupId]);
    const upTo = conversation?.lastSeq;
    const access = await requireAccess(bob, groupId);
    await world.groups.removeMember(ada, { groupId, userId: bob.userId });
    await world.messages.pin(ada, await reply('not for Bob'));
    expect(await world.messages.last([{ ...access, upTo }])).toMatchObject([{ seq: first.seq }]);
    expect((await world.messages.replies(access, root, { first: 5, upTo })).items).toEqual([first]);
    expect((await world.messages.pins(access, { first: 5, upTo })).items.map(({ text }) => text)).toEqual(['root']);
  });
}
