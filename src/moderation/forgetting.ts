import type { Tx } from '../db/index.ts';
import { leaveJob } from '../jobs/index.ts';
import type { ModerationParts } from './parts.ts';

const msADay = 86_400_000;

/** Leaves a job that removes an item config REPORT_DAYS after it was resolved. */
export async function leaveForgetting(
  tx: Tx,
  { reportDays }: ModerationParts['config'],
  { itemId, at }: { readonly itemId: string; readonly at: Date },
): Promise<void> {
  const dueAt = new Date(at.getTime() + reportDays * msADay);
  await leaveJob(tx, { kind: 'ModerationItemOver', key: itemId, data: { itemId }, dueAt });
}
