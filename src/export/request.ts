import { ChatError } from '../errors.ts';
import { leaveJob } from '../jobs/index.ts';
import type { Limit } from '../limit/index.ts';
import type { Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { DataExport } from './data-export.ts';
import { dataExportChanged } from './entries.ts';
import type { Sources } from './parts.ts';
import { exportOf, pendingExport, readPending } from './store.ts';

// What has waited so long is not being made any more: its job has failed for good, and is left anew.
const stuckMs = 24 * 60 * 60_000;

interface Asked {
  readonly file: DataExport;
  readonly fresh: boolean;
}

/** Asks for a file, or finds the one that waits. Throws as DataExports.request says. */
export async function requestExport(
  { db, log, perDay }: Pick<Sources, 'db' | 'log'> & { readonly perDay: Limit },
  { userId }: Viewer,
  { messages }: { readonly messages: boolean },
): Promise<DataExport> {
  const [[row], now] = await Promise.all([readPending(db.client, [userId]), db.now()]);
  const waiting = row && now.getTime() - row.createdAt.getTime() < stuckMs ? exportOf(row, now) : null;
  if (waiting !== null) return waiting;
  const retryAfterMs = await perDay.take(String(userId));
  if (retryAfterMs !== null) throw new ChatError('RATE_LIMITED', 'You have asked for this several times lately. Ask again later.', { retryAfterMs });
  try {
    const { file, fresh } = await log.append<Asked>({
      lock: [userId],
      async decide(inside) {
        const pending = await inside.read(pendingExport, userId);
        const known = pending && exportOf(pending, inside.now);
        return known === null ? ask(userId, messages) : askAgain(known, messages);
      },
    });
    if (!fresh) await perDay.giveBack(String(userId));
    return file;
  } catch (error) {
    await perDay.giveBack(String(userId));
    throw error;
  }
}

function ask(userId: bigint, messages: boolean): Verdict<Asked> {
  const exportId = newUuid();
  const id = uuidBytes(exportId);
  return {
    entries: () => [dataExportChanged(userId, exportId)],
    async write(tx, { at }) {
      await tx.dataExport.create({ data: { id, userId, state: 'PENDING', createdAt: at } });
      await leaveJob(tx, { kind: 'DataExport', key: exportId, data: { userId, exportId, messages }, dueAt: at });
    },
    result: ({ at }) => ({
      file: { id: exportId, userId, state: 'PENDING', createdAt: at, readyAt: null, expiresAt: null, bytes: null },
      fresh: true,
    }),
  };
}

function askAgain(file: DataExport, messages: boolean): Verdict<Asked> {
  const { id: exportId, userId } = file;
  return {
    write: (tx, { at }) => leaveJob(tx, { kind: 'DataExport', key: exportId, data: { userId, exportId, messages }, dueAt: at }),
    result: () => ({ file, fresh: false }),
  };
}
