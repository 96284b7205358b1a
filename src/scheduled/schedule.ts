import { ChatError } from '../errors.ts';
import type { Verdict } from '../log/index.ts';
import { type IndependentWrite, type JointAct, messageOf, sentUnder, usedBefore, withIndependentWrite } from '../message/index.ts';
import { accountGone, userRow, type Viewer } from '../user/index.ts';
import { newUuid } from '../uuid.ts';
import { scheduledChanged } from './entries.ts';
import type { ScheduledParts } from './parts.ts';
import { leaveDue, requireTime, scheduledMessagesKey } from './rule.ts';
import type { NewScheduled, Scheduling } from './scheduled.ts';
import { insertScheduled, type ScheduledRow, scheduledCount, scheduledUnder } from './store.ts';

/** Schedules a message. Throws as ScheduledMessages.schedule says. */
export async function schedule(
  { log, messages, config }: ScheduledParts,
  viewer: Viewer,
  wanted: NewScheduled,
  settling?: JointAct<IndependentWrite>,
): Promise<Scheduling> {
  const { sendAt, ...request } = wanted;
  const { conversationId, clientMessageId, text } = request;
  const { userId } = viewer;
  const { fingerprint, isSame, ...enclosed } = messages.readLater(request);
  // Not repeatable: if the row was sent or cancelled between two runs, the second would schedule the message again.
  return log.append<Scheduling>({
    lock: [...new Set([conversationId, userId, ...(settling === undefined ? [] : [settling.streamId])])],
    keys: [scheduledMessagesKey(viewer), ...(settling === undefined ? [] : [settling.key])],
    async decide(inside): Promise<Verdict<Scheduling>> {
      const [user, left, said] = await Promise.all([
        inside.read(userRow, userId),
        inside.read(scheduledUnder, { userId, clientMessageId }),
        inside.read(sentUnder, { senderId: userId, clientMessageId }),
      ]);
      if (user?.state !== 'ACTIVE') throw accountGone();
      const settled = await settling?.decide(inside, { isSaid: said !== null });
      if (said !== null) {
        if (!isSame(said.fingerprint)) throw usedBefore();
        return withIndependentWrite({ result: () => ({ scheduled: null, message: messageOf(said) }) }, settled);
      }
      if (left !== null) {
        if (!isSame(left.fingerprint) || left.firstSendAt.getTime() !== sendAt.getTime()) throw usedBefore();
        return withIndependentWrite({ result: () => ({ scheduled: left, message: null }) }, settled);
      }
      requireTime(sendAt, inside.now);
      requireRoom(await inside.read(scheduledCount, userId), config.maxScheduledMessages);
      const refs = await messages.requireSendable(inside, viewer, { ...request, ...enclosed, sendAt });
      const row: ScheduledRow = {
        ...{ id: newUuid(), userId, conversationId, clientMessageId, fingerprint, text, ...enclosed, ...refs },
        ...{ sendAt, firstSendAt: sendAt, createdAt: inside.now, refusal: null },
      };
      const verdict: Verdict<Scheduling> = {
        entries: () => [scheduledChanged(row)],
        async write(tx) {
          await insertScheduled(tx, row);
          await leaveDue(tx, row, sendAt);
        },
        result: () => ({ scheduled: row, message: null }),
      };
      return withIndependentWrite(verdict, settled);
    },
  });
}

function requireRoom(count: number, most: number): void {
  if (count < most) return;
  const why =
    most === 0
      ? 'Scheduled messages are turned off on this server.'
      : `You can have at most ${most} scheduled messages. Cancel one, or send this message now.`;
  throw new ChatError('LIMIT_REACHED', why);
}
