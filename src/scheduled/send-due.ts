import { isDeepStrictEqual } from 'node:util';
import { ChatError, isRefusal, type RefusalCode } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import type { JointAct, Message } from '../message/index.ts';
import { accountGone, userRow, type Viewer } from '../user/index.ts';
import { scheduledChanged, scheduledClosed } from './entries.ts';
import type { ScheduledParts } from './parts.ts';
import { requestOf } from './request.ts';
import { leaveDue, removeScheduled, requireOwn, scheduledMessagesKey, unnamed } from './rule.ts';
import type { ScheduledRef } from './scheduled.ts';
import { deleteScheduled, readScheduled, type ScheduledRow, scheduledRow, updateScheduled } from './store.ts';

// Each retry means that a change came between read and commit. Nobody makes that many in a row.
const looks = 5;
// The column's width.
const maxReason = 1_000;

/** The row was changed or deleted since it was read. */
class Moved extends ChatError {
  constructor() {
    super('CONFLICT', 'The scheduled message was changed at the same time.');
  }
}

/** Makes what commits with the message: the row must be as it was read, and is deleted. */
function goingWith(row: ScheduledRow): JointAct {
  const { id, userId } = row;
  return {
    streamId: userId,
    key: scheduledMessagesKey(row),
    fingerprint: row.fingerprint,
    async decide(inside, { isSaid }) {
      const [user, standing] = await Promise.all([inside.read(userRow, userId), inside.read(scheduledRow, id)]);
      if (user?.state !== 'ACTIVE') throw accountGone();
      // This commit was already made, and its result was lost.
      if (standing === null && isSaid) return { entries: () => [], write: async () => undefined };
      if (!isDeepStrictEqual(standing, row)) throw new Moved();
      return {
        entries: (said) => [scheduledClosed(row, said)],
        write: (tx) => removeScheduled(tx, row),
      };
    },
  };
}

function say({ messages }: ScheduledParts, row: ScheduledRow): Promise<Message> {
  // Sent by the system, so there is no session.
  return messages.send({ userId: row.userId, sessionId: '' }, requestOf(row), goingWith(row));
}

/** Sends a scheduled message now. Throws as ScheduledMessages.sendNow says. */
export async function sendNow(parts: ScheduledParts, viewer: Viewer, id: string): Promise<Message> {
  for (let look = 1; ; look += 1) {
    const [found = null] = await readScheduled(parts.db.client, [id]);
    const row = requireOwn(found, viewer);
    try {
      return await say(parts, row);
    } catch (error) {
      if (!(error instanceof Moved)) throw isRefusal(error) ? unnamed(error) : error;
      if (look === looks) throw new ChatError('UNAVAILABLE', 'The scheduled message keeps changing. Try again.');
    }
  }
}

/** Sends a scheduled message whose time has come. Throws as ScheduledMessages.due says. */
export async function sendDue(parts: ScheduledParts, { scheduledMessageId: id }: ScheduledRef): Promise<void> {
  const [row = null] = await readScheduled(parts.db.client, [id]);
  if (row === null || row.refusal !== null) return;
  const now = await parts.db.now();
  // A change has already left a job for the later time, but the clock may also have been set back since this job was taken. So another is
  // left.
  if (row.sendAt > now) return waitOn(parts, row, row.sendAt);
  try {
    await say(parts, row);
  } catch (error) {
    // Nothing to do, as in `ifStanding`.
    if (error instanceof Moved) return;
    if (!isRefusal(error) || error.code === 'UNAVAILABLE') throw error;
    // Only slow mode is refused with RATE_LIMITED, and always with a time.
    if (error.code === 'RATE_LIMITED') return waitOn(parts, row, new Date(now.getTime() + (error.retryAfterMs ?? 0)));
    await refuse(parts, row, error);
  }
}

function waitOn(parts: ScheduledParts, row: ScheduledRow, until: Date): Promise<void> {
  return ifStanding(parts, row, { write: (tx) => leaveDue(tx, row, until) });
}

/** Stores why the message could not be sent. Refusals that do not pass with time would be the same on a retry. */
function refuse(parts: ScheduledParts, row: ScheduledRow, { code, message }: ChatError & { readonly code: RefusalCode }): Promise<void> {
  const refused: ScheduledRow = { ...row, refusal: { code, message: message.slice(0, maxReason) } };
  return ifStanding(parts, row, { entries: () => [scheduledChanged(row)], write: (tx) => updateScheduled(tx, refused) });
}

/** Writes something if the row is still as it was read. If it is not, another act has ended it, or has left a job for another time. */
function ifStanding({ log }: ScheduledParts, row: ScheduledRow, what: Pick<Verdict<void>, 'entries' | 'write'>): Promise<void> {
  return log.append<void>({
    lock: [row.userId],
    keys: [scheduledMessagesKey(row)],
    repeatable: true,
    async decide(inside: Inside) {
      const [user, standing] = await Promise.all([inside.read(userRow, row.userId), inside.read(scheduledRow, row.id)]);
      // Normally a job of its own removes the rows of an erased account. A node of an earlier release does not know this table, so its job
      // leaves them behind.
      if (user?.state !== 'ACTIVE') return { write: (tx) => deleteScheduled(tx, row.id), result: () => undefined };
      return { ...(isDeepStrictEqual(standing, row) && what), result: () => undefined };
    },
  });
}
