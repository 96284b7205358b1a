import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { post } from '../gateway/http.ts';
import { MeDocument, SignInDocument, SignUpDocument } from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { password, serverStream, world } from '../support/world.ts';

function newHandle(): string {
  return `new.${randomBytes(6).toString('hex')}`;
}

describe('signing up', () => {
  const chat = world();

  it('creates a user, whose handle is stored in lower case and is the display name by default', async () => {
    const handle = newHandle();
    const { signUp } = await chat.ask(SignUpDocument, { input: { handle: handle.toUpperCase(), password } });
    expect(signUp.viewer?.user).toMatchObject({ handle, displayName: handle });
    expect(signUp.errors).toEqual([]);
  });

  it('signs in at once, with an access token that is valid', async () => {
    const { signUp } = await chat.ask(SignUpDocument, { input: { handle: newHandle(), password, displayName: 'Ann Other' } });
    expect(Date.parse(signUp.accessTokenExpiresAt ?? '')).toBeGreaterThan(Date.now());
    const { viewer } = await chat.ask(MeDocument, {}, { token: signUp.accessToken ?? '' });
    expect(viewer?.user).toMatchObject({ id: signUp.viewer?.user.id, displayName: 'Ann Other' });
  });

  it('returns everything that the new viewer can read', async () => {
    const handle = newHandle();
    const { data } = await post(
      chat.url,
      `mutation ($input: SignUpInput!) {
        signUp(input: $input) {
          viewer {
            user { id handle }
            sessions { viewerIsCurrent }
            positions { streamId seq }
            unread { messages conversations }
            conversations { edges { cursor } }
          }
        }
      }`,
      {},
      { input: { handle, password } },
    );
    const { viewer } = data.signUp;
    expect(viewer).toEqual({
      user: { id: viewer.user.id, handle },
      sessions: [{ viewerIsCurrent: true }],
      positions: [
        { streamId: viewer.user.id, seq: 1 },
        { streamId: serverStream, seq: 0 },
      ],
      unread: { messages: 0, conversations: 0 },
      conversations: { edges: [] },
    });
  });

  it('treats an explicit null as absent', async () => {
    const handle = newHandle();
    const { signUp } = await chat.ask(SignUpDocument, { input: { handle, password, displayName: null, deviceName: null } });
    expect(signUp.viewer?.user.displayName).toBe(handle);
  });

  it('refuses a handle that is taken, in any case, and returns no tokens', async () => {
    const [ann] = await chat.people('ann');
    const { signUp } = await chat.ask(SignUpDocument, { input: { handle: ann.handle.toUpperCase(), password } });
    expect(refusals(signUp.errors)).toEqual(['CONFLICT input.handle']);
    expect(signUp).toMatchObject({ viewer: null, accessToken: null, accessTokenExpiresAt: null, refreshToken: null });
  });

  it('gives a handle to one of several concurrent requests', async () => {
    const handle = newHandle();
    const attempts = await Promise.all(Array.from({ length: 5 }, () => chat.ask(SignUpDocument, { input: { handle, password } })));
    const outcomes = attempts.map(({ signUp }) => refusals(signUp.errors).join());
    expect(outcomes.toSorted()).toEqual(['', ...Array.from({ length: 4 }, () => 'CONFLICT input.handle')]);
  });

  it.each([
    ['handle', { handle: 'ab' }],
    ['handle', { handle: 'a'.repeat(33) }],
    ['handle', { handle: 'ann other' }],
    ['handle', { handle: 'änn' }],
    ['handle', { handle: '' }],
    ['password', { password: 'short' }],
    ['password', { password: 'x'.repeat(257) }],
    ['displayName', { displayName: ' ' }],
    ['displayName', { displayName: 'x'.repeat(65) }],
    ['deviceName', { deviceName: 'x'.repeat(101) }],
  ])('refuses an invalid %s by its name: %o', async (field, wrong) => {
    const { signUp } = await chat.ask(SignUpDocument, { input: { handle: newHandle(), password, ...wrong } });
    expect(refusals(signUp.errors)).toEqual([`INVALID_INPUT input.${field}`]);
    expect(signUp.accessToken).toBeNull();
  });
});

describe('signing in', () => {
  const chat = world({ MAX_SESSIONS: '2' });

  it('accepts the handle in any case', async () => {
    const [ann] = await chat.people('ann');
    const { signIn } = await chat.ask(SignInDocument, { input: { handle: ann.handle.toUpperCase(), password } });
    expect(signIn.viewer?.user.id).toBe(ann.id);
    expect(signIn.errors).toEqual([]);
  });

  it('answers a wrong handle like a wrong password', async () => {
    const [ann] = await chat.people('ann');
    const wrong = [
      { handle: ann.handle, password: 'wrong horse battery' },
      { handle: ann.handle, password: '' },
      { handle: newHandle(), password },
      { handle: 'no handle at all', password },
    ];
    const answers = await Promise.all(wrong.map((input) => chat.ask(SignInDocument, { input })));
    expect(refusals(answers[0]?.signIn.errors)).toEqual(['INVALID_CREDENTIALS']);
    expect(answers[0]?.signIn).toMatchObject({ viewer: null, accessToken: null, refreshToken: null });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('ends the oldest session beyond MAX_SESSIONS', async () => {
    const [oldest] = await chat.people('ann');
    const second = await chat.anotherDevice(oldest);
    const sockets = chat.listen(oldest);
    await sockets.ready();
    const third = await chat.anotherDevice(oldest);
    expect((await sockets.end()).ending).toMatchObject({ how: 'closed', code: 4401 });
    expect(refusals((await chat.post(MeDocument, {}, oldest)).errors)).toEqual(['UNAUTHENTICATED']);
    for (const device of [second, third]) expect((await chat.ask(MeDocument, {}, device)).viewer?.user.id).toBe(oldest.id);
  });
});

describe('attempts to sign in', () => {
  const chat = world({ SIGN_IN_ATTEMPTS: '3', ADDRESS_ATTEMPTS: '10' });

  async function attempt(handle: string, secret: string): Promise<readonly string[]> {
    return refusals((await chat.ask(SignInDocument, { input: { handle, password: secret } })).signIn.errors);
  }

  it('are throttled by handle, even with the right password, then by address, and sign-ups are throttled too', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    for (let n = 0; n < 3; n += 1) expect(await attempt(ann.handle, 'wrong horse battery')).toEqual(['INVALID_CREDENTIALS']);
    const { signIn } = await chat.ask(SignInDocument, { input: { handle: ann.handle, password } });
    expect(refusals(signIn.errors)).toEqual(['RATE_LIMITED']);
    expect(signIn.errors[0]?.retryAfterMs).toBeGreaterThan(0);
    expect(signIn.accessToken).toBeNull();
    // No other user is affected.
    expect(await attempt(ben.handle, password)).toEqual([]);

    // Three attempts have failed from this address. Seven more use it up, whatever the handles.
    for (let n = 0; n < 7; n += 1) expect(await attempt(newHandle(), password)).toEqual(['INVALID_CREDENTIALS']);
    expect(await attempt(ben.handle, password)).toEqual(['RATE_LIMITED']);
    // Sign-ups are counted separately: two were made, eight are left.
    for (let n = 0; n < 8; n += 1) await chat.people('more');
    const { signUp } = await chat.ask(SignUpDocument, { input: { handle: newHandle(), password } });
    expect(refusals(signUp.errors)).toEqual(['RATE_LIMITED']);
    expect(signUp.errors[0]?.retryAfterMs).toBeGreaterThan(0);
  });
});
