import type { Tx } from '../db/index.ts';
import { putJob } from '../jobs/index.ts';
import type { ModerationParts } from './parts.ts';

const msADay = 86_400_000;

/** Leaves a job that removes an item config REPORT_DAYS after it was resolved. */
export async function leaveRemoval(
  tx: Tx,
  { reportDays }: ModerationParts['config'],
  { itemId, at }: { readonly itemId: string; readonly at: Date },
): Promise<void> {
  const dueAt = new Date(at.getTime() + reportDays * msADay);
  await putJob(tx, { kind: 'ModerationItemOver', key: itemId, data: { itemId }, dueAt });
}
