import { isDuplicate } from '../db/index.ts';
import type { Verdict } from '../log/index.ts';
import { admit, openScreen, putFlag } from '../words/index.ts';
import { requireAccount } from './account.ts';
import { userRow } from './facts.ts';
import { HandleHeld, handleTaken, holdHandle, isHeld, isReserved, settleHold } from './handle-hold.ts';
import type { UserParts } from './parts.ts';
import { requireHandle } from './shape.ts';
import { findByHandle, publicPart, updateHandleRow } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { User, Viewer } from './user.ts';

/**
 * Gives the viewer another handle; the one they had is kept back for them. What changes nothing makes no entry and counts for nothing. Throws as
 * Users.changeHandle says.
 */
export async function changeHandle(
  parts: UserParts & { readonly throttle: Throttle },
  viewer: Viewer,
  options: { readonly handle: string },
): Promise<User> {
  const handle = requireHandle(options.handle);
  await requireFree(parts, viewer, handle);
  const giveBack = await parts.throttle.handle(viewer.userId);
  try {
    const { user, changed } = await change(parts, viewer, handle);
    if (!changed) await giveBack();
    return user;
  } catch (error) {
    await giveBack();
    throw isDuplicate(error) || error instanceof HandleHeld ? handleTaken() : error;
  }
}

// What can be seen already is refused before anybody waits; between those who race the unique key and the hold decide.
async function requireFree({ db, config }: UserParts, { userId }: Viewer, handle: string): Promise<void> {
  const holder = await findByHandle(db.client, handle);
  if (holder !== null && holder.id !== userId) throw handleTaken();
  if (holder !== null) return;
  const taking = { handle, userId, at: await db.now() };
  if ((await isHeld(db.client, taking)) || (await isReserved(db.client, config, taking))) throw handleTaken();
}

interface Changed {
  readonly user: User;
  readonly changed: boolean;
}

function change({ log, config, screen = openScreen }: UserParts, { userId }: Viewer, handle: string): Promise<Changed> {
  const looked = screen.called(handle, 'handle');
  return log.append<Changed>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Changed>> {
      const before = publicPart(requireAccount(await inside.read(userRow, userId)));
      if (before.handle === handle) return { result: () => ({ user: before, changed: false }) };
      const said = admit(looked);
      const after: User = { ...before, handle };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'ProfileChanged', data: {} } }],
        async write(tx, { at }) {
          await updateHandleRow(tx, after);
          await settleHold(tx, { handle, userId, at });
          await holdHandle(tx, config, { handle: before.handle, userId, at });
          await putFlag(tx, { target: { kind: 'USER', userId }, said: [said], at });
        },
        result: () => ({ user: after, changed: true }),
      };
    },
  });
}
