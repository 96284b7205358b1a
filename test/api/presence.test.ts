import { describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  BlockUserDocument,
  LeaveGroupDocument,
  OwnPresenceDocument,
  PresencesDocument,
  RemoveContactDocument,
  RequestContactDocument,
  SetPresenceDocument,
  type SetPresenceInput,
  SignInDocument,
  SignOutDocument,
  UnblockUserDocument,
  UpdateSettingsDocument,
  WatchProfilesDocument,
} from '../support/generated/graphql.ts';
import type { Listening } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { seenInWords, type Watching, watching } from '../support/watching.ts';
import { given, type Person, password, world } from '../support/world.ts';

// One world has a short grace, after which a device that disconnects is offline within the test. The other has a long one, during which it
// stays online. Their leases are short, because there is only one node to wait for.
const alone = { NODE_LEASE_MS: '200' };
const brief = world({ ...alone, PRESENCE_GRACE_MS: '200' });
const lasting = world({ ...alone, PRESENCE_GRACE_MS: '60000' });

type Chat = typeof brief;

async function set(chat: Chat, as: Person, input: SetPresenceInput) {
  return (await chat.ask(SetPresenceDocument, { input }, as)).setPresence;
}

async function seen(chat: Chat, as: Person, ...people: readonly Person[]): Promise<readonly (string | null)[]> {
  const { presence } = await chat.ask(PresencesDocument, { userIds: people.map(({ id }) => id) }, as);
  return presence.map((one) => one && seenInWords(one));
}

async function befriend(chat: Chat, one: Person, other: Person): Promise<void> {
  await chat.ask(RequestContactDocument, { input: { userId: other.id } }, one);
  await chat.ask(RequestContactDocument, { input: { userId: one.id } }, other);
}

/** Reads what is sent about a user, up to and including a presence in these words. */
async function until(atBens: Watching, person: Person, words: string): Promise<readonly string[]> {
  const told: string[] = [];
  while (told.at(-1) !== words) told.push(seenInWords(await atBens.of(person)));
  return told;
}

describe('presence', () => {
  it('is sent to watchers: once at first, then with each change', async () => {
    const [ann, ben] = await brief.people('ann', 'ben');
    await brief.group(ben, ann);
    const atBens = watching(brief, ben, ann);
    expect(await until(atBens, ann, 'OFFLINE')).toEqual(['OFFLINE']);
    const desk = brief.socket(ann);
    expect(await until(atBens, ann, 'ONLINE 1')).toEqual(['ONLINE 1']);
    const phone = brief.socket(await brief.anotherDevice(ann));
    expect(await until(atBens, ann, 'ONLINE 2')).toEqual(['ONLINE 2']);
    await desk.dispose();
    expect(await until(atBens, ann, 'ONLINE 1')).toEqual(['ONLINE 1']);
    await phone.dispose();
    expect(await until(atBens, ann, 'OFFLINE seen')).toEqual(['OFFLINE seen']);
    expect(await seen(brief, ben, ann)).toEqual(['OFFLINE seen']);
  });

  it('is sent for several users also if the document selects more than the event carries', async () => {
    const [ann, ben, cleo] = await brief.people('ann', 'ben', 'cleo');
    await brief.group(ben, ann, cleo);
    const results = subscribe(brief.socket(ben), WatchProfilesDocument, { userIds: [ann.id, cleo.id] });
    const told = [await results.next(), await results.next()].map(({ value }) => value?.data?.presence.user.displayName);
    expect(told.toSorted()).toEqual([ann.handle, cleo.handle]);
  });

  it('counts a device once, however many connections it has', async () => {
    const [ann, ben] = await brief.people('ann', 'ben');
    await brief.group(ben, ann);
    const atBens = watching(brief, ben, ann);
    await until(atBens, ann, 'OFFLINE');
    const tabs = [brief.socket(ann), brief.socket(ann)];
    await until(atBens, ann, 'ONLINE 1');
    await expect.poll(() => seen(brief, ben, ann)).toEqual(['ONLINE 1']);
    for (const tab of tabs) await tab.dispose();
    expect(await until(atBens, ann, 'OFFLINE seen')).toEqual(['OFFLINE seen']);
  });

  it('stays ONLINE for a device that reconnects within the grace', async () => {
    const [ann, ben] = await lasting.people('ann', 'ben');
    await lasting.group(ben, ann);
    const atBens = watching(lasting, ben, ann);
    await until(atBens, ann, 'OFFLINE');
    for (let n = 0; n < 5; n += 1) {
      const device = lasting.socket(ann);
      await expect.poll(() => seen(lasting, ben, ann)).toEqual(['ONLINE 1']);
      await device.dispose();
    }
    await set(lasting, ann, { status: 'BUSY' });
    expect(await until(atBens, ann, 'BUSY 1')).toEqual(['ONLINE 1', 'BUSY 1']);
  });

  it('ends with a sign-out, after the grace', async () => {
    const [ann, ben] = await brief.people('ann', 'ben');
    await brief.group(ben, ann);
    const atBens = watching(brief, ben, ann);
    const own = brief.listen(ann);
    await own.ready();
    await until(atBens, ann, 'ONLINE 1');
    await brief.ask(SignOutDocument, { input: {} }, ann);
    await own.end();
    expect(await until(atBens, ann, 'OFFLINE seen')).toEqual(['OFFLINE seen']);
  });
});

