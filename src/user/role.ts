import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Log, Verdict } from '../log/index.ts';
import { userRow } from './facts.ts';
import { readHandle } from './shape.ts';
import { findByHandle, publicPart, roleOf, updateRoleRow } from './store.ts';
import type { User, UserRole } from './user.ts';

/** Who is an admin. */
export interface Roles {
  /** Gives whoever has this handle a role; answers who that is, and whether it was another before. Throws NOT_FOUND (handle), UNAVAILABLE. */
  give(options: { readonly handle: string; readonly role: UserRole }): Promise<{ readonly user: User; readonly changed: boolean }>;
}

/** Makes the roles. What is given counts with the next access token, what is taken at once. */
export function createRoles({ db, log }: { readonly db: Db; readonly log: Log }): Roles {
  return {
    async give({ handle, role }) {
      const name = readHandle(handle);
      const found = name === null ? null : await findByHandle(db.client, name);
      if (found === null) throw noUser(handle);
      return await log.append({
        lock: [found.id],
        async decide(inside): Promise<Verdict<Awaited<ReturnType<Roles['give']>>>> {
          const row = await inside.read(userRow, found.id);
          if (row?.state !== 'ACTIVE' || row.handle !== name) throw noUser(handle);
          const user = publicPart(row);
          if (roleOf(row) === role) return { result: () => ({ user, changed: false }) };
          return { write: (tx) => updateRoleRow(tx, user.id, role), result: () => ({ user, changed: true }) };
        },
      });
    },
  };
}

function noUser(handle: string): ChatError {
  return new ChatError('NOT_FOUND', `There is nobody with the handle ${JSON.stringify(handle)}.`, { field: ['handle'] });
}
