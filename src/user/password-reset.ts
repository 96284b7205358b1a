import { randomBytes } from 'node:crypto';
import type { Log, Verdict } from '../log/index.ts';
import { openSessions, userRow } from './facts.ts';
import { type OperatorTarget, requireExistingAccount, requireNoAdmin, requirePerson } from './operator-target.ts';
import type { Passwords } from './password.ts';
import type { RoleConfig } from './role.ts';
import { sessionEnded } from './session.ts';
import { endSessionRows, updatePasswordRow } from './store.ts';

// 96 bits: it cannot be guessed, and can still be typed.
const passwordBytes = 12;

interface Reset {
  readonly password: string;
  readonly ended: readonly string[];
}

/** Replaces a user's password with a random one, and ends all their sessions. Throws the errors that Administration.resetPassword names. */
export async function resetPassword(
  { log, config, passwords }: { readonly log: Log; readonly config: RoleConfig; readonly passwords: Passwords },
  { actorId, userId }: OperatorTarget,
): Promise<Reset> {
  const password = randomBytes(passwordBytes).toString('base64url');
  const passwordHash = await passwords.hash(password, 'operators');
  return await log.append<Reset>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Reset>> {
      const row = requireExistingAccount(await inside.read(userRow, userId));
      requirePerson(row);
      // Whoever resets an admin's password gains the rights of that admin.
      if (actorId !== null) requireNoAdmin(row, config);
      const ended = (await inside.read(openSessions, userId)).map(({ id }) => id);
      return {
        entries: () => ended.map((id) => ({ stream: userId, actorId: null, entry: sessionEnded(id) })),
        async write(tx, { at }) {
          await updatePasswordRow(tx, userId, passwordHash);
          if (ended.length > 0) await endSessionRows(tx, ended, at);
        },
        result: () => ({ password, ended }),
      };
    },
  });
}
