import { expect, it } from 'vitest';
import { MeDocument, RefreshTokenDocument, SignInDocument, SignOutDocument } from '../support/generated/graphql.ts';
import { password, world } from '../support/world.ts';

const chat = world();
const stale = { token: 'not.a.token' };

it('a token that is no longer valid does not stop a refresh or a sign-in that it is sent with', async () => {
  const [ann] = await chat.people('ann');
  const { refreshToken } = await chat.ask(RefreshTokenDocument, { input: { refreshToken: ann.refreshToken } }, stale);
  expect(refreshToken).toMatchObject({ errors: [], viewer: { user: { id: ann.id } } });
  const { signIn } = await chat.ask(SignInDocument, { input: { handle: ann.handle, password } }, stale);
  expect(signIn).toMatchObject({ errors: [], viewer: { user: { id: ann.id } } });
});

it('a token that is no longer valid is refused for everything else', async () => {
  for (const answer of [await chat.post(MeDocument, {}, stale), await chat.post(SignOutDocument, { input: {} }, stale)]) {
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  }
});