describe('a user’s status', () => {
  it('is sent to watchers and to the user’s own devices', async () => {
    const [ann, ben] = await lasting.people('ann', 'ben');
    await lasting.group(ben, ann);
    const atBens = watching(lasting, ben, ann);
    const own = lasting.listen(ann);
    await own.ready();
    await until(atBens, ann, 'ONLINE 1');
    const busy = await set(lasting, ann, { status: 'BUSY', statusText: 'in a meeting' });
    expect(busy).toMatchObject({
      presence: { status: 'BUSY', statusText: 'in a meeting', devices: 1, user: { id: ann.id } },
      viewer: { presenceChoice: 'BUSY', statusText: 'in a meeting', statusUntil: null },
      errors: [],
    });
    expect(await until(atBens, ann, 'BUSY 1 in a meeting')).toEqual(['BUSY 1 in a meeting']);
    await own.nextOf('ViewerChanged');
    await set(lasting, ann, { status: 'AWAY' });
    expect(await until(atBens, ann, 'AWAY 1 in a meeting')).toEqual(['AWAY 1 in a meeting']);
    await set(lasting, ann, { status: 'ONLINE', statusText: null });
    expect(await until(atBens, ann, 'ONLINE 1')).toEqual(['ONLINE 1']);
    const { viewer } = await lasting.ask(OwnPresenceDocument, {}, ann);
    expect(viewer).toMatchObject({ presenceChoice: 'ONLINE', statusText: null, user: { viewerPresence: { status: 'ONLINE' } } });
  });

  it('can be INVISIBLE: others see the user as offline', async () => {
    const [ann, ben] = await brief.people('ann', 'ben');
    await brief.group(ben, ann);
    const atBens = watching(brief, ben, ann);
    const device = brief.socket(ann);
    await until(atBens, ann, 'ONLINE 1');
    expect((await set(brief, ann, { status: 'INVISIBLE' })).presence).toMatchObject({ status: 'OFFLINE', devices: 0 });
    const hidden = await atBens.of(ann);
    expect(seenInWords(hidden)).toBe('OFFLINE seen');
    // Neither disconnecting nor reconnecting is shown, and the time when she was last online stays the same.
    await device.dispose();
    brief.socket(ann);
    await expect
      .poll(async () => (await brief.node.chat.oversight.connections(BigInt(Buffer.from(ann.id, 'base64url').toString().slice(5)))).length)
      .toBe(1);
    const { presence } = await brief.ask(PresencesDocument, { userIds: [ann.id] }, ben);
    expect(presence).toEqual([hidden]);
    await set(brief, ann, { status: 'ONLINE' });
    expect(await until(atBens, ann, 'ONLINE 1')).toEqual(['ONLINE 1']);
  });

  it('shows a text until it expires', async () => {
    const [ann, ben] = await lasting.people('ann', 'ben');
    await lasting.group(ben, ann);
    const atBens = watching(lasting, ben, ann);
    await until(atBens, ann, 'OFFLINE');
    const statusUntil = new Date(Date.now() + 1_500).toISOString();
    await set(lasting, ann, { status: 'ONLINE', statusText: 'back soon', statusUntil });
    expect(await until(atBens, ann, 'OFFLINE back soon')).toEqual(['OFFLINE back soon']);
    expect(await until(atBens, ann, 'OFFLINE')).toEqual(['OFFLINE']);
    expect((await lasting.ask(OwnPresenceDocument, {}, ann)).viewer).toMatchObject({ statusText: null, statusUntil: null });
  });

  it('can hide when the user was last online', async () => {
    const [ann, ben] = await brief.people('ann', 'ben');
    await brief.group(ben, ann);
    const atBens = watching(brief, ben, ann);
    await brief.ask(UpdateSettingsDocument, { input: { lastSeen: false } }, ann);
    const device = brief.socket(ann);
    await until(atBens, ann, 'ONLINE 1');
    await device.dispose();
    expect(await until(atBens, ann, 'OFFLINE')).toEqual(['OFFLINE']);
    await brief.ask(UpdateSettingsDocument, { input: { lastSeen: true } }, ann);
    expect(await until(atBens, ann, 'OFFLINE seen')).toEqual(['OFFLINE seen']);
  });

  it('is refused if it is malformed, and nothing changes', async () => {
    const [ann] = await lasting.people('ann');
    for (const [input, refusal] of [
      [{ status: 'BUSY', statusText: 'x'.repeat(101) }, 'INVALID_INPUT input.statusText'],
      [{ status: 'BUSY', statusText: '\u200b' }, 'INVALID_INPUT input.statusText'],
      [{ status: 'BUSY', statusText: 'two\nlines' }, 'INVALID_INPUT input.statusText'],
      [{ status: 'BUSY', statusText: 'x', statusUntil: '2001-01-01T00:00:00.000Z' }, 'INVALID_INPUT input.statusUntil'],
    ] as const) {
      expect(refusals((await set(lasting, ann, input)).errors)).toEqual([refusal]);
    }
    expect((await lasting.ask(OwnPresenceDocument, {}, ann)).viewer).toMatchObject({ presenceChoice: 'ONLINE', statusText: null });
  });

  it('can be changed often but not without limit, and repeating it costs nothing', async () => {
    const [ann] = await lasting.people('ann');
    for (let n = 0; n < 60; n += 1) expect((await set(lasting, ann, { status: n % 2 === 0 ? 'BUSY' : 'AWAY' })).errors).toEqual([]);
    expect((await set(lasting, ann, { status: 'AWAY' })).errors).toEqual([]);
    expect(refusals((await set(lasting, ann, { status: 'BUSY' })).errors)).toEqual(['RATE_LIMITED']);
  });
});

