import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  CreateGroupDocument,
  FindConversationsDocument,
  type FindConversationsQueryVariables,
  FindMembersDocument,
  type FindMembersQueryVariables,
  MarkUnreadDocument,
  SendMessageDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

describe('finding conversations', () => {
  const chat = world({ SEARCHES_PER_MINUTE: '3' });

  async function found(as: Person, asked: FindConversationsQueryVariables) {
    const { conversations } = given((await chat.ask(FindConversationsDocument, asked, as)).viewer, []);
    return { ids: conversations.edges.map(({ node }) => node.id), ...conversations.pageInfo };
  }

  async function group(owner: Person, name: string, ...members: readonly Person[]): Promise<string> {
    const input = { name, memberIds: members.map(({ id }) => id) };
    const { createGroup } = await chat.ask(CreateGroupDocument, { input }, owner);
    return given(createGroup.group, createGroup.errors).id;
  }

  it('filters by unread, marked as unread and mentioned, as the tabs of an inbox do', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [read, said, marked, named] = [
      await chat.group(ann, ben),
      await chat.group(ann, ben),
      await chat.group(ann, ben),
      await chat.group(ann, ben),
    ];
    await chat.sayAll(ann, said, ['hello']);
    await chat.ask(MarkUnreadDocument, { input: { conversationId: marked, fromSeq: 1 } }, ben);
    const input = { conversationId: named, text: 'you', clientMessageId: 'mention', mentionIds: [ben.id] };
    await chat.ask(SendMessageDocument, { input }, ann);
    expect(await found(ben, { unread: true })).toMatchObject({ ids: [named, said, marked], hasNextPage: false });
    expect(await found(ben, { unread: false })).toMatchObject({ ids: [read] });
    expect(await found(ben, { mentioned: true })).toMatchObject({ ids: [named] });
    expect(await found(ben, { mentioned: false, unread: true })).toMatchObject({ ids: [said, marked] });
    expect((await found(ben, { unread: null, mentioned: null, search: null })).ids).toHaveLength(4);
    const one = await found(ben, { unread: true, first: 2 });
    expect(one).toMatchObject({ ids: [named, said], hasNextPage: true, hasPreviousPage: false });
    expect(await found(ben, { unread: true, after: one.endCursor ?? null })).toMatchObject({
      ids: [marked],
      hasNextPage: false,
      hasPreviousPage: true,
    });
  });

  it('searches by name together with other filters, and each page counts against the limit', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const [plans, other] = [await group(ann, 'Summer plans', ben), await group(ann, 'Summaries', ben)];
    await group(cat, 'Summer in the city');
    const direct = await chat.direct(ann, cat);
    const one = await found(ann, { search: 'sum', first: 1, archived: false });
    expect(one).toMatchObject({ ids: [other], hasNextPage: true });
    const two = await found(ann, { search: 'sum', first: 1, after: one.endCursor ?? null });
    expect(two).toMatchObject({ ids: [plans], hasNextPage: false, hasPreviousPage: true });
    expect(await found(ann, { search: cat.handle })).toMatchObject({ ids: [direct] });
    const { data, errors } = await chat.post(FindConversationsDocument, { search: 'x' }, ann);
    expect(data?.viewer ?? null).toBeNull();
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) }]);
    expect(await found(ann, { unread: true })).toMatchObject({ ids: [] });
    expect(await found(ben, { search: 'plan' })).toMatchObject({ ids: [plans] });
  });
});

