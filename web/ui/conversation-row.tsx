import type { ReactNode } from 'react';
import type { Conversation } from '../chat/state.ts';
import { isPinned, lastWords, nameOf, peerOf, titleOf, typingWords } from '../chat/words.ts';
import { Avatar } from './avatar.tsx';
import { Receipt } from './receipt.tsx';
import { shortTime } from './times.ts';
import { useChatState } from './use-chat.ts';
import { addressOf } from './use-page.ts';

/** A conversation in the list, with its last message and unread count. */
export function ConversationRow({ conversation, current }: { readonly conversation: Conversation; readonly current: boolean }): ReactNode {
  const title = titleOf(conversation);
  const peer = peerOf(conversation);
  const unread = conversation.viewerUnreadCount;
  return (
    <li>
      <a className="row" href={addressOf(conversation.id)} aria-current={current ? 'page' : undefined}>
        <Avatar name={title} id={peer?.id ?? conversation.id} userId={peer?.id} />
        <span className="title">
          {isPinned(conversation) && (
            <span role="img" aria-label="pinned">
              📌{' '}
            </span>
          )}
          {title}
        </span>
        <time className="quiet" dateTime={conversation.lastActivityAt}>
          {shortTime(conversation.lastActivityAt)}
        </time>
        <LastWords conversation={conversation} />
        {unread > 0 && (
          <span className="badge" role="img" aria-label={`${unread} unread`}>
            {unread > 99 ? '99+' : unread}
          </span>
        )}
      </a>
    </li>
  );
}

function LastWords({ conversation }: { readonly conversation: Conversation }): ReactNode {
  const me = useChatState((state) => state.me);
  const typing = typingWords(useChatState((state) => state.typing.get(conversation.id)) ?? []);
  const last = conversation.viewerLastMessage;
  if (typing !== '') return <span className="last typing">{typing}</span>;
  if (last === null) return <span className="last">No messages yet</span>;
  const mine = last.sender?.id === me.id;
  return (
    <span className="last">
      {mine && <Receipt conversation={conversation} seq={last.seq} />}
      {!mine && conversation.__typename === 'Group' && `${nameOf(last.sender)}: `}
      {lastWords(last)}
    </span>
  );
}