describe('a watcher', () => {
  it('sees contacts, fellow members and themselves, and null for others', async () => {
    const [ann, ben, eve] = await lasting.people('ann', 'ben', 'eve');
    await befriend(lasting, ann, ben);
    expect(await seen(lasting, ann, ben, eve, ann)).toEqual(['OFFLINE', null, 'OFFLINE']);
    const atAnns = watching(lasting, ann, eve, ben);
    expect((await atAnns.next()).user.id).toBe(ben.id);
    // A user who can be watched later is sent then.
    await lasting.group(eve, ann);
    expect((await atAnns.next()).user.id).toBe(eve.id);
  });

  it('sees a stranger from the first message of their direct conversation on, and not before', async () => {
    const [ann, ben] = await lasting.people('ann', 'ben');
    const id = await lasting.direct(ann, ben);
    expect(await seen(lasting, ann, ben)).toEqual([null]);
    await lasting.say(ann, id, 'hello');
    expect(await seen(lasting, ann, ben)).toEqual(['OFFLINE']);
    expect(await seen(lasting, ben, ann)).toEqual(['OFFLINE']);
  });

  it('is sent OFFLINE, and nothing more, once the two share nothing', async () => {
    const [ann, ben, cleo] = await lasting.people('ann', 'ben', 'cleo');
    const id = await lasting.group(ann, ben);
    await befriend(lasting, ann, ben);
    await befriend(lasting, ann, cleo);
    const [atBens, atAnns, atCleos] = [watching(lasting, ben, ann), watching(lasting, ann, ben), watching(lasting, cleo, ann)];
    await until(atBens, ann, 'ONLINE 1');
    await until(atAnns, ben, 'ONLINE 1');
    await lasting.ask(LeaveGroupDocument, { input: { groupId: id } }, ben);
    // They are still contacts.
    await set(lasting, ann, { status: 'BUSY' });
    expect(await until(atBens, ann, 'BUSY 1')).toEqual(['BUSY 1']);
    await lasting.ask(RemoveContactDocument, { input: { userId: ben.id } }, ann);
    expect(seenInWords(await atBens.of(ann))).toBe('OFFLINE');
    expect(seenInWords(await atAnns.of(ben))).toBe('OFFLINE');
    expect(await seen(lasting, ben, ann)).toEqual([null]);
    // By the time that Cleo gets this change, Ben would have got it too.
    for (const status of ['AWAY', 'BUSY'] as const) {
      await set(lasting, ann, { status });
      await until(atCleos, ann, `${status} 1`);
    }
    await lasting.group(ann, ben);
    expect(seenInWords(await atBens.of(ann))).toBe('BUSY 1');
  });

  it('sees a user who has blocked them as OFFLINE, and the other way round', async () => {
    const [ann, ben, cleo] = await lasting.people('ann', 'ben', 'cleo');
    await lasting.group(ann, ben, cleo);
    const [atBens, atAnns, atCleos] = [watching(lasting, ben, ann), watching(lasting, ann, ben), watching(lasting, cleo, ann)];
    await until(atBens, ann, 'ONLINE 1');
    await until(atAnns, ben, 'ONLINE 1');
    await lasting.ask(BlockUserDocument, { input: { userId: ben.id } }, ann);
    expect(seenInWords(await atBens.of(ann))).toBe('OFFLINE');
    expect(seenInWords(await atAnns.of(ben))).toBe('OFFLINE');
    expect([await seen(lasting, ben, ann), await seen(lasting, ann, ben)]).toEqual([['OFFLINE'], ['OFFLINE']]);
    for (const status of ['AWAY', 'BUSY'] as const) {
      await set(lasting, ann, { status, statusText: 'not for you' });
      await until(atCleos, ann, `${status} 1 not for you`);
    }
    await lasting.ask(UnblockUserDocument, { input: { userId: ben.id } }, ann);
    expect(seenInWords(await atBens.of(ann))).toBe('BUSY 1 not for you');
    expect(seenInWords(await atAnns.of(ben))).toBe('ONLINE 1');
  });

  it('must name users, up to 100 in a query and 500 in a subscription, and needs a token', async () => {
    const [ann] = await lasting.people('ann');
    const group = await lasting.group(ann);
    const malformed = await lasting.post(PresencesDocument, { userIds: [ann.id, group] }, ann);
    expect(refusals(malformed.errors)).toEqual(['BAD_USER_INPUT userIds.1']);
    const many = await lasting.post(PresencesDocument, { userIds: Array.from({ length: 101 }, () => ann.id) }, ann);
    expect(refusals(many.errors)).toEqual(['BAD_USER_INPUT userIds']);
    const tooMany = watching(lasting, ann, ...Array.from({ length: 501 }, () => ann));
    await expect(tooMany.next()).rejects.toThrow(/"code":"BAD_USER_INPUT","argument":\["userIds"\]/);
    expect((await lasting.post(PresencesDocument, { userIds: [ann.id] })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });
});

describe('devices', () => {
  const newest = world({ DEVICE_POLICY: 'newest' });
  const few = world({ MAX_CONNECTIONS: '2' });
  const quick = world({ ...alone, AWAY_SECONDS: '2' });

  async function signIn(chat: Chat, { handle, id }: Person, deviceKind: 'WEB' | 'MOBILE'): Promise<Person> {
    const { signIn: signedIn } = await chat.ask(SignInDocument, { input: { handle, password, deviceKind } });
    return { id, handle, token: given(signedIn.accessToken, signedIn.errors), refreshToken: given(signedIn.refreshToken, []) };
  }

  it('of one kind: with DEVICE_POLICY newest, the newest closes the others', async () => {
    const [ann] = await newest.people('ann');
    const [desk, lap, phone] = [await signIn(newest, ann, 'WEB'), await signIn(newest, ann, 'WEB'), await signIn(newest, ann, 'MOBILE')];
    const [atDesk, onPhone] = [newest.listen(desk), newest.listen(phone)];
    await Promise.all([atDesk.ready(), onPhone.ready()]);
    const again = newest.listen(desk);
    await again.ready();
    const onLap = newest.listen(lap);
    const closed = { how: 'closed', code: 1008, reason: 'Connected with another device of this kind' };
    expect((await atDesk.end()).ending).toEqual(closed);
    expect((await again.end()).ending).toEqual(closed);
    await onLap.ready();
    const id = await newest.group(ann);
    for (const one of [onLap, onPhone])
      expect(await one.nextOf('ConversationOpened')).toMatchObject({ conversationEdge: { node: { id } } });
  });

  it('beyond MAX_CONNECTIONS close the oldest connection', async () => {
    const [ann] = await few.people('ann');
    const listens: Listening[] = [];
    for (let n = 0; n < 3; n += 1) {
      const one = few.listen(ann);
      await one.ready();
      listens.push(one);
    }
    const [first, ...rest] = listens;
    expect((await given(first, []).end()).ending).toMatchObject({ how: 'closed', code: 1008 });
    const id = await few.group(ann);
    for (const one of rest) expect(await one.nextOf('ConversationOpened')).toMatchObject({ conversationEdge: { node: { id } } });
  });

  it('without a request for AWAY_SECONDS make their user AWAY, until the next request', async () => {
    const [ann, ben] = await quick.people('ann', 'ben');
    const id = await quick.group(ben, ann);
    const atBens = watching(quick, ben, ann);
    const own = quick.listen(ann);
    await own.ready();
    await until(atBens, ann, 'AWAY 1');
    await quick.say(ann, id, 'I am here');
    expect(await until(atBens, ann, 'ONLINE 1')).toEqual(['ONLINE 1']);
  });
});
