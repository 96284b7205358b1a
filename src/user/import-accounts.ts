import { type Db, markEffectsDone, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Log } from '../log/index.ts';
import type { Called } from './administration.ts';
import { HandleHeld } from './handle-hold.ts';
import { requireIdentity } from './identity-link.ts';
import type { IdentityKey } from './identity-store.ts';
import { insertAccount } from './newcomer.ts';
import type { AdministrationParts } from './parts.ts';
import { noPassword } from './password.ts';
import { requireCalled } from './shape.ts';
import type { UserRow } from './store.ts';

/** A user of another system whose account is imported. */
export interface AccountToImport extends Called {
  readonly bot?: boolean | undefined;
  /** The identity with which they sign in. */
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  /** When they signed up in the other system. */
  readonly createdAt?: Date | undefined;
}

/** An imported account, ready to be stored. */
export interface ImportedAccount extends Pick<UserRow, 'handle' | 'displayName' | 'avatarUrl' | 'bio' | 'bot'> {
  readonly identity: IdentityKey | null;
  readonly createdAt: Date | undefined;
}

// No user has this id.
const nobody = 0n;

/**
 * Returns the account of a user of another system. Throws ChatError INVALID_INPUT (handle, displayName, avatarUrl, bio, subject, issuer).
 */
export function requireImportable(parts: Pick<AdministrationParts, 'config'>, foreigner: AccountToImport): ImportedAccount {
  const { subject, issuer, bot = false, createdAt } = foreigner;
  return {
    ...requireCalled(foreigner),
    ...{ bot, createdAt },
    identity: subject === undefined ? null : requireIdentity(parts, { subject, issuer }),
  };
}

/** Returns those of the handles that a new user can have. */
export async function unclaimedHandles(
  { db, config }: Pick<AdministrationParts, 'db' | 'config'>,
  handles: readonly string[],
): Promise<ReadonlySet<string>> {
  const named = { handle: { in: [...handles] } };
  const [now, users, holds] = await Promise.all([
    db.now(),
    db.client.user.findMany({ where: named, select: { handle: true } }),
    db.client.handleHold.findMany({ where: named }),
  ]);
  const taken = new Set([...users, ...holds.filter(({ until }) => until > now)].map(({ handle }) => handle));
  return new Set(handles.filter((handle) => !taken.has(handle) && !config.adminHandles.includes(handle)));
}

/**
 * Creates accounts, all of them or none, and returns their ids in order. `also` writes in the same transaction. No effect runs for the
 * accounts. If a handle or an identity is no longer free, it throws ChatError UNAVAILABLE or an error that isDuplicate recognizes.
 */
export function importAccounts(
  { db, log }: { readonly db: Db; readonly log: Log },
  accounts: readonly ImportedAccount[],
  also: (tx: Tx, ids: readonly bigint[]) => Promise<void>,
): Promise<readonly bigint[]> {
  const bringing = log.append<readonly bigint[]>({
    lock: [],
    decide: async () => ({
      create: accounts.map(() => ({ kind: 'ACCOUNT' as const })),
      entries: (ids) => ids.map((id) => ({ stream: id, actorId: null, entry: { type: 'ProfileChanged', data: {} } })),
      async write(tx, { at, created, entries }) {
        for (const [place, account] of accounts.entries()) {
          const id = created[place] ?? nobody;
          await insertAccount(tx, { ...account, id, at, passwordHash: noPassword, data: null, said: [] });
        }
        await markEffectsDone(
          db,
          tx,
          entries.map(({ streamId: id, seq: upTo }) => ({ id, upTo })),
        );
        await also(tx, created);
      },
      result: ({ created }) => created,
    }),
  });
  return bringing.catch((error: unknown) => {
    throw error instanceof HandleHeld ? new ChatError('UNAVAILABLE', 'A handle was reserved at the same time. Try again.') : error;
  });
}
