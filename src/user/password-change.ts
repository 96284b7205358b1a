import type { Verdict } from '../log/index.ts';
import { requireAccount } from './account.ts';
import { openSessions, userRow } from './facts.ts';
import { type PasswordParts, requireOwnPassword, requireSamePassword } from './own-password.ts';
import { sessionEnded } from './session.ts';
import { requirePassword } from './shape.ts';
import { endSessionRows, updatePasswordRow } from './store.ts';
import type { Viewer } from './user.ts';

/**
 * Changes the viewer's password and ends all sessions except the viewer's, in one act. Returns the ids of the sessions that ended. Throws
 * the errors that Users.changePassword names.
 */
export async function changePassword(
  parts: PasswordParts,
  viewer: Viewer,
  { currentPassword, newPassword, address }: { readonly currentPassword: string; readonly newPassword: string; readonly address: string },
): Promise<readonly string[]> {
  const { userId } = viewer;
  requirePassword(newPassword, 'newPassword');
  const field = 'currentPassword';
  const checked = await requireOwnPassword(parts, viewer, { password: currentPassword, address, field });
  const passwordHash = await parts.passwords.hash(newPassword, address);
  return parts.log.append<readonly string[]>({
    lock: [userId],
    async decide(inside): Promise<Verdict<readonly string[]>> {
      requireSamePassword(requireAccount(await inside.read(userRow, userId)), checked, field);
      const open = await inside.read(openSessions, userId);
      const others = open.map(({ id }) => id).filter((id) => id !== viewer.sessionId);
      return {
        entries: () => others.map((id) => ({ stream: userId, actorId: userId, entry: sessionEnded(id) })),
        async write(tx, { at }) {
          await updatePasswordRow(tx, userId, passwordHash);
          await endSessionRows(tx, others, at);
        },
        result: () => others,
      };
    },
  });
}
