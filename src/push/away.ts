import type { Db } from '../db/index.ts';
import type { Roster } from '../presence/index.ts';
import { isQuiet } from './quiet-hours.ts';
import { quietHoursOf } from './store.ts';

/** Whether a user is to be told by push: they are away; they have just left, which their next connection may undo; or not. */
export type Whereabouts = 'AWAY' | 'LEAVING' | 'REACHED';

/**
 * Where users are, in the order asked for. REACHED is who has a device that is connected and not idle, whose quiet hours it is, and who is erased. Who is suspended has no device left: theirs went with their sessions.
 * Throws where the roster cannot be reached: nobody is told who may be there.
 */
export async function whereabouts(
  { db, roster }: { readonly db: Db; readonly roster: Roster },
  userIds: readonly bigint[],
  now: Date,
): Promise<ReadonlyMap<bigint, Whereabouts>> {
  const [attendances, active, quiet] = await Promise.all([
    roster.of(userIds),
    db.client.user.findMany({ where: { id: { in: [...userIds] }, state: 'ACTIVE' }, select: { id: true } }),
    quietHoursOf.read(db.client, userIds),
  ]);
  const standing = new Set(active.map(({ id }) => id));
  return new Map(
    attendances.map(({ userId, connections }, place) => {
      const hours = quiet[place] ?? null;
      if (!standing.has(userId) || (hours !== null && isQuiet(hours, now))) return [userId, 'REACHED'];
      const awake = connections.filter(({ idle }) => !idle);
      if (awake.length === 0) return [userId, 'AWAY'];
      return [userId, awake.every(({ leaving }) => leaving) ? 'LEAVING' : 'REACHED'];
    }),
  );
}
