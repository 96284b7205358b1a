import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminUrl, askAdmin } from '../support/admin-caller.ts';
import { DeleteAccountDocument, RefreshTokenDocument, SignInDocument, SignInWithTokenDocument } from '../support/generated/graphql.ts';
import { audience, backendToken, now } from '../support/issuer.ts';
import { type OpenIdProvider, startOpenIdProvider, webApp } from '../support/openid-provider.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, password, type World, world } from '../support/world.ts';

async function signIn(place: World, token: string): Promise<Person> {
  const { signInWithToken: signedIn } = await place.ask(SignInWithTokenDocument, { input: { token } });
  const { id, handle } = given(signedIn.viewer, signedIn.errors).user;
  return { id, handle, token: given(signedIn.accessToken, []), refreshToken: given(signedIn.refreshToken, []) };
}

describe('with tokens of a backend, and passwords', () => {
  const secret = randomBytes(32).toString('hex');
  const iss = 'the-shop';
  const place = world({ IDENTITY_ISSUER: iss, IDENTITY_AUDIENCE: audience, IDENTITY_SECRET: secret });

  function token(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return backendToken(secret, { iss, ...claims });
  }

  it('a user who signs in with a token receives messages like any other user', async () => {
    const [ann] = await place.people('ann');
    const ada = await signIn(place, await token({ sub: 'customer 7', name: 'Ada', picture: 'https://example.org/a.png' }));
    const ear = place.listen(ada);
    await ear.ready();
    await place.say(ann, await place.direct(ann, ada), 'welcome');
    const { messageEdge } = await ear.nextOf('MessageSent');
    expect(messageEdge?.node.text).toBe('welcome');
  });

  it('signing in with a token returns the user, who has no password, and the session continues with refreshes', async () => {
    const given = { sub: randomUUID(), preferred_username: `x.${randomBytes(4).toString('hex')}`, name: 'Ada' };
    const { signInWithToken } = await place.ask(SignInWithTokenDocument, { input: { token: await token(given), deviceKind: 'MOBILE' } });
    expect(signInWithToken).toMatchObject({
      viewer: { hasPassword: false, user: { handle: given.preferred_username, displayName: 'Ada', avatarUrl: null } },
      errors: [],
    });
    const { refreshToken } = await place.ask(RefreshTokenDocument, { input: { refreshToken: signInWithToken.refreshToken ?? '' } });
    expect(refreshToken.viewer?.user.id).toBe(signInWithToken.viewer?.user.id);
  });

  it('an expired token of MPIM’s own that is sent along does not stop a sign-in', async () => {
    const { signInWithToken } = await place.ask(
      SignInWithTokenDocument,
      { input: { token: await token({ sub: randomUUID() }) } },
      { token: 'not.a.token' },
    );
    expect(signInWithToken.errors).toEqual([]);
  });

  it('a refused token has a reason, and tokens of MPIM and of the backend do not stand in for each other', async () => {
    const { signInWithToken } = await place.ask(SignInWithTokenDocument, { input: { token: await token({ sub: 'a', exp: 1_000 }) } });
    expect(signInWithToken).toMatchObject({ viewer: null, accessToken: null, refreshToken: null });
    expect(refusals(signInWithToken.errors)).toEqual(['INVALID_CREDENTIALS input.token']);
    expect(signInWithToken.errors[0]?.message).toContain('It has expired.');

    const ada = await signIn(place, await token({ sub: 'ada' }));
    const { signInWithToken: own } = await place.ask(SignInWithTokenDocument, { input: { token: ada.token } });
    expect(refusals(own.errors)).toEqual(['INVALID_CREDENTIALS input.token']);
    const { errors } = await place.post(DeleteAccountDocument, { input: { messages: 'KEEP' } }, { token: await token({ sub: 'ada' }) });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('an account is deleted with a fresh token of the same user', async () => {
    const sub = randomUUID();
    const ada = await signIn(place, await token({ sub }));
    const ear = place.listen(ada);
    await ear.ready();
    for (const [given, field] of [
      [await token({ sub, iat: now() - 3_600 }), 'token'],
      [await token({ sub: 'another' }), 'token'],
      [undefined, 'password'],
    ] as const) {
      const { deleteAccount } = await place.ask(DeleteAccountDocument, { input: { token: given, messages: 'KEEP' } }, ada);
      expect(refusals(deleteAccount.errors)).toEqual([`${given === undefined ? 'INVALID_INPUT' : 'INVALID_CREDENTIALS'} input.${field}`]);
    }
    const { deleteAccount } = await place.ask(DeleteAccountDocument, { input: { token: await token({ sub }), messages: 'KEEP' } }, ada);
    expect(deleteAccount).toEqual({ userId: ada.id, errors: [] });
    expect((await ear.end()).ending).toMatchObject({ how: 'closed', code: 4401 });
    expect((await signIn(place, await token({ sub }))).id).not.toBe(ada.id);
  });

  it('operators see a user’s identities, and find the user by one', async () => {
    const sub = randomUUID();
    const ada = await signIn(place, await token({ sub }));
    await place.node.chat.roles.give({ handle: ada.handle, role: 'ADMIN' });
    const admin = await signIn(place, await token({ sub }));
    const document =
      'query ($subject: String!, $issuer: String) { userByIdentity(subject: $subject, issuer: $issuer) { id identities { issuer subject } } }';
    const found = { userByIdentity: { id: ada.id, identities: [{ issuer: iss, subject: sub }] } };
    expect((await askAdmin(adminUrl(place), document, { subject: sub }, admin)).data).toEqual(found);
    expect((await askAdmin(adminUrl(place), document, { subject: sub, issuer: iss }, admin)).data).toEqual(found);
    expect((await askAdmin(adminUrl(place), document, { subject: sub, issuer: 'x' }, admin)).data).toEqual({ userByIdentity: null });
  });
});

describe('with an OpenID provider, and no passwords', () => {
  let provider: OpenIdProvider;
  beforeAll(async () => {
    provider = await startOpenIdProvider();
    env['IDENTITY_ISSUER'] = provider.url;
  });
  afterAll(() => provider[Symbol.asyncDispose]());
  // The provider’s address is known once it runs.
  const env: Record<string, string> = { IDENTITY_AUDIENCE: webApp, PASSWORDS: 'false' };
  const place = world(env);

  it('a user of the provider is signed in, as the same user each time, with the name and avatar from there', async () => {
    const ada = await signIn(place, await provider.idToken('ada'));
    expect(ada.handle).toBe('ada');
    expect((await signIn(place, await provider.idToken('ada'))).id).toBe(ada.id);
    expect((await signIn(place, await provider.idToken('bob'))).id).not.toBe(ada.id);
    const [user] = await place.node.chat.users.byIds([(await place.node.chat.users.byHandle('ada'))?.id ?? 0n]);
    expect(user).toMatchObject({ displayName: 'ada of elsewhere', avatarUrl: 'https://example.org/ada.png' });
  });

  it('nobody can sign in with a password', async () => {
    const { signIn: refused } = await place.ask(SignInDocument, { input: { handle: 'ada', password } });
    expect(refusals(refused.errors)).toEqual(['FORBIDDEN']);
  });
});
