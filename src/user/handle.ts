import type { Verdict } from '../log/index.ts';
import { allowAll, putFlag, requireAllowedText } from '../words/index.ts';
import { requireAccount } from './account.ts';
import { userRow } from './facts.ts';
import { handleTaken, holdHandle, isHeld, isReserved, settleHold, takenOr } from './handle-hold.ts';
import type { UserParts } from './parts.ts';
import { requireHandle } from './shape.ts';
import { findByHandle, publicPart, updateHandleRow } from './store.ts';
import type { Outcome, Throttle } from './throttle.ts';
import type { User, Viewer } from './user.ts';

/**
 * Gives the viewer another handle, and keeps the former one back for them. A change without effect writes no entry and does not count
 * against the limit. Throws the errors that Users.changeHandle names.
 */
export async function changeHandle(
  parts: UserParts & { readonly throttle: Throttle },
  viewer: Viewer,
  options: { readonly handle: string },
): Promise<User> {
  const handle = requireHandle(options.handle);
  await requireFree(parts, viewer, handle);
  try {
    return await parts.throttle.handle(viewer.userId, () => change(parts, viewer, handle));
  } catch (error) {
    throw takenOr(error);
  }
}

// Refuses what can be seen already, before anything waits. The unique key and the hold decide races.
async function requireFree({ db, config }: UserParts, { userId }: Viewer, handle: string): Promise<void> {
  const holder = await findByHandle(db.client, handle);
  if (holder !== null && holder.id !== userId) throw handleTaken();
  if (holder !== null) return;
  const taking = { handle, userId, at: await db.now() };
  if ((await isHeld(db.client, taking)) || (await isReserved(db.client, config, taking))) throw handleTaken();
}

function change({ log, config, screen = allowAll }: UserParts, { userId }: Viewer, handle: string): Promise<Outcome<User>> {
  const looked = screen.checkName(handle, 'handle');
  return log.append<Outcome<User>>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Outcome<User>>> {
      const before = publicPart(requireAccount(await inside.read(userRow, userId)));
      if (before.handle === handle) return { result: () => ({ value: before, changed: false }) };
      const said = requireAllowedText(looked);
      const after: User = { ...before, handle };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'ProfileChanged', data: {} } }],
        async write(tx, { at }) {
          await updateHandleRow(tx, after);
          await settleHold(tx, { handle, userId, at });
          await holdHandle(tx, config, { handle: before.handle, userId, at });
          await putFlag(tx, { target: { kind: 'USER', userId }, said: [said], at });
        },
        result: () => ({ value: after, changed: true }),
      };
    },
  });
}
