import { describe, expect, it } from 'vitest';
import { formatId, parseId } from '../../schema/ids.ts';
import { act, beThere, castOf, nothingLike, run, setUp } from '../authorization/scene.ts';
import { mutuallySeen, seenByAll } from '../authorization/seen.ts';
import type { SeenFragment } from '../support/generated/graphql.ts';
import { seenInWords, type Watching, watching } from '../support/watching.ts';
import { type Person, password, world } from '../support/world.ts';

// The short lease and grace make a device that disconnects go offline within the test. Jobs run only when a test asks for them: by then,
// the sessions of a deleted account have ended.
const chat = world({ NODE_LEASE_MS: '200', PRESENCE_GRACE_MS: '200', JOB_POLL_MS: '60000' });

/** Ann is watched. Ben watches, and may see her or not. Eve is the third user that some cases need. */
interface Three {
  readonly ann: Person;
  readonly ben: Person;
  readonly eve: Person;
}

async function three(): Promise<Three> {
  const [ann, ben, eve] = await chat.people('ann', 'ben', 'eve');
  return { ann, ben, eve };
}

async function befriend(one: Person, other: Person): Promise<void> {
  await act(chat, one, 'requestContact', { userId: other.id });
  await act(chat, other, 'requestContact', { userId: one.id });
}

/** The code of an invite to a group of Ann’s. */
async function invitation(ann: Person): Promise<string> {
  const made = await act(chat, ann, 'createInvite', { groupId: await chat.group(ann) }, '{ invite { code } errors { code } }');
  return (made as { invite: { code: string } }).invite.code;
}

function presenceIdOf(userId: string): string {
  const parsed = parseId(userId);
  if (parsed?.type !== 'User') throw new Error(`${userId} is a user's id`);
  return formatId('Presence', parsed.key);
}

const select = '{ id user { id } status statusText devices lastSeenAt }';

/** A user’s presence as another user reads it, in every way that the API has. */
async function asked(as: Person, { id, handle }: Pick<Person, 'id' | 'handle'>): Promise<readonly (SeenFragment | null)[]> {
  const source = `query ($id: ID!, $presenceId: ID!, $handle: String!) {
    presence(userIds: [$id]) ${select}
    node(id: $presenceId) { ... on Presence ${select} }
    nodes(ids: [$presenceId]) { ... on Presence ${select} }
    user(handle: $handle) { viewerPresence ${select} }
    other: node(id: $id) { ... on User { viewerPresence ${select} } }
  }`;
  const { data, codes } = await run(chat, source, { id, presenceId: presenceIdOf(id), handle }, as);
  expect(codes).toEqual([]);
  const { presence, node, nodes, user, other } = data as {
    readonly presence: readonly [SeenFragment | null];
    readonly node: SeenFragment | null;
    readonly nodes: readonly [SeenFragment | null];
    readonly user: { readonly viewerPresence: SeenFragment | null } | null;
    readonly other: { readonly viewerPresence: SeenFragment | null } | null;
  };
  return [presence[0], node, nodes[0], user?.viewerPresence ?? null, other?.viewerPresence ?? null];
}

/** A user’s presence in words, which must be the same in every way to read it. Null if it is not shown. */
async function shown(as: Person, whom: Pick<Person, 'id' | 'handle'>): Promise<string | null> {
  const [first = null, ...others] = await asked(as, whom);
  for (const other of others) expect(other).toEqual(first);
  return first && seenInWords(first);
}

/** The presences of others that a watch of the viewer and others delivers before it delivers the viewer’s own new status text. */
async function toldOfOthers(watch: Watching, viewer: Person): Promise<readonly SeenFragment[]> {
  const word = `Now ${Math.random()}`;
  await act(chat, viewer, 'setPresence', { status: 'BUSY', statusText: word });
  const told: SeenFragment[] = [];
  for (;;) {
    const presence = await watch.next();
    if (presence.user.id === viewer.id && presence.statusText === word) return told;
    if (presence.user.id !== viewer.id) told.push(presence);
  }
}

/** Reads until the presence of this user has these words. */
async function until(watch: Watching, person: Person, words: string): Promise<void> {
  while (seenInWords(await watch.of(person)) !== words);
}

