import { describe, expect, it } from 'vitest';
import { cpuMsOf } from '../support/bound.ts';
import { pagesOf, type SearchWorld, textsOf } from './search-world.ts';

/** What the limits of a search's cost promise, on any database. */
export function promisesOfLoad(world: () => SearchWorld): void {
  async function sayAtOnce(texts: readonly string[]) {
    const ada = await world().person();
    const conversationId = await world().group(ada);
    await world().say(ada, conversationId, 'needle');
    await Promise.all(texts.map((text) => world().say(ada, conversationId, text)));
    return { ada, conversationId };
  }

  describe('a request', () => {
    it.each([
      ['what is short', 'hay', 1],
      ['ideograms', '漢'.repeat(1_000), 6],
      ['syllables of three letters', '각'.repeat(1_000), 12],
      ['letters that stand for eighteen', '\ufdfa'.repeat(1_000), 58],
    ])('reads up to its limit, measured by the work of comparing and not by the length as written: %s', async (_what, text, weight) => {
      const { ada, conversationId } = await sayAtOnce(Array.from({ length: 40 }, () => text));
      const pages = await pagesOf(world().searching({ searchedMessages: 100 }), ada, { search: 'needle', conversationId });
      expect(textsOf(pages)).toEqual(['needle']);
      // The last message of a page may weigh more than was left.
      expect(pages.length).toBeGreaterThanOrEqual((40 * weight) / (100 + weight));
      expect(pages.length).toBeLessThanOrEqual((40 * (weight + 2)) / 100 + 5);
    });

    it('ends between messages of a read if one text weighs the whole limit, and continues there', async () => {
      const { ada, conversationId } = await sayAtOnce(Array.from({ length: 12 }, (_, n) => `${n} ${'\ufdfa'.repeat(3_000)}`));
      const pages = await pagesOf(world().searching({ searchedMessages: 100 }), ada, { search: 'needle', conversationId });
      expect(textsOf(pages)).toEqual(['needle']);
      // One message a page, however many were read.
      expect(pages.length).toBeGreaterThanOrEqual(12);
    });

    it('reads a long row of accents as fast as letters, in whatever order', async () => {
      const { ada, conversationId } = await sayAtOnce(Array.from({ length: 20 }, () => `a${'\u0f81'.repeat(7_900)}`));
      // 20 ms, or two seconds if their order were computed first.
      expect(await cpuMsOf(() => pagesOf(world().searching(), ada, { search: 'needle', conversationId }))).toBeLessThan(1_000);
    });

    it('checks what the viewer has hidden once for all matches of a read', async () => {
      const { ada, conversationId } = await sayAtOnce(Array.from({ length: 20 }, () => 'needle'));
      let asked = 0;
      const search = world().searching(
        {},
        {
          messages: {
            ...world().messages,
            hidden(viewer, refs) {
              asked += 1;
              return refs.length === 1 ? world().messages.hidden(viewer, refs) : Promise.resolve(refs.map((_, at) => at < refs.length - 1));
            },
          },
        },
      );
      expect((await search.messages(ada, { search: 'needle', conversationId, first: 1 })).items).toHaveLength(1);
      // And once more for what is shown.
      expect(asked).toBe(2);
    });
  });

  describe('searches of one user', () => {
    it('are refused while four are running, without counting the refusal, and other users are not affected', async () => {
      const [ada, bob] = await world().people();
      const search = world().searching({ searchesPerMinute: 9 });
      const asked = Array.from({ length: 9 }, () => search.messages(ada, { search: 'a', first: 1 }));
      const bobs = search.messages(bob, { search: 'a', first: 1 });
      const outcomes = await Promise.allSettled(asked);
      const codes = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'DONE' : String(outcome.reason.message)));
      const refusal = 'You have too many pending searches. Wait for one of them to finish.';
      expect(codes.toSorted()).toEqual([...Array.from({ length: 4 }, () => 'DONE'), ...Array.from({ length: 5 }, () => refusal)]);
      expect(search.counts()).toMatchObject({ done: 4, refused: 5 });
      await bobs;
      expect(search.counts()).toMatchObject({ done: 5, refused: 5, waiting: 0 });
      for (let times = 0; times < 5; times += 1) await search.messages(ada, { search: 'a', first: 1 });
      await expect(search.messages(ada, { search: 'a', first: 1 })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });

    it('end when aborted: in the queue at once, and while running before the next read', async () => {
      const { ada, conversationId } = await sayAtOnce(['hay']);
      const [first, second, gone] = [new AbortController(), new AbortController(), new Error('gone')];
      const begun = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const search = world().searching(
        {},
        {
          groups: {
            ...world().groups,
            async memberships(of) {
              begun.resolve();
              await held.promise;
              return world().groups.memberships(of);
            },
          },
        },
      );
      const asked = { search: 'needle', conversationId, first: 5 };
      const underWay = search.messages(ada, { ...asked, signal: first.signal });
      await begun.promise;
      const waiting = search.messages(ada, { ...asked, signal: second.signal });
      second.abort(gone);
      await expect(waiting).rejects.toBe(gone);
      first.abort(gone);
      held.resolve();
      await expect(underWay).rejects.toBe(gone);
      expect((await search.messages(ada, asked)).items).toHaveLength(1);
    });
  });
}
