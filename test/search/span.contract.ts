import { describe, expect, it } from 'vitest';
import { firstSeen } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { randomFrom } from '../support/random.ts';
import { pagesOf, type Question, type SearchWorld, textsOf } from './search-world.ts';

// The limits of a DateTime of the API.
const ends = { first: new Date('1000-01-01T00:00:00.000Z'), last: new Date('9999-12-31T23:59:59.999Z') };

type Below = (bound: number) => number;

/** What searching by time promises, on any database. */
export function promisesOfSpans(world: () => SearchWorld): void {
  describe('a search within a time span', () => {
    it('finds what history has, with late members, hidden, recalled and cleared messages, and equal times', async () => {
      const random = randomFrom(582);
      const below: Below = (bound) => Math.floor(random() * bound);
      const { people, ids } = await talk(world(), below);
      const moments = await momentsOf(world(), ids, below);
      const sizes = new Set<number>();
      for (let times = 0; times < 150; times += 1) {
        const viewer = oneOf(people, below);
        const question = questionFrom(below, { people, ids, moments });
        const expected = await history(world(), viewer, question, ids);
        const search = world().searching({ searchedMessages: oneOf([20, 60, 5_000], below) });
        const pages = await pagesOf(search, viewer, { ...question, first: 1 + below(30) });
        expect(textsOf(pages).toSorted(), `question ${times}`).toEqual(expected);
        sizes.add(expected.length);
      }
      // The questions have different numbers of results.
      expect(sizes.size).toBeGreaterThan(20);
    });
  });
}

/**
 * Two users with a long group, a short one and a direct conversation, a third who joined the long one in between, and acts on the messages.
 */
async function talk(world: SearchWorld, below: Below) {
  const people = await world.people();
  const [ada, bob, cat] = people;
  const [long, short, direct] = [await world.group(ada, bob), await world.group(ada, bob), await world.direct(ada, bob)];
  const say = (by: Viewer, id: bigint, count: number) =>
    Promise.all(Array.from({ length: count }, (_, at) => world.say(by, id, `${below(3) === 0 ? 'needle' : 'hay'} ${at}`)));
  await say(ada, long, 150);
  await say(bob, short, 40);
  await say(ada, direct, 20);
  await world.groups.addMembers(ada, { groupId: long, userIds: [cat.userId] });
  const said = await say(ada, long, 150);
  for (const { seq } of said.slice(0, 10)) await world.messages.hide(bob, { conversationId: long, seq });
  for (const { seq } of said.slice(5, 15)) await world.messages.recall(ada, { conversationId: long, seq });
  await world.messages.clear(bob, { conversationId: short, seq: 12 });
  return { people, ids: [long, short, direct] };
}

/** Gives messages other times, often several the same, with pauses of some hours, over a leap day and the end of a month. */
async function momentsOf(world: SearchWorld, ids: readonly bigint[], below: Below): Promise<readonly Date[]> {
  const moments: Date[] = [];
  for (const id of ids) {
    let at = Date.UTC(2024, 1, 28, 22);
    const bySeq = new Map<number, Date>();
    await world.retime(id, (seq) => {
      const known = bySeq.get(seq);
      if (known !== undefined) return known;
      at += oneOf([0, 0, 0, below(40), below(40), 5_000_000], below);
      const moment = new Date(at);
      bySeq.set(seq, moment);
      moments.push(moment);
      return moment;
    });
  }
  return moments;
}

interface Asked {
  readonly people: readonly Viewer[];
  readonly ids: readonly bigint[];
  readonly moments: readonly Date[];
}

function questionFrom(below: Below, { people, ids, moments }: Asked): Question {
  function moment(): Date | undefined {
    const near = oneOf(moments, below).getTime();
    return oneOf([undefined, ends.first, ends.last, new Date(near), new Date(near + 1), new Date(near + 1), new Date(near - 1)], below);
  }
  return {
    search: 'needle',
    conversationId: oneOf([undefined, oneOf(ids, below)], below),
    senderId: oneOf([undefined, undefined, undefined, people[0]?.userId], below),
    sentFrom: moment(),
    sentBefore: moment(),
  };
}

function oneOf<T>(things: readonly T[], below: Below): T {
  return things[below(things.length)] as T;
}

async function history(
  world: SearchWorld,
  viewer: Viewer,
  { conversationId: only, senderId, sentFrom = ends.first, sentBefore = new Date(8.64e15) }: Question,
  ids: readonly bigint[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const conversationId of only === undefined ? ids : [only]) {
    const access = await world.access(viewer, conversationId);
    if (!access?.shown) continue;
    for (let after: number | undefined = firstSeen(access) - 1; after !== undefined; ) {
      const { items } = await world.messages.messages(access, { first: 100, after });
      after = items.at(-1)?.seq;
      const within = items.filter(({ sentAt, senderId: by }) => sentAt >= sentFrom && sentAt < sentBefore && by === (senderId ?? by));
      found.push(...within.flatMap(({ text }) => (text.startsWith('needle') ? [text] : [])));
    }
  }
  return found.toSorted();
}
