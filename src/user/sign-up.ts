import { ChatError } from '../errors.ts';
import { allowAll, requireAllowedText } from '../words/index.ts';
import { handleTaken, isHeld, isReserved, takenOr } from './handle-hold.ts';
import { makeAccount } from './newcomer.ts';
import { type Passwords, requirePasswords } from './password.ts';
import type { SessionParts } from './session.ts';
import { requireDeviceName, requireDisplayName, requireHandle, requirePassword } from './shape.ts';
import { findByHandle } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { SignedIn, Users } from './user.ts';

// No user has this id.
const nobody = 0n;

/** Creates a user, their account stream and their first session in one append. Throws the errors that Users.signUp names. */
export async function signUp(
  parts: SessionParts & { readonly passwords: Passwords; readonly throttle: Throttle },
  { address, ...options }: Parameters<Users['signUp']>[0],
): Promise<SignedIn> {
  requirePasswords(parts.config);
  if (!parts.config.signUpOpen) throw new ChatError('FORBIDDEN', 'Sign-up is currently closed.');
  const handle = requireHandle(options.handle);
  const displayName = requireDisplayName(options.displayName, handle);
  const deviceName = requireDeviceName(options.deviceName);
  const deviceKind = options.deviceKind ?? 'OTHER';
  requirePassword(options.password);
  await parts.throttle.signUp(address);
  const { screen = allowAll } = parts;
  const said = [
    requireAllowedText(screen.checkName(handle, 'handle')),
    ...(displayName === handle ? [] : [requireAllowedText(screen.checkName(displayName, 'displayName'))]),
  ];
  // Saves hashing in vain. The unique key and the hold decide whether the handle is still free at the commit.
  if ((await findByHandle(parts.db.client, handle)) !== null) throw handleTaken();
  const taking = { handle, userId: nobody, at: await parts.db.now() };
  if ((await isHeld(parts.db.client, taking)) || (await isReserved(parts.db.client, parts.config, taking))) throw handleTaken();
  const passwordHash = await parts.passwords.hash(options.password, address);
  const newcomer = { handle, displayName, avatarUrl: null, passwordHash, identity: null, said, deviceName, deviceKind };
  return makeAccount(parts, newcomer).catch((error: unknown) => {
    throw takenOr(error);
  });
}
