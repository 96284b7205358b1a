import type { Db } from '../db/index.ts';
import type { Roster } from '../presence/index.ts';
import { isQuiet } from './quiet-hours.ts';
import { quietHoursOf } from './store.ts';

/** Whether a user gets pushes. AWAY: yes. LEAVING: they have just left and may reconnect, so wait. REACHED: no. */
export type Reachability = 'AWAY' | 'LEAVING' | 'REACHED';

/**
 * Reads where users are, by user. REACHED are users with a connected device that is not idle, users who want no pushes now, and erased
 * users. Suspended users have no device left: their sessions have ended. Rejects if the roster cannot be reached: no push goes to a user
 * who may be online.
 */
export async function reachability(
  { db, roster }: { readonly db: Db; readonly roster: Roster },
  userIds: readonly bigint[],
  now: Date,
): Promise<ReadonlyMap<bigint, Reachability>> {
  const [attendances, active, quiet] = await Promise.all([
    roster.of(userIds),
    db.client.user.findMany({ where: { id: { in: [...userIds] }, state: 'ACTIVE' }, select: { id: true, silentUntil: true } }),
    quietHoursOf.read(db.client, userIds),
  ]);
  const isSilent = new Map(active.map(({ id, silentUntil }) => [id, silentUntil !== null && silentUntil > now]));
  return new Map(
    attendances.map(({ userId, connections }, place) => {
      const hours = quiet[place] ?? null;
      if (isSilent.get(userId) !== false || (hours !== null && isQuiet(hours, now))) return [userId, 'REACHED'];
      const awake = connections.filter(({ idle }) => !idle);
      if (awake.length === 0) return [userId, 'AWAY'];
      return [userId, awake.every(({ leaving }) => leaving) ? 'LEAVING' : 'REACHED'];
    }),
  );
}
