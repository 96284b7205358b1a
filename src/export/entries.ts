import type { NewEntry } from '../log/index.ts';

/** Tells a user's devices that a file of theirs was asked for, is ready, or is gone. */
export function dataExportChanged(userId: bigint, exportId: string): { stream: bigint; actorId: bigint; entry: NewEntry } {
  return { stream: userId, actorId: userId, entry: { type: 'DataExportChanged', data: { exportId } } };
}