/** Sets a status text. By the time that it returns, everybody who watches Ann here, and may see her, has been sent it. */
async function say(ann: Person, own: Watching, statusText: string): Promise<void> {
  await act(chat, ann, 'setPresence', { status: 'BUSY', statusText });
  await until(own, ann, `BUSY 1 ${statusText}`);
}

describe('the presence subscription', () => {
  it('shows everybody the users with whom they share a conversation, and nobody else', async () => {
    const scene = await setUp(chat, await castOf(chat));
    expect(await seenByAll(chat, scene)).toEqual(mutuallySeen);
  });

  it('is refused without a token', async () => {
    const [ann] = await chat.people('ann');
    await expect(watching(chat, null, ann).next()).rejects.toThrow('UNAUTHENTICATED');
  });
});

describe('a user who is online', () => {
  const there = 'BUSY 1 in a meeting';

  it.each<readonly [string, string | null, (three: Three) => Promise<unknown>]>([
    ['a contact', there, ({ ann, ben }) => befriend(ann, ben)],
    ['a fellow member', there, ({ ann, ben, eve }) => chat.group(eve, ann, ben)],
    ['somebody to whom they have written', there, async ({ ann, ben }) => chat.say(ann, await chat.direct(ann, ben), 'hello')],
    ['somebody who has written to them', there, async ({ ann, ben }) => chat.say(ben, await chat.direct(ben, ann), 'hello')],
    ['a stranger', null, async () => undefined],
    ['a contact of a contact', null, ({ ann, ben, eve }) => Promise.all([befriend(ann, eve), befriend(ben, eve)])],
    ['somebody who is about to write', null, ({ ann, ben }) => chat.direct(ben, ann)],
    ['somebody who is about to write, as they are', null, ({ ann, ben }) => Promise.all([chat.direct(ben, ann), chat.direct(ann, ben)])],
    ['somebody to whom they are about to write', null, ({ ann, ben }) => chat.direct(ann, ben)],
    ['somebody who asks to be a contact', null, ({ ann, ben }) => act(chat, ben, 'requestContact', { userId: ann.id })],
    ['somebody whom they have asked', null, ({ ann, ben }) => act(chat, ann, 'requestContact', { userId: ben.id })],
    [
      'somebody who looks at an invitation of theirs',
      null,
      async ({ ann, ben }) => {
        const code = await invitation(ann);
        const { data } = await run(chat, 'query ($code: String!) { groupPreview(code: $code) { name } }', { code }, ben);
        expect(data).toMatchObject({ groupPreview: { name: expect.any(String) } });
      },
    ],
    [
      'somebody who waits to be let in',
      null,
      async ({ ann, ben }) => {
        const groupId = await chat.group(ann);
        await act(chat, ann, 'updateGroup', { groupId, joinPolicy: 'APPROVAL' });
        await act(chat, ben, 'joinGroup', { groupId });
      },
    ],
    ['somebody whom they have blocked without knowing them', null, ({ ann, ben }) => act(chat, ann, 'blockUser', { userId: ben.id })],
    [
      'somebody with whom they had a contact and a group',
      null,
      async ({ ann, ben }) => {
        await befriend(ann, ben);
        const groupId = await chat.group(ann, ben);
        await act(chat, ben, 'leaveGroup', { groupId });
        await act(chat, ben, 'removeContact', { userId: ann.id });
      },
    ],
    [
      'a fellow member whom they have blocked',
      'OFFLINE',
      async ({ ann, ben, eve }) => {
        await chat.group(eve, ann, ben);
        await act(chat, ann, 'blockUser', { userId: ben.id });
      },
    ],
    [
      'a fellow member who has blocked them',
      'OFFLINE',
      async ({ ann, ben, eve }) => {
        await chat.group(eve, ann, ben);
        await act(chat, ben, 'blockUser', { userId: ann.id });
      },
    ],
  ])('is shown to %s as %s, in every way to read presence', async (_whom, expected, given) => {
    const people = await three();
    const { ann, ben } = people;
    await given(people);
    await beThere(chat, ann);
    const none = nothingLike(ann.id);
    expect(await shown(ben, ann)).toBe(expected);
    const watch = watching(chat, ben, { id: none }, ann, ben);
    const told = await toldOfOthers(watch, ben);
    expect(told.map(({ user }) => user.id).filter((id) => id !== ann.id)).toEqual([]);
    expect([...new Set(told.map(seenInWords))]).toEqual(expected === null ? [] : [expected]);
    // A user who is not shown looks like a user who does not exist.
    if (expected === null) expect(await asked(ben, ann)).toEqual(await asked(ben, { id: none, handle: 'nobody.at.all' }));
  });

  it('becomes visible with the first message of a direct conversation that both have opened', async () => {
    const { ann, ben } = await three();
    const [own, atBens] = [watching(chat, ann, ann), watching(chat, ben, ann, ben)];
    await say(ann, own, 'here');
    const conversationId = await chat.direct(ann, ben);
    await chat.direct(ben, ann);
    expect(await toldOfOthers(atBens, ben)).toEqual([]);
    await chat.say(ben, conversationId, 'hello');
    expect(seenInWords(await atBens.of(ann))).toBe('BUSY 1 here');
  });

  it.each<readonly [string, string | null, (three: Three) => Promise<unknown>, (three: Three, groupId: string) => Promise<unknown>]>([
    ['leave', null, ({ ann, ben, eve }) => chat.group(eve, ann, ben), ({ ben }, groupId) => act(chat, ben, 'leaveGroup', { groupId })],
    ['are left', null, ({ ann, ben, eve }) => chat.group(eve, ann, ben), ({ ann }, groupId) => act(chat, ann, 'leaveGroup', { groupId })],
    [
      'are removed',
      null,
      ({ ann, ben, eve }) => chat.group(eve, ann, ben),
      ({ eve, ben }, groupId) => act(chat, eve, 'removeMember', { groupId, userId: ben.id }),
    ],
    [
      'are banned',
      null,
      ({ ann, ben, eve }) => chat.group(eve, ann, ben),
      ({ eve, ben }, groupId) => act(chat, eve, 'removeMember', { groupId, userId: ben.id, ban: true }),
    ],
    [
      'have no group any more',
      null,
      ({ ann, ben, eve }) => chat.group(eve, ann, ben),
      async ({ ann, ben, eve }, groupId) => {
        await act(chat, eve, 'dissolveGroup', { groupId });
        expect(await shown(ben, ann)).toBeNull();
        // The dissolved group’s job ends Ben’s membership, which his watch follows.
        await chat.node.chat.jobs.doDue();
      },
    ],
    [
      'are blocked',
      'OFFLINE',
      ({ ann, ben, eve }) => chat.group(eve, ann, ben),
      ({ ann, ben }) => act(chat, ann, 'blockUser', { userId: ben.id }),
    ],
    [
      'block them',
      'OFFLINE',
      ({ ann, ben, eve }) => chat.group(eve, ann, ben),
      ({ ann, ben }) => act(chat, ben, 'blockUser', { userId: ann.id }),
    ],
    [
      'are no contact any more',
      null,
      ({ ann, ben }) => befriend(ann, ben),
      ({ ann, ben }) => act(chat, ann, 'removeContact', { userId: ben.id }),
    ],
    [
      'do not want the contact',
      null,
      ({ ann, ben }) => befriend(ann, ben),
      ({ ann, ben }) => act(chat, ben, 'removeContact', { userId: ann.id }),
    ],
  ])('goes OFFLINE for those who %s while they watch, and sends them nothing more', async (_how, expected, given, ends) => {
    const people = await three();
    const { ann, ben } = people;
    const id = String(await given(people));
    const own = watching(chat, ann, ann);
    const atBens = watching(chat, ben, ann, ben);
    await say(ann, own, 'here');
    await until(atBens, ann, 'BUSY 1 here');
    await ends(people, id);
    expect(seenInWords(await atBens.of(ann))).toBe('OFFLINE');
    await say(ann, own, 'not for Ben');
    expect(await toldOfOthers(atBens, ben)).toEqual([]);
    expect(await shown(ben, ann)).toBe(expected);
  });

  it('goes OFFLINE for those who watch when the account is deleted', async () => {
    const { ann, ben, eve } = await three();
    await chat.group(eve, ann, ben);
    await befriend(ann, ben);
    const own = watching(chat, ann, ann);
    const atBens = watching(chat, ben, ann, ben);
    await say(ann, own, 'here');
    await until(atBens, ann, 'BUSY 1 here');
    await act(chat, ann, 'deleteAccount', { password, messages: 'KEEP' });
    expect(seenInWords(await atBens.of(ann))).toBe('OFFLINE');
    // On a busy machine, the end of the sessions can be seen before the removal of `lastSeenAt`.
    const later = await toldOfOthers(atBens, ben);
    expect(later.filter(({ status, lastSeenAt }) => status !== 'OFFLINE' || lastSeenAt !== null)).toEqual([]);
    expect(await shown(ben, ann)).toBeNull();
  });
});

