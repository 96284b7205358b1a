import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import {
  BlockUserDocument,
  FindUsersDocument,
  HideMessageDocument,
  HistoryDocument,
  NodeByIdDocument,
  RecallMessageDocument,
  RemoveMemberDocument,
  SearchMessagesDocument,
  type SearchMessagesQueryVariables,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { type Person, type World, world } from '../support/world.ts';

type Asked = SearchMessagesQueryVariables;

async function page(chat: World, as: Person, asked: Asked) {
  return (await chat.ask(SearchMessagesDocument, asked, as)).messages;
}

/** The texts of all results, page after page. Throws if the search does not end. */
async function found(chat: World, as: Person, asked: Asked): Promise<readonly string[]> {
  const texts: string[] = [];
  let after = asked.after ?? null;
  for (let pages = 0; pages < 200; pages += 1) {
    const { edges, pageInfo } = await page(chat, as, { ...asked, after });
    texts.push(...edges.map(({ node }) => node.text));
    if (!pageInfo.hasNextPage) return texts;
    after = pageInfo.endCursor;
    if (after === null) throw new Error('a page goes on, and does not say from where');
  }
  throw new Error('the search comes to no end');
}

async function refused(chat: World, as: Person, asked: Asked): Promise<readonly string[]> {
  return refusals((await chat.post(SearchMessagesDocument, asked, as)).errors);
}

describe('the search for messages', () => {
  const chat = world({ SEARCHES_PER_MINUTE: '10000' });

  it('covers all conversations, latest activity first and newest message first within one, and returns full messages', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [group, direct] = [await chat.group(ann, ben), await chat.direct(ann, ben)];
    await chat.sayAll(ann, group, ['Früh am Bahnhof?', 'Nein.', 'Der Frühling kommt.']);
    const { id } = await chat.say(ben, group, 'Zu früh!');
    await chat.say(ann, direct, 'fruher');
    const { edges, pageInfo } = await page(chat, ben, { search: 'FRUH' });
    expect(edges.map(({ node }) => node.text)).toEqual(['fruher', 'Zu früh!', 'Der Frühling kommt.', 'Früh am Bahnhof?']);
    expect(edges[1]?.node).toMatchObject({ id, sender: { id: ben.id }, conversation: { id: group, lastSeq: edges[1]?.node.seq } });
    expect(pageInfo).toEqual({
      ...{ hasNextPage: false, hasPreviousPage: false },
      ...{ startCursor: edges[0]?.cursor, endCursor: edges[3]?.cursor },
    });
    expect(await found(chat, ben, { search: 'fruh', conversationId: group, senderId: ann.id })).toEqual([
      'Der Frühling kommt.',
      'Früh am Bahnhof?',
    ]);
    const { node } = await chat.ask(NodeByIdDocument, { id }, ben);
    expect(node).toMatchObject({ __typename: 'Message', id });
  });

  it('pages through its results, each message once, whatever is sent meanwhile', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.sayAll(ann, group, ['needle 1', 'needle 2', 'hay', 'needle 3']);
    const first = await page(chat, ben, { search: 'needle', first: 2 });
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false, endCursor: first.edges[1]?.cursor });
    await chat.say(ann, group, 'needle 4');
    const second = await page(chat, ben, { search: 'needle', first: 2, after: first.pageInfo.endCursor });
    expect([...first.edges, ...second.edges].map(({ node }) => node.text)).toEqual(['needle 3', 'needle 2', 'needle 1']);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it('finds messages of users whom the viewer has blocked, as history shows them', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.say(ben, group, 'needle');
    await chat.ask(BlockUserDocument, { input: { userId: ben.id } }, ann);
    expect(await found(chat, ann, { search: 'needle', conversationId: group })).toEqual(['needle']);
  });

  it('finds exactly what history shows, without recalled and hidden messages and those of other conversations', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const [all, two] = [await chat.group(ann, ben, cat), await chat.group(ann, ben)];
    for (const [at, group] of [all, two, all].entries()) {
      const said = await chat.sayAll(
        ann,
        group,
        ['anna', 'annas x', 'bob', 'x anna', 'banana'].map((text) => `${text} ${at}`),
      );
      await chat.ask(RecallMessageDocument, { input: { messageId: said[at]?.id ?? '' } }, ann);
      await chat.ask(HideMessageDocument, { input: { messageId: said[3]?.id ?? '' } }, ben);
    }
    for (const person of [ann, ben, cat]) {
      for (const search of ['a', 'anna', 'annas', 'x an', 'bob 1', '2']) {
        const shown: string[] = [];
        for (const id of [all, two]) {
          const { conversation } = await chat.ask(HistoryDocument, { id, first: 100 }, person);
          shown.push(...(conversation?.messages.edges ?? []).map(({ node }) => node.text));
        }
        const having = shown.filter((text) => search.split(' ').every((word) => text.split(' ').some((each) => each.startsWith(word))));
        expect((await found(chat, person, { search, first: 2 })).toSorted(), search).toEqual(having.toSorted());
      }
    }
  });

  it('finds nothing for a removed member, not even with a cursor from before the removal', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.sayAll(ann, group, ['needle 1', 'needle 2']);
    const { pageInfo } = await page(chat, ben, { search: 'needle', conversationId: group, first: 1 });
    await chat.ask(RemoveMemberDocument, { input: { groupId: group, userId: ben.id } }, ann);
    for (const after of [pageInfo.endCursor, null]) {
      expect(await page(chat, ben, { search: 'needle', conversationId: group, after })).toMatchObject({
        edges: [],
        pageInfo: { hasNextPage: false, endCursor: null },
      });
    }
    expect(await found(chat, ben, { search: 'needle' })).toEqual([]);
  });

  it.each([
    '',
    '   ',
    '-',
    '\u0000',
    '\u001b\u0007',
    '\u200b',
    '🙃',
    '\ufe0f',
  ])('finds nothing by a text without letters, not even an emoji: %j', async (search) => {
    const [ann] = await chat.people('ann');
    await chat.say(ann, await chat.group(ann), 'Something. 🙂');
    expect(await page(chat, ann, { search })).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('ignores half a surrogate pair', async () => {
    const [ann] = await chat.people('ann');
    await chat.say(ann, await chat.group(ann), 'Something.');
    expect(await found(chat, ann, { search: 'some\ud800' })).toEqual(['Something.']);
  });

  it.each<readonly [string, Partial<Asked>, string]>([
    ['a text that nobody types', { search: 'a'.repeat(201) }, 'search'],
    ['a page of none', { first: 0 }, 'first'],
    ['a page of too many', { first: 101 }, 'first'],
    ['what is no cursor', { after: 'x' }, 'after'],
    ['an empty cursor', { after: '' }, 'after'],
    ['a cursor of history', { after: Buffer.from('seq@7').toString('base64url') }, 'after'],
    ['a cursor with a place that no log has', { after: Buffer.from(`found@x:0:1:${2n ** 31n}:1`).toString('base64url') }, 'after'],
    ['what is no id', { conversationId: 'x' }, 'conversationId'],
    ['the id of somebody in the place of a conversation’s', { conversationId: formatId('User', 1n) }, 'conversationId'],
    ['the id of a conversation in the place of somebody’s', { senderId: formatId('Conversation', 1n) }, 'senderId'],
    ['an empty id', { senderId: '' }, 'senderId'],
  ])('refuses %s by the name of the argument', async (_what, asked, argument) => {
    const [ann] = await chat.people('ann');
    expect(await refused(chat, ann, { search: 'needle', ...asked })).toEqual([`BAD_USER_INPUT ${argument}`]);
  });

  it('continues from a cursor only in the search that returned it', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.sayAll(ann, group, ['needle 1', 'needle 2']);
    const asked = { search: 'needle', conversationId: group, first: 1 };
    const after = (await page(chat, ann, asked)).pageInfo.endCursor;
    expect(await refused(chat, ann, { ...asked, after })).toEqual([]);
    for (const other of [
      { search: 'needles' },
      { conversationId: null },
      { senderId: ann.id },
      { hasAttachments: false },
      { sentFrom: '2026-01-01T00:00:00Z' },
      { sentBefore: '2999-01-01T00:00:00Z' },
      { conversationId: await chat.group(ann) },
    ]) {
      expect(await refused(chat, ann, { ...asked, after, ...other })).toEqual(['BAD_USER_INPUT after']);
    }
    // A cursor of another user shows the viewer nothing but their own results.
    expect((await page(chat, ben, { ...asked, after })).edges.map(({ node }) => node.text)).toEqual(['needle 1']);
  });

  it('can be limited to a time range', async () => {
    const [ann] = await chat.people('ann');
    const conversationId = await chat.group(ann);
    await chat.sayAll(ann, conversationId, ['needle 1', 'needle 2']);
    expect(await found(chat, ann, { search: 'needle', sentFrom: '2026-01-01T00:00:00Z' })).toEqual(['needle 2', 'needle 1']);
    expect(await found(chat, ann, { search: 'needle', conversationId, sentBefore: '2026-01-01T00:00:00Z' })).toEqual([]);
    expect(await refused(chat, ann, { search: 'needle', sentFrom: 'yesterday' })).toEqual(['BAD_USER_INPUT']);
  });

  it('finds nothing for a sender or conversation that does not exist', async () => {
    const [ann] = await chat.people('ann');
    await chat.say(ann, await chat.group(ann), 'needle');
    expect(await found(chat, ann, { search: 'needle', senderId: formatId('User', 2n ** 62n) })).toEqual([]);
    expect(await found(chat, ann, { search: 'needle', conversationId: formatId('Conversation', 2n ** 62n) })).toEqual([]);
  });

  it('is allowed four times in a document', async () => {
    const [ann] = await chat.people('ann');
    const ask = async (count: number) => {
      const fields = Array.from({ length: count }, (_, n) => `a${n}: messages(search: "a") { edges { cursor } }`);
      return (await chat.post(parse(`{ ${fields.join(' ')} }`) as typeof SearchMessagesDocument, { search: '' }, ann)).errors ?? [];
    };
    expect(await ask(4)).toEqual([]);
    expect((await ask(5)).map(({ message }) => message)).toEqual([expect.stringContaining('5 searches for messages, and 4 are allowed')]);
  });
});

