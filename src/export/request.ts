import { ChatError } from '../errors.ts';
import { putJob, reviveJob } from '../jobs/index.ts';
import type { Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { DataExport } from './data-export.ts';
import { dataExportChanged } from './entries.ts';
import type { Sources } from './parts.ts';
import { exportOf, latelyAsked, pendingExport } from './store.ts';

// The job of a file that has been pending for so long may have failed for good. It is then queued again.
const stuckMs = 24 * 60 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** Requests a file, or finds the pending one. Throws as DataExports.request. */
export async function requestExport(
  { log, config }: Pick<Sources, 'log' | 'config'>,
  { userId }: Viewer,
  { messages }: { readonly messages: boolean },
): Promise<DataExport> {
  return log.append<DataExport>({
    lock: [userId],
    async decide(inside) {
      const { now } = inside;
      const pending = await inside.read(pendingExport, userId);
      const known = pending && exportOf(pending, now);
      if (known !== null) {
        const stuck = now.getTime() - known.createdAt.getTime() > stuckMs;
        return stuck ? askAgain(known, messages) : { result: () => known };
      }
      requireRoom(await inside.read(latelyAsked, { userId, since: new Date(now.getTime() - dayMs) }), { now, most: config.exportsPerDay });
      return ask(userId, messages);
    },
  });
}

// `asked`: the times of recent requests, newest first. The oldest of the last `most` has to be a day old before the next request.
function requireRoom(asked: readonly Date[], { now, most }: { readonly now: Date; readonly most: number }): void {
  const standing = asked[most - 1];
  if (standing === undefined) return;
  const retryAfterMs = Math.max(1, standing.getTime() + dayMs - now.getTime());
  throw new ChatError('RATE_LIMITED', 'Too many data exports in a short time. Try again later.', { retryAfterMs });
}

function ask(userId: bigint, messages: boolean): Verdict<DataExport> {
  const exportId = newUuid();
  const id = uuidBytes(exportId);
  return {
    entries: () => [dataExportChanged(userId, exportId)],
    async write(tx, { at }) {
      await tx.dataExport.create({ data: { id, userId, state: 'PENDING', createdAt: at } });
      await putJob(tx, { kind: 'DataExport', key: exportId, data: { userId, exportId, messages }, dueAt: at });
    },
    result: ({ at }) => ({ id: exportId, userId, state: 'PENDING', createdAt: at, readyAt: null, expiresAt: null, bytes: null }),
  };
}

function askAgain(file: DataExport, messages: boolean): Verdict<DataExport> {
  const { id: exportId, userId } = file;
  return {
    write: (tx, { at }) => reviveJob(tx, { kind: 'DataExport', key: exportId, data: { userId, exportId, messages }, dueAt: at }),
    result: () => file,
  };
}
