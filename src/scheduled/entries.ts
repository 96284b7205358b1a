import type { NewEntry } from '../log/index.ts';
import type { MessageRef } from '../message/index.ts';
import type { ScheduledMessage } from './scheduled.ts';

type Named = Pick<ScheduledMessage, 'id' | 'userId'>;

interface OwnEntry {
  readonly stream: bigint;
  readonly actorId: bigint;
  readonly entry: NewEntry;
}

/** Tells the sender's devices that a scheduled message was created, changed, or refused at its time. */
export function scheduledChanged({ id: scheduledMessageId, userId }: Named): OwnEntry {
  return { stream: userId, actorId: userId, entry: { type: 'ScheduledMessageChanged', data: { scheduledMessageId } } };
}

/** Tells the sender's devices that a scheduled message is over. `said` is the message that it has become; null if it was cancelled. */
export function scheduledClosed({ id: scheduledMessageId, userId }: Named, said: MessageRef | null): OwnEntry {
  const place = said && { conversationId: said.conversationId, seq: said.seq };
  return { stream: userId, actorId: userId, entry: { type: 'ScheduledMessageClosed', data: { scheduledMessageId, said: place } } };
}
