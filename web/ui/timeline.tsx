import { Fragment, type ReactNode, useEffect, useRef } from 'react';
import type { Conversation, Entry, Room, Said } from '../chat/state.ts';
import { happened } from '../chat/words.ts';
import { Bubble } from './bubble.tsx';
import { dayOf } from './times.ts';
import { Unsent } from './unsent.tsx';
import { useChat } from './use-chat.ts';

// Within this many pixels of the end, the user counts as looking at the newest message.
const nearPx = 60;

interface TimelineProps {
  readonly conversation: Conversation;
  readonly room: Room;
  /** The seq of the message to scroll to once it is loaded, or null for the end. */
  readonly sought: number | null;
  /** Called with whether the end is in view. */
  readonly onEnd: (atEnd: boolean) => void;
  /** Called when the viewer wants to reply to a message. */
  readonly onReply: (message: Said) => void;
}

/** The timeline: messages and group events, with unsent messages at the end. */
export function Timeline({ conversation, room, sought, onEnd, onReply }: TimelineProps): ReactNode {
  const chat = useChat();
  const log = useRef<HTMLDivElement>(null);
  const isThere = room.entries.some(({ seq }) => seq === sought);
  useEffect(() => {
    if (isThere) log.current?.querySelector(`[data-seq="${sought}"]`)?.scrollIntoView({ block: 'center' });
  }, [isThere, sought]);
  // Also when the user comes back from a thread: it starts at the end again.
  useEffect(() => onEnd(true), [onEnd]);
  return (
    // The layout starts at the end (timeline.css), so the browser stays there by itself, and scroll position 0 is the end.
    <div className="timeline" onScroll={({ currentTarget }) => onEnd(Math.abs(currentTarget.scrollTop) < nearPx)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <div role="log" aria-label="Messages" tabIndex={0} ref={log}>
        {room.earlier !== null && (
          <button type="button" className="plain earlier" onClick={() => void chat.readEarlier(conversation.id)}>
            Earlier messages
          </button>
        )}
        {room.entries.map((entry, at) => (
          <Fragment key={entry.seq}>
            {startsDay(entry, room.entries[at - 1]) && <p className="day">{dayOf(entry.at)}</p>}
            <Shown
              entry={entry}
              before={room.entries[at - 1]}
              conversation={conversation}
              sought={entry.seq === sought}
              onReply={onReply}
            />
          </Fragment>
        ))}
        <Unsent
          conversationId={conversation.id}
          there={room.entries.flatMap((entry) => (entry.__typename === 'MessageSent' && entry.messageEdge?.node) || [])}
        />
      </div>
    </div>
  );
}

interface ShownProps extends Pick<TimelineProps, 'conversation' | 'onReply'> {
  readonly entry: Entry;
  readonly before: Entry | undefined;
  readonly sought: boolean;
}

function Shown({ entry, before, ...place }: ShownProps): ReactNode {
  if (entry.__typename !== 'MessageSent') {
    const words = happened(entry);
    return words === null ? null : <p className="happened">{words}</p>;
  }
  if (entry.messageEdge === null) return null;
  const follows = before?.__typename === 'MessageSent' && before.actor?.id === entry.actor?.id && !startsDay(entry, before);
  return <Bubble message={entry.messageEdge.node} follows={follows} {...place} />;
}

function startsDay(entry: Entry, before: Entry | undefined): boolean {
  return before === undefined || dayOf(before.at) !== dayOf(entry.at);
}
