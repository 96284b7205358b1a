import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import type { Chat } from '../../src/chat.ts';
import type { Viewer } from '../../src/user/index.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { ask } from './asking.ts';

describe('the user of a presence', () => {
  let chat: Chat;
  let ann: Viewer;
  let ben: Viewer;
  let id: string;

  beforeAll(async () => {
    chat = await embeddedChat();
    [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
    await groupOf(chat, ann, ben);
    id = formatId('User', ben.userId);
  });
  afterAll(() => chat[Symbol.asyncDispose]());

  /** Ben’s presence for Ann, and the number of users that were looked up meanwhile, in memory or in the database. */
  async function presenceWith(selection: string, fragment = '') {
    const before = { ...chat.cacheCounts };
    const { data } = await ask(chat, ann, `query ($id: ID!) { presence(userIds: [$id]) { ${selection} } } ${fragment}`, { id });
    const { local, missed } = chat.cacheCounts;
    return {
      presence: (data as { readonly presence: readonly unknown[] }).presence[0],
      read: local + missed - before.local - before.missed,
    };
  }

  it('is not read if only the id is selected', async () => {
    expect(await presenceWith('user { id __typename }')).toEqual({ presence: { user: { id, __typename: 'User' } }, read: 0 });
    expect(await presenceWith('user { key: id }')).toEqual({ presence: { user: { key: id } }, read: 0 });
  });

  it.each([
    ['in one place', 'user { id displayName }', ''],
    ['in two', 'user { id } user { displayName }', ''],
    ['in a fragment', 'user { id ...Name }', 'fragment Name on User { displayName }'],
    ['in an inline fragment', 'user { id ... on Node { ... on User { displayName } } }', ''],
    ['in two fragments', '...Id ...Name', 'fragment Id on Presence { user { id } } fragment Name on Presence { user { displayName } }'],
  ])('is read if more is selected, %s', async (_where, selection, fragment) => {
    const [{ displayName } = { displayName: '' }] = (await chat.users.byIds([ben.userId])).map((user) => user ?? undefined);
    expect(await presenceWith(selection, fragment)).toEqual({ presence: { user: { id, displayName } }, read: 1 });
  });
});
