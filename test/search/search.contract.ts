import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { refusal } from '../group/talk-world.ts';
import { promisesOfLoad } from './load.contract.ts';
import { promisesOfAllThatIsFound } from './random.contract.ts';
import { found, pagesOf, type SearchWorld, searchOn, textsOf } from './search-world.ts';
import { promisesOfSpans } from './span.contract.ts';
import { promisesOfWords } from './words.contract.ts';

const numbered = (count: number, text: string) => Array.from({ length: count }, (_, n) => `${text} ${n}`);

/** What searching messages promises, on any database. */
export function promisesOfSearch(open: () => Promise<Db>): void {
  let world: SearchWorld;
  beforeAll(async () => {
    world = searchOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  promisesOfWords(() => world);
  promisesOfAllThatIsFound(() => world);
  promisesOfSpans(() => world);
  promisesOfLoad(() => world);

  describe('a page', () => {
    it('has the newest first, and later pages have the rest, each once', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.sayAll(ada, conversationId, ['needle 1', 'hay', 'needle 2', 'needle 3', 'hay', 'hay', 'needle 4', 'needle 5', 'hay']);
      const pages = await pagesOf(world.searching(), bob, { search: 'needle', conversationId, first: 2 });
      expect(pages.map((page) => textsOf([page]))).toEqual([['needle 5', 'needle 4'], ['needle 3', 'needle 2'], ['needle 1']]);
      expect(pages.map(({ hasPreviousPage }) => hasPreviousPage)).toEqual([false, true, true]);
    });

    it('continues after any of its messages', async () => {
      const [ada] = await world.people();
      const conversationId = await world.group(ada);
      await world.sayAll(ada, conversationId, numbered(5, 'needle'));
      const [page] = await pagesOf(world.searching(), ada, { search: 'needle', conversationId });
      const after = page?.items[2]?.key;
      expect(await world.searching().messages(ada, { search: 'needle', conversationId, first: 9, after })).toMatchObject({
        items: [{ message: { text: 'needle 1' } }, { message: { text: 'needle 0' } }],
        endKey: null,
        hasPreviousPage: true,
      });
    });

    it('reports no next page if it has all results', async () => {
      const [ada] = await world.people();
      const conversationId = await world.group(ada);
      await world.sayAll(ada, conversationId, numbered(3, 'needle'));
      const page = await world.searching().messages(ada, { search: 'needle', conversationId, first: 3 });
      expect([page.items.length, page.endKey]).toEqual([3, null]);
    });

    it.each([1, 2, 7, 30])('is short or empty and continues if a request may read %i messages', async (searchedMessages) => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.sayAll(ada, conversationId, ['needle 1', ...numbered(12, 'hay'), 'needle 2', ...numbered(9, 'hay')]);
      const pages = await pagesOf(world.searching({ searchedMessages }), bob, { search: 'needle', conversationId });
      expect(textsOf(pages)).toEqual(['needle 2', 'needle 1']);
      expect(pages.length).toBeGreaterThanOrEqual(24 / searchedMessages);
      expect(pages.length).toBeLessThanOrEqual(25);
      expect(pages.map(({ hasPreviousPage }) => hasPreviousPage).toSorted()).toEqual(pages.map(({ hasPreviousPage }) => hasPreviousPage));
    });

    it('counts a long message as several', async () => {
      const [ada] = await world.people();
      const conversationId = await world.group(ada);
      await world.say(ada, conversationId, 'needle');
      await Promise.all(Array.from({ length: 60 }, () => world.say(ada, conversationId, 'x'.repeat(8_000))));
      const search = world.searching({ searchedMessages: 300 });
      expect(await search.messages(ada, { search: 'needle', conversationId, first: 5 })).toMatchObject({ items: [] });
      expect(await found(search, ada, { search: 'needle', conversationId })).toEqual(['needle']);
    });

    it('counts messages that the filter of attachments leaves out like all others: they were read', async () => {
      const [ada] = await world.people();
      const conversationId = await world.group(ada);
      await world.attach(ada, conversationId, { name: 'needle' });
      await Promise.all(Array.from({ length: 60 }, () => world.say(ada, conversationId, 'x'.repeat(8_000))));
      const search = world.searching({ searchedMessages: 300 });
      const pages = await pagesOf(search, ada, { search: 'needle', conversationId });
      expect(pages.length).toBeGreaterThan(1);
      expect(await pagesOf(search, ada, { search: 'needle', conversationId, hasAttachments: true })).toHaveLength(pages.length);
    });

    it('is made of as many reads as needed, and has each message once', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const said = await Promise.all(numbered(230, 'needle').map((text) => world.say(ada, conversationId, text)));
      const seqs = said.map(({ seq }) => seq).toSorted((a, b) => b - a);
      const pages = await pagesOf(world.searching(), bob, { search: 'needle', conversationId, first: 100 });
      expect(pages.map(({ items }) => items.length)).toEqual([100, 100, 30]);
      expect(pages.flatMap(({ items }) => items.map(({ message }) => message.seq))).toEqual(seqs);
    });

    it('is full of visible messages, however many results the viewer has hidden', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const said = await world.sayAll(ada, conversationId, numbered(9, 'needle'));
      for (const { seq } of said.slice(3)) await world.messages.hide(bob, { conversationId, seq });
      const pages = await pagesOf(world.searching(), bob, { search: 'needle', first: 2 });
      expect(pages.map((page) => textsOf([page]))).toEqual([['needle 2', 'needle 1'], ['needle 0']]);
    });

    it('is not moved by messages that are sent meanwhile', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.sayAll(ada, conversationId, numbered(6, 'needle'));
      const search = world.searching();
      const question = { search: 'needle', conversationId, first: 2 };
      const texts: string[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const page = await search.messages(bob, { ...question, after });
        texts.push(...textsOf([page]));
        after = page.endKey;
        await world.sayAll(ada, conversationId, ['needle of later', 'hay']);
      }
      expect(texts).toEqual(numbered(6, 'needle').toReversed());
    });
  });

  describe('a search by time', () => {
    it('finds messages from one time on and before another, in any conversation', async () => {
      const [ada, bob] = await world.people();
      const [here, there] = [await world.group(ada, bob), await world.group(ada, bob)];
      const said = await world.sayAll(ada, here, numbered(40, 'needle'));
      await world.sayAll(ada, there, ['needle of there', 'needle of there, later']);
      // As if sent a minute apart; the last message of `there` is sent long after all others.
      await world.retime(here, (seq) => new Date(Date.UTC(2026, 2, 1, 0, seq)));
      await world.retime(there, (seq) => new Date(Date.UTC(2026, 2, 1, seq)));
      const at = (place: number) => new Date(Date.UTC(2026, 2, 1, 0, said[place]?.seq));
      const search = world.searching();
      const some = { search: 'needle', conversationId: here, sentFrom: at(10), sentBefore: at(13) };
      expect(await found(search, bob, some)).toEqual(['needle 12', 'needle 11', 'needle 10']);
      expect(await found(world.searching({ searchedMessages: 1 }), bob, { ...some, first: 1 })).toEqual([
        'needle 12',
        'needle 11',
        'needle 10',
      ]);
      expect(await found(search, bob, { search: 'needle', sentBefore: at(2) })).toEqual(['needle 1', 'needle 0']);
      expect(await found(search, bob, { search: 'needle', sentFrom: at(39) })).toEqual([
        'needle of there, later',
        'needle of there',
        'needle 39',
      ]);
      expect(await found(search, bob, { ...some, sentFrom: at(13) })).toEqual([]);
    });

    it('skips later messages without reading them', async () => {
      const [ada] = await world.people();
      const conversationId = await world.group(ada);
      const first = await world.say(ada, conversationId, 'needle');
      await Promise.all(numbered(400, 'hay').map((text) => world.say(ada, conversationId, text)));
      await world.retime(conversationId, (seq) => new Date(Date.UTC(2026, 2, 1, 0, seq)));
      const sentBefore = new Date(Date.UTC(2026, 2, 1, 0, first.seq + 1));
      const search = world.searching({ searchedMessages: 5 });
      expect(textsOf([await search.messages(ada, { search: 'needle', conversationId, first: 5 })])).toEqual([]);
      for (const where of [{ conversationId }, {}]) {
        expect(textsOf([await search.messages(ada, { search: 'needle', ...where, first: 5, sentBefore })])).toEqual(['needle']);
      }
      expect(await found(world.searching(), ada, { search: 'needle', sentFrom: sentBefore })).toEqual([]);
      // To the minute, at either end.
      const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 0, first.seq + minutes));
      const two = { search: 'hay', sentFrom: at(200), sentBefore: at(202) };
      for (const where of [{ conversationId }, {}]) expect(await found(world.searching(), ada, { ...two, ...where })).toHaveLength(2);
      expect(await found(world.searching(), ada, { search: 'needle', sentFrom: at(0) })).toEqual(['needle']);
      expect(await found(world.searching(), ada, { search: 'needle', sentBefore: at(0) })).toEqual([]);
    });

    it('finds messages even if the sender’s node had a clock an hour ahead of the next one’s', async () => {
      const [ada, bob] = await world.people();
      const [here, there] = [await world.group(ada, bob), await world.group(ada, bob)];
      await Promise.all(numbered(300, 'hay').map((text) => world.say(ada, here, text)));
      await world.say(ada, here, 'needle of the fast clock');
      const ahead = new Date(Date.now() + 3_600_000);
      await world.retime(here, () => ahead);
      const { sentAt } = await world.say(bob, here, 'needle of the other');
      await world.say(bob, there, 'needle of there');
      expect(sentAt).toEqual(ahead);
      const both = ['needle of the other', 'needle of the fast clock'];
      for (const where of [{ conversationId: here }, {}]) {
        expect(await found(world.searching(), ada, { search: 'needle', sentFrom: ahead, ...where })).toEqual(both);
      }
      expect(await found(world.searching(), ada, { search: 'needle', sentBefore: ahead })).toEqual(['needle of there']);
    });

    it('counts what is skipped, so that a request ends', async () => {
      const [ada] = await world.people();
      for (const conversationId of [await world.group(ada), await world.group(ada)])
        await Promise.all(numbered(240, 'hay').map((text) => world.say(ada, conversationId, text)));
      const long = { search: 'needle', sentBefore: new Date(0) };
      expect((await pagesOf(world.searching({ searchedMessages: 12 }), ada, long)).length).toBeGreaterThan(1);
      expect(await pagesOf(world.searching(), ada, long)).toHaveLength(1);
    });
  });

  describe('a search by attachments', () => {
    it('finds messages that have the words and attachments, or have none', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.sayAll(ada, conversationId, ['needle one', 'hay', 'needle two']);
      const with3 = await world.attach(ada, conversationId, { name: 'needle 3.png' });
      await world.attach(ada, conversationId, { name: 'hay.png' });
      const [needles, withFiles] = [{ search: 'needle' }, { search: 'needle', hasAttachments: true }];
      expect(await found(world.searching(), bob, needles)).toEqual(['needle 3.png', 'needle two', 'needle one']);
      expect(await found(world.searching(), bob, { ...withFiles, conversationId })).toEqual(['needle 3.png']);
      expect(await found(world.searching({ searchedMessages: 1 }), bob, withFiles)).toEqual(['needle 3.png']);
      expect(await found(world.searching(), bob, { ...needles, hasAttachments: false })).toEqual(['needle two', 'needle one']);
      await world.messages.edit(ada, { message: with3, text: 'needle three', attachments: [] });
      expect(await found(world.searching(), bob, withFiles)).toEqual([]);
      expect(await found(world.searching(), bob, { ...needles, hasAttachments: false })).toEqual([
        'needle three',
        'needle two',
        'needle one',
      ]);
    });
  });

  describe('a search by sender', () => {
    it('finds that user’s messages and no others', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.sayAll(ada, conversationId, ['needle of Ada’s', 'hay']);
      await world.sayAll(bob, conversationId, ['needle of Bob’s', 'needle of Bob’s too']);
      const ofBob = { search: 'needle', senderId: bob.userId };
      expect(await found(world.searching(), ada, { ...ofBob, conversationId })).toEqual(['needle of Bob’s too', 'needle of Bob’s']);
      expect(await found(world.searching({ searchedMessages: 1 }), ada, ofBob)).toEqual(['needle of Bob’s too', 'needle of Bob’s']);
      expect(await found(world.searching(), ada, { search: 'needle', senderId: 2n ** 62n })).toEqual([]);
    });

    it('finds nothing once their account is erased, since nobody is shown as the sender', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.say(bob, conversationId, 'needle');
      await world.erase(bob);
      expect(await found(world.searching(), ada, { search: 'needle', conversationId })).toEqual(['needle']);
      expect(await found(world.searching(), ada, { search: 'needle', conversationId, senderId: bob.userId })).toEqual([]);
    });
  });

  describe('a message that the viewer may not read is not found:', () => {
    it('recalled, edited, hidden or cleared during the search', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const [cleared, recalled, edited, hidden, still] = await world.sayAll(ada, conversationId, numbered(5, 'needle'));
      if (!cleared || !recalled || !edited || !hidden || !still) throw new Error('not said');
      let acted = false;
      const act = async () => {
        if (acted) return;
        acted = true;
        await world.messages.recall(ada, recalled);
        await world.messages.edit(ada, { message: edited, text: 'hay' });
        await world.messages.edit(ada, { message: still, text: 'another needle' });
        await world.messages.hide(bob, hidden);
        await world.messages.clear(bob, cleared);
      };
      const search = world.searching(
        {},
        {
          messages: {
            ...world.messages,
            // Called after all is read, and again before it is shown.
            async hidden(viewer, refs) {
              const found = await world.messages.hidden(viewer, refs);
              await act();
              return found;
            },
          },
        },
      );
      expect(textsOf([await search.messages(bob, { search: 'needle', conversationId, first: 9 })])).toEqual(['another needle']);
    });

    it('recalled, or replaced by an edit', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const [recalled, edited] = await world.sayAll(ada, conversationId, ['needle taken back', 'needle of before']);
      await world.attach(ada, conversationId, { name: 'needle.png' }).then((ref) => world.messages.recall(ada, ref));
      if (!recalled || !edited) throw new Error('not said');
      await world.messages.recall(ada, recalled);
      await world.messages.edit(ada, { message: edited, text: 'pin of afterwards' });
      expect(await found(world.searching(), bob, { search: 'needle', conversationId })).toEqual([]);
      expect(await found(world.searching(), bob, { search: 'pin', conversationId })).toEqual(['pin of afterwards']);
    });

    it('deleted or cleared by the viewer, while others find it', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const said = await world.sayAll(ada, conversationId, numbered(5, 'needle'));
      await world.messages.clear(bob, { conversationId, seq: said[1]?.seq ?? 0 });
      await world.messages.hide(bob, { conversationId, seq: said[3]?.seq ?? 0 });
      for (const question of [{ search: 'needle', conversationId }, { search: 'needle' }]) {
        expect(await found(world.searching(), bob, question)).toEqual(['needle 4', 'needle 2']);
        // Page by page, however many hidden messages there are.
        expect(textsOf(await pagesOf(world.searching(), bob, { ...question, first: 1 }))).toEqual(['needle 4', 'needle 2']);
      }
      expect(await found(world.searching(), ada, { search: 'needle', conversationId })).toHaveLength(5);
    });

    it('from before the viewer joined, unless the group shows its history', async () => {
      const [ada, bob, cat] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.say(ada, conversationId, 'needle of before');
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [cat.userId] });
      await world.say(ada, conversationId, 'needle of after');
      expect(await found(world.searching(), cat, { search: 'needle', conversationId })).toEqual(['needle of after']);
      expect(await found(world.searching(), cat, 'needle')).toEqual(['needle of after']);
    });

    it('of other users’ conversations, including a direct one that was not opened to the viewer', async () => {
      const [ada, bob, cat] = await world.people();
      const [group, direct] = [await world.group(ada, bob), await world.direct(ada, bob)];
      await world.say(ada, group, 'needle');
      await world.say(ada, direct, 'needle');
      const unopened = await world.direct(ada, cat);
      for (const conversationId of [group, direct, unopened, 2n ** 62n, undefined]) {
        expect(await found(world.searching(), cat, { search: 'needle', conversationId })).toEqual([]);
      }
    });

    it('of a group that the viewer has left or was removed from, or that is dissolved', async () => {
      const [ada, bob, cat] = await world.people();
      const conversationId = await world.group(ada, bob, cat);
      await world.say(ada, conversationId, 'needle');
      await world.groups.leave(bob, { groupId: conversationId });
      await world.groups.removeMember(ada, { groupId: conversationId, userId: cat.userId });
      for (const viewer of [bob, cat]) {
        expect(await found(world.searching(), viewer, { search: 'needle', conversationId })).toEqual([]);
        expect(await found(world.searching(), viewer, 'needle')).toEqual([]);
      }
      await world.groups.dissolve(ada, { groupId: conversationId });
      expect(await found(world.searching(), ada, 'needle')).toEqual([]);
    });
  });

  describe('a user who is removed during a search', () => {
    it('finds nothing on the next page', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.sayAll(ada, conversationId, numbered(4, 'needle'));
      const question = { search: 'needle', conversationId, first: 2 };
      const page = await world.searching().messages(bob, question);
      await world.groups.removeMember(ada, { groupId: conversationId, userId: bob.userId });
      expect(await world.searching().messages(bob, { ...question, after: page.endKey ?? '' })).toMatchObject({ items: [], endKey: null });
    });

    it.each(['removed', 'dissolved'])('gets neither results nor a cursor: %s', async (how) => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.sayAll(ada, conversationId, numbered(4, 'needle'));
      const search = world.searching(
        {},
        {
          messages: {
            ...world.messages,
            async byRefs(refs) {
              const messages = await world.messages.byRefs(refs);
              if (how === 'removed') await world.groups.removeMember(ada, { groupId: conversationId, userId: bob.userId });
              else await world.groups.dissolve(ada, { groupId: conversationId });
              return messages;
            },
          },
        },
      );
      expect(await search.messages(bob, { search: 'needle', conversationId, first: 2 })).toMatchObject({ items: [], endKey: null });
    });
  });

  describe('a search of all conversations', () => {
    /** A user with several conversations, each with two needles, and the expected order: latest conversation first. */
    async function talks(count: number) {
      const [ada, bob] = await world.people();
      const ids: bigint[] = [];
      for (let n = 0; n < count; n += 1) {
        const conversationId = await world.group(ada, bob);
        ids.push(conversationId);
        await world.sayAll(ada, conversationId, [`needle ${n}a`, 'hay', `needle ${n}b`]);
        await world.tick();
      }
      const expected = ids.flatMap((_, n) => [`needle ${n}a`, `needle ${n}b`]).toReversed();
      return { ada, bob, ids, expected };
    }

    it.each([
      { first: 50, searchedMessages: 5_000 },
      { first: 1, searchedMessages: 5_000 },
      { first: 3, searchedMessages: 4 },
      { first: 50, searchedMessages: 1 },
    ])('has the conversation of the latest activity first, and its newest messages first: %o', async ({ first, searchedMessages }) => {
      const { bob, expected } = await talks(4);
      const pages = await pagesOf(world.searching({ searchedMessages }), bob, { search: 'needle', first });
      expect(textsOf(pages)).toEqual(expected);
    });

    it('returns each message once, and misses none of a conversation that does not move, whatever moves meanwhile', async () => {
      const { ada, bob, ids, expected } = await talks(5);
      const search = world.searching();
      const pages = [await search.messages(bob, { search: 'needle', first: 3 })];
      // The second to last is being read, the second is not reached yet, the last is done.
      for (const place of [3, 1, 4]) await world.say(ada, ids[place] ?? 0n, 'hay');
      pages.push(...(await pagesOf(search, bob, { search: 'needle', first: 3, after: pages[0]?.endKey ?? '' })));
      expect(textsOf(pages)).toEqual(expected.filter((text) => !/ 1[ab]/.test(text)));
    });

    it('continues past a conversation that the viewer has left', async () => {
      const { bob, ids, expected } = await talks(3);
      const page = await world.searching().messages(bob, { search: 'needle', first: 1 });
      await world.groups.leave(bob, { groupId: ids[2] ?? 0n });
      const rest = await found(world.searching(), bob, { search: 'needle', after: page.endKey ?? '' });
      expect([...textsOf([page]), ...rest]).toEqual(expected.filter((text) => text !== 'needle 2a'));
    });

    it('returns each message with its conversation, whose head is not newer than the read of the message', async () => {
      const { ada, bob, ids } = await talks(2);
      const heads = (await world.groups.byIds(ids.toReversed())).map((conversation) => [conversation?.id, conversation?.lastSeq]);
      const search = world.searching(
        {},
        {
          messages: {
            ...world.messages,
            async byRefs(refs) {
              const messages = await world.messages.byRefs(refs);
              for (const id of ids) await world.say(ada, id, 'needle of afterwards');
              return messages;
            },
          },
        },
      );
      const { items } = await search.messages(bob, { search: 'needle', first: 9 });
      const shown = items.map(({ conversation: { id, lastSeq } }) => [id, lastSeq]);
      expect(shown).toEqual([heads[0], heads[0], heads[1], heads[1]]);
    });
  });

  describe('a search is refused', () => {
    it('beyond a number of pages per minute, with the time to wait, and other users are not affected', async () => {
      const [ada, bob] = await world.people();
      const search = world.searching({ searchesPerMinute: 2 });
      for (const text of ['a', 'b']) await search.messages(ada, { search: text, first: 1 });
      await expect(search.messages(ada, { search: 'c', first: 1 })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
      });
      await search.messages(bob, { search: 'c', first: 1 });
    });

    it('if searching is off', async () => {
      const ada = await world.person();
      expect(await refusal(world.searching({ searchedMessages: 0 }).messages(ada, { search: 'a', first: 1 }))).toMatchObject({
        code: 'FORBIDDEN',
      });
    });

    it('if it is longer than 200 characters', async () => {
      const ada = await world.person();
      await world.searching().messages(ada, { search: '😀'.repeat(200), first: 1 });
      expect(await refusal(world.searching().messages(ada, { search: 'a'.repeat(201), first: 1 }))).toEqual({
        code: 'BAD_USER_INPUT',
        field: ['search'],
      });
    });

    it('with the cursor of another search', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.sayAll(ada, conversationId, numbered(3, 'needle'));
      const question = { search: 'needle', conversationId, first: 1 };
      const after = (await world.searching().messages(ada, question)).endKey ?? '';
      await world.searching().messages(ada, { ...question, after, search: ' NEEDLE! ' });
      for (const other of [
        ...[{ search: 'pin' }, { conversationId: undefined }, { senderId: bob.userId }, { conversationId: 7n }],
        ...[{ hasAttachments: true }, { hasAttachments: false }, { sentFrom: new Date(0) }, { sentBefore: new Date() }],
      ]) {
        const refused = await refusal(world.searching().messages(ada, { ...question, after, ...other }));
        expect(refused).toEqual({ code: 'BAD_USER_INPUT', field: ['after'] });
      }
    });
  });
}
