import { isDeepStrictEqual } from 'node:util';
import { ChatError, isRefusal, type RefusalCode } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import type { Message, Settling } from '../message/index.ts';
import { accountGone, userRow, type Viewer } from '../user/index.ts';
import { scheduledChanged, scheduledClosed } from './entries.ts';
import type { ScheduledParts } from './parts.ts';
import { requestOf } from './request.ts';
import { laterKey, leaveDue, removeScheduled, requireOwn, unnamed } from './rule.ts';
import type { ScheduledRef } from './scheduled.ts';
import { deleteScheduled, readScheduled, type ScheduledRow, scheduledRow, updateScheduled } from './store.ts';

// Each but the first is for a change that came between reading and saying: nobody who writes makes so many in a row.
const looks = 5;
// The column's width.
const maxReason = 1_000;

/** It is not as it was read any more, or gone. */
class Moved extends ChatError {
  constructor() {
    super('CONFLICT', 'The scheduled message was changed at the same time.');
  }
}

/** What is to be true and done when a row is said: it stands as it was read, and goes. */
function goingWith(row: ScheduledRow): Settling {
  const { id, userId } = row;
  return {
    streamId: userId,
    key: laterKey(row),
    fingerprint: row.fingerprint,
    async decide(inside, { isSaid }) {
      const [user, standing] = await Promise.all([inside.read(userRow, userId), inside.read(scheduledRow, id)]);
      if (user?.state !== 'ACTIVE') throw accountGone();
      // This very commit was made before, and nobody knew.
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
  // No device of theirs says it.
  return messages.send({ userId: row.userId, sessionId: '' }, requestOf(row), goingWith(row));
}

/** Says it now. Throws as ScheduledMessages.sendNow says. */
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

/** Says what it is time for. Throws as ScheduledMessages.due says. */
export async function sayDue(parts: ScheduledParts, { scheduledMessageId: id }: ScheduledRef): Promise<void> {
  const [row = null] = await readScheduled(parts.db.client, [id]);
  if (row === null || row.refusal !== null) return;
  const now = await parts.db.now();
  // A change has left it for then; but that the clock has not gone back since it was taken up is more than anybody knows.
  if (row.sendAt > now) return waitOn(parts, row, row.sendAt);
  try {
    await say(parts, row);
  } catch (error) {
    // As ifStanding does.
    if (error instanceof Moved) return;
    if (!isRefusal(error) || error.code === 'UNAVAILABLE') throw error;
    // Slow mode alone says so, and always for how long.
    if (error.code === 'RATE_LIMITED') return waitOn(parts, row, new Date(now.getTime() + (error.retryAfterMs ?? 0)));
    await refuse(parts, row, error);
  }
}

function waitOn(parts: ScheduledParts, row: ScheduledRow, until: Date): Promise<void> {
  return ifStanding(parts, row, { write: (tx) => leaveDue(tx, row, until) });
}

/** Keeps why it could not be said: any other refusal than those that pass is the same the next time. */
function refuse(parts: ScheduledParts, row: ScheduledRow, { code, message }: ChatError & { readonly code: RefusalCode }): Promise<void> {
  const refused: ScheduledRow = { ...row, refusal: { code, message: message.slice(0, maxReason) } };
  return ifStanding(parts, row, { entries: () => [scheduledChanged(row)], write: (tx) => updateScheduled(tx, refused) });
}

/** Does something with a row if it stands as it was read. Where it does not, whoever came before has ended it, or left it for another time. */
function ifStanding({ log }: ScheduledParts, row: ScheduledRow, what: Pick<Verdict<void>, 'entries' | 'write'>): Promise<void> {
  return log.append<void>({
    lock: [row.userId],
    keys: [laterKey(row)],
    repeatable: true,
    async decide(inside: Inside) {
      const [user, standing] = await Promise.all([inside.read(userRow, row.userId), inside.read(scheduledRow, row.id)]);
      // Its own job takes it out of an erased account, unless a node of an earlier release did that, which knows nothing of it.
      if (user?.state !== 'ACTIVE') return { write: (tx) => deleteScheduled(tx, row.id), result: () => undefined };
      return { ...(isDeepStrictEqual(standing, row) && what), result: () => undefined };
    },
  });
}
