import { type ReactNode, type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Said } from '../chat/state.ts';
import { NewPoll } from './new-poll.tsx';
import { Quote } from './quote.tsx';
import { useChat } from './use-chat.ts';
import { focusAtEnd, WritingField } from './writing-field.tsx';

interface ComposerProps {
  readonly conversationId: string;
  /** The message that is quoted, or null. */
  readonly replyTo?: Said | null;
  /** Called when the reply was sent or cancelled. */
  readonly onReplied?: () => void;
  /** The root of the thread that the message is sent to. */
  readonly threadRootId?: string;
}

/** The field for a new message. */
export function Composer({ conversationId, replyTo = null, onReplied, threadRootId }: ComposerProps): ReactNode {
  const chat = useChat();
  const field = useRef<HTMLTextAreaElement>(null);
  const place = { conversationId, threadRootId };
  const [text, setText] = useState(() => chat.halfWritten.in(place));
  const [asking, setAsking] = useState(false);

  useEffect(() => {
    // On a phone, focus would open the keyboard over the conversation.
    if (replyTo !== null || matchMedia('(hover: hover)').matches) focusAtEnd(field.current);
  }, [replyTo]);

  function change(next: string): void {
    setText(next);
    chat.halfWritten.keep(place, next);
  }

  function write(next: string): void {
    change(next);
    chat.typed(conversationId, next.trim() !== '');
  }

  function send(): void {
    if (text.trim() === '') return;
    chat.say({ conversationId, text, ...(replyTo && { replyToId: replyTo.id }), ...(threadRootId && { threadRootId }) });
    change('');
    onReplied?.();
  }

  function onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    send();
  }

  return (
    <>
      <form className="composer" onSubmit={onSubmit}>
        {replyTo !== null && (
          <div className="answering">
            <Quote message={replyTo} conversationId={conversationId} />
            <button type="button" className="plain" onClick={onReplied}>
              Cancel reply
            </button>
          </div>
        )}
        <WritingField field={field} label="Message" text={text} onText={write} onEnter={send} onEscape={() => onReplied?.()} />
        <button type="button" className="plain" onClick={() => setAsking(true)}>
          Poll
        </button>
        <button type="submit" className="primary" disabled={text.trim() === ''}>
          Send
        </button>
      </form>
      {asking && <NewPoll conversationId={conversationId} threadRootId={threadRootId} onClose={() => setAsking(false)} />}
    </>
  );
}