describe('a search of more than 200 characters', () => {
  const chat = world();

  it('is refused for users, groups, conversations and members alike', async () => {
    const [ann] = await chat.people('ann');
    const id = await chat.group(ann);
    for (const list of [
      'users(search: $search) { edges { cursor } }',
      'groups(search: $search) { edges { cursor } }',
      'viewer { conversations(search: $search) { edges { cursor } } }',
      `conversation(id: "${id}") { members(search: $search) { edges { cursor } } }`,
    ]) {
      const document: TypedDocumentNode<unknown, { readonly search: string }> = parse(`query ($search: String!) { ${list} }`);
      expect((await chat.post(document, { search: '漢'.repeat(200) }, ann)).errors, list).toBeUndefined();
      expect(refusals((await chat.post(document, { search: '漢'.repeat(201) }, ann)).errors), list).toEqual(['BAD_USER_INPUT search']);
    }
  });
});

describe('finding members', () => {
  const chat = world({ SEARCHES_PER_MINUTE: '1' });

  async function found(as: Person, asked: FindMembersQueryVariables) {
    const { conversation } = await chat.ask(FindMembersDocument, asked, as);
    if (!conversation) return null;
    const { edges, pageInfo, totalCount } = conversation.members;
    return { ids: edges.map(({ node }) => node.user?.id), totalCount, ...pageInfo };
  }

  it('searches by the beginning of a name, for members of the conversation only', async () => {
    // The handles end in hexadecimal digits, which are words too.
    const [zoe, nick, zara] = await chat.people('zoe', 'nick', 'zara');
    const [eve] = await chat.people('zeve');
    const id = await chat.group(zoe, nick, zara);
    expect(await found(nick, { id, search: 'Z', first: 1 })).toMatchObject({
      ids: [zara.id],
      totalCount: 3,
      hasNextPage: true,
      hasPreviousPage: false,
    });
    const { endCursor } = given(await found(nick, { id, search: 'Z', first: 1 }), []);
    const next = await found(nick, { id, search: 'Z', after: endCursor ?? null });
    expect(next).toMatchObject({ ids: [zoe.id], totalCount: 3, hasNextPage: false, hasPreviousPage: true });
    expect(await found(nick, { id, search: 'n', roles: ['OWNER'] })).toMatchObject({ ids: [], startCursor: null, endCursor: null });
    expect(await found(eve, { id, search: 'z' })).toBeNull();
    const direct = await chat.direct(zoe, nick);
    expect(await found(zoe, { id: direct, search: nick.handle })).toMatchObject({ ids: [nick.id] });
  });

  it('filters by role', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    expect(await found(ben, { id, roles: ['OWNER', 'ADMIN'] })).toMatchObject({ ids: [ann.id], totalCount: 2 });
    expect(await found(ben, { id, roles: ['MEMBER'] })).toMatchObject({ ids: [ben.id] });
    expect(await found(ben, { id, roles: [] })).toMatchObject({ ids: [] });
    expect(await found(ben, { id, roles: Array<'OWNER'>(70_000).fill('OWNER') })).toMatchObject({ ids: [ann.id] });
    const all = await found(ben, { id, roles: null });
    expect(all?.ids.toSorted()).toEqual([ann.id, ben.id].toSorted());
  });

  it('refuses a cursor of the list in a search, and the other way round', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const listed = given(await found(ann, { id }), []).endCursor ?? null;
    const searched = given(await found(ann, { id, search: 'ann' }), []).endCursor ?? null;
    for (const asked of [
      { id, search: 'ann', after: listed },
      { id, after: searched },
      { id, search: 'ben', after: searched },
    ]) {
      expect(refusals((await chat.post(FindMembersDocument, asked, ann)).errors)).toEqual(['BAD_USER_INPUT after']);
    }
  });

  it('allows a search for each letter that somebody types, and beyond the limit says when to retry', async () => {
    const [ann] = await chat.people('ann');
    const id = await chat.group(ann);
    for (let letters = 1; letters <= 10; letters += 1) await found(ann, { id, search: 'annabelle.x'.slice(0, letters) });
    const { errors } = await chat.post(FindMembersDocument, { id, search: 'annabelle.x' }, ann);
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) }]);
    expect(await found(ann, { id, roles: ['OWNER'] })).toMatchObject({ ids: [ann.id] });
  });
});
