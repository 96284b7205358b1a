import { createSecretKey } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/** The caller. Names are in the token, in the recipe's favour: no query is needed to show a message. */
export interface RecipeUser {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
}

/** Signs and reads the recipe's access tokens. `secret`: base64url. */
export function createRecipeTokens(secret: string): {
  sign(user: RecipeUser): Promise<string>;
  verify(token: string): Promise<RecipeUser>;
} {
  const key = createSecretKey(secret, 'base64url');
  return {
    sign: ({ id, handle, displayName }) =>
      new SignJWT({ handle, displayName }).setProtectedHeader({ alg: 'HS256' }).setSubject(id).setExpirationTime('1d').sign(key),
    async verify(token) {
      const { payload } = await jwtVerify<{ readonly handle: string; readonly displayName: string }>(token, key);
      return { id: payload.sub ?? '', handle: payload.handle, displayName: payload.displayName };
    },
  };
}
