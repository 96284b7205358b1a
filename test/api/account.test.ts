import { describe, expect, it } from 'vitest';
import {
  ChangeHandleDocument,
  ChangePasswordDocument,
  FindUsersDocument,
  MeDocument,
  RefreshTokenDocument,
  RenameSessionDocument,
  SessionsDocument,
  SignInDocument,
  SignOutOthersDocument,
  SignUpDocument,
  UserByHandleDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, password, type World, world } from '../support/world.ts';

const another = `${password} indeed`;

async function sessionsOf(chat: World, person: Person) {
  return given((await chat.ask(SessionsDocument, {}, person)).viewer, []).sessions;
}

/** Whether a token is valid, observed by a request with it. */
async function isSignedIn(chat: World, person: Pick<Person, 'token'>): Promise<boolean> {
  const answer = await chat.post(MeDocument, {}, person);
  if (answer.errors !== undefined) expect(refusals(answer.errors)).toEqual(['UNAUTHENTICATED']);
  return answer.errors === undefined;
}

describe('a handle', () => {
  const chat = world({ HANDLE_CHANGES: '2' });

  async function change(person: Person, handle: string) {
    return (await chat.ask(ChangeHandleDocument, { input: { handle } }, person)).changeHandle;
  }

  it('changes on all devices at once and for a device that catches up, and only the new one finds the user and signs in', async () => {
    const [phone, ben] = await chat.people('ann', 'ben');
    const desk = await chat.anotherDevice(phone);
    const after = await chat.positions(desk);
    const live = chat.listen(desk);
    await live.ready();
    const handle = `anna.${phone.handle.slice(4)}`;
    expect(await change(phone, handle.toUpperCase())).toEqual({ user: { id: phone.id, handle }, errors: [] });
    expect((await live.nextOf('ViewerChanged')).viewer?.user.handle).toBe(handle);
    const missed = await chat.listen(desk, after).ready();
    expect(missed.map(({ __typename }) => __typename)).toEqual(['ViewerChanged', 'StreamReady']);
    const find = async (text: string) => (await chat.ask(UserByHandleDocument, { handle: text }, ben)).user?.id;
    expect([await find(handle), await find(phone.handle)]).toEqual([phone.id, undefined]);
    const signIn = (text: string) => chat.ask(SignInDocument, { input: { handle: text, password } });
    expect(refusals((await signIn(phone.handle)).signIn.errors)).toEqual(['INVALID_CREDENTIALS']);
    expect(refusals((await signIn(handle)).signIn.errors)).toEqual([]);
  });

  it('that its owner gave up is refused to everybody else, and the former owner can take it back at once', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    await change(ann, `x.${ann.handle}`);
    expect(refusals((await change(ben, ann.handle)).errors)).toEqual(['CONFLICT input.handle']);
    const { signUp } = await chat.ask(SignUpDocument, { input: { handle: ann.handle, password } });
    expect(refusals(signUp.errors)).toEqual(['CONFLICT input.handle']);
    expect(refusals((await change(ann, ann.handle)).errors)).toEqual([]);
  });

  it('changes a limited number of times a day, and the refusal says when the next change is possible', async () => {
    const [ann] = await chat.people('ann');
    for (const place of [1, 2]) expect(refusals((await change(ann, `${place}.${ann.handle}`)).errors)).toEqual([]);
    const { user, errors } = await change(ann, `3.${ann.handle}`);
    expect(user).toBeNull();
    expect(errors).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) }]);
  });
});

describe('the search for users', () => {
  const chat = world({ SEARCHES_PER_MINUTE: '3' });

  it('is throttled per user, across documents, and the typed error says when to retry', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const page = await chat.ask(FindUsersDocument, { search: ann.handle, first: 1 }, ann);
    expect(page.users.edges.map(({ node }) => node.id)).toEqual([ann.id]);
    for (let times = 0; times < 2; times += 1) await chat.ask(FindUsersDocument, { search: 'x' }, ann);
    const { data, errors } = await chat.post(FindUsersDocument, { search: 'x' }, ann);
    expect(data ?? null).toBeNull();
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) }]);
    await chat.ask(FindUsersDocument, { search: 'x' }, ben);
  });
});

