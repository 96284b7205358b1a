import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type TalkWorld, talkOn } from '../group/talk-world.ts';

interface Step {
  readonly who: number;
  readonly act: 'send' | 'read' | 'deliver' | 'come' | 'go' | 'write to Ada';
  /** Where in the log a marker is set, as a part of its length. */
  readonly far: number;
}

/** What unread counts promise, on any database. */
export function promisesOfUnreadCounts(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function counted(viewer: Viewer, conversationId: bigint): Promise<number | null> {
    const [conversation] = await world.groups.byIds([conversationId]);
    const access = await world.access(viewer, conversationId);
    if (!conversation || !access?.shown) return null;
    const [count] = await world.messages.unread([{ conversation, access }]);
    return count ?? null;
  }

  /** The same, entry by entry. */
  async function recounted(viewer: Viewer, conversationId: bigint): Promise<number | null> {
    const access = await world.access(viewer, conversationId);
    if (!access?.shown) return null;
    const entries = await world.entries(conversationId);
    const since = entries.filter(({ seq, type }) => type === 'MessageSent' && seq >= access.fromSeq && seq > access.readSeq);
    return since.filter(({ actorId }) => actorId !== viewer.userId).length;
  }

  async function total(viewer: Viewer, conversations: readonly bigint[]) {
    const counts = await Promise.all(conversations.map((conversationId) => recounted(viewer, conversationId)));
    const some = counts.filter((count) => count !== null && count > 0);
    return { messages: some.reduce<number>((sum, count) => sum + (count ?? 0), 0), conversations: some.length };
  }

  it('are the messages by others past readSeq, whatever happened', async () => {
    const act = fc.constantFrom<Step['act']>('send', 'send', 'send', 'read', 'deliver', 'come', 'go', 'write to Ada');
    const steps = fc.array(fc.record({ who: fc.integer({ min: 0, max: 2 }), act, far: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      minLength: 5,
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const [ada, bob, cy] = await world.people();
        const people = [ada, bob, cy] as const;
        const group = await world.group(ada, bob, cy);
        const directs = [await world.direct(bob, ada), await world.direct(cy, ada)] as const;
        for (const step of script) await perform(step, { people, group, directs });
        for (const viewer of people) {
          for (const id of [group, ...directs]) expect(await counted(viewer, id)).toBe(await recounted(viewer, id));
          expect(await world.messages.unreadTotals(viewer)).toEqual(await total(viewer, [group, ...directs]));
        }
      }),
      // A counterexample is made smaller for as long as a person would wait for it.
      { numRuns: 12, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: true },
    );
  });

  interface Scene {
    readonly people: readonly [Viewer, Viewer, Viewer];
    readonly group: bigint;
    readonly directs: readonly [bigint, bigint];
  }

  async function perform({ who, act, far }: Step, { people, group, directs }: Scene): Promise<void> {
    const [ada] = people;
    const actor = people[who] ?? ada;
    const inside = (await world.access(actor, group)) !== null;
    const head = (await world.entries(group)).length;
    const mark = { conversationId: group, seq: Math.floor(far * head) };
    if (act === 'write to Ada') await world.say(actor === ada ? people[1] : actor, directs[who === 2 ? 1 : 0]);
    else if (act === 'come') await world.groups.addMembers(ada, { groupId: group, userIds: [actor.userId] });
    else if (inside) await performInside[act]({ actor, ada, mark });
  }

  const performInside = {
    send: ({ actor, mark }: Deed) => world.say(actor, mark.conversationId),
    read: ({ actor, mark }: Deed) => world.messages.markRead(actor, mark),
    deliver: ({ actor, mark }: Deed) => world.messages.markDelivered(actor, mark),
    async go({ actor, ada, mark }: Deed) {
      if (actor !== ada) await world.groups.leave(actor, { groupId: mark.conversationId });
    },
  };

  interface Deed {
    readonly actor: Viewer;
    readonly ada: Viewer;
    readonly mark: { readonly conversationId: bigint; readonly seq: number };
  }

  describe('of many conversations', () => {
    it('come at once, in order, as of the lastSeq that each was read at', async () => {
      const [ada, bob] = await world.people();
      const ids = await Promise.all(Array.from({ length: 130 }, () => world.group(ada, bob)));
      await Promise.all(ids.flatMap((id, n) => Array.from({ length: n % 3 }, () => world.say(ada, id))));
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

    it('are nothing to somebody without any', async () => {
      const ada = await world.person();
      expect(await world.messages.unreadTotals(ada)).toEqual({ messages: 0, conversations: 0 });
      expect(await world.messages.unread([])).toEqual([]);
    });

    it('leave out what the viewer is not shown', async () => {
      const [ada, bob] = await world.people();
      await world.direct(ada, bob);
      expect(await world.messages.unreadTotals(bob)).toEqual({ messages: 0, conversations: 0 });
    });
  });
}