describe('an invisible user', () => {
  it('is OFFLINE to contacts, fellow members and themselves, in every way to read presence, and their devices coming and going are not shown', async () => {
    const { ann, ben, eve } = await three();
    await befriend(ann, ben);
    await chat.group(eve, ann);
    await act(chat, ann, 'setPresence', { status: 'INVISIBLE', statusText: 'out' });
    const [atBens, atEves] = [watching(chat, ben, ann, ben), watching(chat, eve, ann, eve)];
    const first = await atBens.of(ann);
    expect(seenInWords(first)).toBe('OFFLINE seen out');
    expect(await atEves.of(ann)).toEqual(first);
    // She connects two devices, and one disconnects.
    const own = chat.listen(ann);
    await own.ready();
    const phone = chat.listen(await chat.anotherDevice(ann));
    await phone.ready();
    for (const one of [ann, ben, eve]) expect(await asked(one, ann)).toEqual(Array.from({ length: 5 }, () => first));
    phone.stop();
    const id = parseId(ann.id)?.key as bigint;
    await expect.poll(async () => (await chat.node.chat.oversight.connections(id)).length).toBe(1);
    expect(await toldOfOthers(atBens, ben)).toEqual([]);
    expect(await toldOfOthers(atEves, eve)).toEqual([]);
    for (const one of [ann, ben, eve]) expect(await asked(one, ann)).toEqual(Array.from({ length: 5 }, () => first));
  });

  it('is hidden from strangers like any other user', async () => {
    const { ann, ben } = await three();
    await act(chat, ann, 'setPresence', { status: 'INVISIBLE' });
    expect(await shown(ben, ann)).toBeNull();
    expect(await toldOfOthers(watching(chat, ben, ann, ben), ben)).toEqual([]);
  });
});

