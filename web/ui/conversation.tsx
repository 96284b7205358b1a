import { type ReactNode, useEffect, useState } from 'react';
import type { Room, Said, Conversation as Shown } from '../chat/state.ts';
import { memberWords, peerOf, titleOf, typingWords } from '../chat/words.ts';
import { Avatar } from './avatar.tsx';
import { Composer } from './composer.tsx';
import { ListMarks } from './list-marks.tsx';
import { Thread } from './thread.tsx';
import { Timeline } from './timeline.tsx';
import { useChat, useChatState } from './use-chat.ts';
import { useSought, useThreadOf, useVisible } from './use-page.ts';

/** The open conversation. */
export function Conversation({ id }: { readonly id: string }): ReactNode {
  const chat = useChat();
  const conversation = useChatState((state) => state.conversations.get(id));
  const room = useChatState((state) => state.rooms.get(id));
  const typing = typingWords(useChatState((state) => state.typing.get(id)) ?? []);
  const visible = useVisible();
  const sought = useSought();
  const inThread = useThreadOf() !== null;
  const isRead = room !== undefined;
  const [atEnd, setAtEnd] = useState(true);
  const [replyTo, setReplyTo] = useState<Said | null>(null);
  const unread = conversation?.viewerUnreadCount ?? 0;
  const isMarked = (conversation?.viewerMarkedUnreadFromSeq ?? null) !== null;
  const isSeen = visible && atEnd && !inThread && isRead;

  useEffect(() => {
    if (isSeen) chat.see(id);
  }, [chat, id, isSeen]);
  // What the viewer has marked as unread stays so until they come back to it.
  useEffect(() => {
    if (isSeen && unread > 0 && !isMarked) chat.see(id);
  }, [chat, id, isSeen, unread, isMarked]);
  useEffect(() => {
    if (sought !== null && isRead) void chat.readBackTo(id, sought);
  }, [chat, id, sought, isRead]);

  if (conversation === undefined) return <main className="nothing quiet">This conversation does not exist, or you are not a member.</main>;
  if (inThread) return <Thread conversation={conversation} />;
  return (
    <main className="conversation">
      <Head conversation={conversation} room={room} />
      {room === undefined ? (
        <div className="timeline" />
      ) : (
        <Timeline conversation={conversation} room={room} sought={sought} onEnd={setAtEnd} onReply={setReplyTo} />
      )}
      <p className="typing" role="status">
        {typing}
      </p>
      <Composer conversationId={id} replyTo={replyTo} onReplied={() => setReplyTo(null)} />
    </main>
  );
}

function Head({ conversation, room }: { readonly conversation: Shown; readonly room: Room | undefined }): ReactNode {
  const title = titleOf(conversation);
  const peer = peerOf(conversation);
  const peerId = peer?.id;
  const presence = useChatState((state) => (peerId === undefined ? undefined : state.presence.get(peerId)));
  const members = room?.members.map(({ displayName }) => displayName).join(', ') ?? '';
  return (
    <header className="head">
      <a className="back" href="#/" aria-label="Back to the list">
        ‹
      </a>
      <Avatar name={title} id={peerId ?? conversation.id} userId={peerId} />
      <span className="who">
        <h1>{title}</h1>
        <span className="quiet">
          {peerId === undefined
            ? `${memberWords(conversation)}: ${members}`
            : [peer?.isBot && 'a bot', presence?.toLowerCase()].filter(Boolean).join(', ')}
        </span>
      </span>
      <ListMarks conversation={conversation} />
    </header>
  );
}
