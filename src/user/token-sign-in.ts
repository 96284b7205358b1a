import { isDuplicate } from '../db/index.ts';
import { ChatError, isRefusal } from '../errors.ts';
import type { Identity } from '../identity/index.ts';
import { calledAfter, nameIn, pictureIn } from './claimed.ts';
import { HandleHeld } from './handle-hold.ts';
import { findIdentity } from './identity-store.ts';
import { makeAccount } from './newcomer.ts';
import { noPassword } from './password.ts';
import { updateProfile } from './profile.ts';
import type { NewSession, SessionParts } from './session.ts';
import { requireDeviceName } from './shape.ts';
import { startSession } from './start.ts';
import { readUsers } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { SignedIn, Users, Viewer } from './user.ts';

/** What acts take that ask for a token of another's. */
export type TokenParts = SessionParts & { readonly throttle: Throttle };

type Device = Pick<NewSession, 'deviceName' | 'deviceKind'>;

// Whoever loses a race, for a handle or for being the first of their own devices, has lost it to somebody who is stored: the next round finds them.
const rounds = 5;

/** Starts a session for whom a token names, and makes them an account where they have none. Throws as Users.signInWithToken says. */
export async function signInWithToken(
  parts: TokenParts,
  { token, address, ...options }: Parameters<Users['signInWithToken']>[0],
): Promise<SignedIn> {
  const device = { deviceName: requireDeviceName(options.deviceName), deviceKind: options.deviceKind ?? 'OTHER' } as const;
  const identity = await readToken(parts, { token, address });
  for (let round = 1; ; round += 1) {
    const userId = await findIdentity(parts.db.client, identity);
    if (userId !== null) {
      const signedIn = await startSession(parts, { userId }, device);
      await followProfile(parts, signedIn.viewer, identity);
      return signedIn;
    }
    try {
      return await welcome(parts, identity, device);
    } catch (error) {
      if (round === rounds || !(isDuplicate(error) || error instanceof HandleHeld)) throw error;
    }
  }
}

/**
 * Who a token says somebody is. One that says nothing counts for the address like a failed sign-in. It is judged before it is counted: nobody guesses a signature, and whoever
 * fails, or comes with many others, keeps out nobody of their address whose token counts. Throws FORBIDDEN where nobody signs in so, INVALID_CREDENTIALS (token),
 * RATE_LIMITED, UNAVAILABLE.
 */
export async function readToken(
  { identities, throttle }: Pick<TokenParts, 'identities' | 'throttle'>,
  { token, address }: { readonly token: string; readonly address: string },
): Promise<Identity> {
  if (!identities) throw new ChatError('FORBIDDEN', 'This server does not accept tokens of an identity provider.');
  try {
    return await identities.read(token);
  } catch (error) {
    if (isRefusal(error) && error.code === 'INVALID_CREDENTIALS') await throttle.failure(address);
    throw error;
  }
}

async function welcome(parts: TokenParts, identity: Identity, device: Device): Promise<SignedIn> {
  const { config } = parts;
  if (!config.signUpOpen) throw new ChatError('FORBIDDEN', 'Sign-up is currently closed.');
  if (config.maintenance) throw new ChatError('UNAVAILABLE', config.maintenanceMessage);
  return makeAccount(parts, { ...(await calledAfter(parts, identity)), ...device, identity, passwordHash: noPassword });
}

/** Calls somebody here what they are called elsewhere, where that is to be so. It is no reason to keep them out where it cannot be done. */
async function followProfile(parts: TokenParts, viewer: Viewer, identity: Identity): Promise<void> {
  if (parts.config.identityProfile !== 'always') return;
  try {
    const [user] = await readUsers(parts.db.client, [viewer.userId]);
    if (!user) return;
    const avatarUrl = pictureIn(identity);
    await updateProfile(parts, viewer, { displayName: nameIn(identity, user.displayName), ...(avatarUrl !== null && { avatarUrl }) });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    parts.logger.debug(
      { userId: String(viewer.userId), code: error.code },
      'what a token calls a user could not become what they are called',
    );
  }
}
