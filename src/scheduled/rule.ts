import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { cancelJob, leaveJob } from '../jobs/index.ts';
import type { Viewer } from '../user/index.ts';
import type { ScheduledMessage } from './scheduled.ts';
import { deleteScheduled, type ScheduledRow } from './store.ts';

// Later than anybody plans, near enough that a year that was mistyped is seen.
const maxAheadMs = 365 * 86_400_000;

/** The key (Append.keys) of what is decided on a user's scheduled messages: of one user one such act a commit. */
export function laterKey({ userId }: Pick<Viewer, 'userId'>): string {
  return `scheduled by ${userId}`;
}

/** Throws INVALID_INPUT (sendAt): now or past, or too far ahead. */
export function requireTime(sendAt: Date, now: Date): void {
  if (sendAt <= now) throw untimely('sendAt must be in the future. Use a later time, or send the message now.');
  if (sendAt.getTime() - now.getTime() > maxAheadMs) throw untimely('sendAt must be within a year.');
}

function untimely(why: string): ChatError {
  return new ChatError('INVALID_INPUT', why, { field: ['sendAt'] });
}

/** Throws NOT_FOUND (scheduledMessageId) where there is none, or it is not the viewer's: never told apart. */
export function requireOwn(row: ScheduledRow | null, { userId }: Viewer): ScheduledRow {
  if (row?.userId === userId) return row;
  throw noneOfYours();
}

/** The refusal of what waits no more, or never did. */
export function noneOfYours(): ChatError {
  return new ChatError('NOT_FOUND', 'Scheduled message not found. It may have been sent or cancelled.', { field: ['scheduledMessageId'] });
}

/** Leaves it to be looked at from a moment on, in place of any other. */
export function leaveDue(tx: Tx, { id, userId }: Pick<ScheduledMessage, 'id' | 'userId'>, dueAt: Date): Promise<void> {
  return leaveJob(tx, { kind: 'ScheduledMessageDue', key: id, data: { userId, scheduledMessageId: id }, dueAt });
}

/** Removes it with the job that looks at it. */
export async function removeScheduled(tx: Tx, { id }: Pick<ScheduledMessage, 'id'>): Promise<void> {
  await deleteScheduled(tx, id);
  await cancelJob(tx, 'ScheduledMessageDue', id);
}

/** A refusal without the input that it names: one of the request that left what waits, and none of the act that is refused. */
export function unnamed({ code, message, retryAfterMs, cause }: ChatError): ChatError {
  return new ChatError(code, message, { retryAfterMs, cause });
}
