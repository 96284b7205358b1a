import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { putJob } from '../jobs/index.ts';
import type { Inside, NewEntry, Verdict } from '../log/index.ts';
import { requireAccount } from './account.ts';
import { identityOwner, openSessions, userRow } from './facts.ts';
import { holdHandle } from './handle-hold.ts';
import { type OperatorTarget, requireExistingAccount, requireNoAdmin } from './operator-target.ts';
import { type PasswordParts, requireOwnPassword, requireSamePassword } from './own-password.ts';
import { requireOwnToken, requireStillOwn } from './own-token.ts';
import type { AdministrationParts } from './parts.ts';
import { sessionEnded } from './session.ts';
import { eraseUserRow, type UserRow } from './store.ts';
import type { DeletedMessages, Users, Viewer } from './user.ts';

// A write that was requested just before the account was erased may be stored just after, as with a sign-out. No write takes this long
// (config WRITE_DEADLINE_MS is at most two minutes), so a second round finds what it stored.
const secondRoundMs = 10 * 60_000;

// On this entry every node drops what it has cached of the user. No device is left to get it.
const profileGone: NewEntry = { type: 'ProfileChanged', data: {} };

/**
 * Erases the viewer's account. At its commit nobody can sign in to it, find it or reach it, and its profile, password and sessions are
 * deleted. Each session's end is an entry, on which its sockets close. A job does the rest. Throws the errors that Users.erase names.
 */
export async function eraseAccount(
  parts: PasswordParts,
  viewer: Viewer,
  { messages, ...shown }: Parameters<Users['erase']>[1],
): Promise<void> {
  const { userId } = viewer;
  return erase(parts, { userId, actorId: userId, messages }, await ownAccount(parts, viewer, shown));
}

type Check = (row: UserRow | null, inside: Inside) => Promise<void> | void;

/**
 * Returns the check that is made under the account's lock: that the account exists, and that the password or token shown is still in force.
 */
async function ownAccount(
  parts: PasswordParts,
  viewer: Viewer,
  { password, token, address }: Omit<Parameters<Users['erase']>[1], 'messages'>,
): Promise<Check> {
  const field = 'password';
  if (typeof token === 'string') {
    if (typeof password === 'string')
      throw new ChatError('INVALID_INPUT', 'Provide either password or token, not both.', { field: ['token'] });
    const identity = await requireOwnToken(parts, viewer, { token, address });
    return async (row, inside) => {
      requireAccount(row);
      requireStillOwn(await inside.read(identityOwner, identity), viewer);
    };
  }
  if (typeof password !== 'string') {
    throw new ChatError('INVALID_INPUT', 'Provide your password, or a token that was issued for this.', { field: [field] });
  }
  const checked = await requireOwnPassword(parts, viewer, { password, address, field });
  return (row) => requireSamePassword(requireAccount(row), checked, field);
}

/** Erases another user's account in the same way. Throws the errors that Administration.erase names. */
export async function eraseOther(
  parts: Pick<AdministrationParts, 'log' | 'config'>,
  { actorId, userId }: OperatorTarget,
  messages: DeletedMessages,
): Promise<void> {
  if (actorId === userId)
    throw new ChatError('FORBIDDEN', 'You cannot erase your own account this way. Sign in and delete your account.', { field: ['userId'] });
  // Null because operators act for the system.
  return erase(parts, { userId, actorId: null, messages }, (row) => requireNoAdmin(requireExistingAccount(row), parts.config));
}

interface Erasing extends OperatorTarget {
  readonly messages: DeletedMessages;
}

function erase(
  { log, config }: Pick<AdministrationParts, 'log' | 'config'>,
  { userId, actorId, messages }: Erasing,
  check: Check,
): Promise<void> {
  return log.append<void>({
    lock: [userId],
    async decide(inside): Promise<Verdict<void>> {
      const row = await inside.read(userRow, userId);
      await check(row, inside);
      const { handle } = requireAccount(row);
      const open = await inside.read(openSessions, userId);
      return {
        entries: () => [...open.map(({ id }) => sessionEnded(id)), profileGone].map((entry) => ({ stream: userId, actorId, entry })),
        async write(tx, { at }) {
          await eraseUserRow(tx, userId);
          await holdHandle(tx, config, { handle, userId, at });
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
  await putJob(tx, { kind: 'AccountErased', key: String(userId), data, dueAt: at });
  await putJob(tx, { kind: 'AccountErased', key: `${userId}:again`, data, dueAt: new Date(at.getTime() + secondRoundMs) });
}
