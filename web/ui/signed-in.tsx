import { type ReactNode, useEffect, useState } from 'react';
import type { Session } from '../api/session.ts';
import { beginChat } from '../chat/begin.ts';
import type { Chat } from '../chat/chat.ts';
import { Connection } from './connection.tsx';
import { Conversation } from './conversation.tsx';
import { Sidebar } from './sidebar.tsx';
import { ChatContext, useChat, useChatState } from './use-chat.ts';
import { useOpened, useThreadOf } from './use-page.ts';

/** The chat of the signed-in user, once its first page is loaded. */
export function SignedIn({ session }: { readonly session: Session }): ReactNode {
  const [chat, setChat] = useState<Chat | null>(null);

  useEffect(() => {
    const left = new AbortController();
    const begun = beginChat(session, sessionStorage, left.signal).then((chat) => {
      setChat(chat);
      return chat;
    });
    return () => {
      left.abort();
      void begun.then((chat) => chat?.stop());
    };
  }, [session]);

  if (chat === null) return <p className="loading">Connecting…</p>;
  return (
    <ChatContext value={chat}>
      <Panes onSignOut={() => void session.signOut()} />
    </ChatContext>
  );
}

function Panes({ onSignOut }: { readonly onSignOut: () => void }): ReactNode {
  const chat = useChat();
  const opened = useOpened();
  const unread = useChatState(({ conversations }) =>
    [...conversations.values()].reduce((sum, { viewerUnreadCount }) => sum + viewerUnreadCount, 0),
  );

  const threadOf = useThreadOf();
  useEffect(() => chat.lookAt(opened, threadOf), [chat, opened, threadOf]);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) MPIM` : 'MPIM';
    return () => {
      document.title = 'MPIM';
    };
  }, [unread]);

  return (
    <div className={opened === null ? 'panes listing' : 'panes talking'}>
      <Connection />
      <Sidebar opened={opened} onSignOut={onSignOut} />
      {opened === null ? (
        <main className="nothing quiet">Select a conversation, or find people to start one.</main>
      ) : (
        <Conversation key={opened} id={opened} />
      )}
    </div>
  );
}
