import type { Tx } from '../db/index.ts';
import type { Identity } from '../identity/index.ts';
import { newUuid } from '../uuid.ts';
import { type AllowedText, putFlag } from '../words/index.ts';
import { settleHold } from './handle-hold.ts';
import { insertIdentity } from './identity-store.ts';
import { firstRow, type NewSession, type SessionParts, sessionStarted, signedIn } from './session.ts';
import { insertSession, insertUser, type UserRow } from './store.ts';
import type { SignedIn } from './user.ts';

/** An account that is to be created. */
export interface Account extends Pick<UserRow, 'handle' | 'displayName' | 'avatarUrl' | 'bio' | 'passwordHash' | 'bot' | 'data'> {
  /** The identity of the user, or null if none is known. */
  readonly identity: Pick<Identity, 'issuer' | 'subject'> | null;
  /** Handle and names, as the lists of blocked words allow them. */
  readonly said: readonly AllowedText[];
}

/** An account that its own user creates, and the device on which they are signed in. */
export type Newcomer = Omit<Account, 'bio' | 'bot' | 'data'> & Pick<NewSession, 'deviceName' | 'deviceKind'>;

/**
 * Stores an account, at a moment by the database's clock. An imported account was created earlier. Fails with an error that isDuplicate
 * recognizes, or HandleHeld, if its handle or identity is not free.
 */
export async function insertAccount(
  tx: Tx,
  {
    identity,
    said,
    at,
    createdAt = at,
    ...account
  }: Account & Pick<UserRow, 'id'> & { readonly at: Date; readonly createdAt?: Date | undefined },
): Promise<void> {
  const { id: userId, handle } = account;
  await insertUser(tx, { ...account, createdAt });
  if (identity !== null) await insertIdentity(tx, { ...identity, userId, createdAt });
  await settleHold(tx, { handle, userId, at });
  await putFlag(tx, { target: { kind: 'USER', userId }, said, at });
}

/**
 * Creates a user, their account stream and their first session in one append. It decides whether handle and identity are free: fails with
 * an error that isDuplicate recognizes, or HandleHeld, if they are not.
 */
export async function makeAccount(parts: SessionParts, { deviceName, deviceKind, ...newcomer }: Newcomer): Promise<SignedIn> {
  const sessionId = newUuid();
  const { userId, at } = await parts.log.append({
    lock: [],
    decide: async () => ({
      create: [{ kind: 'ACCOUNT' as const }],
      entries: ([id = 0n]) => [{ stream: id, actorId: id, entry: sessionStarted(sessionId) }],
      async write(tx, { created: [id = 0n], at: signedUpAt }) {
        await insertAccount(tx, { ...newcomer, id, at: signedUpAt, bio: null, bot: false, data: null });
        await insertSession(tx, firstRow(parts, { id: sessionId, userId: id, deviceName, deviceKind }, signedUpAt));
      },
      result: ({ created: [id = 0n], at: signedUpAt }) => ({ userId: id, at: signedUpAt }),
    }),
  });
  return signedIn(parts, { userId, sessionId }, { generation: 1, at, role: 'USER' });
}
