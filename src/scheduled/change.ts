import { isDeepStrictEqual } from 'node:util';
import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import { type MessageRef, sentUnder, usedBefore } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';
import { scheduledChanged, scheduledClosed } from './entries.ts';
import type { ScheduledParts } from './parts.ts';
import { requestOf } from './request.ts';
import { leaveDue, noneOfYours, removeScheduled, requireOwn, requireTime, scheduledMessagesKey, unnamed } from './rule.ts';
import type { NewScheduled, ScheduledChange, ScheduledMessage } from './scheduled.ts';
import { readScheduled, type ScheduledRow, scheduledRow, updateScheduled } from './store.ts';

/** Changes a scheduled message. Throws as ScheduledMessages.change says. */
export async function change(parts: ScheduledParts, viewer: Viewer, { id, ...wanted }: ScheduledChange): Promise<ScheduledMessage> {
  const { db, log, messages } = parts;
  // Read before the append, to know which streams to lock. A scheduled message never changes its conversation.
  const [found = null] = await readScheduled(db.client, [id]);
  const standing = requireOwn(found, viewer);
  // Not repeatable. Between two runs the changed message may be sent, or its time may come. The second run would then refuse a change that
  // was made.
  const outcome = await log.append<ScheduledMessage | null>({
    ...exclusive(standing),
    async decide(inside): Promise<Verdict<ScheduledMessage | null>> {
      const row = requireOwn(await inside.read(scheduledRow, id), viewer);
      const sent = await sentDirectly(inside, parts, row);
      // If something else was sent, this one can never be sent, and a change would not help.
      if (sent !== null && !sent.isThat) throw unnamed(usedBefore());
      if (sent !== null) return closing(row, sent.said, () => null);
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

/** The locks and keys of an act on a scheduled message. No commit has it together with a `sendMessage` under the same clientMessageId. */
function exclusive({ conversationId, userId, clientMessageId }: ScheduledRow) {
  return {
    lock: [...new Set([conversationId, userId])],
    keys: [scheduledMessagesKey({ userId }), sentUnder.key({ senderId: userId, clientMessageId })],
  };
}

/**
 * Returns the message that was sent under a scheduled message's clientMessageId by `sendMessage`, and whether it is that message: by the
 * original request, or with the current content. The scheduled message is then over. Null if there is none. The caller must hold the lock on
 * the conversation's stream.
 */
async function sentDirectly(inside: Inside, { messages }: Pick<ScheduledParts, 'messages'>, row: ScheduledRow) {
  const said = await inside.read(sentUnder, { senderId: row.userId, clientMessageId: row.clientMessageId });
  if (said === null) return null;
  const isThat = isDeepStrictEqual(said.fingerprint, row.fingerprint) || messages.readLater(requestOf(row)).isSame(said.fingerprint);
  return { said, isThat };
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
export async function cancel(parts: ScheduledParts, viewer: Viewer, id: string): Promise<void> {
  const { db, log } = parts;
  const [found = null] = await readScheduled(db.client, [id]);
  const standing = requireOwn(found, viewer);
  const isCancelled = await log.append<boolean>({
    ...exclusive(standing),
    async decide(inside): Promise<Verdict<boolean>> {
      const row = requireOwn(await inside.read(scheduledRow, id), viewer);
      const sent = await sentDirectly(inside, parts, row);
      const said = sent?.isThat ? sent.said : null;
      return closing(row, said, () => said === null);
    },
  });
  if (!isCancelled) throw noneOfYours();
}
