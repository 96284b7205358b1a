import { createAccessTokens } from './access-token.ts';
import { createAccounts } from './accounts.ts';
import { authenticateAdmin } from './admin.ts';
import { createAuthenticate } from './authenticate.ts';
import { eraseAccount } from './erase.ts';
import { changeHandle } from './handle.ts';
import { freeHandles } from './handle-hold.ts';
import { hasPassword } from './own-password.ts';
import { readOwnRecord } from './own-record.ts';
import type { UserParts } from './parts.ts';
import { createPasswords } from './password.ts';
import { changePassword } from './password-change.ts';
import { updateProfile } from './profile.ts';
import { refreshSession } from './refresh.ts';
import { createRefreshTokens } from './refresh-token.ts';
import { search } from './search.ts';
import { renameSession } from './session-name.ts';
import { findSession, listSessions } from './sessions.ts';
import { settingsOf, updateSettings } from './settings.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { signOutOthers } from './sign-out-others.ts';
import { signUp } from './sign-up.ts';
import { publicPart, readShownRows } from './store.ts';
import { createThrottle } from './throttle.ts';
import { signInWithToken } from './token-sign-in.ts';
import type { User, Users } from './user.ts';

/** Creates the user module. */
export function createUsers(given: UserParts): Users {
  const parts = {
    ...given,
    accessTokens: createAccessTokens(given.keys, given.config.accessTokenSeconds),
    refreshTokens: createRefreshTokens(given.keys),
    passwords: createPasswords(given.passwordCost),
    throttle: createThrottle(given),
  };
  const { client } = given.db;
  const { readToken, authenticate } = createAuthenticate(parts);
  const { byHandle } = createAccounts(given);

  async function byIds(ids: readonly bigint[]): Promise<readonly (User | null)[]> {
    const rows = await (given.kept?.many(ids) ?? readShownRows(client, ids));
    return rows.map((row) => row && publicPart(row));
  }

  return {
    signUp: (options) => signUp(parts, options),
    signIn: (options) => signIn(parts, options),
    signInWithToken: (options) => signInWithToken(parts, options),
    hasPassword: (viewer) => hasPassword(parts, viewer),
    refresh: (options) => refreshSession(parts, options),
    signOut: (viewer, options) => signOut(parts, viewer, options),
    signOutOthers: (viewer, options) => signOutOthers(parts, viewer, options),
    renameSession: (viewer, options) => renameSession(parts, viewer, options),
    changePassword: (viewer, options) => changePassword(parts, viewer, options),
    changeHandle: (viewer, options) => changeHandle(parts, viewer, options),
    erase: (viewer, options) => eraseAccount(parts, viewer, options),
    freeHandles: ({ userId }) => freeHandles(parts, userId),
    ownRecord: (userId) => readOwnRecord(parts, userId),
    readToken,
    authenticate,
    authenticateAdmin: (accessToken) => authenticateAdmin(parts, authenticate, accessToken),
    updateProfile: (viewer, options) => updateProfile(parts, viewer, options),
    updateSettings: (viewer, options) => updateSettings(parts, viewer, options),
    settings: (ids) => settingsOf(client, ids),
    byIds,
    byHandle,
    any: async () => (await client.user.findFirst({ select: { id: true } })) !== null,
    search: (viewer, text) => search(parts, viewer, text),
    sessions: (viewer) => listSessions(parts, viewer),
    session: (viewer, id) => findSession(parts, viewer, id),
  };
}