describe('a password', () => {
  const chat = world({ SIGN_IN_ATTEMPTS: '3' });

  async function change(person: Person, currentPassword: string, newPassword: string) {
    return (await chat.ask(ChangePasswordDocument, { input: { currentPassword, newPassword } }, person)).changePassword;
  }

  it('when changed, signs out every other device, closes its sockets at once, and leaves the requesting device signed in', async () => {
    const [phone] = await chat.people('ann');
    const [desk, tablet] = [await chat.anotherDevice(phone, 'desk'), await chat.anotherDevice(phone, 'tablet')];
    const [onPhone, onDesk] = [chat.listen(phone), chat.listen(desk)];
    await Promise.all([onPhone.ready(), onDesk.ready()]);
    const changed = await change(phone, password, another);
    expect(changed.errors).toEqual([]);
    expect(changed.sessionIds).toHaveLength(2);
    expect(changed.viewer?.sessions).toHaveLength(1);
    expect((await onDesk.end()).ending).toMatchObject({ how: 'closed', code: 4401 });
    for (const gone of [desk, tablet]) {
      expect(await isSignedIn(chat, gone)).toBe(false);
      const { refreshToken } = await chat.ask(RefreshTokenDocument, { input: { refreshToken: gone.refreshToken } });
      expect(refusals(refreshToken.errors)).toEqual(['INVALID_CREDENTIALS']);
    }
    expect(await isSignedIn(chat, phone)).toBe(true);
    for (let left = 2; left > 0; left -= 1) await onPhone.nextOf('ViewerChanged');
    const { signIn } = await chat.ask(SignInDocument, { input: { handle: phone.handle, password: another } });
    expect(refusals(signIn.errors)).toEqual([]);
  });

  it('that is wrong is refused with its field, and after too many attempts even the right one is refused', async () => {
    const [ann] = await chat.people('ann');
    for (let times = 0; times < 3; times += 1) {
      expect(refusals((await change(ann, 'wrong horse battery', another)).errors)).toEqual(['INVALID_CREDENTIALS input.currentPassword']);
    }
    const { sessionIds, errors } = await change(ann, password, another);
    expect(sessionIds).toEqual([]);
    expect(errors).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) }]);
    expect(await isSignedIn(chat, ann)).toBe(true);
  });

  it('cannot be changed to one that is too short', async () => {
    const [ann] = await chat.people('ann');
    expect(refusals((await change(ann, password, 'short')).errors)).toEqual(['INVALID_INPUT input.newPassword']);
  });
});

describe('a session', () => {
  const chat = world();

  it('is renamed on all devices, live and for a device that catches up', async () => {
    const [phone] = await chat.people('ann');
    const desk = await chat.anotherDevice(phone, 'desk');
    const after = await chat.positions(phone);
    const live = chat.listen(phone);
    await live.ready();
    const sessionId = given((await sessionsOf(chat, desk)).find(({ viewerIsCurrent }) => viewerIsCurrent)?.id, []);
    const { renameSession } = await chat.ask(RenameSessionDocument, { input: { sessionId, deviceName: 'the desk at home' } }, phone);
    expect(renameSession).toEqual({ session: { id: sessionId, deviceName: 'the desk at home' }, errors: [] });
    const names = ['the desk at home', 'unknown device'];
    expect((await live.nextOf('ViewerChanged')).viewer?.sessions.map(({ deviceName }) => deviceName)).toEqual(names);
    const [missed] = await chat.listen(phone, after).ready();
    expect(missed).toMatchObject({ __typename: 'ViewerChanged', viewer: { sessions: names.map((deviceName) => ({ deviceName })) } });
  });

  it('of another user can be neither renamed nor named as the one to keep', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const sessionId = given((await sessionsOf(chat, ben))[0], []).id;
    const { renameSession } = await chat.ask(RenameSessionDocument, { input: { sessionId, deviceName: 'mine' } }, ann);
    const { signOutOthers } = await chat.ask(SignOutOthersDocument, { input: { sessionId } }, ann);
    expect([renameSession, signOutOthers].map(({ errors }) => refusals(errors))).toEqual(Array(2).fill(['NOT_FOUND input.sessionId']));
    expect((await sessionsOf(chat, ben)).map(({ deviceName }) => deviceName)).toEqual(['unknown device']);
    expect(await isSignedIn(chat, ann)).toBe(true);
  });

  it('is the only one left when all others are signed out, and their sockets close with 4401', async () => {
    const [phone] = await chat.people('ann');
    const desk = await chat.anotherDevice(phone);
    const onDesk = chat.listen(desk);
    await onDesk.ready();
    const { signOutOthers } = await chat.ask(SignOutOthersDocument, { input: {} }, phone);
    expect(signOutOthers.errors).toEqual([]);
    expect(signOutOthers.sessionIds).toHaveLength(1);
    expect((await onDesk.end()).ending).toMatchObject({ how: 'closed', code: 4401 });
    expect([await isSignedIn(chat, desk), await isSignedIn(chat, phone)]).toEqual([false, true]);
  });
});
