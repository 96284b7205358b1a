import type { Verdict } from '../log/index.ts';
import { isUuid } from '../uuid.ts';
import { sessionRow } from './facts.ts';
import { isLive, type SessionParts, shownSession } from './session.ts';
import { noSession } from './sessions.ts';
import { requireNewDeviceName } from './shape.ts';
import { renameSessionRow } from './store.ts';
import type { Session, Viewer } from './user.ts';

/** Renames one of the viewer's live sessions. A change without effect writes no entry. Throws the errors that Users.renameSession names. */
export async function renameSession(
  { log }: SessionParts,
  { userId }: Viewer,
  options: { readonly sessionId: string; readonly deviceName: string },
): Promise<Session> {
  const { sessionId } = options;
  const deviceName = requireNewDeviceName(options.deviceName);
  if (!isUuid(sessionId)) throw noSession();
  return log.append<Session>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Session>> {
      const row = await inside.read(sessionRow, sessionId);
      if (row?.userId !== userId || !isLive(row, inside.now)) throw noSession();
      const before = shownSession(row);
      if (before.deviceName === deviceName) return { result: () => before };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'SessionChanged', data: { sessionId } } }],
        write: (tx) => renameSessionRow(tx, sessionId, deviceName),
        result: () => ({ ...before, deviceName }),
      };
    },
  });
}