describe('the time when a user was last online', () => {
  it('is shown to nobody, in every way to read presence, if the user hides it', async () => {
    const { ann, ben, eve } = await three();
    await befriend(ann, ben);
    await chat.group(eve, ann);
    const [atBens, atEves] = [watching(chat, ben, ann, ben), watching(chat, eve, ann, eve)];
    const device = chat.listen(ann);
    await device.ready();
    await until(atBens, ann, 'ONLINE 1');
    device.stop();
    await until(atBens, ann, 'OFFLINE seen');
    await until(atEves, ann, 'OFFLINE seen');
    for (const one of [ben, eve]) expect(await shown(one, ann)).toBe('OFFLINE seen');
    await act(chat, ann, 'updateSettings', { lastSeen: false });
    await until(atBens, ann, 'OFFLINE');
    await until(atEves, ann, 'OFFLINE');
    for (const one of [ann, ben, eve]) expect(await shown(one, ann)).toBe('OFFLINE');
    // INVISIBLE stores a time too.
    await act(chat, ann, 'setPresence', { status: 'INVISIBLE' });
    for (const one of [ann, ben, eve]) expect(await shown(one, ann)).toBe('OFFLINE');
    expect(await toldOfOthers(atBens, ben)).toEqual([]);
    expect(await toldOfOthers(atEves, eve)).toEqual([]);
  });
});
