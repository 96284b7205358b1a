import { isDeepStrictEqual } from 'node:util';
import { ChatError } from '../errors.ts';
import type { Verdict } from '../log/index.ts';
import { type MessageRef, sentUnder, usedBefore } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';
import { scheduledChanged, scheduledClosed } from './entries.ts';
import type { ScheduledParts } from './parts.ts';
import { requestOf } from './request.ts';
import { leaveDue, noneOfYours, removeScheduled, requireOwn, requireTime, scheduledMessagesKey, unnamed } from './rule.ts';
import type { NewScheduled, ScheduledChange, ScheduledMessage } from './scheduled.ts';
import { readScheduled, type ScheduledRow, scheduledRow, updateScheduled } from './store.ts';

/** Changes a scheduled message. Throws as ScheduledMessages.change says. */
export async function change(
  { db, log, messages }: ScheduledParts,
  viewer: Viewer,
  { id, ...wanted }: ScheduledChange,
): Promise<ScheduledMessage> {
  // Read before the append, to know which streams to lock. A scheduled message never changes its conversation.
  const [found = null] = await readScheduled(db.client, [id]);
  const { conversationId } = requireOwn(found, viewer);
  // Not repeatable. Between two runs the changed message may be sent, or its time may come. The second run would then refuse a change that
  // was made.
  const outcome = await log.append<ScheduledMessage | null>({
    lock: [...new Set([conversationId, viewer.userId])],
    keys: [scheduledMessagesKey(viewer)],
    async decide(inside): Promise<Verdict<ScheduledMessage | null>> {
      const row = requireOwn(await inside.read(scheduledRow, id), viewer);
      const said = await inside.read(sentUnder, { senderId: viewer.userId, clientMessageId: row.clientMessageId });
      // A message was sent under this clientMessageId already, by the original request or with the current content. The scheduled message
      // is then over, and a change would have no effect. If something else was sent, this one can never be sent, and a change would not
      // help either.
      if (said !== null) {
        const isThat = isDeepStrictEqual(said.fingerprint, row.fingerprint) || messages.readLater(requestOf(row)).isSame(said.fingerprint);
        if (!isThat) throw unnamed(usedBefore());
        return closing(row, said, () => null);
      }
      const { sendAt, ...request } = changed(row, wanted);
      const { fingerprint: _fingerprint, isSame: _isSame, ...enclosed } = messages.readLater(request);
      requireTime(sendAt, inside.now);
      const refs = await messages.requireSendable(inside, viewer, { ...request, ...enclosed, sendAt }).catch(ofChange);
      const after: ScheduledRow = { ...row, text: request.text, ...enclosed, ...refs, sendAt, refusal: null };
      if (isDeepStrictEqual(after, row)) return { result: () => row };
      return {
        entries: () => [scheduledChanged(after)],
        async write(tx) {
          await updateScheduled(tx, after);
          await leaveDue(tx, after, sendAt);
        },
        result: () => after,
      };
    },
  });
  if (outcome === null) throw noneOfYours();
  return outcome;
}

/** Ends a scheduled message. `said` is the message that it has become; null if it was cancelled. */
function closing<T>(row: ScheduledRow, said: MessageRef | null, result: () => T): Verdict<T> {
  return {
    entries: () => [scheduledClosed(row, said)],
    write: (tx) => removeScheduled(tx, row),
    result,
  };
}

/** Rethrows why the message could not be sent. A change does not name the conversation, so neither does its refusal. */
function ofChange(error: unknown): never {
  throw error instanceof ChatError && error.field?.[0] === 'conversationId' ? unnamed(error) : error;
}

/** Returns the request as it would be after the change. */
function changed(row: ScheduledRow, { data, poll, replyTo, threadRoot, ...wanted }: Omit<ScheduledChange, 'id'>): NewScheduled {
  const stands = requestOf(row);
  return {
    ...stands,
    sendAt: wanted.sendAt ?? row.sendAt,
    text: wanted.text ?? stands.text,
    attachments: wanted.attachments ?? stands.attachments,
    data: data === undefined ? stands.data : data,
    poll: poll === undefined ? stands.poll : poll,
    mentionIds: wanted.mentionIds ?? stands.mentionIds,
    mentionsEveryone: wanted.mentionsEveryone ?? stands.mentionsEveryone,
    replyTo: replyTo === undefined ? stands.replyTo : (replyTo ?? undefined),
    threadRoot: threadRoot === undefined ? stands.threadRoot : (threadRoot ?? undefined),
  };
}

/** Cancels a scheduled message. Throws as ScheduledMessages.cancel says. */
export function cancel({ log }: ScheduledParts, viewer: Viewer, id: string): Promise<void> {
  return log.append<void>({
    lock: [viewer.userId],
    keys: [scheduledMessagesKey(viewer)],
    async decide(inside): Promise<Verdict<void>> {
      const row = requireOwn(await inside.read(scheduledRow, id), viewer);
      return closing(row, null, () => undefined);
    },
  });
}
