import type { Identity } from '../identity/index.ts';
import { newUuid } from '../uuid.ts';
import { type Admitted, putFlag } from '../words/index.ts';
import { settleHold } from './handle-hold.ts';
import { insertIdentity } from './identity-store.ts';
import { firstRow, type NewSession, type SessionParts, sessionStarted, signedIn } from './session.ts';
import { insertSession, insertUser, type UserRow } from './store.ts';
import type { SignedIn } from './user.ts';

/** Somebody who gets an account, and the device on which they are signed in to it. */
export interface Newcomer
  extends Pick<UserRow, 'handle' | 'displayName' | 'avatarUrl' | 'passwordHash'>,
    Pick<NewSession, 'deviceName' | 'deviceKind'> {
  /** Who they are elsewhere; null: they have a password. */
  readonly identity: Identity | null;
  /** What they are called, as it was found that it may stand. */
  readonly said: readonly Admitted[];
}

/**
 * Makes a user, their account stream and their first session, in one append. Whether handle and identity are free is decided here: fails with what
 * isDuplicate knows, or HandleHeld, where they are not.
 */
export async function makeAccount(
  parts: SessionParts,
  { handle, displayName, avatarUrl, passwordHash, identity, said, ...device }: Newcomer,
): Promise<SignedIn> {
  const sessionId = newUuid();
  const { userId, at } = await parts.log.append({
    lock: [],
    decide: async () => ({
      create: [{ kind: 'ACCOUNT' as const }],
      entries: ([id = 0n]) => [{ stream: id, actorId: id, entry: sessionStarted(sessionId) }],
      async write(tx, { created: [id = 0n], at: createdAt }) {
        await insertUser(tx, { id, handle, displayName, passwordHash, avatarUrl, bio: null, createdAt });
        if (identity !== null) await insertIdentity(tx, { ...identity, userId: id, createdAt });
        await settleHold(tx, { handle, userId: id, at: createdAt });
        await insertSession(tx, firstRow(parts, { id: sessionId, userId: id, ...device }, createdAt));
        await putFlag(tx, { target: { kind: 'USER', userId: id }, said, at: createdAt });
      },
      result: ({ created: [id = 0n], at: signedUpAt }) => ({ userId: id, at: signedUpAt }),
    }),
  });
  return signedIn(parts, { userId, sessionId }, { generation: 1, at, role: 'USER' });
}
