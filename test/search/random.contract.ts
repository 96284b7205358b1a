import { describe, expect, it } from 'vitest';
import { firstSeen } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { randomFrom } from '../support/random.ts';
import { pagesOf, type Question, type SearchWorld, textsOf } from './search-world.ts';

const words = ['anna', 'annas', 'Änne', 'bo', 'bob', '東京', '東', 'Zoë', 'zoo'];

interface Dice {
  /** A whole number below a bound. */
  below(bound: number): number;
  of<T>(things: readonly [T, ...T[]]): T;
  oneOf<T>(things: readonly T[], otherwise: T): T;
}

/** What search promises of any random messages, on any database. */
export function promisesOfAllThatIsFound(world: () => SearchWorld): void {
  describe('search results', () => {
    it('are what the viewer may read and what has the words, after any recalls, edits, deletions and clears, on pages of any size', async () => {
      const dice = diceFrom(20_260);
      const { people, ids, moments } = await talk(world(), dice);
      const counts = new Set<number>();
      for (let times = 0; times < 60; times += 1) {
        const viewer = dice.of(people);
        const question = questionFrom(dice, people[0], { ids, moments });
        const expected = await filtered(world(), viewer, question, ids);
        const search = world().searching({ searchedMessages: 1 + dice.below(60) });
        const pages = await pagesOf(search, viewer, { ...question, first: 1 + dice.below(20) });
        expect(textsOf(pages).toSorted(), JSON.stringify(question.search)).toEqual(expected);
        counts.add(expected.length);
      }
      // The questions have different numbers of results.
      expect(counts.size).toBeGreaterThan(5);
    });
  });
}

/** Three users with messages in three conversations, and random acts on them. */
async function talk(world: SearchWorld, dice: Dice) {
  const people = await world.people();
  const [ada, bob, cat] = people;
  const places: readonly { readonly id: bigint; readonly members: readonly Viewer[] }[] = [
    { id: await world.group(ada, bob, cat), members: [ada, bob, cat] },
    { id: await world.group(bob, ada), members: [bob, ada] },
    { id: await world.direct(ada, bob), members: [ada, bob] },
  ];
  const moments: Date[] = [];
  for (const { id } of places) await world.say(ada, id, sentence(dice));
  for (let times = 0; times < 120; times += 1) {
    const { id: conversationId, members } = dice.oneOf(places, { id: 0n, members: people });
    const who = dice.oneOf(members, ada);
    const { seq, sentAt } = await world.say(who, conversationId, sentence(dice));
    moments.push(sentAt);
    await befall(world, who, { dice, conversationId, seq });
  }
  return { people, ids: places.map(({ id }) => id), moments };
}

async function befall(
  { messages }: SearchWorld,
  who: Viewer,
  { dice, conversationId, seq }: { readonly dice: Dice; readonly conversationId: bigint; readonly seq: number },
): Promise<void> {
  const fate = dice.below(40);
  if (fate < 4) await messages.recall(who, { conversationId, seq });
  else if (fate < 8) await messages.hide(who, { conversationId, seq });
  else if (fate < 12) await messages.edit(who, { message: { conversationId, seq }, text: sentence(dice) });
  else if (fate === 12) await messages.clear(who, { conversationId, seq: Math.max(1, seq - 5) });
}

function sentence(dice: Dice): string {
  return Array.from({ length: 1 + dice.below(4) }, () => dice.oneOf(words, '')).join(dice.of([' ', ', ', '. ']));
}

function questionFrom(
  dice: Dice,
  { userId }: Viewer,
  { ids, moments }: { readonly ids: readonly bigint[]; readonly moments: readonly Date[] },
): Question {
  const moment = () => dice.oneOf(moments, new Date(0));
  const search = Array.from({ length: 1 + dice.below(2) }, () => dice.oneOf(words, '').slice(0, 1 + dice.below(4))).join(' ');
  return {
    search,
    conversationId: dice.below(2) === 0 ? undefined : dice.oneOf(ids, 0n),
    senderId: dice.below(3) === 0 ? userId : undefined,
    sentFrom: dice.below(3) === 0 ? moment() : undefined,
    sentBefore: dice.below(3) === 0 ? moment() : undefined,
  };
}

function diceFrom(seed: number): Dice {
  const random = randomFrom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  return {
    below,
    of: (things) => things[below(things.length)] ?? things[0],
    oneOf: (things, otherwise) => things[below(things.length)] ?? otherwise,
  };
}

/** The messages with all the words that the viewer may read in these conversations, read as pages of history and compared word by word. */
async function filtered(
  world: SearchWorld,
  viewer: Viewer,
  { search, conversationId: only, senderId, sentFrom = new Date(0), sentBefore = new Date(8.64e15) }: Question,
  ids: readonly bigint[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const conversationId of only === undefined ? ids : [only]) {
    const access = await world.access(viewer, conversationId);
    if (!access?.shown) continue;
    const { items } = await world.messages.messages(access, { first: 100, after: firstSeen(access) - 1 });
    for (const { text, senderId: by, recalledAt, sentAt } of items) {
      if (recalledAt !== null || (senderId !== undefined && by !== senderId)) continue;
      if (sentAt < sentFrom || sentAt >= sentBefore) continue;
      if (
        folded(search)
          .split(' ')
          .every((word) => hasNaively(folded(text), word))
      )
        found.push(text);
    }
  }
  return found.toSorted();
}

function hasNaively(text: string, word: string): boolean {
  if (/^[東京]/.test(word)) return text.replaceAll(/(?<=[東京]) (?=[東京])/g, '').includes(word);
  return text.split(/[^a-z]+/).some((each) => each.startsWith(word));
}

function folded(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
