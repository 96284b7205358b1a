import { cancelJob } from '../jobs/index.ts';
import type { Verdict } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { ExportRef } from './data-export.ts';
import { dataExportChanged } from './entries.ts';
import type { Sources } from './parts.ts';
import { deleteParts, exportRow } from './store.ts';

/** Ends a file: first makes it unavailable, then deletes its contents. Throws ChatError UNAVAILABLE. */
export async function endExport({ db, log }: Pick<Sources, 'db' | 'log'>, { userId, exportId }: ExportRef): Promise<void> {
  await log.append<void>({
    lock: [userId],
    async decide(inside): Promise<Verdict<void>> {
      const row = await inside.read(exportRow, exportId);
      if (row === null || row.state === 'ENDED') return { result: () => undefined };
      return {
        entries: () => [dataExportChanged(userId, exportId)],
        async write(tx) {
          await tx.dataExport.update({ where: { id: uuidBytes(exportId) }, data: { state: 'ENDED' } });
        },
        result: () => undefined,
      };
    },
  });
  await deleteParts(db, exportId);
}

/** Deletes all files of an erased account. Throws ChatError UNAVAILABLE. */
export async function eraseExports({ db }: Pick<Sources, 'db'>, userId: bigint): Promise<void> {
  const rows = await db.client.dataExport.findMany({ where: { userId }, select: { id: true } });
  for (const { id } of rows) {
    const exportId = uuidText(id);
    // The row goes first: without it no part can be added.
    await db.transaction(async (tx) => {
      await tx.dataExport.deleteMany({ where: { id } });
      await cancelJob(tx, 'DataExport', exportId);
      await cancelJob(tx, 'DataExportOver', exportId);
    });
    await deleteParts(db, exportId);
  }
}
