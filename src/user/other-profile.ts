import type { Verdict } from '../log/index.ts';
import type { Administration, Profile, UserChange } from './administration.ts';
import { requireUserData } from './data.ts';
import { userRow } from './facts.ts';
import { handleTaken, holdHandle, isReserved, settleHold, takenOr } from './handle-hold.ts';
import { type OperatorTarget, requireExistingAccount, requireNoAdmin } from './operator-target.ts';
import type { AdministrationParts } from './parts.ts';
import { isSame, requireProfile } from './profile.ts';
import { requireHandle } from './shape.ts';
import { findByHandle, publicPart, updateHandleRow, updateProfileRow } from './store.ts';
import type { User } from './user.ts';

type Wanted = Omit<Parameters<Administration['update']>[1], 'userId'>;

/** Changes another user's profile and data in one act. Throws the errors that Administration.update names. */
export async function updateOther(
  { db, log, config }: Pick<AdministrationParts, 'db' | 'log' | 'config'>,
  { actorId, userId }: OperatorTarget,
  { handle: wished, data: put, ...profile }: Wanted,
): Promise<UserChange> {
  const wanted = wished === undefined || wished === null ? null : requireHandle(wished);
  requireProfile(profile, '');
  const data = put === undefined ? undefined : requireUserData(put);
  if (wanted !== null && (await isReservedFor(db, config, { handle: wanted, userId }))) throw handleTaken();
  try {
    return await log.append<UserChange>({
      lock: [userId],
      async decide(inside): Promise<Verdict<UserChange>> {
        const row = requireExistingAccount(await inside.read(userRow, userId));
        if (actorId !== null) requireNoAdmin(row, config);
        const before = publicPart(row);
        const handle = wanted ?? before.handle;
        const after: User = { ...before, ...requireProfile(profile, handle), ...(data !== undefined && { data }), handle };
        const result = () => ({ before: profileOf(before), after: profileOf(after) });
        if (handle === before.handle && isSame(before, after)) return { result };
        return {
          entries: () => [{ stream: userId, actorId: null, entry: { type: 'ProfileChanged', data: {} } }],
          async write(tx, { at }) {
            await updateProfileRow(tx, before, after);
            if (handle === before.handle) return;
            await updateHandleRow(tx, after);
            await settleHold(tx, { handle, userId, at });
            await holdHandle(tx, config, { handle: before.handle, userId, at });
          },
          result,
        };
      },
    });
  } catch (error) {
    throw takenOr(error);
  }
}

/** Returns whether a handle that the user does not have is reserved by config ADMIN_HANDLES. */
async function isReservedFor(
  db: AdministrationParts['db'],
  config: AdministrationParts['config'],
  { handle, userId }: { readonly handle: string; readonly userId: bigint },
): Promise<boolean> {
  if ((await findByHandle(db.client, handle))?.id === userId) return false;
  return await isReserved(db.client, config, { handle, userId, at: await db.now() });
}

function profileOf({ handle, displayName, avatarUrl, bio, data }: User): Profile {
  return { handle, displayName, avatarUrl, bio, data: data === null ? null : JSON.parse(data) };
}
