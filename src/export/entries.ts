import type { NewEntry } from '../log/index.ts';

/** Returns the entry that tells a user's devices that one of their files was requested, is ready, or is gone. */
export function dataExportChanged(userId: bigint, exportId: string): { stream: bigint; actorId: bigint; entry: NewEntry } {
  return { stream: userId, actorId: userId, entry: { type: 'DataExportChanged', data: { exportId } } };
}
