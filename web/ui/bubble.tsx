import type { ReactNode } from 'react';
import type { Conversation } from '../chat/state.ts';
import { nameOf } from '../chat/words.ts';
import type { MessageFragment } from '../generated/graphql.ts';
import { Avatar } from './avatar.tsx';
import { Receipt } from './receipt.tsx';
import { timeOf } from './times.ts';
import { useChatState } from './use-chat.ts';

interface BubbleProps {
  readonly message: MessageFragment;
  readonly conversation: Conversation;
  /** Whether the one before is by the same person. */
  readonly follows: boolean;
}

/** A message. */
export function Bubble({ message, conversation, follows }: BubbleProps): ReactNode {
  const { sender, recalledAt, editedAt, sentAt } = message;
  const mine = useChatState((state) => state.me.id === sender?.id);
  const name = nameOf(sender);
  const inGroup = conversation.__typename === 'Group' && !mine;
  return (
    <article className={`bubble ${mine ? 'mine' : 'theirs'} ${follows ? 'follows' : ''}`} aria-label={mine ? 'You' : name}>
      {inGroup && (follows ? <span className="gap" /> : <Avatar name={name} id={sender?.id ?? ''} userId={sender?.id} />)}
      <div className="words">
        {inGroup && !follows && <strong>{name}</strong>}
        <p className={recalledAt === null ? 'text' : 'text gone'}>{recalledAt === null ? message.text : 'This message was taken back.'}</p>
        <span className="meta">
          {editedAt !== null && 'edited '}
          <time dateTime={sentAt}>{timeOf(sentAt)}</time>
          {mine && <Receipt conversation={conversation} seq={message.seq} />}
        </span>
      </div>
    </article>
  );
}
