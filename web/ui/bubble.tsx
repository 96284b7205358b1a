import { type ReactNode, useState } from 'react';
import type { Conversation, Said } from '../chat/state.ts';
import { filesOf, fileWords, lastWords, nameOf } from '../chat/words.ts';
import { Avatar } from './avatar.tsx';
import { MessageEditor } from './message-editor.tsx';
import { Choice, MessageMenu } from './message-menu.tsx';
import { Poll } from './poll.tsx';
import { Quote } from './quote.tsx';
import { Receipt } from './receipt.tsx';
import { timeOf } from './times.ts';
import { type Act, useAct } from './use-act.ts';
import { useChat, useChatState } from './use-chat.ts';
import { threadAddress } from './use-page.ts';

interface BubbleProps {
  readonly message: Said;
  readonly conversation: Conversation;
  /** Whether the message before it has the same sender. */
  readonly follows: boolean;
  /** Whether it is the message that the address names. */
  readonly sought: boolean;
  /** Whether it is shown inside its thread. Then it does not link to the thread. */
  readonly inThread?: boolean;
  /** Called when the viewer wants to reply. Absent where they cannot. */
  readonly onReply?: (message: Said) => void;
}

/** A message. */
export function Bubble({ message, conversation, follows, sought, inThread = false, onReply }: BubbleProps): ReactNode {
  const { sender, recalledAt } = message;
  const mine = useChatState((state) => state.me.id === sender?.id);
  const [editing, setEditing] = useState(false);
  const { fault, act } = useAct();
  const name = nameOf(sender);
  const inGroup = conversation.__typename === 'Group' && !mine;
  const stands = recalledAt === null;
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
        {!inThread && <InThread message={message} conversation={conversation} />}
        {message.replyTo !== null && <Quote message={message.replyTo} conversationId={conversation.id} />}
        {editing && stands ? <MessageEditor message={message} onDone={() => setEditing(false)} /> : <Words message={message} />}
        <Poll message={message} act={act} />
        <Reactions message={message} act={act} />
        {!inThread && <Replies message={message} conversation={conversation} />}
        <Meta message={message} conversation={conversation} mine={mine} />
        <span className="fault" role="alert">
          {fault}
        </span>
      </div>
      {stands && (
        <MessageMenu message={message} mine={mine} act={act} onEdit={() => setEditing(true)}>
          {onReply && <Choice onPick={() => onReply(message)}>Reply</Choice>}
          {!inThread && <Choice onPick={() => location.assign(threadAddress(conversation.id, message.id))}>Reply in a thread</Choice>}
        </MessageMenu>
      )}
    </article>
  );
}

/** Links to the thread that the message is a reply in. */
function InThread({ message: { id, threadRoot }, conversation }: Pick<BubbleProps, 'message' | 'conversation'>): ReactNode {
  if (threadRoot === null) return null;
  return (
    <a className="quote" href={threadAddress(conversation.id, id)}>
      In a thread: {lastWords(threadRoot)}
    </a>
  );
}

function Replies({ message: { id, replyCount }, conversation }: Pick<BubbleProps, 'message' | 'conversation'>): ReactNode {
  if (replyCount === 0) return null;
  return (
    <a className="replies" href={threadAddress(conversation.id, id)}>
      {replyCount === 1 ? '1 reply' : `${replyCount} replies`}
    </a>
  );
}

function Meta({ message, conversation, mine }: Pick<BubbleProps, 'message' | 'conversation'> & { readonly mine: boolean }): ReactNode {
  const { editedAt, sentAt, seq } = message;
  return (
    <span className="meta">
      {editedAt !== null && 'edited '}
      <time dateTime={sentAt}>{timeOf(sentAt)}</time>
      {mine && <Receipt conversation={conversation} seq={seq} />}
    </span>
  );
}

function Reactions({ message, act }: Pick<BubbleProps, 'message'> & Pick<Act, 'act'>): ReactNode {
  const { acts } = useChat();
  if (message.reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {message.reactions.map(({ id, emoji, count }) => (
        <li key={id}>
          <button
            type="button"
            aria-pressed={message.viewerReactions.includes(emoji)}
            onClick={() => void act(() => acts.react(message, emoji))}
          >
            {emoji} {count}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Words({ message: { text, attachments, recalledAt } }: Pick<BubbleProps, 'message'>): ReactNode {
  if (recalledAt !== null) return <p className="text gone">This message was deleted.</p>;
  // A message with `data` only, in a format of another client.
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
