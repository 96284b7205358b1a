import { isDuplicate } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { newUuid } from '../uuid.ts';
import { admit, openScreen, putFlag } from '../words/index.ts';
import { HandleHeld, handleTaken, isHeld, isReserved, settleHold } from './handle-hold.ts';
import type { Passwords } from './password.ts';
import { firstRow, type SessionParts, sessionStarted, signedIn } from './session.ts';
import { requireDeviceName, requireDisplayName, requireHandle, requirePassword } from './shape.ts';
import { findByHandle, insertSession, insertUser } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { SignedIn, Users } from './user.ts';

// No user has this id.
const nobody = 0n;

/** Makes a user, their account stream and their first session, in one append. Throws as Users.signUp says. */
export async function signUp(
  parts: SessionParts & { readonly passwords: Passwords; readonly throttle: Throttle },
  { address, ...options }: Parameters<Users['signUp']>[0],
): Promise<SignedIn> {
  if (!parts.config.signUpOpen) throw new ChatError('FORBIDDEN', 'Nobody can sign up at the moment.');
  const handle = requireHandle(options.handle);
  const displayName = requireDisplayName(options.displayName, handle);
  const deviceName = requireDeviceName(options.deviceName);
  const deviceKind = options.deviceKind ?? 'OTHER';
  requirePassword(options.password);
  await parts.throttle.signUp(address);
  const { screen = openScreen } = parts;
  const said = [
    admit(screen.called(handle, 'handle')),
    ...(displayName === handle ? [] : [admit(screen.called(displayName, 'displayName'))]),
  ];
  // Spares the hash; whether it is still free is decided by the unique key and the hold.
  if ((await findByHandle(parts.db.client, handle)) !== null) throw handleTaken();
  const taking = { handle, userId: nobody, at: await parts.db.now() };
  if ((await isHeld(parts.db.client, taking)) || (await isReserved(parts.db.client, parts.config, taking))) throw handleTaken();
  const passwordHash = await parts.passwords.hash(options.password);
  const sessionId = newUuid();
  const { userId, at } = await parts.log
    .append({
      lock: [],
      decide: async () => ({
        create: [{ kind: 'ACCOUNT' as const }],
        entries: ([id = 0n]) => [{ stream: id, actorId: id, entry: sessionStarted(sessionId) }],
        async write(tx, { created: [id = 0n], at: createdAt }) {
          await insertUser(tx, { id, handle, displayName, passwordHash, avatarUrl: null, bio: null, createdAt });
          await settleHold(tx, { handle, userId: id, at: createdAt });
          await insertSession(tx, firstRow(parts, { id: sessionId, userId: id, deviceName, deviceKind }, createdAt));
          await putFlag(tx, { target: { kind: 'USER', userId: id }, said, at: createdAt });
        },
        result: ({ created: [id = 0n], at: signedUpAt }) => ({ userId: id, at: signedUpAt }),
      }),
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) || error instanceof HandleHeld ? handleTaken() : error;
    });
  return signedIn(parts, { userId, sessionId }, { generation: 1, at, role: 'USER' });
}
