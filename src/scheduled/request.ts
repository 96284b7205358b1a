import type { NewData } from '../data.ts';
import type { MessageRef, NewText } from '../message/index.ts';
import type { ScheduledMessage } from './scheduled.ts';

/** Returns a scheduled message as the request that would send it. */
export function requestOf(row: ScheduledMessage): NewText {
  const { conversationId, clientMessageId, text, attachments, data, poll, replyToSeq, threadRootSeq, mentionIds, mentionsEveryone } = row;
  const refOf = (seq: number | null): MessageRef | undefined => (seq === null ? undefined : { conversationId, seq });
  return {
    ...{ conversationId, clientMessageId, text, attachments, poll, mentionIds, mentionsEveryone },
    data: data === null ? null : (JSON.parse(data) as NewData),
    replyTo: refOf(replyToSeq),
    threadRoot: refOf(threadRootSeq),
  };
}
