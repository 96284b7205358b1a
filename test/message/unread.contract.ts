import fc from 'fast-check';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Entry } from '../../src/log/index.ts';
import type { Part } from '../../src/message/index.ts';
import { createRetention } from '../../src/retention/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type TalkNode, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { age } from '../retention/age.ts';
import { type CountingNode, playAndCount, steps } from './counting.ts';
import type { Waiting } from './expected-counts.ts';
import type { Sides } from './expected-lists.ts';

const nothing = { messages: 0, mentions: 0, conversations: 0, threads: 0, badge: 0 };

/** A conversation's state by its counts. */
interface Expected {
  readonly conversationId: bigint;
  readonly isUnread: boolean;
  readonly isMentioned: boolean;
}

/** What unread counts promise, on any database. */
export function promisesOfUnreadCounts(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function counting(node: TalkNode): CountingNode {
    return {
      ...node,
      async counts(viewer, roots) {
        const conversations: Waiting[] = [];
        const expected: Expected[] = [];
        for (const [conversationId, seqs] of roots) {
          const [conversation] = await node.groups.byIds([conversationId]);
          const access = await world.access(viewer, conversationId);
          if (!conversation || !access?.shown) continue;
          const [unread, mentions, threads] = await Promise.all([
            node.messages.unread([{ conversation, access }]),
            node.messages.mentions([{ conversation, access }]),
            node.messages.threadUnread(seqs.map((seq) => ({ root: { seq }, access }))),
          ]);
          const byRoot = Object.fromEntries(seqs.map((seq, at) => [seq, threads[at] ?? Number.NaN]));
          expected.push({
            conversationId,
            isUnread: unread[0] !== 0 || access.markedUnreadFromSeq !== null,
            isMentioned: mentions[0] !== 0,
          });
          conversations.push({ conversationId, unread: unread[0] ?? Number.NaN, mentions: mentions[0] ?? Number.NaN, threads: byRoot });
        }
        await expectFiltered(node, viewer, expected);
        return { conversations, totals: await node.messages.unreadTotals(viewer) };
      },
      async lists(viewer, conversationIds) {
        const threads = await sidesOf(async (unread) => {
          const found = await walk(
            (after: string | undefined) => node.messages.threads(viewer, { first: unread === undefined ? 2 : 1, after, unread }),
            ({ key }) => key,
          );
          return found.map(({ root, lastReply }) => ({ ...root, lastReplySeq: lastReply.seq }));
        });
        const mentions = await Promise.all(
          conversationIds.map(async (conversationId) => {
            const [[conversation], access] = await Promise.all([node.groups.byIds([conversationId]), world.access(viewer, conversationId)]);
            if (!conversation || access === null) throw new Error('they are not in it');
            const messages = await sidesOf(async (unread) => {
              const held = { conversation, access };
              const found = await walk(
                (after: number | undefined) => node.messages.mentioning(held, { first: unread === undefined ? 2 : 1, after, unread }),
                ({ seq }) => seq,
              );
              return found.map(({ message }) => message.seq);
            });
            return { conversationId, messages };
          }),
        );
        return { threads, mentions };
      },
    };
  }

  /** Checks that each filter, and both together, match the counts. */
  async function expectFiltered({ groups, messages }: TalkNode, viewer: Viewer, expected: readonly Expected[]): Promise<void> {
    const either = [undefined, true, false];
    for (const [unread, mentioned] of either.flatMap((one) => either.map((other) => [one, other] as const))) {
      const { items } = await groups.list(viewer, { first: 100, sieves: messages.waiting(viewer, { unread, mentioned }) });
      const wanted = expected.filter(
        ({ isUnread, isMentioned }) => (unread ?? isUnread) === isUnread && (mentioned ?? isMentioned) === isMentioned,
      );
      const ids = items.map(({ conversation: { id } }) => id).filter((id) => expected.some(({ conversationId }) => conversationId === id));
      expect(ids.toSorted(), `unread ${unread}, mentioned ${mentioned}`).toEqual(
        wanted.map(({ conversationId }) => conversationId).toSorted(),
      );
    }
  }

  const logged = new Map<bigint, Map<number, Entry>>();

  /** A stream's entries, including those that earlier calls have seen. */
  async function everLogged(streamId: bigint): Promise<readonly Entry[]> {
    const known = logged.get(streamId) ?? new Map<number, Entry>();
    for (const entry of await world.entries(streamId)) known.set(entry.seq, entry);
    logged.set(streamId, known);
    return [...known.values()].toSorted((one, other) => one.seq - other.seq);
  }

  async function trim(conversationId: bigint, upTo: number): Promise<void> {
    const { db, log } = world;
    await age(db, conversationId, { upTo, days: 2 });
    await using retention = createRetention({
      db,
      log,
      logger: pino({ level: 'silent' }),
      config: { historyDays: 1, accountLogDays: 0, roles: ['worker'] },
    });
    await retention.round({ after: conversationId - 1n }, new AbortController().signal);
  }

  it('after every step of any acts the unread counts and lists equal a count entry by entry', async () => {
    const { person } = world;
    const ground = { nodes: [counting(world)], person, entries: everLogged, trim };
    await fc.assert(
      fc.asyncProperty(steps({ least: 20, most: 30 }), (script) => playAndCount(ground, script)),
      // Shrinking a counterexample takes no longer than a person would wait.
      { numRuns: 3, interruptAfterTimeLimit: 50_000, markInterruptAsFailure: true },
    );
  }, 60_000);

  describe('unread counts of several conversations', () => {
    it('are read at once, in order, as of the lastSeq at which each was read', async () => {
      const [ada, bob] = await world.people();
      const ids: bigint[] = [];
      // Ten at a time: on a busy machine, the last of all at once would exceed the write deadline.
      while (ids.length < 130) ids.push(...(await Promise.all(Array.from({ length: 10 }, () => world.group(ada, bob)))));
      for (const [n, id] of ids.entries()) await Promise.all(Array.from({ length: n % 3 }, () => world.say(ada, id)));
      const conversations = (await world.groups.byIds(ids)).flatMap((found) => found ?? []);
      const accesses = await world.groups.memberships(ids.map((conversationId) => ({ conversationId, userId: bob.userId })));
      const asked = conversations.flatMap((conversation, n) => {
        const access = accesses[n];
        return access ? [{ conversation, access }] : [];
      });
      await world.say(ada, ids[0] ?? 0n, 'after they were read');
      expect(await world.messages.unread(asked)).toEqual(ids.map((_, n) => n % 3));
      expect((await world.messages.unreadTotals(bob)).conversations).toBe(ids.filter((_, n) => n % 3 > 0).length + 1);
    });

    it('are zero for a user without conversations', async () => {
      const ada = await world.person();
      expect(await world.messages.unreadTotals(ada)).toEqual(nothing);
      expect(await world.messages.unread([])).toEqual([]);
    });

    it('leave out conversations that are not shown to the viewer', async () => {
      const [ada, bob] = await world.people();
      await world.direct(ada, bob);
      expect(await world.messages.unreadTotals(bob)).toEqual(nothing);
    });
  });
}

async function sidesOf<T>(list: (unread: boolean | undefined) => Promise<readonly T[]>): Promise<Sides<T>> {
  const [all, waiting, rest] = await Promise.all([list(undefined), list(true), list(false)]);
  return { all, waiting, rest };
}

/** Reads a whole list, page by page. */
async function walk<T, K>(read: (after: K | undefined) => Promise<Part<T>>, keyOf: (item: T) => K): Promise<readonly T[]> {
  const found: T[] = [];
  for (let after: K | undefined, more = true; more; ) {
    const { items, hasNextPage } = await read(after);
    found.push(...items);
    [after] = items.slice(-1).map(keyOf);
    more = hasNextPage;
  }
  return found;
}
