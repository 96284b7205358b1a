import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Fact } from '../log/index.ts';
import type { UserParts } from './parts.ts';
import type { Settings, Viewer } from './user.ts';

/** A user's settings. Governed by their account stream. */
const settings: Fact<bigint, Settings | null> = { name: 'settings', key: String, read: settingsOf };

/** Changes how others may reach the viewer, and what they see of what the viewer reads. What changes nothing makes no entry. */
export function updateSettings({ log }: UserParts, { userId }: Viewer, change: Partial<Settings>): Promise<Settings> {
  return log.append<Settings>({
    lock: [userId],
    async decide(inside) {
      const before = await inside.read(settings, userId);
      if (before === null) throw new ChatError('NOT_FOUND', 'This account does not exist any more.');
      const after: Settings = { ...before, ...change };
      if (after.messagesFrom === before.messagesFrom && after.readReceipts === before.readReceipts) return { result: () => before };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'SettingsChanged', data: {} } }],
        async write(tx) {
          const { messagesFrom, readReceipts } = after;
          await tx.user.updateMany({ where: { id: userId }, data: { messagesFrom, privateMode: !readReceipts } });
        },
        result: () => after,
      };
    },
  });
}

/** Each user's settings, in the order asked for; null where there is no such user. */
export async function settingsOf(tx: Tx, ids: readonly bigint[]): Promise<readonly (Settings | null)[]> {
  const rows = await tx.user.findMany({ where: { id: { in: [...ids] } }, select: { id: true, messagesFrom: true, privateMode: true } });
  const found = new Map(
    rows.map(({ id, messagesFrom, privateMode }) => [
      id,
      { messagesFrom: messagesFrom as Settings['messagesFrom'], readReceipts: !privateMode },
    ]),
  );
  return ids.map((id) => found.get(id) ?? null);
}
