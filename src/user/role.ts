import type { Config } from '../config/index.ts';
import type { Db, Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type Fact, type Log, serverStreamId, type Verdict } from '../log/index.ts';
import { userRow } from './facts.ts';
import { readHandle } from './shape.ts';
import { findByHandle, publicPart, type UserRow, updateRoleRow } from './store.ts';
import type { User, UserRole } from './user.ts';

/** The options of the configuration that decide who is an admin. */
export type RoleConfig = Pick<Config, 'adminHandles'>;

/** The user whose role changes. */
export type RoleOwner = { readonly handle: string } | { readonly userId: bigint };

/** Who is an admin: users who were given the role, and users with a handle that config ADMIN_HANDLES names. */
export interface Roles {
  /**
   * Changes a user's role. Returns the user, and whether the role was another before. `byAdmin` is true if an admin does it, and false for
   * the command, which is the way back when nobody is an admin. Throws NOT_FOUND (handle, userId), CONFLICT (handle, userId) if the
   * configuration makes the user an admin, if a suspended user is to become one, or if an admin revokes the role of the last admin, or
   * UNAVAILABLE.
   */
  give(
    options: RoleOwner & { readonly role: UserRole; readonly byAdmin?: boolean },
  ): Promise<{ readonly user: User; readonly changed: boolean }>;
  /** Returns the handles in config ADMIN_HANDLES that nobody has. */
  unclaimed(): Promise<readonly string[]>;
}

/** Returns the role of a user. An erased account has no special role. */
export function roleOf({ role, state, handle }: Pick<UserRow, 'role' | 'state' | 'handle'>, { adminHandles }: RoleConfig): UserRole {
  return state === 'ACTIVE' && (role === 'ADMIN' || adminHandles.includes(handle)) ? 'ADMIN' : 'USER';
}

interface RoleParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: RoleConfig;
}

/** Creates the roles. A role that is given is in force with the next access token. A role that is revoked ends at once. */
export function createRoles({ db, log, config }: RoleParts): Roles {
  const { adminHandles } = config;

  async function ownerOf(owner: RoleOwner): Promise<bigint | null> {
    if ('userId' in owner) return owner.userId;
    const name = readHandle(owner.handle);
    return name === null ? null : ((await findByHandle(db.client, name))?.id ?? null);
  }

  return {
    async give({ role, byAdmin = false, ...owner }) {
      const userId = await ownerOf(owner);
      if (userId === null) throw noUser(owner);
      return await log.append({
        // The server's stream puts changes of different users in order: otherwise two revocations at once might both see another admin
        // left.
        lock: [serverStreamId, userId],
        async decide(inside): Promise<Verdict<Awaited<ReturnType<Roles['give']>>>> {
          const row = await inside.read(userRow, userId);
          if (row?.state !== 'ACTIVE' || ('handle' in owner && row.handle !== readHandle(owner.handle))) throw noUser(owner);
          if (role === 'USER') requireAnother(row, byAdmin ? await inside.read(otherAdmins(config), userId) : true, owner);
          if (role === 'ADMIN' && row.suspendedUntil !== null && row.suspendedUntil > inside.now) {
            throw conflict(owner, `${row.handle} is suspended. Restore the account first.`);
          }
          const user = publicPart(row);
          if (row.role === role) return { result: () => ({ user, changed: false }) };
          return { write: (tx) => updateRoleRow(tx, user.id, role), result: () => ({ user, changed: true }) };
        },
      });
    },
    async unclaimed() {
      const rows = await db.client.user.findMany({ where: { handle: { in: [...adminHandles] } }, select: { handle: true } });
      return adminHandles.filter((handle) => !rows.some((row) => row.handle === handle));
    },
  };

  function requireAnother(row: UserRow, isAnother: boolean, owner: RoleOwner): void {
    if (adminHandles.includes(row.handle))
      throw conflict(owner, `${row.handle} is an admin because of ADMIN_HANDLES. Remove the handle there.`);
    if (!isAnother && row.role === 'ADMIN') throw conflict(owner, `${row.handle} is the last admin. Make another user an admin first.`);
  }
}

/** Whether any other user is an admin. Governed by the server's stream. */
function otherAdmins({ adminHandles }: RoleConfig): Fact<bigint, boolean> {
  async function isAnother(tx: Tx, userId: bigint): Promise<boolean> {
    const other = { state: 'ACTIVE', id: { not: userId } };
    const named = await tx.user.findFirst({ where: { ...other, handle: { in: [...adminHandles] } }, select: { id: true } });
    return named !== null || (await tx.user.findFirst({ where: { ...other, role: 'ADMIN' }, select: { id: true } })) !== null;
  }
  return { name: 'other admins', key: String, read: (tx, ids) => Promise.all(ids.map((id) => isAnother(tx, id))) };
}

function noUser(owner: RoleOwner): ChatError {
  const message = 'handle' in owner ? `There is no user with the handle ${JSON.stringify(owner.handle)}.` : 'User not found.';
  return new ChatError('NOT_FOUND', message, { field: fieldOf(owner) });
}

function conflict(owner: RoleOwner, message: string): ChatError {
  return new ChatError('CONFLICT', message, { field: fieldOf(owner) });
}

function fieldOf(owner: RoleOwner): readonly string[] {
  return ['handle' in owner ? 'handle' : 'userId'];
}
