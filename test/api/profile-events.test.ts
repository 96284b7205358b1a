import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  BlockUserDocument,
  ChangeHandleDocument,
  UnblockUserDocument,
  UpdateProfileDocument,
  type UpdateProfileInput,
  WatchProfilesDocument,
} from '../support/generated/graphql.ts';
import { rawId } from '../support/raw-sql.ts';
import { type Person, world } from '../support/world.ts';

// There is only one node to wait for.
const chat = world({ NODE_LEASE_MS: '200' });

/** The presences of these users as they are sent to a watcher, one at each call. */
function watching(as: Person, ...people: readonly Person[]) {
  const results = subscribe(chat.socket(as), WatchProfilesDocument, { userIds: people.map(({ id }) => id) });
  return async () => (await results.next()).value?.data?.presence;
}

/** The data that operators have attached to a user, as another user reads it. */
async function dataOf({ id }: Person, as: Person): Promise<unknown> {
  const document = parse('query ($id: ID!) { node(id: $id) { ... on User { id data } } }');
  const { data } = await chat.post<{ readonly node: { readonly data: unknown } | null }, object>(document, { id }, as);
  return data?.node?.data;
}

async function update(as: Person, input: UpdateProfileInput): Promise<void> {
  expect((await chat.ask(UpdateProfileDocument, { input }, as)).updateProfile.errors).toEqual([]);
}

it('a profile change is sent to watchers, whichever field changes', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  await chat.group(ann, ben);
  const next = watching(ben, ann);
  expect(await next()).toMatchObject({ user: { displayName: ann.handle } });
  let profile = {
    id: ann.id,
    handle: ann.handle,
    displayName: 'Ann',
    avatarUrl: null as string | null,
    bio: null as string | null,
    data: null as object | null,
  };
  await update(ann, { displayName: 'Ann' });
  expect(await next()).toEqual(expect.objectContaining({ user: profile }));
  profile = { ...profile, avatarUrl: 'https://pictures.example/ann.png' };
  await update(ann, { avatarUrl: profile.avatarUrl });
  expect(await next()).toEqual(expect.objectContaining({ user: profile }));
  profile = { ...profile, bio: 'Plays chess' };
  await update(ann, { bio: profile.bio });
  expect(await next()).toEqual(expect.objectContaining({ user: profile }));
  profile = { ...profile, handle: `${ann.handle}.2` };
  await chat.ask(ChangeHandleDocument, { input: { handle: profile.handle } }, ann);
  expect(await next()).toEqual(expect.objectContaining({ user: profile }));
  expect(await dataOf(ann, ben)).toBeNull();
  profile = { ...profile, data: { team: 'blue' } };
  await chat.node.chat.administration.update(null, { userId: BigInt(rawId(ann.id)), data: { team: 'blue' } });
  expect(await next()).toEqual(expect.objectContaining({ user: profile }));
  expect(await dataOf(ann, ben)).toEqual({ team: 'blue' });
});

it('a profile update that changes nothing is not sent', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  await chat.group(ann, ben);
  await update(ann, { displayName: 'Ann' });
  const next = watching(ben, ann);
  await next();
  await update(ann, { displayName: 'Ann' });
  await update(ann, { displayName: 'Another' });
  expect(await next()).toMatchObject({ user: { displayName: 'Another' } });
});

it('a profile change is not sent to a blocked user or to a stranger, who later get the current profile', async () => {
  const [ann, ben, eve] = await chat.people('ann', 'ben', 'eve');
  await chat.group(ann, ben);
  const [atBens, atEves] = [watching(ben, ann), watching(eve, ann)];
  await atBens();
  const toEve = atEves();
  await chat.ask(BlockUserDocument, { input: { userId: ben.id } }, ann);
  expect(await atBens()).toMatchObject({ status: 'OFFLINE' });
  await update(ann, { displayName: 'Not for you' });
  await update(ann, { displayName: 'Ann' });
  await chat.ask(UnblockUserDocument, { input: { userId: ben.id } }, ann);
  expect(await atBens()).toMatchObject({ user: { displayName: 'Ann' } });
  await chat.group(ann, eve);
  expect(await toEve).toMatchObject({ user: { displayName: 'Ann' } });
});
