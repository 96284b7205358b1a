import { type ReactNode, useEffect } from 'react';
import type { Conversation, Thread as Shown } from '../chat/state.ts';
import { titleOf } from '../chat/words.ts';
import { Bubble } from './bubble.tsx';
import { Composer } from './composer.tsx';
import { Unsent } from './unsent.tsx';
import { useChat, useChatState } from './use-chat.ts';
import { addressOf, useVisible } from './use-page.ts';

interface ThreadProps {
  readonly conversation: Conversation;
}

/** The open thread: its root and its replies. */
export function Thread({ conversation }: ThreadProps): ReactNode {
  const thread = useChatState((state) => state.thread);
  const noThread = useChatState((state) => state.noThread);
  return (
    <main className="conversation">
      <header className="head">
        <a className="back always" href={addressOf(conversation.id)} aria-label="Back to the conversation">
          ‹
        </a>
        <h1>A thread of {titleOf(conversation)}</h1>
      </header>
      {thread !== null && <Replies conversation={conversation} thread={thread} />}
      {thread === null &&
        (noThread ? <p className="nothing quiet">This thread does not exist, or you cannot see it.</p> : <div className="timeline" />)}
    </main>
  );
}

function Replies({ conversation, thread }: ThreadProps & { readonly thread: Shown }): ReactNode {
  const chat = useChat();
  const visible = useVisible();
  const { root, replies, later } = thread;
  const newest = replies.at(-1)?.seq;
  useEffect(() => {
    if (visible && newest !== undefined) chat.seeThread();
  }, [chat, visible, newest]);
  const place = { conversation, sought: false, inThread: true } as const;
  return (
    <>
      <div className="timeline">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <div role="log" aria-label="Replies" tabIndex={0}>
          {[root, ...replies].map((message, at, all) => (
            <Bubble key={message.id} message={message} follows={at > 1 && all[at - 1]?.sender?.id === message.sender?.id} {...place} />
          ))}
          {later !== null && (
            <button type="button" className="plain" onClick={() => void chat.readLaterReplies()}>
              Later replies
            </button>
          )}
          <Unsent conversationId={conversation.id} threadOf={root.id} there={replies} />
        </div>
      </div>
      <Composer conversationId={conversation.id} threadRootId={root.id} />
    </>
  );
}
