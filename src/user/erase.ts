import type { Tx } from '../db/index.ts';
import { leaveJob } from '../jobs/index.ts';
import type { NewEntry, Verdict } from '../log/index.ts';
import { requireAccount } from './account.ts';
import { openSessions, userRow } from './facts.ts';
import { holdHandle } from './handle-hold.ts';
import { type PasswordParts, requireOwnPassword, requireSamePassword } from './own-password.ts';
import { sessionEnded } from './session.ts';
import { eraseUserRow } from './store.ts';
import type { DeletedMessages, Viewer } from './user.ts';

// What somebody asked for just before their account was erased may be stored just after, as what is asked for before signing out may: no write goes on
// for so long (config WRITE_DEADLINE_MS is at most two minutes), so whatever came of it is found by a second round.
const secondRoundMs = 10 * 60_000;

// By it every node forgets what it keeps of the user. No device is left to be told.
const profileGone: NewEntry = { type: 'ProfileChanged', data: {} };

/**
 * Erases the viewer's account. At its commit nobody can sign in to it, find it, or reach it, and its profile, password and sessions are gone; each
 * session's end is an entry, by which its sockets close. The rest is left to a job. Throws as Users.erase says.
 */
export async function eraseAccount(
  parts: PasswordParts,
  viewer: Viewer,
  { password, messages, address }: { readonly password: string; readonly messages: DeletedMessages; readonly address: string },
): Promise<void> {
  const { userId } = viewer;
  const field = 'password';
  const checked = await requireOwnPassword(parts, viewer, { password, address, field });
  return parts.log.append<void>({
    lock: [userId],
    async decide(inside): Promise<Verdict<void>> {
      const row = requireAccount(await inside.read(userRow, userId));
      requireSamePassword(row, checked, field);
      const open = await inside.read(openSessions, userId);
      return {
        entries: () =>
          [...open.map(({ id }) => sessionEnded(id)), profileGone].map((entry) => ({ stream: userId, actorId: userId, entry })),
        async write(tx, { at }) {
          await eraseUserRow(tx, userId);
          await holdHandle(tx, parts.config, { handle: row.handle, userId, at });
          await leaveRest(tx, { userId, messages, at });
        },
        result: () => undefined,
      };
    },
  });
}

async function leaveRest(
  tx: Tx,
  { userId, messages, at }: { readonly userId: bigint; readonly messages: DeletedMessages; readonly at: Date },
): Promise<void> {
  const data = { userId, messages };
  await leaveJob(tx, { kind: 'AccountErased', key: String(userId), data, dueAt: at });
  await leaveJob(tx, { kind: 'AccountErased', key: `${userId}:again`, data, dueAt: new Date(at.getTime() + secondRoundMs) });
}
