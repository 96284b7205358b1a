import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { UpdateProfileDocument, type UpdateProfileInput, UserByHandleDocument, UserPagesDocument } from '../support/generated/graphql.ts';
import { inWords } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function update(person: Person, input: UpdateProfileInput) {
  return (await chat.ask(UpdateProfileDocument, { input }, person)).updateProfile;
}

async function userPage(as: Person, variables: { readonly search: string; readonly first?: number; readonly after?: string | null }) {
  return (await chat.ask(UserPagesDocument, variables, as)).users;
}

it('a profile update changes the fields that are given, keeps absent ones, and clears those that are null', async () => {
  const [ann] = await chat.people('ann');
  const avatarUrl = 'https://example.org/ann.png';
  expect(await update(ann, { displayName: 'Ann', avatarUrl, bio: 'Hello.' })).toEqual({
    user: { id: ann.id, displayName: 'Ann', avatarUrl, bio: 'Hello.' },
    errors: [],
  });
  expect((await update(ann, { bio: 'Bye.' })).user).toEqual({ id: ann.id, displayName: 'Ann', avatarUrl, bio: 'Bye.' });
  expect((await update(ann, { displayName: null, avatarUrl: null, bio: null })).user).toEqual({
    ...{ id: ann.id, displayName: ann.handle },
    ...{ avatarUrl: null, bio: null },
  });
});

it('a profile is shown to other users as it is', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  await update(ann, { displayName: 'Ann Other', bio: '一二三 👍' });
  const { user } = await chat.ask(UserByHandleDocument, { handle: ann.handle.toUpperCase() }, ben);
  expect(user).toMatchObject({ id: ann.id, handle: ann.handle, displayName: 'Ann Other', bio: '一二三 👍', avatarUrl: null });
});

it.each([
  ['displayName', { displayName: '' }],
  ['displayName', { displayName: 'x'.repeat(65) }],
  ['avatarUrl', { avatarUrl: 'javascript:alert(1)' }],
  ['avatarUrl', { avatarUrl: 'ann.png' }],
  ['bio', { bio: 'x'.repeat(1_001) }],
])('a profile update is refused with the name of the invalid %s, and nothing changes', async (field, wrong) => {
  const [ann] = await chat.people('ann');
  const payload = await update(ann, { displayName: 'Changed', ...wrong });
  expect(refusals(payload.errors)).toEqual([`INVALID_INPUT input.${field}`]);
  expect(payload.user).toBeNull();
  const { user } = await chat.ask(UserByHandleDocument, { handle: ann.handle }, ann);
  expect(user?.displayName).toBe(ann.handle);
});

it('a profile update is an event for every device if it changes something', async () => {
  const [ann] = await chat.people('ann');
  const events = chat.listen(ann);
  await events.ready();
  await update(ann, { displayName: 'Ann' });
  await update(ann, { displayName: 'Ann' });
  await update(ann, { displayName: 'Anna' });
  const seen = [await events.next(), await events.next()];
  expect(seen.map(inWords)).toEqual(['ViewerChanged 2', 'ViewerChanged 3']);
  expect(seen.at(-1)).toMatchObject({ viewer: { user: { displayName: 'Anna' } } });
});

it('no user is found for a handle that nobody has or could have', async () => {
  const [ann] = await chat.people('ann');
  for (const handle of [`${ann.handle}x`, 'no handle at all', '']) {
    expect(await chat.ask(UserByHandleDocument, { handle }, ann)).toEqual({ user: null });
  }
});

it('a user is found by the beginning of the handle or of a word of the name, regardless of case and accents', async () => {
  const [ann] = await chat.people('ann');
  const family = `Łœ${randomBytes(5).toString('hex')}`;
  await update(ann, { displayName: `Zoë ${family}` });
  for (const search of [ann.handle.slice(0, -2), ann.handle.toUpperCase(), family.slice(0, 8), family.toLowerCase(), `zoe ${family}`]) {
    expect((await userPage(ann, { search })).edges.map(({ node }) => node.id)).toEqual([ann.id]);
  }
  expect((await userPage(ann, { search: `${family} other` })).edges).toEqual([]);
  for (const search of ['', '  ', '%', '_']) expect((await userPage(ann, { search })).edges).toEqual([]);
});

it('a user is listed once in the search, in pages whose flags are right', async () => {
  const people = await chat.people('a', 'b', 'c', 'd', 'e');
  const family = `family${randomBytes(5).toString('hex')}`;
  for (const person of people) await update(person, { displayName: `${family} ${family}-too` });
  const [ann] = people;
  const found: string[] = [];
  const flags: string[] = [];
  let after: string | null = null;
  do {
    const { edges, pageInfo } = await userPage(ann, { search: family, first: 2, after });
    found.push(...edges.map(({ node }) => node.id));
    flags.push(`${pageInfo.hasPreviousPage} ${pageInfo.hasNextPage}`);
    expect(pageInfo).toMatchObject({ startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor });
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  expect(found.toSorted()).toEqual(people.map(({ id }) => id).toSorted());
  expect(flags).toEqual(['false true', 'true true', 'true false']);
});

it.each([
  ['first', { first: 0 }],
  ['first', { first: 101 }],
  ['first', { first: -1 }],
  ['after', { after: 'x' }],
  ['after', { after: '' }],
])('users are not searched with a %s that is out of bounds: %o', async (argument, wrong) => {
  const [ann] = await chat.people('ann');
  const { errors } = await chat.post(UserPagesDocument, { search: 'ann', ...wrong }, ann);
  expect(refusals(errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
});

it('the search for users refuses a cursor of another list or another search', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const sent = await chat.say(ann, await chat.direct(ann, ben), 'hello');
  const { errors } = await chat.post(UserPagesDocument, { search: 'ann', after: sent.cursor }, ann);
  expect(refusals(errors)).toEqual(['BAD_USER_INPUT after']);
  const { pageInfo } = await userPage(ann, { search: ann.handle, first: 1 });
  const other = await chat.post(UserPagesDocument, { search: ben.handle, after: given(pageInfo.endCursor, []) }, ann);
  expect(refusals(other.errors)).toEqual(['BAD_USER_INPUT after']);
});

it('the search for users treats explicit nulls of paging arguments as absent', async () => {
  const [ann] = await chat.people('ann');
  const page = await chat.ask(UserPagesDocument, { search: ann.handle, first: null, after: null }, ann);
  expect(page.users.edges.map(({ node }) => node.id)).toEqual([ann.id]);
});
