import { isDeepStrictEqual } from 'node:util';
import { ChatError } from '../errors.ts';
import type { Verdict } from '../log/index.ts';
import { type MessageRef, sentUnder, usedBefore } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';
import { scheduledChanged, scheduledClosed } from './entries.ts';
import type { ScheduledParts } from './parts.ts';
import { requestOf } from './request.ts';
import { laterKey, leaveDue, noneOfYours, removeScheduled, requireOwn, requireTime, unnamed } from './rule.ts';
import type { NewScheduled, ScheduledChange, ScheduledMessage } from './scheduled.ts';
import { readScheduled, type ScheduledRow, scheduledRow, updateScheduled } from './store.ts';

/** Changes what waits. Throws as ScheduledMessages.change says. */
export async function change(
  { db, log, messages }: ScheduledParts,
  viewer: Viewer,
  { id, ...wanted }: ScheduledChange,
): Promise<ScheduledMessage> {
  // Where it is to be said never changes: it tells which lock to take.
  const [found = null] = await readScheduled(db.client, [id]);
  const { conversationId } = requireOwn(found, viewer);
  // Not repeatable: where it was said meanwhile, or its time has come, a change that was made would be refused.
  const outcome = await log.append<ScheduledMessage | null>({
    lock: [...new Set([conversationId, viewer.userId])],
    keys: [laterKey(viewer)],
    async decide(inside): Promise<Verdict<ScheduledMessage | null>> {
      const row = requireOwn(await inside.read(scheduledRow, id), viewer);
      const said = await inside.read(sentUnder, { senderId: viewer.userId, clientMessageId: row.clientMessageId });
      // Sent at once under its name, as it was left or as it stands, it was said: a change would be for nothing. So would one of what can never be said, as something else was.
      if (said !== null) {
        const isThat = isDeepStrictEqual(said.fingerprint, row.fingerprint) || messages.readLater(requestOf(row)).isSame(said.fingerprint);
        if (!isThat) throw unnamed(usedBefore());
        return closing(row, said, () => null);
      }
      const { sendAt, ...request } = changed(row, wanted);
      const { fingerprint: _fingerprint, isSame: _isSame, ...enclosed } = messages.readLater(request);
      requireTime(sendAt, inside.now);
      const refs = await messages.requireSayable(inside, viewer, { ...request, ...enclosed, sendAt }).catch(ofChange);
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

/** It is over. `said`: the message that it has become; null: it was cancelled. */
function closing<T>(row: ScheduledRow, said: MessageRef | null, result: () => T): Verdict<T> {
  return {
    entries: () => [scheduledClosed(row, said)],
    write: (tx) => removeScheduled(tx, row),
    result,
  };
}

/** Throws why it cannot be said: where it is to be said is not for a change to name. */
function ofChange(error: unknown): never {
  throw error instanceof ChatError && error.field?.[0] === 'conversationId' ? unnamed(error) : error;
}

/** What it is to be, as it would be asked for. */
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

/** Takes it back. Throws as ScheduledMessages.cancel says. */
export function cancel({ log }: ScheduledParts, viewer: Viewer, id: string): Promise<void> {
  return log.append<void>({
    lock: [viewer.userId],
    keys: [laterKey(viewer)],
    async decide(inside): Promise<Verdict<void>> {
      const row = requireOwn(await inside.read(scheduledRow, id), viewer);
      return closing(row, null, () => undefined);
    },
  });
}
