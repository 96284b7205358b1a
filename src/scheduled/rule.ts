import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { cancelJob, putJob } from '../jobs/index.ts';
import type { Viewer } from '../user/index.ts';
import type { ScheduledMessage } from './scheduled.ts';
import { deleteScheduled, type ScheduledRow } from './store.ts';

// Later than anybody plans, and near enough to catch a mistyped year.
const maxAheadMs = 365 * 86_400_000;

/** The key (Append.keys) for decisions on a user's scheduled messages. Allows one such act of a user in a commit. */
export function scheduledMessagesKey({ userId }: Pick<Viewer, 'userId'>): string {
  return `scheduled by ${userId}`;
}

/** Throws INVALID_INPUT (sendAt) if the time is not in the future, or more than a year ahead. */
export function requireTime(sendAt: Date, now: Date): void {
  if (sendAt <= now) throw untimely('sendAt must be in the future. Use a later time, or send the message now.');
  if (sendAt.getTime() - now.getTime() > maxAheadMs) throw untimely('sendAt must be within a year.');
}

function untimely(why: string): ChatError {
  return new ChatError('INVALID_INPUT', why, { field: ['sendAt'] });
}

/** Returns the row. Throws NOT_FOUND (scheduledMessageId) if there is none, or it is another user's. The two must not be told apart. */
export function requireOwn(row: ScheduledRow | null, { userId }: Viewer): ScheduledRow {
  if (row?.userId === userId) return row;
  throw noneOfYours();
}

/** The refusal of a scheduled message that does not exist, or not any more. */
export function noneOfYours(): ChatError {
  return new ChatError('NOT_FOUND', 'Scheduled message not found. It may have been sent or cancelled.', { field: ['scheduledMessageId'] });
}

/** Leaves a job that sends the message at `dueAt`, in place of an earlier one. */
export function leaveDue(tx: Tx, { id, userId }: Pick<ScheduledMessage, 'id' | 'userId'>, dueAt: Date): Promise<void> {
  return putJob(tx, { kind: 'ScheduledMessageDue', key: id, data: { userId, scheduledMessageId: id }, dueAt });
}

/** Deletes a scheduled message and its job. */
export async function removeScheduled(tx: Tx, { id }: Pick<ScheduledMessage, 'id'>): Promise<void> {
  await deleteScheduled(tx, id);
  await cancelJob(tx, 'ScheduledMessageDue', id);
}

/**
 * Returns a refusal without its field. The field is one of the request that scheduled the message, and not one of the act that is refused.
 */
export function unnamed({ code, message, retryAfterMs, cause }: ChatError): ChatError {
  return new ChatError(code, message, { retryAfterMs, cause });
}