describe('a search that may read few messages at a time', () => {
  const chat = world({ SEARCHED_MESSAGES: '5', SEARCHES_PER_MINUTE: '10000' });

  it('has short pages, and empty pages with a cursor to continue from, until everything is read', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [one, other] = [await chat.group(ann, ben), await chat.group(ann, ben)];
    await chat.sayAll(ann, one, ['needle of one', ...Array.from({ length: 15 }, () => 'hay')]);
    await chat.sayAll(ann, other, ['hay', 'needle of the other', ...Array.from({ length: 15 }, () => 'hay')]);
    const first = await page(chat, ben, { search: 'needle' });
    expect(first).toMatchObject({ edges: [], pageInfo: { hasNextPage: true, startCursor: null, endCursor: expect.any(String) } });
    expect(await found(chat, ben, { search: 'needle' })).toEqual(['needle of the other', 'needle of one']);
    expect(await found(chat, ben, { search: 'needle', conversationId: one })).toEqual(['needle of one']);
    expect(await found(chat, ben, { search: 'nothing' })).toEqual([]);
  });
});

describe('searches for messages beyond the limit per minute', () => {
  const chat = world({ SEARCHES_PER_MINUTE: '3' });

  it('are refused with an error of the response that says when to retry; each page counts, and searches for users do not', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.sayAll(ann, group, ['needle 1', 'needle 2']);
    const { pageInfo } = await page(chat, ann, { search: 'needle', first: 1 });
    await page(chat, ann, { search: 'needle', first: 1, after: pageInfo.endCursor });
    // A search with an invalid argument does not count.
    expect(await refused(chat, ann, { search: 'needle', first: 101 })).toEqual(['BAD_USER_INPUT first']);
    await page(chat, ann, { search: '' });
    const { data, errors } = await chat.post(SearchMessagesDocument, { search: 'needle' }, ann);
    expect(data ?? null).toBeNull();
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) }]);
    await chat.ask(FindUsersDocument, { search: 'x' }, ann);
    expect(await found(chat, ben, { search: 'needle' })).toHaveLength(2);
  });
});
