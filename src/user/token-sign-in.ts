import { isDuplicate } from '../db/index.ts';
import { ChatError, isRefusal } from '../errors.ts';
import type { Identity } from '../identity/index.ts';
import { HandleHeld } from './handle-hold.ts';
import { findIdentity } from './identity-store.ts';
import { makeAccount } from './newcomer.ts';
import { noPassword } from './password.ts';
import { updateProfile } from './profile.ts';
import { nameIn, pictureIn, profileFromClaims } from './profile-from-claims.ts';
import type { NewSession, SessionParts } from './session.ts';
import { requireDeviceName } from './shape.ts';
import { startSession } from './start.ts';
import { readUsers } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { SignedIn, Users, Viewer } from './user.ts';

/** The parts of acts that ask for a token of an identity provider. */
export type TokenParts = SessionParts & { readonly throttle: Throttle };

type Device = Pick<NewSession, 'deviceName' | 'deviceKind'>;

// An attempt that loses a race, for a handle or to another device of the same user, lost to a row that is stored by then. The next round
// finds it.
const rounds = 5;

/**
 * Starts a session for the user whom a token names, and creates an account if there is none. Throws the errors that Users.signInWithToken
 * names.
 */
export async function signInWithToken(
  parts: TokenParts,
  { token, address, ...options }: Parameters<Users['signInWithToken']>[0],
): Promise<SignedIn> {
  const device = { deviceName: requireDeviceName(options.deviceName), deviceKind: options.deviceKind ?? 'OTHER' } as const;
  const identity = await readToken(parts, { token, address });
  for (let round = 1; ; round += 1) {
    const userId = await findIdentity(parts.db.client, identity);
    if (userId !== null) {
      const signedIn = await startSession(parts, { userId, identity }, device);
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
 * Returns the identity that a token states. An invalid token counts for the address like a failed sign-in. It is verified before it is
 * counted: signatures cannot be guessed, and invalid tokens from an address must not keep out users there with valid ones. Throws ChatError
 * FORBIDDEN if no identity provider is configured, INVALID_CREDENTIALS (token), RATE_LIMITED or UNAVAILABLE.
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
  return makeAccount(parts, { ...(await profileFromClaims(parts, identity)), ...device, identity, passwordHash: noPassword });
}

/**
 * Copies the profile in the token to the user, if config IDENTITY_PROFILE asks for it. A profile that is refused here must not prevent the
 * sign-in.
 */
async function followProfile(parts: TokenParts, viewer: Viewer, identity: Identity): Promise<void> {
  if (parts.config.identityProfile !== 'always') return;
  try {
    const [user] = await readUsers(parts.db.client, [viewer.userId]);
    if (!user) return;
    const avatarUrl = pictureIn(identity);
    await updateProfile(parts, viewer, { displayName: nameIn(identity, user.displayName), ...(avatarUrl !== null && { avatarUrl }) });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    parts.logger.debug({ userId: String(viewer.userId), code: error.code }, 'a profile could not be updated from a token');
  }
}
