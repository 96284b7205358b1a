import { readIdentities } from './identity-store.ts';
import type { SessionParts } from './session.ts';
import { listSessions } from './sessions.ts';
import { settingsOf } from './settings.ts';
import { readUsers } from './store.ts';
import type { OwnRecord } from './user.ts';

/** Reads everything that the module stores of a user and shows to nobody else. Returns null if the user does not exist or is erased. */
export async function readOwnRecord(parts: SessionParts, userId: bigint): Promise<OwnRecord | null> {
  const { client } = parts.db;
  const now = await parts.db.now();
  const [[user], [settings], sessions, formerHandles, [identities = []]] = await Promise.all([
    readUsers(client, [userId]),
    settingsOf(client, [userId]),
    listSessions(parts, { userId }),
    client.handleHold.findMany({ where: { userId, until: { gt: now } }, select: { handle: true, until: true }, orderBy: { until: 'asc' } }),
    readIdentities(client, [userId]),
  ]);
  if (!user || user.erased || !settings) return null;
  return { user, settings, sessions, formerHandles, identities };
}
