import { type Passwords, requirePasswords } from './password.ts';
import { invalidCredentials, type SessionParts } from './session.ts';
import { isPassword, readHandle, requireDeviceName } from './shape.ts';
import { type Checked, startSession } from './start.ts';
import { findByHandle } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { SignedIn, Users } from './user.ts';

/** Starts a session for a user with the right password. Throws the errors that Users.signIn names. */
export async function signIn(
  parts: SessionParts & { readonly passwords: Passwords; readonly throttle: Throttle },
  { address, password, ...options }: Parameters<Users['signIn']>[0],
): Promise<SignedIn> {
  requirePasswords(parts.config);
  const deviceName = requireDeviceName(options.deviceName);
  // A handle that nobody can have is treated like any wrong one: the attempt takes as long and gets the same answer.
  const handle = readHandle(options.handle);
  const checked = await parts.throttle.signIn({ handle, address }, () => checkPassword(parts, { handle, password, address }));
  if (checked === null) throw invalidCredentials('The handle or the password is wrong.');
  return startSession(parts, checked, { deviceName, deviceKind: options.deviceKind ?? 'OTHER' });
}

/** Returns the user whose password it is, or null if the handle or the password is wrong. Takes the same time in each case. */
async function checkPassword(
  { db, passwords }: SessionParts & { readonly passwords: Passwords },
  { handle, password, address }: { readonly handle: string | null; readonly password: string; readonly address: string },
): Promise<Checked | null> {
  const user = handle === null ? null : await findByHandle(db.client, handle);
  const possible = isPassword(password);
  const usable = user?.state === 'ACTIVE' && possible ? user.passwordHash : null;
  const matches = await passwords.matches(usable, possible ? password : '', address);
  return matches && user !== null ? { userId: user.id, passwordHash: user.passwordHash } : null;
}
