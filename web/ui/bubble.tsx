import type { ReactNode } from 'react';
import type { Conversation } from '../chat/state.ts';
import { filesOf, fileWords, nameOf } from '../chat/words.ts';
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
  /** Whether it is what was looked for. */
  readonly sought: boolean;
}

/** A message. */
export function Bubble({ message, conversation, follows, sought }: BubbleProps): ReactNode {
  const { sender, editedAt, sentAt } = message;
  const mine = useChatState((state) => state.me.id === sender?.id);
  const name = nameOf(sender);
  const inGroup = conversation.__typename === 'Group' && !mine;
  return (
    <article
      className={`bubble ${mine ? 'mine' : 'theirs'} ${follows ? 'follows' : ''} ${sought ? 'sought' : ''}`}
      aria-label={mine ? 'You' : name}
      data-seq={message.seq}
    >
      {inGroup && (follows ? <span className="gap" /> : <Avatar name={name} id={sender?.id ?? ''} userId={sender?.id} />)}
      <div className="words">
        {inGroup && !follows && (
          <strong>
            {name}
            {sender?.isBot && <span className="quiet"> (a bot)</span>}
          </strong>
        )}
        <Said message={message} />
        <span className="meta">
          {editedAt !== null && 'edited '}
          <time dateTime={sentAt}>{timeOf(sentAt)}</time>
          {mine && <Receipt conversation={conversation} seq={message.seq} />}
        </span>
      </div>
    </article>
  );
}

function Said({ message: { text, attachments, recalledAt } }: Pick<BubbleProps, 'message'>): ReactNode {
  if (recalledAt !== null) return <p className="text gone">This message was taken back.</p>;
  // It is data alone, which another client made up.
  if (text === '' && attachments.length === 0) return <p className="text gone">This message is for another app.</p>;
  return (
    <>
      {text !== '' && <p className="text">{text}</p>}
      {attachments.length > 0 && (
        <ul className="files" aria-label="Attached">
          {filesOf(attachments).map((file) => (
            <li key={file.url}>
              {/* Not shown at once: whoever keeps the file would learn who reads the message, and when. */}
              <a href={file.url} target="_blank" rel="noopener noreferrer">
                {fileWords(file)}
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
