import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSessions } from '../../gateway/sessions.ts';
import { createAccessTokens } from '../../src/user/access-token.ts';
import { embeddedChat } from '../support/chat.ts';

test('of two concurrent renewals the token that expires later counts, in either order', async () => {
  const secret = randomBytes(32).toString('base64url');
  await using chat = await embeddedChat({ ACCESS_TOKEN_SECONDS: '60', SECRET_KEYS: `k:${secret}` });
  using sessions = createSessions(chat);
  const { viewer, accessToken } = await chat.users.signUp({ handle: 'ada', password: 'correct horse battery', address: 'test' });
  const [soon, later] = [createAccessTokens([{ id: 'k', secret }], 600), createAccessTokens([{ id: 'k', secret }], 900)];
  const [shorter, longer] = [await soon.sign(viewer, new Date()), await later.sign(viewer, new Date())];
  // Both are verified and cached here, so that both renewals take equally long.
  for (const token of [shorter, longer]) await chat.users.readToken(token.accessToken);
  for (const order of [
    [shorter, longer],
    [longer, shorter],
  ]) {
    const session = await sessions.follow(`Bearer ${accessToken}`, () => undefined);
    await Promise.all(order.map((token) => session.renew(`Bearer ${token.accessToken}`)));
    expect(session.access.expiresAt).toEqual(longer.accessTokenExpiresAt);
    session.stop();
  }
});
